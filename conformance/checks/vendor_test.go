package checks_test

import (
	"cmp"
	"net/http/httptest"
	"path/filepath"
	"strings"
	"sync"
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
	"grace":   {most: 2, evict: true, grace: time.Hour},
	"bare":    {},
	"boxed":   {boxed: true},
	"brief":   {most: 2, evict: true, grace: briefly},
	"strict":  {most: 1, evict: true, revokes: true},
}

// briefly is the grace of the edition "brief", which is "grace" but for that. The
// edition "strict" is "single" but that tokens end with their secret.
const briefly = 400 * time.Millisecond

// manners are ways to differ that are nobody's fault, with the edition that has them.
var manners = []struct{ edition, manner string }{
	{"profile", ""},
	{"open", ""},
	{"single", ""},
	{"grace", ""},
	{"bare", ""},
	{"boxed", ""},
	{"profile", "rotations take their time"},
	{"single", "rotations take their time"},
	{"profile", "the token side lags behind"},
	{"open", "the newest is listed first"},
	{"single", "unknown members are refused"},
	{"profile", "a preflight is answered"},
	{"profile", "instants have another offset"},
	{"profile", "a refusal has no body"},
	{"open", "secrets are letters and digits"},
}

// lockRun is one edition of the service put to the test, with one fault or manner.
type lockRun struct {
	edition, fault, filter string
	seed                   int64 // 0 is 1
	service                *locksmith
	whole                  *report.Report
	err                    error
}

// refereeAll makes many runs, so many at once. Most of their time is spent on waiting
// for declared bounds, so that there may be more of them than processors.
func refereeAll(t *testing.T, runs []*lockRun, atOnce int) {
	t.Helper()
	bound := bindings(t)
	places := make(chan struct{}, atOnce)
	var group sync.WaitGroup
	for _, one := range runs {
		group.Go(func() {
			places <- struct{}{}
			defer func() { <-places }()
			one.service = newLocksmith(editions[one.edition], one.fault)
			server := httptest.NewServer(one.service)
			defer server.Close()
			finished, err := conformance.Run(t.Context(), conformance.Options{
				URL: server.URL, Profile: bound[one.edition], Checks: checks.All(), Filter: one.filter,
				Seed: cmp.Or(one.seed, 1), Journal: filepath.Join(t.TempDir(), "journal"),
				Limits: profile.Limits{Timeout: 5 * time.Second, Wall: time.Minute},
			})
			if one.err = err; err == nil {
				one.whole = finished.Report
			}
		})
	}
	group.Wait()
}

// bindings loads the profile of each edition.
func bindings(t *testing.T) map[string]*profile.Bound {
	t.Helper()
	bound := map[string]*profile.Bound{}
	for edition := range editions {
		name := edition
		switch edition {
		case "brief":
			name = "grace"
		case "strict":
			name = "single"
		}
		one, err := profile.File(filepath.Join("testdata", "locksmith", name+".yaml"))
		if err != nil {
			t.Fatal(err)
		}
		switch edition {
		case "brief":
			one.Policy.Grace = briefly
		case "strict":
			one.Policy.TokenEffect = "revoke"
		}
		bound[edition] = one
	}
	return bound
}

// TestSomeAllowFor has checks meet manners that not every one can make allowance for.
func TestSomeAllowFor(t *testing.T) {
	runs := []*lockRun{
		{edition: "profile", fault: "the list of secrets lags behind", filter: "DOC-*,LST-*,ENT-*,ROT-001,ROT-018"},
		{edition: "open", fault: "the list of secrets lags behind", filter: "DOC-*,LST-*,ROT-016,ENT-*"},
		{edition: "brief", filter: "IDM-001"},
		{edition: "open", fault: "whom the key does not reach is forbidden", filter: "AUTH-*,TEN-00[1-8],TEN-01*,DOC-*"},
		{edition: "open", fault: "an expired secret is not listed", filter: "ROT-*,EXP-00*,DEL-*,LST-*,CON-*"},
		{edition: "strict", filter: "ROT-*,DEL-*,UPD-*"},
	}
	refereeAll(t, runs, len(runs))
	for _, one := range runs {
		if one.err != nil {
			t.Fatal(one.err)
		}
		for _, result := range one.whole.Results {
			if result.Verdict != report.Pass && result.Verdict != report.NotApplicable {
				t.Errorf("%s %s: %s is %s: %s\n%+v", one.edition, one.fault, result.ID, result.Verdict, result.Message, result.Findings)
			}
		}
	}
}

// TestVendor has the service held to each edition of its profile. Every check that
// applies to it has to be exercised and to pass, whatever the service's manner.
func TestVendor(t *testing.T) {
	runs := make([]*lockRun, 0, len(manners))
	for _, one := range manners {
		runs = append(runs, &lockRun{edition: one.edition, fault: one.manner})
	}
	refereeAll(t, runs, 5)
	for _, one := range runs {
		t.Run(strings.TrimSpace(one.edition+" "+one.fault), func(t *testing.T) {
			if one.err != nil {
				t.Fatal(one.err)
			}
			for _, result := range one.whole.Results {
				if result.Verdict != report.Pass && result.Verdict != report.NotApplicable {
					t.Errorf("%s is %s: %s\n%+v", result.ID, result.Verdict, result.Message, result.Findings)
				}
			}
			if one.whole.Outcome != report.Conformant {
				t.Errorf("outcome %s, want %s, exit %d: %s", one.whole.Outcome, report.Conformant, one.whole.Exit, one.whole.Summary)
			}
			if left := one.service.remain(); left != len(one.whole.Residue) || len(one.whole.Leftovers) > 0 {
				t.Errorf("%d clients are left, the report names %v", left, one.whole.Leftovers)
			}
			if one.whole.Oracle.Kind == "" {
				t.Errorf("no oracle was proven: %s", one.whole.Oracle.Proof)
			}
			t.Logf("%d requests, %v", one.whole.Run.Requests, one.whole.Counts)
		})
	}
}
