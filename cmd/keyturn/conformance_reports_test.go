package main

import (
	"encoding/json"
	"os"
	"path/filepath"
	"strings"
	"testing"

	"github.com/keyturn/keyturn/conformance"
	"github.com/keyturn/keyturn/conformance/report"
	"github.com/keyturn/keyturn/mockserver/mocktest"
)

// saved writes a report of one check to a file.
func saved(t *testing.T, verdict report.Verdict, changes ...func(*report.Report)) string {
	t.Helper()
	r := &report.Report{
		Schema: report.Schema, Outcome: report.Conformant, Target: report.Target{URL: "https://id.example"}, Profile: report.Profile{Provider: "authing-v2"},
		Results: []report.Result{{ID: "ROT-001", Title: "A new secret", Family: "ROT", FamilyName: "Rotation", Level: "MUST", Safety: "write", Verdict: verdict}},
	}
	for _, change := range changes {
		change(r)
	}
	text, err := r.JSON()
	if err != nil {
		t.Fatal(err)
	}
	return writeFile(t, "report.json", string(text))
}

func TestDiff(t *testing.T) {
	t.Parallel()
	at := func(url string) func(*report.Report) { return func(r *report.Report) { r.Target.URL = url } }
	of := func(provider string) func(*report.Report) {
		return func(r *report.Report) { r.Profile.Provider = provider }
	}
	holds, fails := saved(t, report.Pass), saved(t, report.Fail)
	elsewhere := saved(t, report.Fail, at("https://b.example"))
	tests := map[string]struct {
		args   string
		code   int
		stdout string
		stderr string
	}{
		"the same":        {holds + " " + holds, 0, "Unchanged\n", ""},
		"worse":           {holds + " " + fails, 1, "Newly failing (1)", "worse: 1 newly failing; 0 unchanged."},
		"better":          {fails + " " + holds, 0, "Better\n", ""},
		"still failing":   {fails + " " + fails, 0, "Unchanged\n", ""},
		"untested":        {fails + " " + saved(t, report.Untested), 1, "Newly incomplete (1)", "worse: 1 newly incomplete"},
		"waived":          {holds + " " + saved(t, report.Waived), 0, "Newly failing, and waived (1)", ""},
		"JSON":            {holds + " " + fails + " --format json", 1, `"worse": true`, "worse: "},
		"Markdown":        {holds + " " + fails + " --format markdown", 1, "## Conformance: Worse", "worse: "},
		"two targets":     {holds + " " + elsewhere, 2, "", "the reports are of two targets, https://id.example and https://b.example; say --across-targets"},
		"two, and meant":  {holds + " " + elsewhere + " --across-targets", 1, "target: https://id.example → https://b.example", "worse: "},
		"two providers":   {holds + " " + saved(t, report.Pass, of("angusgm")), 2, "", "two providers, authing-v2 and angusgm, whose promises differ; conformance matrix"},
		"one report":      {holds, 2, "", "accepts 2 arg"},
		"unknown format":  {holds + " " + holds + " --format xml", 2, "", "want one of text, markdown, json"},
		"no such verdict": {holds + " " + saved(t, "later"), 2, "", `ROT-001 has the verdict "later"`},
	}
	for name, test := range tests {
		t.Run(name, func(t *testing.T) {
			t.Parallel()
			code, stdout, stderr := judge(t, nil, append([]string{"diff"}, strings.Fields(test.args)...)...)
			if code != test.code || !strings.Contains(stdout, test.stdout) || !strings.Contains(stderr, test.stderr) {
				t.Errorf("got exit %d, %s and %s, want %d, %q and %q", code, stdout, stderr, test.code, test.stdout, test.stderr)
			}
			if code == 2 && stdout != "" || code == 0 && stderr != "" {
				t.Errorf("exit %d with %q and %q", code, stdout, stderr)
			}
		})
	}
}

