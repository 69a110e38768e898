package checks_test

import (
	"cmp"
	"net/http/httptest"
	"os"
	"path/filepath"
	"slices"
	"sync"
	"testing"
	"time"

	gocmp "github.com/google/go-cmp/cmp"
	"go.yaml.in/yaml/v3"

	"github.com/keyturn/keyturn/conformance"
	"github.com/keyturn/keyturn/conformance/probe"
	"github.com/keyturn/keyturn/conformance/profile"
)

// derived are the editions without a file of their own, whose policy alone is otherwise.
var derived = map[string]string{"brief": "grace", "strict": "single"}

// editionText is an edition's profile without some of its members, to be put anywhere.
func editionText(t *testing.T, edition string, without ...string) []byte {
	t.Helper()
	folder := filepath.Join("testdata", "locksmith")
	text, err := os.ReadFile(filepath.Join(folder, cmp.Or(derived[edition], edition)+".yaml"))
	if err != nil {
		t.Fatal(err)
	}
	var members map[string]any
	if err := yaml.Unmarshal(text, &members); err != nil {
		t.Fatal(err)
	}
	for _, name := range without {
		delete(members, name)
	}
	document, _ := members["document"].(string)
	if members["document"], err = filepath.Abs(filepath.Join(folder, document)); err != nil {
		t.Fatal(err)
	}
	if text, err = yaml.Marshal(members); err != nil {
		t.Fatal(err)
	}
	return text
}

// opened loads a profile that may be open.
func opened(t *testing.T, text []byte) *profile.Open {
	t.Helper()
	path := filepath.Join(t.TempDir(), "profile.yaml")
	if err := os.WriteFile(path, text, 0o600); err != nil {
		t.Fatal(err)
	}
	open, err := profile.OpenFile(path)
	if err != nil {
		t.Fatalf("%v in\n%s", err, text)
	}
	return open
}

// lockProbe is a service probed.
type lockProbe struct {
	terms    terms
	fault    string
	given    *profile.Open
	patience time.Duration

	service *locksmith
	result  *probe.Result
	err     error
}

// probeAll makes many probes at once: most of their time is spent on waiting.
func probeAll(t *testing.T, probes map[string]*lockProbe) {
	t.Helper()
	const atOnce = 12
	places := make(chan struct{}, atOnce)
	var group sync.WaitGroup
	for _, one := range probes {
		journal := filepath.Join(t.TempDir(), "journal")
		group.Go(func() {
			places <- struct{}{}
			defer func() { <-places }()
			one.service = newLocksmith(one.terms, one.fault)
			server := httptest.NewServer(one.service)
			defer server.Close()
			one.result, one.err = probe.Run(t.Context(), probe.Options{
				Options: conformance.Options{
					URL: server.URL, Seed: 1, Journal: journal,
					Limits: profile.Limits{Timeout: 5 * time.Second, Wall: time.Minute},
				},
				Given: one.given, Patience: cmp.Or(one.patience, 700*time.Millisecond), Most: 4,
			})
		})
	}
	group.Wait()
}

// outcome is the result of a probe that came to its end and left nothing behind.
func (one *lockProbe) outcome(t *testing.T) *probe.Result {
	t.Helper()
	if one.err != nil {
		t.Fatal(one.err)
	}
	result := one.result
	if result.Blocked != "" || result.Cut != "" || len(result.Leftovers) > 0 || one.service.remain() != len(result.Residue) {
		t.Fatalf("blocked %q, cut %q, leftovers %v, %d clients left", result.Blocked, result.Cut, result.Leftovers, one.service.remain())
	}
	for _, fact := range result.Facts {
		t.Logf("%s: declared %q, observed %q, %s: %s", fact.Name, fact.Declared, fact.Observed, fact.State, fact.Evidence)
	}
	return result
}

// unshown are the facts that an edition has no way to show, with the reason.
var unshown = map[string]map[string]string{
	"bare": {
		"reads": "there is nothing to read with", "refuse": "nothing ends a secret", "token_effect": "introspect is not bound",
		"statuses.repeat_delete": "nothing can be deleted",
	},
	"boxed": {
		"default_expiry": "no reply shows an expiry", "token_effect": "introspect is not bound",
		"statuses.invalid": "there is no body to spoil", "statuses.media": "as statuses.invalid",
	},
	"single": {"statuses.method": "the document has each method that would be tried"},
	"strict": {"statuses.method": "as single"},
	"grace": {
		"rotation": "an hour is longer than anybody waits, and until then a grace looks like secrets that add up",
		"grace":    "as rotation",
	},
}

// TestProbe has the policy of each edition found out without being told, and written down
// as a profile that has it.
func TestProbe(t *testing.T) {
	declared, probes := bindings(t), map[string]*lockProbe{}
	delete(declared, "brief") // too brief to be told from a lag on a slow machine; TestProbeGrace has a longer one
	for edition := range declared {
		open := opened(t, editionText(t, edition, "policy", "statuses", "client_auth", "oracle"))
		probes[edition] = &lockProbe{terms: editions[edition], given: open}
	}
	probeAll(t, probes)
	for edition, declared := range declared {
		t.Run(edition, func(t *testing.T) {
			result := probes[edition].outcome(t)
			for _, fact := range result.Facts {
				_, not := unshown[edition][fact.Name]
				if fact.Name == "statuses.taken" {
					not = declared.ChosenID() == ""
				}
				if not != (fact.State == probe.Unknown) && edition != "grace" {
					t.Errorf("%s is %s: %s", fact.Name, fact.State, fact.Evidence)
				}
			}
			draft := drafted(t, result)
			want, got := declared.Facts(), draft.Facts()
			for _, facts := range []map[string]string{want, got} {
				delete(facts, "accept") // proposals, with room to spare
				delete(facts, "refuse")
				for name := range unshown[edition] {
					delete(facts, name)
				}
			}
			if diff := gocmp.Diff(want, got); diff != "" {
				t.Errorf("(-declared +found)\n%s", diff)
			}
			if longest := draft.Policy.Accept; longest > 2*time.Second {
				t.Errorf("accept is %s, though new secrets work at once", longest)
			}
		})
	}
}

