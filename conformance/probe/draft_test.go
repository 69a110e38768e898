package probe

import (
	"os"
	"path/filepath"
	"reflect"
	"slices"
	"strings"
	"testing"
	"time"

	"github.com/google/go-cmp/cmp"

	"github.com/keyturn/keyturn/conformance/profile"
)

const document = `{"openapi": "3.0.3", "info": {"title": "A test", "version": "1"}, "paths": {"/clients": {"post": {
"operationId": "make", "requestBody": {"content": {"application/json": {"schema": {"type": "object"}}}},
"responses": {"201": {"description": "made"}}}}}}`

const head = `# A vendor.
profile: 1
provider: test
document: openapi.json

operations: # two that are one
  create: {operation: make, take: {client: /id}}
  rotate: {operation: make, take: {secret: /secret}}
`

// load loads a profile that may be open.
func load(t *testing.T, text string) *profile.Open {
	t.Helper()
	folder := t.TempDir()
	for name, text := range map[string]string{"profile.yaml": text, "openapi.json": document} {
		if err := os.WriteFile(filepath.Join(folder, name), []byte(text), 0o600); err != nil {
			t.Fatal(err)
		}
	}
	open, err := profile.OpenFile(filepath.Join(folder, "profile.yaml"))
	if err != nil {
		t.Fatalf("%v in\n%s", err, text)
	}
	return open
}

// learn is a scout that has found a few facts out, and nothing else.
func learn(given *profile.Open) *scout {
	sc := newScout(&Options{Given: given})
	sc.found("rotation", "replace", "the old one died")
	sc.ruled("max_live", "2", false, "a third\nwas refused: \x1b[31m#")
	sc.ruled("past_expiry", "", false, "it works")
	sc.structural("delete_client", "none", "nothing is bound")
	sc.ruled("accept", "1s", 3*time.Second <= given.Policy.Accept, "it took 3s")
	sc.found("statuses.unknown", "[404]", "404 for read")
	sc.found("client_auth", "[basic]", "by basic")
	for _, name := range names() {
		sc.unknown(name, "nobody asked")
	}
	return sc
}

func TestDraft(t *testing.T) {
	t.Parallel()
	const filled = `policy:
  rotation: replace # seen: the old one died
  max_live: 2 # seen: a third was refused: �[31m#
  delete_client: none # nothing is bound
  accept: 1s # seen: it took 3s`
	tests := map[string]struct {
		given string
		want  []string // in this order
		lacks []string
	}{
		"an open one": {
			head + "\nlimits: {rate: 5}\n",
			[]string{
				head, "\nclient_auth: [basic] # seen: by basic\n# oracle: not found out: nobody asked\n\n",
				filled + "\n  # secret_source: not found out: nobody asked\n", "  # past_expiry: not found out: it works\n",
				"statuses:\n  unknown: [404] # seen: 404 for read\n", "  # foreign: not found out: nobody asked\n", "\nlimits: {rate: 5}\n",
			},
			[]string{"grace"},
		},
		"a complete one": {
			head + "policy:\n  # by contract\n  rotation: add\n  secret_source: reply\n  accept: 5s # as agreed\n  past_expiry: refuse\n\nstatuses: {taken: [409], unknown: [400, 404]}\n# What is tried.\nlimits: {rate: 5}\ndefault_world: {admin: {token: a-secret-of-somebody}}\n",
			[]string{
				head + "\nclient_auth: [basic] # seen: by basic; the default is [basic, post]\n# oracle: not found out: nobody asked\n\n",
				"policy:\n  # by contract\n  rotation: replace # seen: the old one died; declared was add\n",
				"  secret_source: reply # not found out: nobody asked\n", "  accept: 5s # seen: it took 3s\n", "  past_expiry: refuse # contradicted: it works\n",
				"  max_live: 2 # seen: a third was refused: �[31m#; the default is 0\n", "\n  # overflow: not found out: nobody asked\n",
				"\nstatuses:\n  taken: [409] # not found out: nobody asked\n  unknown: [404] # seen: 404 for read; declared was [400, 404]\n",
				"# What is tried.\nlimits: {rate: 5}\n", withheld,
			},
			[]string{"a-secret-of-somebody", "as agreed"},
		},
		"JSON": {
			`{"profile": 1, "provider": "test", "document": "openapi.json", "operations": {"create": {"operation": "make", "take": {"client": "/id"}}, "rotate": {"operation": "make", "take": {"secret": "/secret"}}}, "policy": {"rotation": "replace"}}`,
			[]string{`"provider": "test"`, "\"rotation\": replace # seen: the old one died\n"},
			nil,
		},
	}
	for name, test := range tests {
		t.Run(name, func(t *testing.T) {
			t.Parallel()
			sc := learn(load(t, test.given))
			got, err := draft(sc.given, sc.facts)
			if err != nil {
				t.Fatal(err)
			}
			rest := got
			for _, want := range test.want {
				_, after, found := strings.Cut(rest, want)
				if !found {
					t.Fatalf("no %q, or not there, in\n%s", want, got)
				}
				rest = after
			}
			for _, not := range test.lacks {
				if strings.Contains(got, not) {
					t.Errorf("%q is in\n%s", not, got)
				}
			}
			again := load(t, got) // a draft is a profile
			if again.Policy.Rotation != "replace" || again.Policy.MaxLive != 2 {
				t.Errorf("read back it has %+v", again.Policy)
			}
		})
	}
}

