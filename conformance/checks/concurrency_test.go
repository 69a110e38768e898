package checks_test

import (
	"net/http/httptest"
	"path/filepath"
	"slices"
	"strings"
	"testing"
	"time"

	"github.com/keyturn/keyturn/conformance"
	"github.com/keyturn/keyturn/conformance/checks"
	"github.com/keyturn/keyturn/conformance/profile"
	"github.com/keyturn/keyturn/conformance/report"
)

var (
	tillReplaces = profile.Policy{Rotation: "replace"}
	tillReveals  = profile.Policy{Rotation: "replace", SecretSource: "reveal"}
	tillAdds     = profile.Policy{Rotation: "add", DeleteSecret: "soft"}
	tillAddsHard = profile.Policy{Rotation: "add", DeleteSecret: "hard"}
	tillEvicts   = profile.Policy{Rotation: "add", DeleteSecret: "soft", MaxLive: 3, Overflow: "evict"}
	tillRefuses  = profile.Policy{Rotation: "add", DeleteSecret: "hard", MaxLive: 3, Overflow: "refuse"}
	tillGrants   = profile.Policy{Rotation: "grace", Grace: 20 * time.Second}
)

// hear runs checks against a till of its own and returns their results by id.
func hear(t *testing.T, policy profile.Policy, fault, filter string) map[string]report.Result {
	t.Helper()
	return hearWith(t, policy, fault, filter, 3)
}

func hearWith(t *testing.T, policy profile.Policy, fault, filter string, seed int64) map[string]report.Result {
	t.Helper()
	results := map[string]report.Result{}
	for _, result := range finish(t, policy, fault, filter, seed).Results {
		results[result.ID] = result
	}
	return results
}

func finish(t *testing.T, policy profile.Policy, fault, filter string, seed int64) *conformance.Finished {
	t.Helper()
	service := &till{policy: policy, fault: fault, clients: map[string]*tillClient{}}
	bound := service.bind(t)
	server := httptest.NewServer(service)
	defer server.Close()
	finished, err := conformance.Run(t.Context(), conformance.Options{
		URL: server.URL, Profile: bound, Checks: checks.All(), Filter: filter, Seed: seed,
		Journal: filepath.Join(t.TempDir(), "journal"), Limits: profile.Limits{Timeout: 5 * time.Second, Wall: time.Minute},
	})
	if err != nil {
		t.Fatal(err)
	}
	return finished
}

func TestConcurrencyFinds(t *testing.T) {
	t.Parallel()
	for _, test := range []struct {
		fault  string
		policy profile.Policy
		check  string
		says   string
	}{
		{"rotations that meet end each other", tillReplaces, "CON-001", "none of the secrets of 8 acknowledged rotations works"},
		{"rotations that meet leave two", tillReplaces, "CON-001", "of their secrets work"},
		{"rotations that meet are forgotten", tillReplaces, "CON-001", "works"},
		{"additions that meet are one", tillAdds, "CON-003", "gave the same secret"},
		{"rotations that meet are forgotten", tillAdds, "CON-003", "the list shows"},
		{"rotations that meet end each other", tillAdds, "CON-003", "refused of"},
		{"additions that meet are made twice", tillAdds, "CON-003", "the list shows"},
		{"rotations that meet end each other", tillReplaces, "CON-002", "no order explains"},
		{"rotations that meet leave two", tillReplaces, "CON-002", "no order explains"},
		{"rotations that meet are forgotten", tillReplaces, "CON-002", "no order explains"},
		{"rotations that meet leave two", tillReveals, "CON-002", "no order explains"},
		{"deletions that meet are forgotten", tillAdds, "CON-006", "no order explains"},
		{"deletions that meet are forgotten", tillAddsHard, "CON-006", "no order explains"},
		{"a mark flips back", tillAdds, "CON-004", "no order explains"},
		{"a list misses the newest", tillAdds, "CON-004", "no order explains"},
		{"a list shows more than there is", tillAdds, "CON-004", "no order explains"},
		{"rotations that meet are forgotten", tillAdds, "CON-004", "no order explains"},
		{"additions that meet are made twice", tillAddsHard, "CON-004", "no order explains"},
		{"deletions that meet are forgotten", tillAdds, "CON-004", "no order explains"},
		{"deletions that meet are forgotten", tillAddsHard, "CON-004", "no order explains"},
		{"rotations that meet are forgotten", tillAdds, "CON-009", "refused after 8 rotations at once"},
		{"one too few is kept", tillEvicts, "CON-009", "refused after 8 rotations at once"},
		{"there is no grace", tillGrants, "CON-009", "refused after 8 rotations at once"},
		{"an update revives the first secret", tillReplaces, "CON-014", "secret 1 works"},
		{"a refused rotation ends the secret", tillAdds, "CON-014", "is refused"},
		{"a deletion ends the next one too", tillAdds, "CON-014", "is refused"},
		{"there is no grace", tillGrants, "CON-014", "secret 1 is refused"},
		{"one too few is kept", tillEvicts, "CON-014", "is refused"},
	} {
		t.Run(test.check+" "+test.policy.Rotation+" "+test.fault, func(t *testing.T) {
			t.Parallel()
			result := hear(t, test.policy, test.fault, test.check)[test.check]
			if result.Verdict != report.Fail || !strings.Contains(result.Message, test.says) {
				t.Errorf("%s: %s, want fail and %q\n%s", result.Verdict, result.Message, test.says, strings.Join(result.Steps, "\n"))
			}
		})
	}
}