// TestReportsThatAreNone has files that each of the commands refuses, by their names
// and with what was expected.
func TestReportsThatAreNone(t *testing.T) {
	t.Parallel()
	good := saved(t, report.Fail)
	tests := map[string]struct{ file, want string }{
		"missing":        {filepath.Join(t.TempDir(), "nowhere.json"), "nowhere.json: no such file"},
		"a folder":       {t.TempDir(), "is a directory"},
		"empty":          {writeFile(t, "empty.json", " \n"), "empty.json: it is empty"},
		"no JSON":        {writeFile(t, "page.json", "<html>"), "page.json: the report is not one JSON object"},
		"half of one":    {writeFile(t, "half.json", `{"schema":`), "half.json: the report is not one JSON object"},
		"other JSON":     {writeFile(t, "other.json", `{"results":[]}`), "other.json: not a report: the member schema is missing, expected " + report.Schema},
		"another schema": {writeFile(t, "nine.json", `{"schema":"keyturn.conformance.report/9"}`), `nine.json: the report's schema is "keyturn.conformance.report/9", expected "` + report.Schema},
		"nothing in it":  {writeFile(t, "bare.json", `{"schema":"`+report.Schema+`"}`), "bare.json: it has no outcome"},
	}
	for name, test := range tests {
		for _, args := range [][]string{
			{"diff", test.file, good}, {"diff", good, test.file}, {"matrix", good, test.file},
			{"waive", test.file, "--check", "ROT-001", "--owner", "o", "--reason", "r", "--link", "l", "--expires", "2999-01-01"},
		} {
			code, stdout, stderr := judge(t, nil, args...)
			if code != conformance.ExitUsage || stdout != "" || !strings.Contains(stderr, test.want) || !strings.Contains(stderr, "want the report.json that conformance run writes") {
				t.Errorf("%s: %s gives exit %d, %q and %q, want 2 and %q", name, args[0], code, stdout, stderr, test.want)
			}
		}
	}
}

func TestMatrix(t *testing.T) {
	t.Parallel()
	holds, fails := saved(t, report.Pass), saved(t, report.Fail, func(r *report.Report) { r.Profile.Provider, r.Target.URL = "angusgm", "https://b.example/" })
	for format, want := range map[string]string{
		"text": "ROT-001  MUST   pass        fail", "markdown": "| check | id.example | b.example |", "html": `<span class="pill p-fail"`, "json": `"name": "b.example"`,
	} {
		if code, stdout, stderr := judge(t, nil, "matrix", holds, fails, "--format", format); code != 0 || !strings.Contains(stdout, want) || stderr != "" {
			t.Errorf("%s: got exit %d, %q and %s, want %q", format, code, stderr, stdout, want)
		}
	}
	if code, _, stderr := judge(t, nil, "matrix"); code != conformance.ExitUsage || !strings.Contains(stderr, "requires at least 1 arg") {
		t.Errorf("no report: got exit %d and %s", code, stderr)
	}
}

