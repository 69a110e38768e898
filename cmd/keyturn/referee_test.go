package main

import (
	"context"
	"os"
	"path/filepath"
	"testing"
	"time"

	"github.com/keyturn/keyturn/conformance"
	"github.com/keyturn/keyturn/conformance/checks"
	"github.com/keyturn/keyturn/conformance/profile"
	"github.com/keyturn/keyturn/conformance/report"
	"github.com/keyturn/keyturn/mockserver"
	"github.com/keyturn/keyturn/mockserver/mocktest"
)

// TestCleanRun holds the stand-in to every promise: the referee finds nothing wrong,
// and nothing that it could not test.
func TestCleanRun(t *testing.T) {
	t.Parallel()
	for _, provider := range []string{"authing-v2", "genauth-v3", "angusgm", "identity-service"} {
		t.Run(provider, func(t *testing.T) {
			t.Parallel()
			server := mocktest.Start(t, mockserver.Options{})
			bound, err := profile.Builtin(provider)
			if err != nil {
				t.Fatal(err)
			}
			result, err := conformance.Run(context.Background(), conformance.Options{
				URL: server.URL, Profile: bound, Checks: checks.All(), Filter: os.Getenv("CHECKS"),
				Journal: filepath.Join(t.TempDir(), "journal.jsonl"), Version: "test", Now: time.Now,
			})
			if err != nil {
				t.Fatal(err)
			}
			for _, one := range result.Results {
				switch one.Verdict {
				case report.Pass, report.NotApplicable:
				default:
					t.Errorf("%s %s: %s", one.ID, one.Verdict, one.Message)
					for _, finding := range one.Findings {
						t.Logf("   %s | expected %s | observed %s", finding.Message, finding.Expected, finding.Observed)
					}
				}
			}
			if out := os.Getenv("REPORTS"); out != "" {
				files, err := result.Render()
				if err != nil {
					t.Fatal(err)
				}
				for name, text := range files {
					os.MkdirAll(filepath.Join(out, provider), 0o755)
					os.WriteFile(filepath.Join(out, provider, name), text, 0o644)
				}
			}
			t.Log(result.Outcome, result.Exit, result.Summary, result.Counts, result.Run.Requests, "requests", result.Run.Ended.Sub(result.Run.Started), result.Oracle, result.Leftovers, result.Residue)
		})
	}
}