// TestConcurrencyIsFair demands that no check fails a service which keeps what it
// declares, however it does so, and that none passes what was not exercised.
func TestConcurrencyIsFair(t *testing.T) {
	t.Parallel()
	for _, policy := range []profile.Policy{tillReplaces, tillReveals, tillAdds, tillAddsHard, tillEvicts, tillRefuses, tillGrants} {
		for _, test := range []struct {
			fault string
			open  string // checks that may be incomplete
			fails string // those that may hold it against the service even so
		}{
			{"", "", ""},
			{"the token side lags", "", ""},
			{"requests that meet conflict", "CON-006", ""},
			{"replies are lost", "CON-001 CON-003 CON-006 CON-009 CON-012 CON-014", ""},
			{"answers are faults", "CON-001 CON-003 CON-006 CON-009 CON-012 CON-014", "CON-003 CON-006"},
		} {
			t.Run(policy.Rotation+policy.SecretSource+policy.DeleteSecret+policy.Overflow+" "+test.fault, func(t *testing.T) {
				t.Parallel()
				ran := 0
				for id, result := range hear(t, policy, test.fault, "CON-*") {
					allowed := []report.Verdict{report.Pass, report.NotApplicable}
					if strings.Contains(test.open, id) {
						allowed = append(allowed, report.Untested)
					}
					if strings.Contains(test.fails, id) {
						allowed = append(allowed, report.Fail)
					}
					if !slices.Contains(allowed, result.Verdict) {
						t.Errorf("%s %s: %s\n%s", id, result.Verdict, result.Message, strings.Join(result.Steps, "\n"))
					}
					if result.Verdict != report.NotApplicable {
						ran++
					}
				}
				if ran < 2 {
					t.Errorf("%d checks applied", ran)
				}
			})
		}
	}
}

// TestSequencesAreShrunk demands the shortest sequence that there is, and a report that
// lets anybody repeat it.
func TestSequencesAreShrunk(t *testing.T) {
	t.Parallel()
	result := hear(t, tillReplaces, "an update revives the first secret", "CON-014")["CON-014"]
	var shown []string
	for _, step := range result.Steps {
		if _, operation, ok := strings.Cut(step, ". "); ok {
			operation, _, _ = strings.Cut(operation, " ")
			shown = append(shown, operation)
		}
	}
	if want := []string{"rotate", "update", "probe"}; !slices.Equal(shown, want) {
		t.Errorf("%v, want %v\n%s", shown, want, strings.Join(result.Steps, "\n"))
	}
	if text := strings.Join(result.Steps, "\n"); !strings.Contains(text, "sequence 1 of seed 3 fails") {
		t.Errorf("the steps do not say which sequence it was:\n%s", text)
	}
	if len(result.Findings) != 1 || result.Findings[0].Expected == "" || len(result.Findings[0].Exchanges) == 0 {
		t.Errorf("%+v, want one finding with what was expected and the exchange that shows it", result.Findings)
	}
}
