package main

import (
	"bytes"
	"context"
	"io"
	"net/http"
	"net/http/httptest"
	"os"
	"path/filepath"
	"slices"
	"strings"
	"testing"

	"github.com/spf13/cobra"

	"github.com/keyturn/keyturn/conformance"
	"github.com/keyturn/keyturn/conformance/checks"
	"github.com/keyturn/keyturn/conformance/report"
	"github.com/keyturn/keyturn/mockserver/mocktest"
)

// judge runs a conformance command in this process, with checks of the test's own.
func judge(t *testing.T, suite []conformance.Check, args ...string) (code int, stdout, stderr string) {
	t.Helper()
	return judgeWith(t.Context(), suite, args...)
}

func judgeWith(ctx context.Context, suite []conformance.Check, args ...string) (code int, stdout, stderr string) {
	var out, diagnostics bytes.Buffer
	root := &cobra.Command{Use: "keyturn", SilenceUsage: true, SilenceErrors: true}
	root.AddCommand(newConformance(suite))
	root.SetFlagErrorFunc(unknownFlag)
	root.SetOut(&out)
	root.SetErr(&diagnostics)
	root.SetArgs(append([]string{"conformance"}, args...))
	if err := root.ExecuteContext(ctx); err != nil {
		diagnostics.WriteString("keyturn: " + err.Error() + "\n")
		code = exitCode(err)
	}
	return code, out.String(), diagnostics.String()
}

// fronted is a stand-in behind something else.
type fronted struct {
	*mocktest.Server

	front string
}

// BaseURL is the address of what stands in front.
func (f fronted) BaseURL() string { return f.front }

// tampered is a stand-in that a test stands in front of. tamper reports whether it
// answered in the stand-in's place.
func tampered(t *testing.T, tamper func(http.ResponseWriter, *http.Request) bool) fronted {
	t.Helper()
	standIn := mocktest.Start(t)
	front := httptest.NewServer(http.HandlerFunc(func(w http.ResponseWriter, r *http.Request) {
		if !tamper(w, r) {
			standIn.ServeHTTP(w, r)
		}
	}))
	t.Cleanup(front.Close)
	return fronted{standIn, front.URL}
}

// remains counts what runs have left at a stand-in: their clients' names all begin alike.
func remains(t *testing.T, standIn http.Handler) int {
	t.Helper()
	answer := httptest.NewRecorder()
	standIn.ServeHTTP(answer, httptest.NewRequest(http.MethodGet, "http://127.0.0.1/__admin/world", nil))
	if answer.Code != http.StatusOK || !strings.Contains(answer.Body.String(), "61df925846bed781f5757166") {
		t.Fatalf("the world: got %d and %s", answer.Code, answer.Body)
	}
	return strings.Count(answer.Body.String(), "keyturn-")
}

func read(t *testing.T, text string) *report.Report {
	t.Helper()
	result, err := report.Read(strings.NewReader(text))
	if err != nil {
		t.Fatalf("%v in %s", err, text)
	}
	return result
}

func filesIn(t *testing.T, folder string) []string {
	t.Helper()
	entries, err := os.ReadDir(folder)
	if err != nil {
		t.Fatal(err)
	}
	var names []string
	for _, entry := range entries {
		names = append(names, entry.Name())
	}
	return names
}

// body makes a suite of one check.
func body(id string, run func(*conformance.Session)) []conformance.Check {
	return []conformance.Check{{ID: id, Run: run}}
}

var allFiles = []string{"junit.xml", "report.html", "report.json", "report.sarif", "report.txt", "summary.md"}

