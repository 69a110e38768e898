package main

import (
	"net/http"
	"os"
	"path/filepath"
	"regexp"
	"strings"
	"sync/atomic"
	"testing"
	"time"

	"github.com/keyturn/keyturn/conformance"
	"github.com/keyturn/keyturn/conformance/ledger"
	"github.com/keyturn/keyturn/mockserver/mocktest"
)

var pasted = regexp.MustCompile(`(?m)^  keyturn (conformance cleanup .*)$`)

// TestWhatIsLeftCanBeRemovedLater goes by the command that the run prints.
func TestWhatIsLeftCanBeRemovedLater(t *testing.T) {
	t.Parallel()
	var stubborn atomic.Bool
	target := tampered(t, func(w http.ResponseWriter, r *http.Request) bool {
		if r.Method != http.MethodDelete || !stubborn.Load() {
			return false
		}
		http.Error(w, `{"code":500,"message":"no"}`, http.StatusInternalServerError)
		return true
	})
	before := remains(t, target)
	stubborn.Store(true)
	folder := t.TempDir()
	makes := body("ROT-001", func(s *conformance.Session) { s.NewClient() })
	args := []string{"run", "--provider", "authing-v2", "--url", target.BaseURL(), "--report-dir", folder}
	code, stdout, stderr := judge(t, makes, args...)
	if code != conformance.ExitLeftovers || !strings.Contains(stderr, "keyturn: 2 things were left behind.") || !strings.Contains(stdout, "Left behind (2)") {
		t.Fatalf("got exit %d, %s and %s, want 5", code, stderr, stdout)
	}
	command := pasted.FindStringSubmatch(stderr)
	if command == nil || !strings.HasSuffix(command[1], filepath.Join(folder, "journal.jsonl")) {
		t.Fatalf("no command to remove it in %s", stderr)
	}
	cleanup := strings.Fields(command[1])[1:]

	if code, stdout, _ := judge(t, nil, cleanup...); code != conformance.ExitLeftovers || !strings.Contains(stdout, "removed  0\nleft     client ") {
		t.Errorf("still stubborn: got exit %d and %s, want 5", code, stdout)
	}
	again, _, stderr := judge(t, makes, args...)
	if again != conformance.ExitLeftovers || !regexp.MustCompile(`journal-\d{8}T\d{6}\.\d{3}Z\.jsonl`).MatchString(stderr) {
		t.Errorf("a second run beside that journal: got exit %d and %s", again, stderr)
	}
	stubborn.Store(false)
	if code, stdout, stderr := judge(t, nil, cleanup...); code != conformance.ExitConformant || stdout != "removed  2\n" {
		t.Errorf("got exit %d, %q and %s, want 0 and 2 removed", code, stdout, stderr)
	}
	second := strings.Fields(pasted.FindStringSubmatch(stderr)[1])[1:]
	if code, stdout, _ := judge(t, nil, second...); code != conformance.ExitConformant || stdout != "removed  2\n" {
		t.Errorf("the second run's: got exit %d and %q", code, stdout)
	}
	for _, name := range filesIn(t, folder) {
		if strings.HasSuffix(name, ".jsonl") {
			t.Errorf("%s is still there", name)
		}
	}
	if after := remains(t, target); after != before {
		t.Errorf("%d mentions of what runs make before, %d after", before, after)
	}
}

// TestResidueIsNamed: an application of this API cannot be removed, which is nobody's
// failure and yet not to be passed over.
func TestResidueIsNamed(t *testing.T) {
	t.Parallel()
	standIn := mocktest.Start(t)
	code, _, stderr := judge(t, body("ROT-001", func(s *conformance.Session) { s.NewClient() }), "run", "--provider", "identity-service", "--url", standIn.BaseURL())
	if code != conformance.ExitConformant || !strings.HasSuffix(stderr, " Residue: 2 things, which the API has no way to remove.\n") {
		t.Errorf("got exit %d and %s", code, stderr)
	}
}

