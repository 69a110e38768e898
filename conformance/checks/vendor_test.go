package checks_test

import (
	"net/http/httptest"
	"path/filepath"
	"strings"
	"testing"
	"time"

	"github.com/keyturn/keyturn/conformance"
	"github.com/keyturn/keyturn/conformance/checks"
	"github.com/keyturn/keyturn/conformance/profile"
	"github.com/keyturn/keyturn/conformance/report"
)

// editions are the terms of the profiles beside the document.
var editions = map[string]terms{
	"profile": {most: 2, keepLast: true},
	"open":    {soft: true, deadPast: true},
	"single":  {most: 1, evict: true},
}

// manners are ways to differ that are nobody's fault.
var manners = []string{
	"",
	"rotations take their time",
	"the token side lags behind",
	"lists lag behind",
	"the newest is listed first",
	"unknown members are refused",
	"a preflight is answered",
	"an expired secret is not listed",
	"instants have another offset",
	"whom the key does not reach is forbidden",
	"a refusal has no body",
	"secrets are letters and digits",
}

// referee puts one edition of the service to the test, with one fault or with none.
func referee(t *testing.T, bound *profile.Bound, edition, fault, filter string) (*report.Report, *locksmith, error) {
	t.Helper()
	service := newLocksmith(editions[edition], fault)
	server := httptest.NewServer(service)
	defer server.Close()
	finished, err := conformance.Run(t.Context(), conformance.Options{
		URL: server.URL, Profile: bound, Checks: checks.All(), Filter: filter,
		Seed: 1, Journal: filepath.Join(t.TempDir(), "journal"),
		Limits: profile.Limits{Timeout: 5 * time.Second, Wall: time.Minute},
	})
	if err != nil {
		return nil, nil, err
	}
	return finished.Report, service, nil
}

// bindings loads the profile of each edition.
func bindings(t *testing.T) map[string]*profile.Bound {
	t.Helper()
	bound := map[string]*profile.Bound{}
	for edition := range editions {
		one, err := profile.File(filepath.Join("testdata", "locksmith", edition+".yaml"))
		if err != nil {
			t.Fatal(err)
		}
		bound[edition] = one
	}
	return bound
}

// TestVendor has the service held to each edition of its profile. Every check that
// applies to it has to be exercised and to pass, whatever the service's manner.
func TestVendor(t *testing.T) {
	for edition, bound := range bindings(t) {
		for _, manner := range manners {
			t.Run(strings.TrimSpace(edition+" "+manner), func(t *testing.T) {
				t.Parallel()
				whole, service, err := referee(t, bound, edition, manner, "")
				if err != nil {
					t.Fatal(err)
				}
				for _, result := range whole.Results {
					if result.Verdict != report.Pass && result.Verdict != report.NotApplicable {
						t.Errorf("%s %s: %s\n%+v", result.ID, result.Verdict, result.Message, result.Findings)
					}
				}
				if whole.Outcome != report.Conformant || whole.Exit != conformance.ExitConformant {
					t.Errorf("outcome %s, exit %d: %s", whole.Outcome, whole.Exit, whole.Summary)
				}
				if left := service.remain(); left != 0 || len(whole.Leftovers) > 0 {
					t.Errorf("%d clients are left, the report names %v", left, whole.Leftovers)
				}
				if whole.Oracle.Kind == "" {
					t.Errorf("no oracle was proven: %s", whole.Oracle.Proof)
				}
				t.Logf("%d requests, %v", whole.Run.Requests, whole.Counts)
			})
		}
	}
}