func TestConformant(t *testing.T) {
	t.Parallel()
	standIn := mocktest.Start(t)
	before := remains(t, standIn)
	folder := filepath.Join(t.TempDir(), "new", "report")
	for range 2 { // the second writes over the first
		code, stdout, stderr := judge(t, checks.All(), "run", "--provider", "authing-v2", "--url", standIn.BaseURL(),
			"--checks", "ROT-001,rot-003", "--report-dir", folder, "--seed", "7")
		if code != conformance.ExitConformant {
			t.Fatalf("got exit %d, %s and %s", code, stderr, stdout)
		}
		if !strings.HasPrefix(stdout, "Conformant ") || strings.Contains(stdout, "\x1b") {
			t.Errorf("got %s", stdout)
		}
		for _, want := range []string{"2 checks against " + standIn.BaseURL(), "seed 7", "default world", "the report is in " + folder, "keyturn: conformant: All 2 promises"} {
			if !strings.Contains(stderr, want) {
				t.Errorf("no %q in %s", want, stderr)
			}
		}
	}
	if got := filesIn(t, folder); !slices.Equal(got, allFiles) {
		t.Errorf("got the files %v, want %v", got, allFiles)
	}
	text, err := os.ReadFile(filepath.Join(folder, "report.json"))
	if err != nil {
		t.Fatal(err)
	}
	if got := read(t, string(text)); got.Exit != 0 || got.Run.Seed != 7 || len(got.Results) != 2 || got.Counts[report.Pass] != 2 {
		t.Errorf("got %+v", got)
	}
	for name, mode := range map[string]os.FileMode{".": 0o700, "report.json": 0o600} {
		if info, err := os.Stat(filepath.Join(folder, name)); err != nil || info.Mode().Perm() != mode {
			t.Errorf("%s: got %v, %v, want mode %v", name, info.Mode(), err, mode)
		}
	}
	if after := remains(t, standIn); after != before {
		t.Errorf("%d mentions of what runs make before, %d after", before, after)
	}
}

// livesOn makes the token side take every secret but the one that the oracle is
// proven with.
func livesOn(w http.ResponseWriter, r *http.Request) bool {
	sent, _ := io.ReadAll(r.Body)
	r.Body = io.NopCloser(bytes.NewReader(sent))
	_, secret, _ := r.BasicAuth()
	if !strings.HasPrefix(r.URL.Path, "/oauth/token") || strings.Contains(secret+string(sent), "keyturn-never") {
		return false
	}
	w.WriteHeader(http.StatusOK)
	return true
}

func TestNonconformant(t *testing.T) {
	t.Parallel()
	target := tampered(t, livesOn)
	profile := quickProfile(t, "authing-v2")
	code, stdout, stderr := judge(t, checks.All(), "run", "--profile", profile, "--url", target.BaseURL(), "--checks", "ROT-001,ROT-003", "--format", "json")
	if code != conformance.ExitNonconformant || !strings.Contains(stderr, "keyturn: not conformant: Of 2 promises, 1 does not hold.") {
		t.Errorf("got exit %d and %s", code, stderr)
	}
	if !strings.Contains(stderr, "fail        ROT-003 ") || strings.Contains(stderr, "ROT-001") {
		t.Errorf("want a line for what fails and none for what does not, got %s", stderr)
	}
	result := read(t, stdout)
	if result.Outcome != report.Nonconformant || result.Counts[report.Fail] != 1 || len(result.Leftovers) != 0 {
		t.Errorf("got %s, %v, %v", result.Outcome, result.Counts, result.Leftovers)
	}
}

func TestTheGateMovesTheExitCode(t *testing.T) {
	t.Parallel()
	standIn := mocktest.Start(t)
	falls := body(firstOf(t, "SHOULD"), func(s *conformance.Session) { s.Failf("falls short") })
	leaves := body("ROT-001", func(s *conformance.Session) { s.Incompletef("not today") })
	tests := map[string]struct {
		suite []conformance.Check
		gate  string
		code  int
		want  string
	}{
		"should":                {falls, "should", conformance.ExitNonconformant, "--fail-on is should: 1 warning, 0 incomplete."},
		"must":                  {falls, "must", conformance.ExitConformant, "warn "},
		"incomplete":            {leaves, "incomplete", conformance.ExitNonconformant, "--fail-on is incomplete: 0 warnings, 1 incomplete."},
		"incomplete for should": {leaves, "should", conformance.ExitIncomplete, "keyturn: incomplete: Nothing"},
	}
	for name, test := range tests {
		t.Run(name, func(t *testing.T) {
			t.Parallel()
			code, _, stderr := judge(t, test.suite, "run", "--provider", "authing-v2", "--url", standIn.BaseURL(), "--fail-on", test.gate)
			if code != test.code || !strings.Contains(stderr, test.want) {
				t.Errorf("got exit %d and %s, want %d and %q", code, stderr, test.code, test.want)
			}
		})
	}
}

