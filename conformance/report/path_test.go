package report

import (
	"testing"
	"time"
)

func TestLongestPath(t *testing.T) {
	t.Parallel()
	began := time.Date(2026, 11, 22, 1, 30, 0, 0, time.UTC)
	run := RunFacts{Started: began, Ended: began.Add(2 * time.Second)}
	results := []Result{
		{ID: "A-1", StartMS: 100, DurationMS: 300},
		{ID: "A-2", StartMS: 100, DurationMS: 1200, Safety: "wait"},
		{ID: "A-3", StartMS: 400, DurationMS: 500},
		{ID: "B-1", StartMS: 1300.5, DurationMS: 20},
		{ID: "B-2", StartMS: 1321, DurationMS: 400},
		{ID: "B-3", StartMS: 1721.5, DurationMS: 10},
		{ID: "N-1"}, // was not run
	}
	for name, test := range map[string]struct {
		results []Result
		want    string
	}{
		"a chain":                     {results, "100 ms to prepare; A-2 1.2 s, most of which it waits by design; B-2 400 ms; 30 ms in 2 shorter checks; 269 ms to clean up and report"},
		"one":                         {results[:1], "100 ms to prepare; A-1 300 ms; 1.6 s to clean up and report"},
		"a report without beginnings": {[]Result{{ID: "A-1", DurationMS: 300}}, ""},
	} {
		if got := longestPath(&Report{Run: run, Results: test.results}); got != test.want {
			t.Errorf("%s:\n got %q\nwant %q", name, got, test.want)
		}
	}
}
