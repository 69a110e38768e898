package enginetest_test

import (
	"bufio"
	"os"
	"os/exec"
	"path/filepath"
	"strings"
	"syscall"
	"testing"
	"time"

	"github.com/keyturn/keyturn/docker/internal/enginetest"
)

// TestOwnEngine starts engines of its own and looks for what is left of them.
func TestOwnEngine(t *testing.T) {
	enginetest.Need(t)
	if os.Geteuid() != 0 {
		t.Skip("only root can start an engine")
	}
	alone := environment("")
	if other := exec.CommandContext(t.Context(), "docker", "version"); runs(other, alone) {
		t.Skip("an engine answers at the usual place, so that none would be started")
	}
	if _, err := exec.LookPath("dockerd"); err != nil {
		enginetest.Missing(t, "dockerd")
	}
	tests := map[string]struct {
		then   string // what CMD does after it has said where it is
		signal syscall.Signal
		code   int // -1 for an end by a signal
	}{
		"its command ends":  {then: "docker version >/dev/null; exit 7", code: 7},
		"it is interrupted": {then: "sleep 60", signal: syscall.SIGTERM, code: 128 + int(syscall.SIGTERM)},
		"it is killed":      {then: "sleep 60", signal: syscall.SIGKILL, code: -1},
	}
	for name, test := range tests {
		t.Run(name, func(t *testing.T) {
			root, err := os.MkdirTemp("", "engine")
			if err != nil {
				t.Fatal(err)
			}
			defer os.RemoveAll(root)
			folder := filepath.Join(root, strings.Repeat("long", 30)) // than the path of a socket may be
			if err := os.Mkdir(folder, 0o700); err != nil {
				t.Fatal(err)
			}
			cmd := exec.Command(script(t), "bash", "-c", "readlink /proc/self/ns/net; echo $DOCKER_HOST; "+test.then)
			cmd.Env = environment(folder)
			cmd.Stderr = os.Stderr
			out, err := cmd.StdoutPipe()
			if err != nil {
				t.Fatal(err)
			}
			if err := cmd.Start(); err != nil {
				t.Fatal(err)
			}
			lines := bufio.NewScanner(out)
			said := make([]string, 2)
			for i := range said {
				if lines.Scan() {
					said[i] = lines.Text()
				}
			}
			network, host := said[0], said[1]
			if !strings.HasPrefix(network, "net:[") || !strings.HasPrefix(host, "unix://") {
				t.Errorf("it runs in %q with the engine %q, want a network and a socket", network, host)
			}
			made, err := filepath.Glob(filepath.Join(folder, "*"))
			if err != nil || len(made) != 1 {
				t.Fatalf("got the folders %v for the engine, want one: %v", made, err)
			}
			if len(inNetwork(t, network)) < 3 {
				t.Errorf("%v run in its network, want the command and an engine at least", inNetwork(t, network))
			}
			if test.signal != 0 {
				cmd.Process.Signal(test.signal)
			}
			cmd.Wait()
			if code := cmd.ProcessState.ExitCode(); code != test.code {
				t.Errorf("got exit code %d, want %d", code, test.code)
			}
			gone(t, network)
			if test.signal != syscall.SIGKILL { // whoever is killed removes no folder
				empty(t, folder, made[0])
			}
		})
	}
}

// environment is the test's own but for the engine that it has been given.
func environment(folder string) []string {
	environ := append(os.Environ(), "DOCKER_HOST=", "DOCKER_WITH_ENGINE=")
	if folder != "" {
		environ = append(environ, "TMPDIR="+folder)
	}
	return environ
}

func runs(cmd *exec.Cmd, environ []string) bool {
	cmd.Env = environ
	return cmd.Run() == nil
}

// inNetwork are the processes in a namespace, which lives as long as one of them.
func inNetwork(t *testing.T, network string) []string {
	t.Helper()
	links, err := filepath.Glob("/proc/[0-9]*/ns/net")
	if err != nil {
		t.Fatal(err)
	}
	var processes []string
	for _, link := range links {
		if target, err := os.Readlink(link); err == nil && target == network {
			processes = append(processes, strings.Split(link, "/")[2])
		}
	}
	return processes
}

// gone waits for the kernel, which ends at its leisure what a killed process leaves.
func gone(t *testing.T, network string) {
	t.Helper()
	deadline := time.Now().Add(10 * time.Second)
	for left := inNetwork(t, network); len(left) > 0; left = inNetwork(t, network) {
		if time.Now().After(deadline) {
			t.Fatalf("processes %v are still in its network", left)
		}
		time.Sleep(50 * time.Millisecond)
	}
}

// empty looks for the engine's folder, and for control groups of its name.
func empty(t *testing.T, folder, engine string) {
	t.Helper()
	if left, err := os.ReadDir(folder); err != nil || len(left) > 0 {
		t.Errorf("left behind: %v, %v", left, err)
	}
	for _, pattern := range []string{"/sys/fs/cgroup/", "/sys/fs/cgroup/*/"} {
		if left, err := filepath.Glob(pattern + filepath.Base(engine)); err != nil || len(left) > 0 {
			t.Errorf("left behind: %v, %v", left, err)
		}
	}
}