func TestAJournalOfItsOwn(t *testing.T) {
	t.Parallel()
	standIn := mocktest.Start(t)
	journal := filepath.Join(t.TempDir(), "my journal.jsonl")
	looks := body("ROT-001", func(*conformance.Session) {
		if text, err := os.ReadFile(journal); err != nil || !strings.Contains(string(text), standIn.BaseURL()) {
			t.Errorf("during the run: got %q, %v", text, err)
		}
	})
	args := []string{"run", "--provider", "authing-v2", "--url", standIn.BaseURL(), "--journal", journal}
	if code, _, stderr := judge(t, looks, args...); code != conformance.ExitConformant {
		t.Errorf("got exit %d and %s", code, stderr)
	}
	if _, err := os.Stat(journal); !os.IsNotExist(err) {
		t.Errorf("the journal is still there: %v", err)
	}
	if err := os.WriteFile(journal, []byte("another's"), 0o600); err != nil {
		t.Fatal(err)
	}
	code, _, stderr := judge(t, looks, args...)
	if code != conformance.ExitUsage || !strings.Contains(stderr, "is there already") || !strings.Contains(stderr, "cleanup --journal '"+journal+"'") {
		t.Errorf("beside a file of that name: got exit %d and %s", code, stderr)
	}
}

func TestCleanupUsage(t *testing.T) {
	t.Parallel()
	head := `{"schema":"keyturn.conformance.ledger/1","run":"1","provider":"authing-v2","target":"http://127.0.0.1:1","started":"2026-01-01T00:00:00Z"}` + "\n"
	made := `{"state":"intended","seq":1,"kind":"client","name":"keyturn-1-1"}` + "\n" + `{"state":"made","seq":1,"ids":{"client":"c1"}}` + "\n"
	tests := map[string]struct {
		text string
		more []string
		code int
		want string
	}{
		"no ledger":        {"hello\n", nil, conformance.ExitUsage, "journal.jsonl:1: "},
		"unknown provider": {strings.Replace(head, "authing-v2", "acme", 1), nil, conformance.ExitUsage, `--provider is "acme"`},
		"its profile gone": {strings.Replace(head, `"run"`, `"profile":"/nowhere.yaml","run"`, 1), nil, conformance.ExitUsage, "/nowhere.yaml"},
		"far away":         {strings.Replace(head+made, "127.0.0.1:1", "id.example.com", 1), nil, conformance.ExitUsage, "no credentials"},
		"no credentials":   {head + made, []string{"--credentials", "nowhere.yaml"}, conformance.ExitUsage, "nowhere.yaml: no such file"},
		"unreachable":      {head + made, nil, conformance.ExitLeftovers, "connection refused"},
		"nothing left":     {head, nil, conformance.ExitConformant, "removed  0"},
	}
	for name, test := range tests {
		t.Run(name, func(t *testing.T) {
			t.Parallel()
			journal := writeFile(t, "journal.jsonl", test.text)
			code, stdout, stderr := judge(t, nil, append([]string{"cleanup", "--journal", journal}, test.more...)...)
			if code != test.code || !strings.Contains(stdout+stderr, test.want) {
				t.Errorf("got exit %d, %s and %s, want %d and %q", code, stdout, stderr, test.code, test.want)
			}
			if _, err := os.Stat(journal); os.IsNotExist(err) != (test.code == conformance.ExitConformant) {
				t.Errorf("the journal: %v", err)
			}
		})
	}
	if code, _, stderr := judge(t, nil, "cleanup"); code != conformance.ExitUsage || !strings.Contains(stderr, "--journal is missing") {
		t.Errorf("got exit %d and %s", code, stderr)
	}
}

// TestCleanupOfATornJournal says what a crash has cut off.
func TestCleanupOfATornJournal(t *testing.T) {
	path := filepath.Join(t.TempDir(), "journal.jsonl")
	journal, err := ledger.Create(path, ledger.Head{Run: "0a1b2c3d", Provider: "angusgm", Target: "http://127.0.0.1:1", Started: time.Now()})
	if err != nil {
		t.Fatal(err)
	}
	journal.Close()
	file, err := os.OpenFile(path, os.O_APPEND|os.O_WRONLY, 0)
	if err != nil {
		t.Fatal(err)
	}
	file.WriteString(`{"state":"inten`)
	file.Close()
	code, stdout, stderr := call(t, "conformance", "cleanup", "--journal", path)
	if code != exitOK || !strings.Contains(stdout, "torn ") || !strings.Contains(stdout, "removed  0") {
		t.Errorf("exit %d, %q, %q", code, stdout, stderr)
	}
}
