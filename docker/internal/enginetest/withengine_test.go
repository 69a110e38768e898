package enginetest_test

import (
	"bytes"
	"os"
	"os/exec"
	"path/filepath"
	"strings"
	"testing"

	"github.com/keyturn/keyturn/docker/internal/enginetest"
)

// script is what starts engines.
func script(t *testing.T) string {
	t.Helper()
	path, err := filepath.Abs("../../with-engine")
	if err != nil {
		t.Fatal(err)
	}
	return path
}

// fakes makes a folder with these commands: those with a text are scripts, the others the
// machine's own.
func fakes(t *testing.T, commands map[string]string) string {
	t.Helper()
	folder := t.TempDir()
	for name, text := range commands {
		path := filepath.Join(folder, name)
		if text != "" {
			if err := os.WriteFile(path, []byte("#!/bin/sh\n"+text+"\n"), 0o755); err != nil {
				t.Fatal(err)
			}
			continue
		}
		own, err := exec.LookPath(name)
		if err != nil {
			enginetest.Missing(t, name)
		}
		if err := os.Symlink(own, path); err != nil {
			t.Fatal(err)
		}
	}
	return folder
}

// TestWithEngine is about when there is one, and when there is none to be had.
func TestWithEngine(t *testing.T) {
	t.Parallel()
	const answers, silent = `[ "$1" = version ]`, "exit 1"
	tests := map[string]struct {
		docker string
		host   string
		args   []string
		code   int
		stderr string // of which it is a part
	}{
		"an engine answers":    {docker: answers, args: []string{"sh", "-c", `echo "$DOCKER_WITH_ENGINE" >&2; exit 7`}, code: 7, stderr: "yes"},
		"one elsewhere does":   {docker: answers, host: "tcp://127.0.0.1:1", args: []string{"sh", "-c", `echo "$DOCKER_HOST" >&2`}, stderr: "tcp://127.0.0.1:1"},
		"one elsewhere is not": {docker: silent, host: "tcp://127.0.0.1:1", args: []string{"true"}, code: 69, stderr: "no engine answers at DOCKER_HOST, tcp://127.0.0.1:1;"},
		"none can be started":  {docker: silent, args: []string{"true"}, code: 69, stderr: "no Docker engine answers, and "}, // not root, or no dockerd
		"no docker command":    {args: []string{"true"}, code: 69, stderr: "there is no docker command"},
		"nothing to be run":    {docker: answers, code: 2, stderr: "usage: "},
	}
	for name, test := range tests {
		t.Run(name, func(t *testing.T) {
			t.Parallel()
			commands := map[string]string{"bash": "", "env": "", "sh": "", "timeout": "", "true": ""}
			if test.docker != "" {
				commands["docker"] = test.docker
			}
			var stderr bytes.Buffer
			cmd := exec.CommandContext(t.Context(), script(t), test.args...)
			cmd.Env = []string{"PATH=" + fakes(t, commands), "DOCKER_HOST=" + test.host}
			cmd.Stderr = &stderr
			err := cmd.Run()
			if cmd.ProcessState == nil {
				t.Fatal(err)
			}
			if code := cmd.ProcessState.ExitCode(); code != test.code || !strings.Contains(stderr.String(), test.stderr) {
				t.Errorf("got exit code %d and %s, want %d and %q", code, stderr.String(), test.code, test.stderr)
			}
		})
	}
}

// TestNoFolder has every command that starts an engine, and no place for one.
func TestNoFolder(t *testing.T) {
	t.Parallel()
	if os.Geteuid() != 0 {
		t.Skip("only root gets as far as that")
	}
	commands := map[string]string{"docker": "exit 1"}
	for _, own := range []string{"bash", "env", "mktemp", "timeout"} {
		commands[own] = ""
	}
	for _, never := range []string{"dockerd", "iptables", "ip", "unshare", "setsid", "setpriv"} {
		commands[never] = "exit 0"
	}
	cmd := exec.CommandContext(t.Context(), script(t), "true")
	cmd.Env = []string{"PATH=" + fakes(t, commands), "TMPDIR=/no/such/folder"}
	said, err := cmd.CombinedOutput()
	if cmd.ProcessState == nil {
		t.Fatal(err)
	}
	if code := cmd.ProcessState.ExitCode(); code != 69 || !strings.Contains(string(said), "no folder can be made in /no/such/folder") {
		t.Errorf("got exit code %d and %s, want 69 and the folder", code, said)
	}
}