// TestWaive goes the whole way of a failure: it is waived, the run is well again, it is
// mended, and the waiver has to go.
func TestWaive(t *testing.T) {
	t.Parallel()
	standIn := mocktest.Start(t)
	folder := t.TempDir()
	waivers := filepath.Join(folder, "waivers.yaml")
	broken, mended := body("ROT-001", func(s *conformance.Session) { s.Failf("known") }), body("ROT-001", func(*conformance.Session) {})
	run := func(suite []conformance.Check, more ...string) (int, string) {
		code, _, stderr := judge(t, suite, append([]string{"run", "--provider", "authing-v2", "--url", standIn.BaseURL(), "--report-dir", folder}, more...)...)
		return code, stderr
	}
	if code, stderr := run(broken); code != conformance.ExitNonconformant {
		t.Fatalf("the failure: got exit %d and %s", code, stderr)
	}
	file := filepath.Join(folder, "report.json")
	args := []string{"waive", file, "--check", "rot-001", "--owner", "platform", "--reason", "caches: a minute", "--link", "https://tracker.example/1", "--expires", "2999-01-01"}
	code, pasted, stderr := judge(t, nil, args...)
	if code != 0 || stderr != "" || !strings.Contains(pasted, "  - check: ROT-001\n    target: "+standIn.BaseURL()+"\n    reason: 'caches: a minute'\n") {
		t.Errorf("got exit %d, %s and %s", code, pasted, stderr)
	}
	args = append(args, "--file", waivers)
	if code, stdout, stderr := judge(t, nil, args...); code != 0 || stdout != waivers+" has 1 waiver more: ROT-001\n" {
		t.Errorf("got exit %d, %s and %s", code, stdout, stderr)
	}
	if text, err := os.ReadFile(waivers); err != nil || string(text) != pasted {
		t.Errorf("the file has %s, %v, want %s", text, err, pasted)
	}
	if code, _, stderr := judge(t, nil, args...); code != conformance.ExitUsage || !strings.Contains(stderr, "waiver 1 is of ROT-001 already") {
		t.Errorf("again: got exit %d and %s", code, stderr)
	}
	if code, stderr := run(broken, "--waivers", waivers); code != conformance.ExitConformant {
		t.Errorf("waived: got exit %d and %s", code, stderr)
	}
	if code, _, stderr := judge(t, nil, args...); code != conformance.ExitUsage || !strings.Contains(stderr, "waived already in this report, until 2999-01-01") {
		t.Errorf("from the report that is waived: got exit %d and %s", code, stderr)
	}
	if code, stderr := run(mended, "--waivers", waivers); code != conformance.ExitStale {
		t.Errorf("mended: got exit %d and %s", code, stderr)
	}
}

func TestWaiveKeepsTheFile(t *testing.T) {
	t.Parallel()
	folder := t.TempDir()
	file, link := filepath.Join(folder, "kept.yaml"), filepath.Join(folder, "waivers.yaml")
	const before = "# ours\nwaivers:\n- {check: DEL-001, reason: r, owner: o, link: l, expires: 2999-01-01} # old\n"
	if err := os.WriteFile(file, []byte(before), 0o640); err != nil {
		t.Fatal(err)
	}
	if err := os.Symlink("kept.yaml", link); err != nil {
		t.Fatal(err)
	}
	args := []string{"waive", saved(t, report.Fail), "--check", "ROT-*", "--owner", "o", "--reason", "r", "--link", "l", "--expires", "2999-01-01", "--file", link}
	if code, _, stderr := judge(t, nil, args...); code != conformance.ExitUsage || !strings.Contains(stderr, "say --wildcards") {
		t.Errorf("a glob: got exit %d and %s", code, stderr)
	}
	if code, _, stderr := judge(t, nil, append(args, "--wildcards")...); code != 0 {
		t.Fatalf("got exit %d and %s", code, stderr)
	}
	text, err := os.ReadFile(file)
	if err != nil || !strings.HasPrefix(string(text), before+"- check: ROT-001\n") {
		t.Errorf("the file has %s, %v", text, err)
	}
	if about, err := os.Lstat(link); err != nil || about.Mode()&os.ModeSymlink == 0 {
		t.Errorf("the link is %v, %v", about, err)
	}
	if about, err := os.Stat(file); err != nil || about.Mode().Perm() != 0o640 {
		t.Errorf("the file is %v, %v", about, err)
	}
	if names := filesIn(t, folder); len(names) != 2 {
		t.Errorf("the folder has %v", names)
	}
}

// TestWaiveReplacesFilesAlone has names behind which there is no file to add to, or
// none that may be written.
func TestWaiveReplacesFilesAlone(t *testing.T) {
	t.Parallel()
	folder := t.TempDir()
	dangling, kept := filepath.Join(folder, "link"), filepath.Join(folder, "kept.yaml")
	if err := os.Symlink("nowhere.yaml", dangling); err != nil {
		t.Fatal(err)
	}
	if err := os.WriteFile(kept, nil, 0o400); err != nil {
		t.Fatal(err)
	}
	of := saved(t, report.Fail)
	tests := map[string]string{dangling: "a link to a file that is not there", folder: "is a folder", filepath.Join(folder, "none", "w.yaml"): "no such file"}
	if info, err := os.Stat(os.DevNull); err == nil && info.Mode()&os.ModeDevice != 0 && os.Getuid() != 0 { // who may replace it shall not try
		tests[os.DevNull] = "is a device"
	}
	if os.Getuid() != 0 { // who may write everything
		tests[kept] = "permission denied"
	}
	for file, want := range tests {
		code, stdout, stderr := judge(t, nil, "waive", of, "--check", "ROT-001", "--owner", "o", "--reason", "r", "--link", "l", "--expires", "2999-01-01", "--file", file)
		if code != conformance.ExitUsage || stdout != "" || !strings.Contains(stderr, want) {
			t.Errorf("%s: got exit %d, %s and %s, want %q", file, code, stdout, stderr, want)
		}
	}
	if about, err := os.Lstat(dangling); err != nil || about.Mode()&os.ModeSymlink == 0 {
		t.Errorf("the link is %v, %v", about, err)
	}
}

