package conformance

import (
	"path"
	"slices"
	"strings"
	"time"

	"github.com/keyturn/keyturn/conformance/catalogue"
	"github.com/keyturn/keyturn/conformance/report"
)

// Proposal asks for waivers of what failed in a report.
type Proposal struct {
	Checks    []string // ids, earlier ones included; globs of them where Wildcards says so
	Target    string   // a glob over the target's address, which needs Wildcards; "" is the report's own
	Reason    string
	Owner     string
	Link      string
	Expires   string // the last day, 2006-01-02
	Wildcards bool
}

// Waivers are the entries, one for each check, by the ids that the checks have now and
// for the report's target. It refuses, as ErrUsage, what a run would call stale at
// once: a check that did not fail in the report, and a day that is over.
func (p Proposal) Waivers(of *report.Report, entries *catalogue.Catalogue, now time.Time) ([]Waiver, error) {
	model := Waiver{Target: p.Target, Reason: p.Reason, Owner: p.Owner, Link: p.Link, Expires: p.Expires}
	if err := p.fit(&model, of.Target.URL, now); err != nil {
		return nil, err
	}
	var all []Waiver
	for _, pattern := range p.Checks {
		ids, err := p.choose(strings.ToUpper(strings.TrimSpace(pattern)), of, entries)
		if err != nil {
			return nil, err
		}
		for _, id := range ids {
			if slices.ContainsFunc(all, func(w Waiver) bool { return w.Check == id }) {
				continue
			}
			one := model
			one.Check = id
			all = append(all, one)
		}
	}
	if len(all) == 0 {
		return nil, usagef("--check is missing, want the id of a check that failed: %s", failedWords(of))
	}
	return all, nil
}

// fit checks what all entries have in common, and fills in the target.
func (p Proposal) fit(model *Waiver, url string, now time.Time) error {
	model.Check = "any"
	if err := model.check(); err != nil {
		return usagef("--%w", err)
	}
	if expires, _ := time.Parse(time.DateOnly, p.Expires); now.UTC().After(expires.AddDate(0, 0, 1)) {
		return usagef("--expires is %s, which is over; want a day to come", p.Expires)
	}
	switch {
	case url == "":
		return usagef("the report names no target, and a waiver without one holds for every target")
	case p.Target == "":
		model.Target = literalGlob(url)
	case !p.Wildcards && strings.ContainsAny(p.Target, `*?[\`):
		return usagef("--target %q is a glob and may cover targets that nobody has tested; say --wildcards where that is meant", p.Target)
	}
	if !model.covers(url) {
		return usagef("--target %q does not cover the report's target, %s", p.Target, url)
	}
	return nil
}

// literalGlob is a pattern that matches the text alone.
func literalGlob(text string) string {
	return strings.NewReplacer(`\`, `\\`, "*", `\*`, "?", `\?`, "[", `\[`).Replace(text)
}

// covers tells whether the waiver is for this target.
func (w Waiver) covers(url string) bool {
	matched, _ := path.Match(w.Target, url) // the pattern was checked when it was read
	return w.Target == "" || matched
}

// choose finds the failed checks that are meant, by the ids that they have now.
func (p Proposal) choose(pattern string, of *report.Report, entries *catalogue.Catalogue) ([]string, error) {
	if _, err := path.Match(pattern, ""); err != nil {
		return nil, usagef("--check %q: %w", pattern, err)
	}
	wild := strings.ContainsAny(pattern, `*?[\`)
	if wild && !p.Wildcards {
		return nil, usagef("--check %q is a glob and may cover more than was looked at; say --wildcards where that is meant", pattern)
	}
	var ids []string
	for i := range of.Results {
		result := &of.Results[i]
		now := currentID(entries, result.ID)
		if matched, _ := path.Match(pattern, result.ID); !matched && now != currentID(entries, pattern) {
			continue
		}
		switch {
		case result.Verdict == report.Fail || result.Verdict == report.Warn:
			ids = append(ids, now)
		case wild:
		case result.Verdict == report.Waived:
			return nil, usagef("--check %s is waived already in this report, until %s", pattern, expiryOf(result))
		default:
			return nil, usagef("--check %s did not fail in this report, it is %s; what failed: %s", pattern, result.Verdict.Words(), failedWords(of))
		}
	}
	if len(ids) == 0 {
		return nil, usagef("--check %s matches nothing that failed in this report; what failed: %s", pattern, failedWords(of))
	}
	return ids, nil
}

func expiryOf(result *report.Result) string {
	if result.Waiver == nil {
		return "a day that it does not name"
	}
	return result.Waiver.Expires
}

// currentID is the id that a check has now, by one that it ever had.
func currentID(entries *catalogue.Catalogue, id string) string {
	if _, check, known := entries.Check(id); known {
		return check.ID
	}
	return id
}

func failedWords(of *report.Report) string {
	var ids []string
	for i := range of.Results {
		if v := of.Results[i].Verdict; v == report.Fail || v == report.Warn {
			ids = append(ids, of.Results[i].ID)
		}
	}
	if len(ids) == 0 {
		return "nothing"
	}
	return strings.Join(ids, ", ")
}
