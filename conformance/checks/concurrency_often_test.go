package checks_test

import (
	"cmp"
	"fmt"
	"regexp"
	"slices"
	"strings"
	"testing"

	"github.com/keyturn/keyturn/conformance/profile"
	"github.com/keyturn/keyturn/conformance/report"
)

// TestRacesAreFoundAgain has what goes wrong only where requests meet met with several
// seeds: a race that is found now and then is one that a run passes.
func TestRacesAreFoundAgain(t *testing.T) {
	const seeds = 4
	var runs []*lockRun
	for _, fault := range racesFaults {
		for seed := range int64(seeds) {
			runs = append(runs, &lockRun{edition: cmp.Or(fault.edition, "profile"), fault: fault.name, filter: fault.fails, seed: seed + 2})
		}
	}
	refereeAll(t, runs, 4)
	for i, one := range runs {
		if one.err != nil {
			t.Fatal(one.err)
		}
		for _, result := range one.whole.Results {
			if slices.Contains(strings.Split(racesFaults[i/seeds].fails, ","), result.ID) && result.Verdict != broken(result) {
				t.Errorf("%s, %s, seed %d: %s is %s: %s", one.edition, one.fault, one.seed, result.ID, result.Verdict, result.Message)
			}
		}
	}
}

// TestTwoSecretsAreFoundEveryTime demands that two rotations after which both secrets
// work are found with every seed, with the history that shows it.
func TestTwoSecretsAreFoundEveryTime(t *testing.T) {
	const seeds = 20
	runs := make([]*lockRun, seeds)
	for i := range runs {
		runs[i] = &lockRun{edition: "single", fault: "replacements that meet for a moment leave two", filter: "CON-001,CON-002", seed: int64(i) + 100}
	}
	refereeAll(t, runs, 4)
	for _, one := range runs {
		if one.err != nil {
			t.Fatal(one.err)
		}
		for _, result := range one.whole.Results {
			t.Run(fmt.Sprintf("%s seed %d", result.ID, one.seed), func(t *testing.T) { twoWork(t, result) })
		}
	}
}

// twoWork demands a finding that draws an operation which no order explains.
func twoWork(t *testing.T, result report.Result) {
	t.Helper()
	if result.Verdict != report.Fail || len(result.Findings) == 0 {
		t.Fatalf("%s: %s", result.Verdict, result.Message)
	}
	history := result.Findings[0].History
	if history == nil {
		t.Fatalf("%s without its history", result.Message)
	}
	illegal := 0
	for i, o := range history.Operations {
		if o.Illegal {
			illegal++
		}
		if o.Number != i+1 || o.CallUS < 0 || o.ReturnUS != nil && *o.ReturnUS < o.CallUS {
			t.Errorf("operation %d of the history is %+v", i+1, o)
		}
	}
	if illegal != 1 || history.Reason == "" || len(history.Operations) < 4 {
		t.Errorf("%d operations of %d fit nowhere, because of %q", illegal, len(history.Operations), history.Reason)
	}
}

// TestTwoSecretsAreFoundWhereNoReplyShowsThem is the same where each secret has to be
// read before the next rotation hides it.
func TestTwoSecretsAreFoundWhereNoReplyShowsThem(t *testing.T) {
	for seed := range int64(20) {
		for _, policy := range []profile.Policy{tillReplaces, tillReveals} {
			t.Run(fmt.Sprintf("%s seed %d", policy.SecretSource, seed), func(t *testing.T) {
				result := hearWith(t, policy, "rotations write what they have read", "CON-002", seed)["CON-002"]
				twoWork(t, result)
				t.Logf("found in %d rounds", len(result.Steps))
			})
		}
	}
}

// TestHistoriesAreDrawn demands the calls in every form for people, with pseudonyms in
// the place of secrets.
func TestHistoriesAreDrawn(t *testing.T) {
	t.Parallel()
	finished := finish(t, tillReplaces, "rotations write what they have read", "CON-001,CON-002", 5)
	files, err := finished.Artefacts()
	if err != nil {
		t.Fatal(err)
	}
	for name, want := range map[string][]string{
		"report.json": {`"history": {`, `"illegal": true`, `"call_us": 0`},
		"report.txt":  {"# fits nowhere", "probe S", "#|"},
		"summary.md":  {"<pre>", "fits nowhere: it accepts"},
		"report.html": {`<svg class="chart"`, "h-bad", "The calls in words"},
		"junit.xml":   {"# fits nowhere"},
	} {
		for _, part := range want {
			if !strings.Contains(string(files[name]), part) {
				t.Errorf("%s has no %q", name, part)
			}
		}
	}
	pseudonym := regexp.MustCompile(`^S\d+#[0-9a-f]+$`)
	for _, result := range finished.Results {
		for _, o := range result.Findings[0].History.Operations {
			if !pseudonym.MatchString(o.Argument) {
				t.Errorf("%s: %s is about %q", result.ID, o.Name, o.Argument)
			}
		}
	}
}
