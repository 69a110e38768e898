package recipestest

import (
	"context"
	"os"
	"path/filepath"
	"strings"
	"testing"
	"time"

	"github.com/keyturn/keyturn/docker/internal/enginetest"
)

// standIn starts one on a port of this machine, with variables of its own.
func standIn(t *testing.T, variables ...string) (base string) {
	t.Helper()
	options := append(enginetest.Published(), enginetest.Locked()...)
	for _, variable := range variables {
		options = append(options, "--env", variable)
	}
	return enginetest.Start(t, options).Ready()
}

// TestAction runs the action as a runner would, against stand-ins.
func TestAction(t *testing.T) {
	t.Parallel()
	enginetest.Need(t)
	clean := standIn(t)
	broken := standIn(t, "KEYTURN_DEFECT=old-secret-lives-on")
	const rotations = "KEYTURN_CHECKS=ROT-*"
	const temporary = "${{ runner.temp }}" // which the runner puts in the place of it
	for name, test := range map[string]struct {
		inputs  map[string]string
		env     []string
		file    string // in the workspace, credentials.yaml
		code    int
		outcome string
		summary string
	}{
		"clean": {
			inputs: map[string]string{"url": clean, "provider": "identity-service"},
			code:   0, outcome: "conformant", summary: "conformant",
		},
		"defect": {
			inputs: map[string]string{"url": broken, "provider": "genauth-v3"}, env: []string{"KEYTURN_CHECKS=ROT-003"},
			code: 1, outcome: "nonconformant", summary: "ROT-003",
		},
		"credentials of a file": {
			inputs: map[string]string{"url": clean, "provider": "identity-service", "credentials": "credentials.yaml", "report-dir": "out/report"},
			env:    []string{rotations}, file: "admin: {token: token}\nvalues: {tenant: acme}\n",
			code: 0, outcome: "conformant", summary: "conformant",
		},
		"reports in the workspace itself": {
			inputs: map[string]string{"url": clean, "provider": "identity-service", "credentials": "credentials.yaml", "report-dir": "."},
			env:    []string{rotations}, file: "admin: {token: token}\nvalues: {tenant: acme}\n",
			code: 0, outcome: "conformant", summary: "conformant",
		},
		"reports among what is temporary": {
			inputs: map[string]string{"url": clean, "provider": "identity-service", "report-dir": temporary}, env: []string{rotations},
			code: 0, outcome: "conformant", summary: "conformant",
		},
		"credentials of the environment": {
			inputs: map[string]string{"url": clean, "provider": "identity-service", "credentials": "env"},
			env:    []string{rotations, "KEYTURN_ADMIN_TOKEN=token", "KEYTURN_VALUE_TENANT=acme"},
			code:   0, outcome: "conformant", summary: "conformant",
		},
		"nobody there": {
			inputs: map[string]string{"url": "http://127.0.0.1:1", "provider": "angusgm"}, env: []string{rotations},
			code: 3, outcome: "incomplete", summary: "incomplete",
		},
		"plan": {
			inputs: map[string]string{"url": clean, "provider": "angusgm", "mode": "plan"},
			code:   0, outcome: "no-report", summary: "no report",
		},
		"no such provider": {
			inputs: map[string]string{"url": clean, "provider": "other"},
			code:   2, outcome: "no-report", summary: "exit code is 2",
		},
		"no such version": {
			inputs: map[string]string{"url": clean, "provider": "angusgm", "version": "not-a-version"},
			code:   125, outcome: "no-report", summary: "exit code is 125",
		},
	} {
		t.Run(name, func(t *testing.T) {
			t.Parallel()
			j := newJob(t, test.env...)
			if err := os.WriteFile(filepath.Join(j.workspace, "credentials.yaml"), []byte(test.file), 0o600); err != nil {
				t.Fatal(err)
			}
			for input, value := range test.inputs {
				test.inputs[input] = strings.ReplaceAll(value, temporary, j.temp)
			}
			j.use(t.Context(), t, test.inputs)
			if j.code != test.code || j.outputs["outcome"] != test.outcome || !strings.Contains(strings.ToLower(j.summary), strings.ToLower(test.summary)) {
				t.Fatalf("exit code %d, outputs %v, summary:\n%s\noutput:\n%s", j.code, j.outputs, j.summary, j.stdout)
			}
			if test.outcome == "no-report" {
				return
			}
			for _, file := range []string{"report.html", "report.json", "report.sarif", "junit.xml", "summary.md"} {
				info, err := os.Stat(filepath.Join(j.outputs["report-dir"], file))
				if err != nil || info.Size() == 0 {
					t.Errorf("report: %v", err)
				}
			}
		})
	}
}

// TestActionHostile gives each input a value that a shell would obey.
func TestActionHostile(t *testing.T) {
	t.Parallel()
	enginetest.Need(t)
	for name := range readAction(t).Inputs {
		t.Run(name, func(t *testing.T) {
			t.Parallel()
			j := newJob(t)
			mark := filepath.Join(j.workspace, "mark")
			inputs := map[string]string{"url": "http://127.0.0.1:1", "provider": "angusgm", "mode": "plan"}
			inputs[name] = `--help"; touch ` + mark + `; ` + "`touch " + mark + "` $(touch " + mark + ")"
			j.use(t.Context(), t, inputs)
			if _, err := os.Stat(mark); err == nil {
				t.Fatalf("the value became a command:\n%s", j.stdout)
			}
			if j.code == 0 && name != "report-dir" {
				t.Errorf("it was taken for a value that is right:\n%s", j.stdout)
			}
		})
	}
}

// TestActionCancelled interrupts a run, which is slow by its rate, as a runner does when a
// job is cancelled: it ends soon, removes what it has made and still reports.
func TestActionCancelled(t *testing.T) {
	t.Parallel()
	enginetest.Need(t)
	base := standIn(t)
	ctx, cancel := context.WithCancel(t.Context())
	defer cancel()
	j := newJob(t, "KEYTURN_RATE=5")
	ended := make(chan struct{})
	go func() {
		defer close(ended)
		journal := filepath.Join(j.workspace, "keyturn-report", "journal.jsonl")
		for ctx.Err() == nil { // it has begun to make things
			if info, err := os.Stat(journal); err == nil && info.Size() > 0 {
				cancel()
			}
			time.Sleep(20 * time.Millisecond)
		}
	}()
	timed := time.AfterFunc(time.Minute, cancel)
	defer timed.Stop()
	j.use(ctx, t, map[string]string{"url": base, "provider": "angusgm"})
	cancel()
	<-ended
	if j.code != 3 || j.outputs["outcome"] != "incomplete" || j.summary == "" {
		t.Errorf("exit code %d, outputs %v, summary:\n%s\noutput:\n%s", j.code, j.outputs, j.summary, j.stdout)
	}
	if left, err := filepath.Glob(filepath.Join(j.workspace, "keyturn-report", "journal.jsonl")); err != nil || len(left) > 0 {
		t.Errorf("the journal is still there, so something was left behind: %v", err)
	}
}
