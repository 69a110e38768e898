package conformance

import (
	"cmp"
	"fmt"
	"maps"
	"slices"
	"strings"

	"github.com/keyturn/keyturn/conformance/report"
)

// Exit codes of a run. A mistake in how it was asked for is 2 and has no report.
const (
	ExitConformant    = 0
	ExitNonconformant = 1
	ExitUsage         = 2
	ExitIncomplete    = 3
	ExitInternal      = 4
	ExitLeftovers     = 5
	ExitStale         = 6
)

// report puts everything together, redacted.
func (r *run) report(selection []selected, results map[string]*report.Result) *report.Report {
	whole := &report.Report{
		Schema:    report.Schema,
		Tool:      report.Tool{Name: "keyturn", Version: r.options.Version},
		Catalogue: report.Catalogue{Version: r.entries.Version, Digest: r.entries.Digest, Checks: r.active()},
		Profile:   report.Profile{Provider: r.bound.Provider, Title: r.bound.Title, Digest: r.bound.Digest, Policy: r.bound.Facts()},
		Target:    report.Target{URL: r.options.URL, Identity: r.identity, ClockSkew: r.skew.seconds()},
		Run: report.RunFacts{
			ID: r.id, Mode: string(r.options.Mode), Seed: r.options.Seed, Checks: cmp.Or(r.options.Filter, "*"), FailOn: string(r.options.FailOn),
			Started: r.started.UTC(), Ended: r.options.Now().UTC(), Requests: r.sender.Sent(), Throttled: r.sender.Throttled(),
			Concurrency: r.options.Limits.Concurrency, Principals: slices.Sorted(maps.Keys(r.principals)),
		},
		Oracle:    report.Oracle{Kind: r.oracle.operation, Proof: r.oracle.proof, Probes: int(r.probes.Load())},
		Counts:    report.Counts{},
		Results:   []report.Result{},
		Rotations: []report.Rotation{},
		Leftovers: append([]report.Leftover{}, r.leftover...),
		Residue:   append([]report.Leftover{}, r.residue...),
		Stale:     []string{},
		Notes:     r.notes(selection),
	}
	for _, one := range selection {
		result := results[one.entry.ID]
		switch {
		case one.reason != "":
			result = r.describe(one)
			result.Verdict, result.Message = report.NotApplicable, one.reason
		case result == nil:
			result = r.untested(one, "the run ended before it")
		}
		whole.Results = append(whole.Results, *result)
	}
	for _, change := range r.changes {
		if len(change.record.Probes) > 0 {
			whole.Rotations = append(whole.Rotations, change.record)
		}
	}
	slices.SortStableFunc(whole.Rotations, func(a, b report.Rotation) int {
		return cmp.Or(cmp.Compare(a.Check, b.Check), cmp.Compare(a.AtMS, b.AtMS))
	})
	whole.Stale = append(whole.Stale, r.waive(whole.Results)...)
	for _, result := range whole.Results {
		whole.Counts[result.Verdict]++
	}
	r.conclude(whole)
	r.meet(whole)
	hider := r.book.Hider()
	whole.Rewrite(hider.Text)
	finish(whole, hider.Text)
	return whole
}

func (r *run) active() int {
	count := 0
	for _, family := range r.entries.Families {
		for _, entry := range family.Checks {
			if entry.Retired == "" {
				count++
			}
		}
	}
	return count
}

// leftOut lists the checks that were not chosen.
func (r *run) leftOut(selection []selected) (byMode, byFilter []string) {
	for _, family := range r.entries.Families {
		for _, entry := range family.Checks {
			switch {
			case entry.Retired != "" || slices.ContainsFunc(selection, func(one selected) bool { return one.entry.ID == entry.ID }):
			case !r.options.Mode.allows(entry.Safety):
				byMode = append(byMode, entry.ID)
			default:
				byFilter = append(byFilter, entry.ID)
			}
		}
	}
	return byMode, byFilter
}

// notes are what a reader should know before trusting the rest.
func (r *run) notes(selection []selected) []string {
	notes := []string{}
	if r.cut != "" {
		notes = append(notes, r.cut)
	}
	byMode, byFilter := r.leftOut(selection)
	if len(byMode) > 0 {
		notes = append(notes, fmt.Sprintf("Mode %s left out: %s.", r.options.Mode, strings.Join(byMode, ", ")))
	}
	if len(byFilter) > 0 {
		notes = append(notes, fmt.Sprintf("The filter %s left out: %s.", r.options.Filter, strings.Join(byFilter, ", ")))
	}
	for _, name := range []string{"reader", "foreign"} {
		if r.bound.TellsApart(name) && r.principals[name] == nil {
			notes = append(notes, fmt.Sprintf("No credentials of a principal %q were given: what needs them is incomplete.", name))
		}
	}
	return notes
}

// conclude decides outcome and exit code. A waiver moves the exit code alone: what it
// covers is still not as promised.
func (r *run) conclude(whole *report.Report) {
	tally := tallyOf(whole)
	switch {
	case tally.errors > 0:
		whole.Outcome, whole.Exit = report.Broken, ExitInternal
	case tally.broken > 0:
		whole.Outcome, whole.Exit = report.Nonconformant, ExitNonconformant
	case tally.untested > 0 || tally.tested == 0:
		whole.Outcome, whole.Exit = report.Incomplete, ExitIncomplete
	case tally.waived > 0:
		whole.Outcome, whole.Exit = report.Nonconformant, ExitConformant
	default:
		whole.Outcome, whole.Exit = report.Conformant, ExitConformant
	}
	strict := r.options.FailOn != FailOnMust && tally.warned > 0 || r.options.FailOn == FailOnIncomplete && tally.untested > 0
	switch {
	case whole.Exit == ExitInternal || whole.Exit == ExitNonconformant:
	case strict:
		whole.Exit = ExitNonconformant
	case len(whole.Leftovers) > 0:
		whole.Exit = ExitLeftovers
	case len(whole.Stale) > 0:
		whole.Exit = ExitStale
	}
	whole.Summary = tally.summary(cmp.Or(r.blocked, "nothing that was chosen applies"))
}
