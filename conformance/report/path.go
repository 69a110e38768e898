package report

import (
	"fmt"
	"strings"
)

// longestPath says what a run has waited for, one after the other, from its beginning to
// its end: what would have to be quicker for the run to be. It is empty for a report whose
// checks do not say when they began.
func longestPath(r *Report) string {
	chain := chainOf(r.Results)
	if len(chain) == 0 {
		return ""
	}
	whole := float64(r.Run.Ended.Sub(r.Run.Started).Microseconds()) / 1000
	legs := []string{span(chain[0].StartMS) + " to prepare"}
	const worthALine = 0.05
	short, shortMS := 0, 0.0
	for _, result := range chain {
		if result.DurationMS < worthALine*whole {
			short++
			shortMS += result.DurationMS
			continue
		}
		leg := fmt.Sprintf("%s %s", result.ID, span(result.DurationMS))
		if result.Safety == "wait" {
			leg += ", most of which it waits by design"
		}
		legs = append(legs, leg)
	}
	if short > 0 {
		legs = append(legs, fmt.Sprintf("%s in %s", span(shortMS), counted(short, "shorter check")))
	}
	last := chain[len(chain)-1]
	return strings.Join(append(legs, span(whole-last.ends())+" to clean up and report"), "; ")
}

func (r *Result) ends() float64 { return r.StartMS + r.DurationMS }

// chainOf goes back from the check that ended last, each time to the one that ended last
// before it began.
func chainOf(results []Result) []*Result {
	const slack = 1 // ms between the end of a check and the beginning of the next
	var chain []*Result
	for {
		var latest *Result
		for i := range results {
			one := &results[i]
			before := len(chain) == 0 || one.StartMS < chain[0].StartMS && one.ends() <= chain[0].StartMS+slack
			if one.StartMS > 0 && before && (latest == nil || one.ends() > latest.ends()) {
				latest = one
			}
		}
		if latest == nil {
			return chain
		}
		chain = append([]*Result{latest}, chain...)
	}
}
