package checks_test

import (
	"cmp"
	"slices"
	"strings"
	"testing"

	"github.com/keyturn/keyturn/conformance/checks"
	"github.com/keyturn/keyturn/conformance/report"
)

// lockFault is one thing that the service does wrong, and the checks that have to
// find it.
type lockFault struct {
	name    string
	edition string // "profile" where it is left out
	fails   string // ids, separated by commas
	with    string // checks that make the traffic which one over the whole run judges
}

// everyFault is the faults of all tables.
func everyFault() []lockFault {
	return slices.Concat(
		lockFaults,
		lifeFaults,
		shapeFaults,
		callersFaults,
		wireFaults,
		racesFaults,
	)
}

// TestFaults has every check meet a service that breaks what it tests.
func TestFaults(t *testing.T) {
	faults := everyFault()
	runs := make([]*lockRun, 0, len(faults))
	for _, fault := range faults {
		runs = append(runs, &lockRun{
			edition: cmp.Or(fault.edition, "profile"), fault: fault.name, filter: strings.Trim(fault.fails+","+fault.with, ","),
		})
	}
	refereeAll(t, runs, 12)
	for i, fault := range faults {
		t.Run(strings.TrimSpace(fault.edition+" "+fault.name), func(t *testing.T) {
			if runs[i].err != nil {
				t.Fatal(runs[i].err)
			}
			want := strings.Split(fault.fails, ",")
			for _, result := range runs[i].whole.Results {
				if slices.Contains(want, result.ID) && result.Verdict != broken(result) {
					t.Errorf("%s is %s, want %s: %s\nsteps %q", result.ID, result.Verdict, broken(result), result.Message, result.Steps)
				}
			}
		})
	}
}

// broken is the verdict on a promise of its level that does not hold.
func broken(result report.Result) report.Verdict {
	if result.Level == "SHOULD" {
		return report.Warn
	}
	return report.Fail
}

// TestFaultsCover fails for a check that nothing shows to be able to fail.
func TestFaultsCover(t *testing.T) {
	covered := map[string]bool{}
	names := map[string]bool{}
	for _, fault := range everyFault() {
		for id := range strings.SplitSeq(fault.fails, ",") {
			covered[id] = true
		}
		if names[fault.name+fault.edition] {
			t.Errorf("the fault %q is there twice", fault.name)
		}
		names[fault.name+fault.edition] = true
	}
	known := map[string]bool{}
	for _, check := range checks.All() {
		known[check.ID] = true
		_, excused := unproven[check.ID]
		switch {
		case !covered[check.ID] && !excused:
			t.Errorf("no fault makes %s fail, and no reason is given", check.ID)
		case covered[check.ID] && excused:
			t.Errorf("%s is shown to be able to fail, and still excused", check.ID)
		}
	}
	for id := range covered {
		if !known[id] {
			t.Errorf("a fault is to be found by %s, which is no check", id)
		}
	}
	for id := range unproven {
		if !known[id] {
			t.Errorf("%s is excused and is no check", id)
		}
	}
}
