package main

import (
	"flag"
	"os"
	"path/filepath"
	"testing"

	"github.com/keyturn/keyturn/conformance"
	"github.com/keyturn/keyturn/conformance/checks"
	"github.com/keyturn/keyturn/conformance/conformancetest"
	"github.com/keyturn/keyturn/conformance/profile"
	"github.com/keyturn/keyturn/conformance/report"
	"github.com/keyturn/keyturn/mockserver/mocktest"
)

var (
	chosen  = flag.String("checks", "", "which checks a clean run has; all when empty")
	reports = flag.String("reports", "", "a folder that clean runs write their reports to, one inside it for each provider")
)

// TestCleanRun is the referee on the stand-in, one provider after the other: nothing
// fails, nothing that applies goes untested, and nothing is left behind.
func TestCleanRun(t *testing.T) {
	t.Parallel()
	for _, provider := range providers() {
		t.Run(provider, func(t *testing.T) {
			t.Parallel()
			bound, err := profile.Builtin(provider)
			if err != nil {
				t.Fatal(err)
			}
			server := mocktest.Start(t)
			finished, err := conformance.Run(t.Context(), conformance.Options{
				URL: server.BaseURL(), Profile: bound, Checks: checks.All(), Filter: *chosen,
				Journal: filepath.Join(t.TempDir(), "journal.jsonl"), Version: "test",
			})
			if err != nil {
				t.Fatal(err)
			}
			for _, result := range finished.Results {
				if result.Verdict != report.Pass && result.Verdict != report.NotApplicable {
					t.Errorf("%s %s: %s %+v", result.ID, result.Verdict, result.Message, result.Findings)
				}
			}
			if *chosen == "" && (finished.Outcome != report.Conformant || finished.Exit != conformance.ExitConformant || finished.Counts[report.Pass] < 50) {
				t.Errorf("%s, exit %d: %s %v", finished.Outcome, finished.Exit, finished.Summary, finished.Counts)
			}
			if len(finished.Leftovers) > 0 || bound.Binds("delete") && len(finished.Residue) > 0 {
				t.Errorf("left behind: %v, %v", finished.Leftovers, finished.Residue)
			}
			t.Logf("%v, %d requests in %s", finished.Counts, finished.Run.Requests, finished.Run.Ended.Sub(finished.Run.Started))
			writeReports(t, finished, provider)
		})
	}
}

func writeReports(t *testing.T, finished *conformance.Finished, provider string) {
	t.Helper()
	files, err := finished.Artefacts()
	if err != nil {
		t.Error(err)
	}
	if *reports == "" {
		return
	}
	folder := filepath.Join(*reports, provider)
	if err := os.MkdirAll(folder, 0o755); err != nil {
		t.Fatal(err)
	}
	for name, text := range files {
		if err := os.WriteFile(filepath.Join(folder, name), text, 0o644); err != nil {
			t.Fatal(err)
		}
	}
}

// TestCleanReading is the referee in the mode that makes nothing.
func TestCleanReading(t *testing.T) {
	t.Parallel()
	for _, provider := range providers() {
		t.Run(provider, func(t *testing.T) {
			t.Parallel()
			bound, err := profile.Builtin(provider)
			if err != nil {
				t.Fatal(err)
			}
			finished := conformancetest.Run(t, conformance.Options{
				URL: mocktest.Start(t).BaseURL(), Profile: bound, Mode: conformance.ReadOnly, FailOn: conformance.FailOnIncomplete,
			})
			if finished.Outcome != report.Conformant || finished.Counts[report.Pass] < 8 {
				t.Errorf("%s: %s %v", finished.Outcome, finished.Summary, finished.Counts)
			}
		})
	}
}

// TestKeys has the referee log in with an access key, where the provider has them.
func TestKeys(t *testing.T) {
	t.Parallel()
	for _, provider := range []string{"authing-v2", "genauth-v3"} {
		t.Run(provider, func(t *testing.T) {
			t.Parallel()
			bound, err := profile.Builtin(provider)
			if err != nil {
				t.Fatal(err)
			}
			key := profile.Principal{Key: "61b95d6c96d42670da568408", Secret: "5f1d9c3be47a40c2a6d80e95b71c2f34"}
			conformancetest.Run(t, conformance.Options{
				URL: mocktest.Start(t).BaseURL(), Profile: bound, Filter: "ROT-00[23]", FailOn: conformance.FailOnIncomplete,
				Credentials: &profile.Credentials{Admin: key, Values: map[string]string{"pool": "61b95d6c96d42670da568408"}},
			})
		})
	}
}
