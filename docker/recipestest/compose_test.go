package recipestest

import (
	"errors"
	"fmt"
	"os"
	"os/exec"
	"path/filepath"
	"slices"
	"strings"
	"testing"

	"github.com/keyturn/keyturn/docker/internal/enginetest"
)

// composition is compose.yaml in a folder of its own, as a project of its own and at a
// free port of this machine.
type composition struct {
	command []string
	folder  string
	env     []string
}

func newComposition(t *testing.T) *composition {
	t.Helper()
	c := &composition{command: []string{"docker", "compose"}, folder: t.TempDir()}
	if exec.CommandContext(t.Context(), "docker", "compose", "version").Run() != nil {
		if _, err := exec.LookPath("docker-compose"); err != nil {
			enginetest.Missing(t, "docker compose or docker-compose")
		}
		c.command = []string{"docker-compose"}
	}
	const fixed, free = `"127.0.0.1:7070:7070"`, `"127.0.0.1::7070"`
	text := texts(t)["compose.yaml"]
	if strings.Count(text, fixed) != 1 {
		t.Fatalf("compose.yaml publishes %s %d times, want once", fixed, strings.Count(text, fixed))
	}
	if err := os.WriteFile(filepath.Join(c.folder, "compose.yaml"), []byte(strings.Replace(text, fixed, free, 1)), 0o600); err != nil {
		t.Fatal(err)
	}
	c.env = []string{fmt.Sprintf("COMPOSE_PROJECT_NAME=keyturn-recipes-%d", os.Getpid())}
	t.Cleanup(func() { c.down(t) })
	return c
}

func (c *composition) down(t *testing.T) {
	t.Helper()
	if code, said := c.run(t, nil, "--profile", "conformance", "down", "--volumes"); code != 0 {
		t.Errorf("down: %s", said)
	}
}

// run is docker compose with variables and arguments.
func (c *composition) run(t *testing.T, env []string, args ...string) (code int, said string) {
	t.Helper()
	command := exec.Command(c.command[0], slices.Concat(c.command[1:], args)...)
	command.Dir, command.Env = c.folder, slices.Concat(os.Environ(), c.env, env)
	output, err := command.CombinedOutput()
	if _, exited := errors.AsType[*exec.ExitError](err); err != nil && !exited {
		t.Fatal(err)
	}
	return command.ProcessState.ExitCode(), string(output)
}

// TestCompose runs the commands that compose.yaml names.
func TestCompose(t *testing.T) {
	t.Parallel()
	enginetest.Need(t)
	c := newComposition(t)
	referee := []string{"--profile", "conformance", "run", "--rm"}
	expect := func(what string, want int, text string, env, args []string) {
		t.Helper()
		if code, said := c.run(t, env, slices.Concat(referee, args)...); code != want || !strings.Contains(said, text) {
			t.Errorf("%s: exit code %d, want %d and %q:\n%s", what, code, want, text, said)
		}
	}
	rotations := []string{"conformance", "--checks", "ROT-00?"}
	expect("as it stands", 0, "Identity Service", nil, []string{"conformance"})
	for provider, title := range map[string]string{"angusgm": "AngusGM", "authing-v2": "Authing V2", "genauth-v3": "Authing V3"} {
		expect(provider, 0, title, []string{"PROVIDER=" + provider}, rotations)
	}

	report := filepath.Join(c.folder, "report")
	if err := os.Mkdir(report, 0o700); err != nil {
		t.Fatal(err)
	}
	user := fmt.Sprintf("%d:%d", os.Getuid(), os.Getgid())
	expect("with reports", 0, "/report", nil, slices.Concat([]string{"--user", user, "--volume", report + ":/report"},
		rotations, []string{"--report-dir", "/report"}))
	if _, err := os.Stat(filepath.Join(report, "report.html")); err != nil {
		t.Error(err)
	}

	c.down(t)
	expect("with a defect", 1, "ROT-005", []string{"KEYTURN_DEFECT=deletion-only-says-so"},
		[]string{"conformance", "--checks", "ROT-005"})
}
