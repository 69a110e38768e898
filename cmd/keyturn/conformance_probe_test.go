package main

import (
	"encoding/json"
	"maps"
	"net"
	"net/http"
	"net/http/httptest"
	"os"
	"path/filepath"
	"slices"
	"strings"
	"sync/atomic"
	"testing"

	"github.com/google/go-cmp/cmp"
	"go.yaml.in/yaml/v3"

	"github.com/keyturn/keyturn/conformance"
	"github.com/keyturn/keyturn/conformance/checks"
	"github.com/keyturn/keyturn/conformance/probe"
	"github.com/keyturn/keyturn/conformance/profile"
	"github.com/keyturn/keyturn/mockserver/mocktest"
	"github.com/keyturn/keyturn/specs"
)

// unsaid is a provider's own profile without its policy, as a file beside its document.
func unsaid(t *testing.T, provider string) string {
	t.Helper()
	text, err := specs.Profile(provider)
	if err != nil {
		t.Fatal(err)
	}
	source, err := specs.Source(provider)
	if err != nil {
		t.Fatal(err)
	}
	var members map[string]any
	if err := yaml.Unmarshal(text, &members); err != nil {
		t.Fatal(err)
	}
	for _, name := range []string{"policy", "statuses", "client_auth", "oracle"} {
		delete(members, name)
	}
	members["document"] = "openapi.yaml"
	if text, err = yaml.Marshal(members); err != nil {
		t.Fatal(err)
	}
	name := writeFile(t, "profile.yaml", string(text))
	if err := os.WriteFile(filepath.Join(filepath.Dir(name), "openapi.yaml"), source, 0o600); err != nil {
		t.Fatal(err)
	}
	return name
}

// hidden are the facts that a provider has no way to show, with the reason.
var hidden = map[string]map[string]string{
	"authing-v2": {"default_expiry": "no reply shows when a secret ends"},
	"genauth-v3": {"default_expiry": "no reply shows when a secret ends"},
}

// TestProbeFindsThePolicy has the policy of each provider found out without being told.
func TestProbeFindsThePolicy(t *testing.T) {
	t.Parallel()
	for _, provider := range providers() {
		t.Run(provider, func(t *testing.T) {
			t.Parallel()
			standIn := mocktest.Start(t)
			before := remains(t, standIn)
			given := unsaid(t, provider)
			code, stdout, stderr := judge(t, nil, "probe", "--profile", given, "--url", standIn.BaseURL(), "--patience", "500ms", "--format", "json")
			if code != conformance.ExitConformant {
				t.Fatalf("got exit %d and %s", code, stderr)
			}
			var result probe.Result
			if err := json.Unmarshal([]byte(stdout), &result); err != nil {
				t.Fatalf("%v in %s", err, stdout)
			}
			for _, fact := range result.Facts {
				if _, not := hidden[provider][fact.Name]; not != (fact.State == probe.Unknown) {
					t.Errorf("%s is %s: %s", fact.Name, fact.State, fact.Evidence)
				}
			}
			compare(t, provider, result.Draft, filepath.Dir(given))
			if after := remains(t, standIn); len(result.Residue) == 0 && after != before {
				t.Errorf("%d mentions of what probes make before, %d after", before, after)
			}
		})
	}
}

// compare holds a draft to the provider's own profile.
func compare(t *testing.T, provider, text, folder string) {
	t.Helper()
	path := filepath.Join(folder, "draft.yaml")
	if err := os.WriteFile(path, []byte(text), 0o600); err != nil {
		t.Fatal(err)
	}
	draft, err := profile.File(path)
	if err != nil {
		t.Fatalf("%v in\n%s", err, text)
	}
	declared, err := profile.Builtin(provider)
	if err != nil {
		t.Fatal(err)
	}
	want, got := declared.Facts(), draft.Facts()
	for _, facts := range []map[string]string{want, got} {
		maps.DeleteFunc(facts, func(name, _ string) bool {
			_, not := hidden[provider][name]
			return not || name == "accept" || name == "refuse"
		})
	}
	if diff := cmp.Diff(want, got); diff != "" {
		t.Errorf("(-declared +found)\n%s", diff)
	}
	// What is proposed, or is a choice among what was seen, has to be within what is declared.
	if draft.Policy.Accept > declared.Policy.Accept || draft.Policy.Refuse > declared.Policy.Refuse {
		t.Errorf("the windows %s and %s are longer than %s and %s", draft.Policy.Accept, draft.Policy.Refuse, declared.Policy.Accept, declared.Policy.Refuse)
	}
	ways := func(of *profile.Bound) []profile.ClientAuth { return slices.Sorted(slices.Values(of.ClientAuth)) }
	if diff := cmp.Diff(ways(declared), ways(draft)); diff != "" {
		t.Errorf("client_auth (-declared +found)\n%s", diff)
	}
	if diff := cmp.Diff(declared.Oracle, draft.Oracle); diff != "" {
		t.Errorf("oracle (-declared +found)\n%s", diff)
	}
	for name, pair := range map[string][2][]int{
		"unauthenticated": {draft.Statuses.Unauthenticated, declared.Statuses.Unauthenticated}, "forbidden": {draft.Statuses.Forbidden, declared.Statuses.Forbidden},
		"foreign": {draft.Statuses.Foreign, declared.Statuses.Foreign}, "unknown": {draft.Statuses.Unknown, declared.Statuses.Unknown},
		"invalid": {draft.Statuses.Invalid, declared.Statuses.Invalid}, "method": {draft.Statuses.Method, declared.Statuses.Method},
		"media": {draft.Statuses.Media, declared.Statuses.Media}, "taken": {draft.Statuses.Taken, declared.Statuses.Taken},
		"repeat_delete": {draft.Statuses.RepeatDelete, declared.Statuses.RepeatDelete},
	} {
		if slices.ContainsFunc(pair[0], func(status int) bool { return !slices.Contains(pair[1], status) }) {
			t.Errorf("statuses.%s are %v, declared %v", name, pair[0], pair[1])
		}
	}
}