// drafted loads the draft of a result as a run would.
func drafted(t *testing.T, result *probe.Result) *profile.Bound {
	t.Helper()
	path := filepath.Join(t.TempDir(), "draft.yaml")
	if err := os.WriteFile(path, []byte(result.Draft), 0o600); err != nil {
		t.Fatal(err)
	}
	draft, err := profile.File(path)
	if err != nil {
		t.Fatalf("%v in\n%s", err, result.Draft)
	}
	return draft
}

// TestProbeCompares holds services to a complete profile, which they keep or do not.
func TestProbeCompares(t *testing.T) {
	kept := terms{most: 2, keepLast: true} // of the edition "profile"
	open := terms{soft: true, deadPast: true}
	tests := map[string]struct {
		edition string
		terms   terms
		fault   string
		want    []string // the facts that are otherwise
	}{
		"profile is kept":      {"profile", kept, "", nil},
		"open is kept":         {"open", open, "", nil},
		"single is kept":       {"single", editions["single"], "", nil},
		"grace is kept":        {"grace", editions["grace"], "", nil},
		"bare is kept":         {"bare", editions["bare"], "", nil},
		"boxed is kept":        {"boxed", editions["boxed"], "", nil},
		"a larger bound":       {"profile", terms{most: 3, keepLast: true}, "", []string{"max_live"}},
		"no bound":             {"profile", terms{keepLast: true}, "", []string{"max_live", "overflow"}},
		"a bound":              {"open", terms{most: 3, soft: true, deadPast: true}, "", []string{"max_live", "overflow"}},
		"the oldest goes":      {"profile", terms{most: 2, evict: true, keepLast: true}, "", []string{"overflow"}},
		"the newest goes":      {"grace", editions["grace"], "past the cap the newest goes", []string{"overflow"}},
		"the last goes":        {"profile", terms{most: 2}, "", []string{"delete_last"}},
		"deletion is hard":     {"open", open, "a deleted secret is not listed", []string{"delete_secret"}},
		"past is refused":      {"open", terms{soft: true}, "", []string{"past_expiry"}},
		"past is alive":        {"open", open, "a dead secret is alive", []string{"past_expiry"}},
		"a read shows it":      {"profile", kept, "a read shows the secret", []string{"readback"}},
		"too late":             {"profile", kept, "a deleted secret works too long", []string{"refuse"}},
		"a foreigner rotates":  {"profile", kept, "another workspace may rotate", []string{"statuses.foreign"}},
		"a reader writes":      {"profile", kept, "a reader may write", []string{"statuses.forbidden"}},
		"rotation replaces":    {"profile", terms{most: 1, evict: true, keepLast: true}, "", []string{"max_live", "overflow", "rotation"}},
		"reads lag":            {"open", open, "the list of secrets lags behind", []string{"reads"}},
		"tokens end":           {"single", editions["strict"], "", []string{"token_effect"}},
		"both ways are enough": {"profile", kept, "two ways to authenticate are one too many for nobody", []string{"two_proofs"}},
	}
	probes := map[string]*lockProbe{}
	for name, test := range tests {
		probes[name] = &lockProbe{terms: test.terms, fault: test.fault, given: opened(t, editionText(t, test.edition))}
	}
	probeAll(t, probes)
	for name, test := range tests {
		t.Run(name, func(t *testing.T) {
			result := probes[name].outcome(t)
			var got []string
			for _, fact := range result.Facts {
				if fact.State == probe.Contradicts {
					got = append(got, fact.Name)
				}
			}
			slices.Sort(got)
			if diff := gocmp.Diff(test.want, got); diff != "" {
				t.Errorf("(-want +got)\n%s", diff)
			}
			if want := map[bool]int{true: conformance.ExitNonconformant, false: conformance.ExitConformant}[len(got) > 0]; result.Exit != want {
				t.Errorf("exit is %d, want %d", result.Exit, want)
			}
		})
	}
}

// TestProbeGrace tells a grace, which only the newest secrets have, from a lag.
func TestProbeGrace(t *testing.T) {
	brief := opened(t, editionText(t, "grace", "policy"))
	late := opened(t, editionText(t, "single", "policy"))
	probes := map[string]*lockProbe{
		"a grace": {terms: terms{most: 2, evict: true, grace: time.Second}, given: brief, patience: 3 * time.Second},
		"a lag":   {terms: editions["single"], fault: "the token side lags behind", given: late, patience: 2 * time.Second},
	}
	probeAll(t, probes)
	grace, lag := drafted(t, probes["a grace"].outcome(t)).Policy, drafted(t, probes["a lag"].outcome(t)).Policy
	if grace.Rotation != "grace" || grace.Grace < 700*time.Millisecond || grace.Grace > 1300*time.Millisecond || grace.MaxLive != 2 || grace.Overflow != "evict" {
		t.Errorf("a grace of a second is found to be %+v", grace)
	}
	if lag.Rotation != "replace" || lag.Grace != 0 || lag.MaxLive != 1 {
		t.Errorf("a lag is found to be %+v", lag)
	}
}