func TestInternalFaults(t *testing.T) {
	t.Parallel()
	standIn := mocktest.Start(t)
	before := remains(t, standIn)
	passes := body("ROT-001", func(s *conformance.Session) { s.NewClient() })
	crashes := body("ROT-001", func(s *conformance.Session) {
		s.NewClient()
		panic("out of ideas")
	})
	// The headline of the report is the secret of this reader: whatever hides values
	// does not hide that.
	leaky := writeFile(t, "c.yaml", "admin: {token: token}\nreader: {token: Conformant}\nvalues: {pool: 61b95d6c96d42670da568408}\n")
	tests := map[string]struct {
		suite []conformance.Check
		more  []string
		want  string
		files []string
	}{
		"crash":           {crashes, nil, "out of ideas", allFiles},
		"leak":            {passes, []string{"--credentials", leaky}, "nothing is written: a credential stands in what is about to be written: standard output holds T", nil},
		"leak in a file":  {passes, []string{"--credentials", leaky, "--format", "json"}, "nothing is written: ", nil},
		"crash by itself": {crashes, []string{"--format", "json"}, "went wrong", allFiles},
	}
	for name, test := range tests {
		t.Run(name, func(t *testing.T) {
			folder := t.TempDir()
			code, stdout, stderr := judge(t, test.suite, append([]string{"run", "--provider", "authing-v2", "--url", standIn.BaseURL(), "--report-dir", folder}, test.more...)...)
			if code != conformance.ExitInternal || !strings.Contains(stderr, test.want) {
				t.Errorf("got exit %d and %s, want 4 and %q", code, stderr, test.want)
			}
			if got := filesIn(t, folder); !slices.Equal(got, test.files) {
				t.Errorf("got the files %v, want %v", got, test.files)
			}
			if (stdout == "") != (test.files == nil) || test.files == nil && strings.Contains(stderr, "Conformant") {
				t.Errorf("got %q and %q", stdout, stderr)
			}
		})
	}
	if after := remains(t, standIn); after != before {
		t.Errorf("%d mentions of what runs make before, %d after", before, after)
	}
}

func TestStaleWaiver(t *testing.T) {
	t.Parallel()
	standIn := mocktest.Start(t)
	waivers := writeFile(t, "w.yaml", "waivers:\n  - {check: ROT-001, reason: known, owner: platform, link: https://tracker.example/1, expires: 2999-01-01}\n")
	args := []string{"run", "--provider", "authing-v2", "--url", standIn.BaseURL(), "--waivers", waivers}
	code, _, stderr := judge(t, body("ROT-001", func(*conformance.Session) {}), args...)
	if code != conformance.ExitStale || !strings.Contains(stderr, "a waiver is stale: ROT-001: does not fail any more") {
		t.Errorf("got exit %d and %s, want 6", code, stderr)
	}
	broken := body("ROT-001", func(s *conformance.Session) { s.Failf("known") })
	text, err := os.ReadFile(waivers)
	if err != nil {
		t.Fatal(err)
	}
	twice := writeFile(t, "twice.yaml", string(text)+strings.TrimPrefix(string(text), "waivers:\n"))
	if code, _, stderr := judge(t, broken, append(args, "--waivers", twice)...); code != conformance.ExitStale || !strings.Contains(stderr, "a waiver is stale: ROT-001: another entry waives it already") {
		t.Errorf("waived twice: got exit %d and %s, want 6", code, stderr)
	}
	code, _, stderr = judge(t, broken, args...)
	if code != conformance.ExitConformant || !strings.Contains(stderr, "\nwaived ") && !strings.Contains(stderr, "\nfail ") {
		t.Errorf("a live waiver: got exit %d and %s, want 0", code, stderr)
	}
}