// TestProbeDraftRuns takes a draft from standard output to a run.
func TestProbeDraftRuns(t *testing.T) {
	t.Parallel()
	standIn := mocktest.Start(t)
	given := unsaid(t, "genauth-v3")
	code, stdout, stderr := judge(t, nil, "probe", "--profile", given, "--url", standIn.BaseURL(), "--patience", "300ms")
	if code != conformance.ExitConformant || !strings.Contains(stderr, "facts: 28 found out, 1 not found out.") {
		t.Fatalf("got exit %d and %s", code, stderr)
	}
	draft := filepath.Join(filepath.Dir(given), "draft.yaml")
	if err := os.WriteFile(draft, []byte(stdout), 0o600); err != nil {
		t.Fatal(err)
	}
	credentials := writeFile(t, "c.yaml", "admin: {token: token}\n")
	code, _, stderr = judge(t, checks.All(), "run", "--profile", draft, "--url", standIn.BaseURL(), "--credentials", credentials, "--checks", "ROT-001,ROT-003")
	if code != conformance.ExitConformant {
		t.Errorf("the run: got exit %d and %s", code, stderr)
	}
}

// TestProbeEnds has each way that a probe can end.
func TestProbeEnds(t *testing.T) {
	t.Parallel()
	standIn := mocktest.Start(t)
	before := remains(t, standIn)
	closed, err := net.Listen("tcp", "127.0.0.1:0")
	if err != nil {
		t.Fatal(err)
	}
	closed.Close()
	kept := tampered(t, func(w http.ResponseWriter, r *http.Request) bool {
		if r.Method != http.MethodPost || !strings.HasSuffix(r.URL.Path, "/delete-application") {
			return false
		}
		w.Header().Set("Content-Type", "application/json")
		w.WriteHeader(http.StatusNotFound)
		w.Write([]byte(`{"statusCode":404,"message":"no such application","apiCode":2004}`))
		return true
	})
	leaky := writeFile(t, "c.yaml", "admin: {token: token}\nreader: {token: genauth-v3}\n")
	adds := quickProfile(t, "genauth-v3", "rotation: replace", "rotation: add", "document: openapi.yaml", "document: openapi.yaml")
	genauth := "--provider genauth-v3 --url "
	tests := map[string]struct {
		args           string
		code           int
		stdout, stderr string
	}{
		"agrees":      {genauth + standIn.BaseURL(), conformance.ExitConformant, "rotation                  replace  ", "keyturn: Of 29 facts: 28 as declared, 1 not found out."},
		"contradicts": {"--url " + standIn.BaseURL() + " --profile " + adds, conformance.ExitNonconformant, "contradicts  the old secret was refused", "keyturn: Of 29 facts: 1 against what is declared, 27 as declared"},
		"contradicts in a draft": {
			"--format yaml --url " + standIn.BaseURL() + " --profile " + adds, conformance.ExitNonconformant,
			"rotation: replace # seen: the old secret was refused", "keyturn: rotation is declared add: the old secret was refused",
		},
		"unreachable":        {genauth + "http://" + closed.Addr().String(), conformance.ExitIncomplete, "", "keyturn: Nothing could be found out: "},
		"wrong credentials":  {genauth + standIn.BaseURL() + " --credentials " + writeFile(t, "c.yaml", "admin: {token: not-the-right-one}\n"), conformance.ExitIncomplete, "", "the credentials of admin are not taken"},
		"too few requests":   {genauth + standIn.BaseURL() + " --requests 60", conformance.ExitIncomplete, "unknown", "keyturn: The run was ended at its limit of 60 requests: "},
		"a credential in it": {genauth + standIn.BaseURL() + " --format yaml --credentials " + leaky, conformance.ExitInternal, "", "nothing is written: a credential stands in what is about to be written"},
		"something stays":    {genauth + kept.BaseURL() + " --journal " + filepath.Join(t.TempDir(), "journal"), conformance.ExitLeftovers, "delete_client", "keyturn conformance cleanup --journal "},
	}
	for name, test := range tests {
		t.Run(name, func(t *testing.T) {
			args := append([]string{"probe", "--patience", "300ms"}, strings.Fields(test.args)...)
			code, stdout, stderr := judge(t, nil, args...)
			if code != test.code || !strings.Contains(stderr, test.stderr) {
				t.Errorf("got exit %d and %s, want %d and %q", code, stderr, test.code, test.stderr)
			}
			if !strings.Contains(stdout, test.stdout) || test.stdout == "" && stdout != "" {
				t.Errorf("got %s, want %q", stdout, test.stdout)
			}
		})
	}
	if after := remains(t, standIn); after != before {
		t.Errorf("%d mentions of what probes make before, %d after", before, after)
	}
}