// TestReportsCannotAct has a report that would write to the terminal through an error.
func TestReportsCannotAct(t *testing.T) {
	t.Parallel()
	good := saved(t, report.Fail)
	acts := saved(t, report.Fail, func(r *report.Report) { r.Target.URL, r.Results[0].ID = "https://b.example/\x1b]0;x\a", "ROT-9\x1b[2J" })
	waive := []string{"--owner", "o", "--reason", "r", "--link", "l", "--expires", "2999-01-01"}
	for _, args := range [][]string{
		{"diff", good, acts},
		{"diff", good, saved(t, "\x1b[2J")},
		append([]string{"waive", acts}, waive...),
		append([]string{"waive", acts, "--check", "ROT-001", "--target", "b"}, waive...),
	} {
		code, _, stderr := judge(t, nil, args...)
		if code != conformance.ExitUsage || strings.ContainsAny(stderr, "\x1b\a") {
			t.Errorf("%s: got exit %d and %q", args, code, stderr)
		}
	}
}

// TestListOfDefects has the list within a terminal, as one line for each fact, and
// without a null.
func TestListOfDefects(t *testing.T) {
	t.Parallel()
	all := defectListing{
		Defects: []listedDefect{{ID: "one", Providers: []string{"angusgm"}, Description: strings.Repeat("word ", 40) + "end"}},
		Sets:    []listedSet{{ID: "set", Defects: []string{"one"}}},
	}
	for _, width := range []int{0, 60, 500} {
		var b strings.Builder
		if err := printDefects(&b, all, width); err != nil {
			t.Fatal(err)
		}
		long := 0
		for line := range strings.Lines(b.String()) {
			long = max(long, len(strings.TrimSuffix(line, "\n")))
		}
		if !strings.Contains(b.String(), "found by no check\n") || width == 0 && long < 200 || width > 0 && long > min(max(width, 73), widest) {
			t.Errorf("width %d: the longest line has %d columns in\n%s", width, long, b.String())
		}
	}
	code, stdout, _ := judge(t, nil, "list", "--defects", "--json")
	if code != 0 || strings.Contains(stdout, ": null") {
		t.Errorf("got exit %d and a null in %d bytes", code, len(stdout))
	}
}

// TestSARIFOfARun reads what a run writes.
func TestSARIFOfARun(t *testing.T) {
	t.Parallel()
	standIn := mocktest.Start(t)
	folder := t.TempDir()
	judge(t, body("ROT-001", func(s *conformance.Session) { s.NewClient(); s.Failf("known") }), "run", "--provider", "authing-v2", "--url", standIn.BaseURL(), "--report-dir", folder)
	text, err := os.ReadFile(filepath.Join(folder, "report.sarif"))
	if err != nil {
		t.Fatal(err)
	}
	var log struct {
		Version string
		Runs    []struct {
			Results []struct{ RuleID, Level string }
		}
	}
	if err := json.Unmarshal(text, &log); err != nil {
		t.Fatal(err)
	}
	if log.Version != "2.1.0" || len(log.Runs) != 1 || len(log.Runs[0].Results) != 1 || log.Runs[0].Results[0].RuleID != "ROT-001" || log.Runs[0].Results[0].Level != "error" {
		t.Errorf("got %+v", log)
	}
}
