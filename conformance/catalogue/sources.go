package catalogue

import (
	"iter"
	"maps"
	"regexp"
	"slices"
	"strings"
)

var clauseForm = regexp.MustCompile(`^(\d{3,5}) (?:section (\d+(?:\.\d+)*)|appendix ([A-Z](?:\.\d+)*))$`)

// clauseURL is where the RFC Editor has a clause such as "9110 section 15.5.2"; it is
// empty for what is no clause.
func clauseURL(clause string) string {
	found := clauseForm.FindStringSubmatch(clause)
	if found == nil {
		return ""
	}
	base := "https://www.rfc-editor.org/rfc/rfc" + found[1]
	if found[2] != "" {
		return base + "#section-" + found[2]
	}
	return base + "#appendix-" + found[3]
}

func (r *review) sources(file, id string, sources []Source) {
	if len(sources) == 0 {
		r.addf(file, id, "sources: there are none")
	}
	for i, source := range sources {
		if slices.Contains(sources[:i], source) {
			r.addf(file, id, "sources[%d]: is given twice", i)
		}
		r.source(file, id, i, source)
	}
}

func (r *review) source(file, id string, i int, source Source) {
	kinds := 0
	for _, text := range []string{source.RFC, source.Document, source.Practice} {
		if text != "" {
			kinds++
		}
	}
	switch {
	case kinds != 1:
		r.addf(file, id, "sources[%d]: has %d of rfc, document and practice, want one", i, kinds)
	case source.RFC != "":
		if want := clauseURL(source.RFC); want == "" {
			r.addf(file, id, "sources[%d].rfc: %q, want one such as 9110 section 15.5.2", i, source.RFC)
		} else if source.URL != want {
			r.addf(file, id, "sources[%d].url: %q, want %s", i, source.URL, want)
		}
	case source.Document != "":
		if aside, found := r.aside[source.Document]; !found {
			r.addf(file, id, "sources[%d].document: there is no promise %s", i, source.Document)
		} else if aside {
			r.addf(file, id, "sources[%d].document: %s is set aside as untestable", i, source.Document)
		}
		if source.URL != "" {
			r.addf(file, id, "sources[%d].url: a promise has none", i)
		}
	case source.URL != "" && !strings.HasPrefix(source.URL, "https://"):
		r.addf(file, id, "sources[%d].url: %q, want https", i, source.URL)
	}
}

// texts are the required texts by name, in the order of the file.
func (c Check) texts() iter.Seq2[string, string] {
	return func(yield func(string, string) bool) {
		for _, text := range [][2]string{
			{"title", c.Title}, {"statement", c.Statement}, {"why", c.Why}, {"fix", c.Fix},
		} {
			if !yield(text[0], text[1]) {
				return
			}
		}
	}
}

func sortedKeys[V any](m map[string]V) []string { return slices.Sorted(maps.Keys(m)) }
