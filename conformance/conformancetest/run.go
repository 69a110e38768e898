package conformancetest

import (
	"path/filepath"
	"strings"
	"testing"

	"github.com/keyturn/keyturn/conformance"
	"github.com/keyturn/keyturn/conformance/checks"
	"github.com/keyturn/keyturn/conformance/report"
)

// Run puts a target to the test. Each check that was chosen is a subtest: it fails
// where the promise does not hold or the check itself went wrong, and is skipped where
// it does not apply, is waived or could not be exercised; with FailOn incomplete the
// last fails too. A target of which nothing could be tested fails the test itself, as
// does what the run left behind or a stale waiver. Without Checks all there are are
// used, and without a Journal one in the test's temporary folder. The run is returned
// for further assertions.
func Run(t *testing.T, options conformance.Options) *conformance.Finished {
	t.Helper()
	if options.Checks == nil {
		options.Checks = checks.All()
	}
	if options.Journal == "" {
		options.Journal = filepath.Join(t.TempDir(), "journal.jsonl")
	}
	finished, err := conformance.Run(t.Context(), options)
	if err != nil {
		t.Fatalf("the referee: %v", err)
	}
	for _, result := range finished.Results {
		t.Run(result.ID, func(t *testing.T) { tell(t, result, options.FailOn) })
	}
	if untested := finished.Counts[report.Untested] + finished.Counts[report.NotApplicable]; untested == len(finished.Results) {
		t.Error(finished.Summary)
	}
	for _, leftover := range finished.Leftovers {
		t.Errorf("left behind: %s %s: %s", leftover.Kind, leftover.Name, leftover.Cause)
	}
	for _, stale := range finished.Stale {
		t.Errorf("stale waiver: %s", stale)
	}
	return finished
}

// tell turns a result into the end of a subtest.
func tell(t testing.TB, result report.Result, gate conformance.Gate) {
	t.Helper()
	text := result.Title + ": " + evidence(result)
	switch result.Verdict {
	case report.Fail, report.Error:
		t.Error(text)
	case report.Warn:
		if gate == conformance.FailOnShould || gate == conformance.FailOnIncomplete {
			t.Error(text)
		} else {
			t.Log(text)
		}
	case report.Untested:
		if gate == conformance.FailOnIncomplete {
			t.Error(text)
		} else {
			t.Skip("incomplete: " + text)
		}
	case report.NotApplicable, report.Waived:
		t.Skip(string(result.Verdict) + ": " + text)
	default:
		t.Log(text)
	}
}

func evidence(result report.Result) string {
	text := new(strings.Builder)
	text.WriteString(result.Message)
	for _, finding := range result.Findings {
		text.WriteString("\n    " + finding.Message)
		if finding.Expected != "" {
			text.WriteString("\n      expected " + finding.Expected)
		}
		if finding.Observed != "" {
			text.WriteString("\n      observed " + finding.Observed)
		}
	}
	if result.Verdict == report.Fail {
		text.WriteString("\n    fix: " + result.Fix)
	}
	return text.String()
}
