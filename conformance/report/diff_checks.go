package report

import (
	"path"
	"regexp"
	"slices"
	"strings"
)

// compare pairs the results by id. Checks come in the order of the second report, and
// those that only the first has after them.
func (d *Diff) compare(before, after *Report, current func(string) string) {
	old := map[string]*Result{}
	for i := range before.Results {
		old[current(before.Results[i].ID)] = &before.Results[i]
	}
	known := before.Catalogue.Digest == after.Catalogue.Digest
	for i := range after.Results {
		b := &after.Results[i]
		a, there := old[current(b.ID)]
		delete(old, current(b.ID))
		if !there && !known && before.chooses(b) {
			d.add(NewInCatalogue, current(b.ID), nil, b)
			continue
		}
		d.add(kindOf(a, b), current(b.ID), a, b)
	}
	for i := range before.Results {
		a := &before.Results[i]
		if old[current(a.ID)] != a {
			continue
		}
		if !known && after.chooses(a) {
			d.add(GoneFromCatalogue, current(a.ID), a, nil)
			continue
		}
		d.add(kindOf(a, nil), current(a.ID), a, nil)
	}
}

// chooses tells whether a run of these settings would have had the check, if its
// catalogue had it.
func (r *Report) chooses(check *Result) bool {
	switch {
	case r.Run.Mode == "readonly" && check.Safety != "read", r.Run.Mode != "disruptive" && check.Safety == "disruptive":
		return false
	case r.Run.Checks == "":
		return true
	}
	return slices.ContainsFunc(strings.Split(strings.ToUpper(r.Run.Checks), ","), func(pattern string) bool {
		matched, err := path.Match(strings.TrimSpace(pattern), check.ID)
		return matched || err != nil
	})
}

func (d *Diff) add(kind ChangeKind, id string, a, b *Result) {
	if kind == "" {
		d.Unchanged++
		return
	}
	change := Change{Kind: kind, ID: id, Before: verdictOf(a), After: verdictOf(b), Appeared: []string{}, Vanished: []string{}}
	if a != nil {
		change.Title, change.LevelBefore, change.Message = a.Title, a.Level, a.Message
	}
	if b != nil {
		change.Title, change.LevelAfter, change.Message = b.Title, b.Level, b.Message
	}
	if a != nil && b != nil {
		change.Appeared, change.Vanished = missingFrom(a.Findings, b.Findings), missingFrom(b.Findings, a.Findings)
	}
	d.Changes = append(d.Changes, change)
}

// verdictOf is "" for a check that a run left out.
func verdictOf(r *Result) Verdict {
	if r == nil {
		return ""
	}
	return r.Verdict
}

// kindOf decides what happened to a check, where nil is one that its run left out, and
// returns "" where nothing did.
func kindOf(a, b *Result) ChangeKind {
	from, to := verdictOf(a), verdictOf(b)
	levelled := a != nil && b != nil && a.Level != b.Level
	failed := from == Fail || from == Warn || from == Waived
	switch {
	case !failed && (to == Fail || to == Warn):
		return NewlyFailing
	case !failed && to == Waived:
		return NewlyWaived
	case from == "" && (to == NotApplicable || unknown(to)), to == "" && (from == NotApplicable || unknown(from)):
		return "" // left out of one run, and of no weight in the other
	case unknown(to) && !unknown(from):
		return NewlyIncomplete
	case failed && (to == Pass || to == Info):
		return Fixed
	case unknown(from) && !unknown(to):
		return NoLongerUntested
	case levelled:
		return LevelChanged
	case from != to:
		return VerdictChanged
	case len(missingFrom(a.Findings, b.Findings))+len(missingFrom(b.Findings, a.Findings)) > 0:
		return FindingsChanged
	}
	return ""
}

// unknown tells whether a run says nothing of the promise.
func unknown(v Verdict) bool { return v == "" || v == Untested || v == Error }

// missingFrom is the messages of the findings in b that no finding in a is like.
func missingFrom(a, b []Finding) []string {
	words := []string{}
	for i := range b {
		if !slices.ContainsFunc(a, func(f Finding) bool { return likeness(&f) == likeness(&b[i]) }) {
			words = append(words, b[i].Message)
		}
	}
	return words
}

// likeness is a finding without what is different in every run: pseudonyms, ids, dates,
// spans of time and counts. A status is part of what was found.
func likeness(f *Finding) string {
	text := strings.Join([]string{string(f.Verdict), f.Message, f.Expected, f.Observed}, "\n")
	return passing.ReplaceAllStringFunc(text, func(found string) string {
		if strings.HasPrefix(found, "HTTP ") {
			return found
		}
		return "…"
	})
}

var passing = regexp.MustCompile(strings.Join([]string{
	`HTTP \d{3}`,
	`\b(?:JWK|PEM|JWT|[STK]\d+)#[0-9a-f]{4}`,
	`\bkeyturn-[\w-]+`,
	`\b\d{4}-\d\d-\d\d(?:T[\d:.]+(?:Z|[+-]\d\d:\d\d))?`,
	`\b[0-9a-fA-F]{8}-[0-9a-fA-F]{4}-[0-9a-fA-F-]{22}\b`,
	`\b[0-9a-fA-F]{16,}\b`,
	`\b\d+(?:\.\d+)?(?:ns|µs|ms|s|m|h)?\b`,
}, "|"))
