package catalogue

import (
	"errors"
	"fmt"
	"regexp"
	"slices"
	"strings"
	"unicode/utf8"
)

const titleLimit = 72

var (
	familyForm  = regexp.MustCompile(`^[A-Z]{2,5}$`)
	checkForm   = regexp.MustCompile(`^[A-Z]{2,5}-\d{3}$`)
	prefixForm  = regexp.MustCompile(`^[A-Z][A-Z0-9]$`)
	versionForm = regexp.MustCompile(`^\d{4}\.\d+$`)
)

// review collects what is wrong. Every finding names a file and, inside it, an id.
type review struct {
	taken map[string]string // id of a check or promise, or alias → file
	aside map[string]bool   // promise → whether it is set aside
	wrong []error
}

func (r *review) addf(file, id, format string, args ...any) {
	place := file
	if id != "" {
		place += ": " + id
	}
	r.wrong = append(r.wrong, fmt.Errorf("%s: %s", place, fmt.Sprintf(format, args...)))
}

// take notes an id and says when it is taken.
func (r *review) take(file, id, subject string) {
	if other, found := r.taken[subject]; found {
		r.addf(file, id, "%s is taken, in %s", subject, other)
		return
	}
	r.taken[subject] = file
}

// want demands a text.
func (r *review) want(file, id, name, text string) {
	if strings.TrimSpace(text) == "" {
		r.addf(file, id, "%s: is missing", name)
	}
}

// among demands that each value is one of the known and comes once.
func among[T ~string](r *review, file, id, name string, values, known []T) {
	for i, value := range values {
		if !slices.Contains(known, value) {
			r.addf(file, id, "%s: %q is unknown, want one of %q", name, value, known)
		}
		if slices.Contains(values[:i], value) {
			r.addf(file, id, "%s: %q is given twice", name, value)
		}
	}
}

// validate finds everything that the types cannot exclude.
func validate(catalogue *Catalogue, contents index) error {
	r := &review{taken: map[string]string{}, aside: map[string]bool{}}
	if !versionForm.MatchString(catalogue.Version) {
		r.addf(indexFile, "", "version: %q, want one such as 2026.1", catalogue.Version)
	}
	for i, document := range catalogue.Documents {
		r.document(promisesFile(contents.Documents[i]), contents.Documents[i], document)
	}
	for i, family := range catalogue.Families {
		r.family(checksFile(contents.Families[i]), contents.Families[i], family)
	}
	return errors.Join(r.wrong...)
}

func (r *review) document(file, name string, document Document) {
	if document.Provider != name {
		r.addf(file, "", "provider: %q, want the file's name, %q", document.Provider, name)
	}
	if !prefixForm.MatchString(document.Prefix) {
		r.addf(file, "", "prefix: %q, want two capitals or a capital and a digit", document.Prefix)
	}
	r.take(file, "", document.Prefix)
	r.want(file, "", "title", document.Title)
	for i, promise := range document.Promises {
		// Numbers without gaps show that no statement was dropped in silence.
		if want := fmt.Sprintf("%s-%02d", document.Prefix, i+1); promise.ID != want {
			r.addf(file, promise.ID, "id: want %s here", want)
		}
		r.take(file, promise.ID, promise.ID)
		r.aside[promise.ID] = promise.Aside != ""
		r.want(file, promise.ID, "place", promise.Place)
		r.want(file, promise.ID, "says", promise.Says)
	}
}

func (r *review) family(file, name string, family Family) {
	if id, _, _ := strings.Cut(name, "-"); family.ID != id {
		r.addf(file, "", "family: %q, want the beginning of the file's name, %q", family.ID, id)
	}
	if !familyForm.MatchString(family.ID) {
		r.addf(file, "", "family: %q, want two to five capitals", family.ID)
	}
	r.want(file, "", "name", family.Name)
	r.want(file, "", "about", family.About)
	if len(family.Checks) == 0 {
		r.addf(file, "", "checks: there are none")
	}
	last := ""
	for _, check := range family.Checks {
		if !checkForm.MatchString(check.ID) || !strings.HasPrefix(check.ID, family.ID+"-") {
			r.addf(file, check.ID, "id: %q, want %s- and three digits", check.ID, family.ID)
		}
		if check.ID < last {
			r.addf(file, check.ID, "id: comes after %s, want them in order", last)
		}
		last = check.ID
		r.check(file, check)
	}
}

func (r *review) check(file string, check Check) {
	r.take(file, check.ID, check.ID)
	for _, alias := range check.Aliases {
		if !checkForm.MatchString(alias) {
			r.addf(file, check.ID, "aliases: %q is no id", alias)
		}
		r.take(file, check.ID, alias)
	}
	if check.Revision < 1 {
		r.addf(file, check.ID, "revision: %d, want 1 or more", check.Revision)
	}
	if !versionForm.MatchString(check.Since) {
		r.addf(file, check.ID, "since: %q, want a version such as 2026.1", check.Since)
	}
	if check.Retired != "" && !versionForm.MatchString(check.Retired) {
		r.addf(file, check.ID, "retired: %q, want a version such as 2026.1", check.Retired)
	}
	if n := utf8.RuneCountInString(check.Title); n > titleLimit {
		r.addf(file, check.ID, "title: %d characters, want at most %d", n, titleLimit)
	}
	if strings.HasSuffix(check.Title, ".") {
		r.addf(file, check.ID, "title: ends in a full stop")
	}
	for name, text := range check.texts() {
		r.want(file, check.ID, name, text)
	}
	among(r, file, check.ID, "level", []Level{check.Level}, levels)
	among(r, file, check.ID, "safety", []Safety{check.Safety}, safeties)
	among(r, file, check.ID, "scope", []Scope{check.Scope}, scopes)
	if check.Requests < 0 || check.Requests == 0 && check.Scope == Alone {
		r.addf(file, check.ID, "requests: %d, want about how many it sends", check.Requests)
	}
	r.applies(file, check.ID, check.Applies)
	among(r, file, check.ID, "needs", check.Needs, words.Needs)
	r.sources(file, check.ID, check.Sources)
}

func (r *review) applies(file, id string, applies Applies) {
	among(r, file, id, "applies.operations", applies.Operations, words.Operations)
	among(r, file, id, "applies.any", applies.Any, words.Operations)
	among(r, file, id, "applies.features", applies.Features, words.Features)
	for _, fact := range sortedKeys(applies.Policy) {
		known, found := words.Policy[fact]
		if !found {
			r.addf(file, id, "applies.policy: %q is unknown, want one of %q", fact, sortedKeys(words.Policy))
			continue
		}
		values := applies.Policy[fact]
		if len(values) == 0 {
			r.addf(file, id, "applies.policy.%s: has no value, want some of %q", fact, known)
		}
		among(r, file, id, "applies.policy."+fact, values, known)
	}
}
