package main

import (
	"net/http"
	"os/exec"
	"path/filepath"
	"strings"
	"sync/atomic"
	"syscall"
	"testing"
	"time"

	"github.com/keyturn/keyturn/conformance"
	"github.com/keyturn/keyturn/conformance/report"
)

// startRun starts a run of the program against a target that is slow to answer.
func startRun(t *testing.T, url string, args ...string) (*process, *lines) {
	t.Helper()
	file, err := binary()
	if err != nil {
		t.Fatal(err)
	}
	p, stdout := &process{stderr: &lines{}}, &lines{}
	p.cmd = exec.Command(file, append([]string{"conformance", "run", "--provider", "authing-v2", "--url", url}, args...)...)
	p.cmd.Stdout, p.cmd.Stderr = stdout, p.stderr
	if err := p.cmd.Start(); err != nil {
		t.Fatal(err)
	}
	t.Cleanup(func() {
		if p.cmd.ProcessState == nil {
			_ = p.cmd.Process.Kill()
			_ = p.cmd.Wait()
		}
	})
	return p, stdout
}

func await(t *testing.T, what string, is func() bool) {
	t.Helper()
	for end := time.Now().Add(patience); !is(); time.Sleep(5 * time.Millisecond) {
		if time.Now().After(end) {
			t.Fatalf("%s: not within %s", what, patience)
		}
	}
}

func TestAnInterruptedRunCleansUp(t *testing.T) {
	t.Parallel()
	var served atomic.Int64
	target := tampered(t, func(_ http.ResponseWriter, r *http.Request) bool {
		if r.Method != http.MethodDelete {
			served.Add(1)
			time.Sleep(50 * time.Millisecond)
		}
		return false
	})
	before := remains(t, target)
	folder := t.TempDir()
	p, stdout := startRun(t, target.BaseURL(), "--report-dir", folder, "--format", "json")
	await(t, "requests", func() bool { return served.Load() > 20 })
	p.terminate(t)
	code := p.exit(t)
	result := read(t, stdout.String())
	if code != conformance.ExitIncomplete || result.Outcome != report.Incomplete || result.Counts[report.Untested] == 0 {
		t.Errorf("got exit %d, %v and %s, want 3", code, result.Counts, p.stderr)
	}
	if !strings.Contains(p.stderr.String(), "keyturn: interrupted, removing what the run made") || !strings.Contains(strings.Join(result.Notes, "\n"), "The run was interrupted") {
		t.Errorf("got %s and the notes %v", p.stderr, result.Notes)
	}
	if after := remains(t, target); after != before || len(filesIn(t, folder)) != len(allFiles) {
		t.Errorf("%d mentions of what runs make before, %d after, and the files %v", before, after, filesIn(t, folder))
	}
}

func TestASecondSignalDoesNotWait(t *testing.T) {
	t.Parallel()
	var served atomic.Int64
	target := tampered(t, func(_ http.ResponseWriter, r *http.Request) bool {
		if r.Method == http.MethodDelete {
			hang(r)
			return true
		}
		served.Add(1)
		time.Sleep(20 * time.Millisecond)
		return false
	})
	folder := t.TempDir()
	p, _ := startRun(t, target.BaseURL(), "--report-dir", folder)
	await(t, "requests", func() bool { return served.Load() > 20 })
	if err := p.cmd.Process.Signal(syscall.SIGINT); err != nil {
		t.Fatal(err)
	}
	p.stderr.await(t, "a second signal ends it at once")
	p.terminate(t)
	if code := p.exit(t); code != conformance.ExitLeftovers {
		t.Errorf("got exit %d and %s", code, p.stderr)
	}
	if command := pasted.FindStringSubmatch(p.stderr.String()); command == nil || !strings.HasSuffix(command[1], filepath.Join(folder, "journal.jsonl")) {
		t.Errorf("no command to remove what is left in %s", p.stderr)
	}
	if got := filesIn(t, folder); len(got) != 1 || got[0] != "journal.jsonl" {
		t.Errorf("got %v, want the journal", got)
	}
	code, stdout, stderr := judge(t, nil, "cleanup", "--journal", filepath.Join(folder, "journal.jsonl"), "--timeout", "100ms")
	if code != conformance.ExitLeftovers {
		t.Errorf("cleanup: got exit %d, %s and %s", code, stdout, stderr)
	}
}