// TestProbeUsage has mistakes in how a probe is asked for, and a plan. Nothing is sent.
func TestProbeUsage(t *testing.T) {
	t.Parallel()
	target := httptest.NewServer(http.HandlerFunc(func(_ http.ResponseWriter, r *http.Request) { t.Errorf("got %s %s", r.Method, r.URL) }))
	t.Cleanup(target.Close)
	here := "--provider identity-service --url " + target.URL
	tests := map[string]struct {
		args, want string
		code       int
	}{
		"no provider":    {"--url " + target.URL, "--provider is missing", conformance.ExitUsage},
		"no URL":         {"--provider angusgm", "--url is missing", conformance.ExitUsage},
		"far away":       {"--provider angusgm --url https://id.example.com", "no credentials: give --credentials FILE", conformance.ExitUsage},
		"mode":           {here + " --mode readonly", "want one of plan, standard", conformance.ExitUsage},
		"format":         {here + " --format text", "want one of yaml, table, json", conformance.ExitUsage},
		"no secrets":     {here + " --max-secrets 0", "want a whole number above zero", conformance.ExitUsage},
		"no patience":    {here + " --patience 0s", "want a duration above zero", conformance.ExitUsage},
		"a plan as JSON": {here + " --mode plan --format json", "a plan is text", conformance.ExitUsage},
		"a word":         {"--url " + target.URL + " --profile " + quickProfile(t, "angusgm", "rotation: replace", "rotation: turn"), `policy.rotation: is "turn"`, conformance.ExitUsage},
		"a plan":         {here + " --mode plan", "\ncapacity How many secrets work at once\n", conformance.ExitConformant},
		"an open plan":   {"--mode plan --url https://id.example.com --profile " + unsaid(t, "identity-service"), "POST   /api/tenants/{tenant}/applications/{client_id}/secrets", conformance.ExitConformant},
	}
	for name, test := range tests {
		t.Run(name, func(t *testing.T) {
			code, stdout, stderr := judge(t, nil, append([]string{"probe"}, strings.Fields(test.args)...)...)
			if code != test.code || !strings.Contains(stdout+stderr, test.want) {
				t.Errorf("got exit %d and %s%s, want %d and %q", code, stdout, stderr, test.code, test.want)
			}
			if test.code == conformance.ExitUsage && stdout != "" {
				t.Errorf("got %s", stdout)
			}
		})
	}
}

// TestProbeCleanup has a probe leave something behind, which its journal names together
// with a profile that no run would take.
func TestProbeCleanup(t *testing.T) {
	t.Parallel()
	var mended atomic.Bool
	standIn := tampered(t, func(w http.ResponseWriter, r *http.Request) bool {
		if mended.Load() || !strings.HasSuffix(r.URL.Path, "/delete-application") {
			return false
		}
		w.WriteHeader(http.StatusBadGateway)
		return true
	})
	before := remains(t, standIn)
	journal := filepath.Join(t.TempDir(), "journal.jsonl")
	_, _, stderr := judge(t, nil, "probe", "--profile", unsaid(t, "genauth-v3"), "--url", standIn.BaseURL(), "--patience", "200ms", "--journal", journal)
	if !strings.Contains(stderr, "left behind") || remains(t, standIn) == before {
		t.Fatalf("nothing was left behind: %s", stderr)
	}
	mended.Store(true)
	if code, stdout, stderr := judge(t, nil, "cleanup", "--journal", journal); code != conformance.ExitConformant || remains(t, standIn) != before {
		t.Errorf("got exit %d, %s and %s, and %d mentions, want %d", code, stdout, stderr, remains(t, standIn), before)
	}
}