func TestStates(t *testing.T) {
	t.Parallel()
	states := func(text string) map[string]State {
		sc, got := learn(load(t, text)), map[string]State{}
		for name, fact := range sc.facts {
			if fact.State != Unknown {
				got[name] = fact.State
			}
		}
		return got
	}
	tests := map[string]struct {
		policy string
		want   map[string]State
	}{
		"open": {"", map[string]State{
			"rotation": New, "max_live": New, "delete_client": New, "accept": New, "statuses.unknown": New, "client_auth": New,
		}},
		"open in part": {"policy: {rotation: replace, max_live: 3}\n", map[string]State{
			"rotation": Agrees, "max_live": Contradicts, "delete_client": New, "accept": New, "statuses.unknown": New, "client_auth": New,
		}},
		"complete": {"policy: {rotation: add, secret_source: reply, accept: 2s}\nclient_auth: [basic]\n", map[string]State{
			"rotation": Contradicts, "max_live": Contradicts, "past_expiry": Contradicts, "delete_client": Agrees, "accept": Contradicts,
			"statuses.unknown": Agrees, "client_auth": Agrees,
		}},
	}
	for name, test := range tests {
		t.Run(name, func(t *testing.T) {
			t.Parallel()
			if diff := cmp.Diff(test.want, states(head+test.policy)); diff != "" {
				t.Errorf("(-want +got)\n%s", diff)
			}
		})
	}
}

func TestSensible(t *testing.T) {
	t.Parallel()
	for took, want := range map[time.Duration]time.Duration{
		0: time.Second, 300 * time.Millisecond: time.Second, 400 * time.Millisecond: 2 * time.Second, 4 * time.Second: 15 * time.Second,
		20 * time.Second: time.Minute, 21 * time.Second: 2 * time.Minute, 100 * time.Second: 5 * time.Minute,
	} {
		if got := sensible(took); got != want {
			t.Errorf("%s: got %s, want %s", took, got, want)
		}
	}
}

// TestAllFacts fails for what a profile may declare and nobody looks for.
func TestAllFacts(t *testing.T) {
	t.Parallel()
	for name := range new(profile.Profile).Facts() {
		if !slices.Contains(policyFacts, name) {
			t.Errorf("%s is part of the policy, and is not looked for", name)
		}
	}
	for kind := range reflect.TypeFor[profile.Statuses]().Fields() {
		if name := kind.Tag.Get("yaml"); !slices.Contains(statusFacts, name) {
			t.Errorf("the statuses %s are not looked for", name)
		}
	}
	settled := map[string]bool{}
	for _, question := range new(scout).questions() {
		for _, name := range question.facts {
			settled[name] = true
		}
	}
	for _, name := range names() {
		if !settled[name] {
			t.Errorf("no question settles %s", name)
		}
	}
}

// TestDraftOfWindows has the ends of lines of the profile that was given.
func TestDraftOfWindows(t *testing.T) {
	t.Parallel()
	given := load(t, strings.ReplaceAll(head, "\n", "\r\n"))
	text, err := draft(given, learn(given).facts)
	if err != nil || strings.Count(text, "\n") != strings.Count(text, "\r\n") {
		t.Errorf("%v in %q", err, text)
	}
}

func TestEvidenceIsShort(t *testing.T) {
	t.Parallel()
	if text := oneLine(strings.Repeat("ä ", 1<<20)); len([]rune(text)) > longest {
		t.Errorf("%d letters", len([]rune(text)))
	}
}
