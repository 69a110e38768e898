package enginetest

import (
	"net/http"
	"slices"
	"strings"
	"testing"
	"time"
)

// Container is one of the image, removed when its test ends.
type Container struct {
	ID string

	tb testing.TB
}

// Locked are the options of docker run that take from a container whatever it can do
// without.
func Locked() []string {
	return []string{"--read-only", "--cap-drop", "ALL", "--security-opt", "no-new-privileges"}
}

// Published are the options that make Address work.
func Published() []string { return []string{"--publish", "127.0.0.1::7070"} }

// Start starts a container of the image by docker run, with options of that command and
// then what stands after the image, if anything. It does not wait for it to answer.
func Start(tb testing.TB, options []string, command ...string) *Container {
	tb.Helper()
	args := slices.Concat([]string{"create"}, options, []string{Image}, command)
	c := &Container{ID: Docker(tb, args...), tb: tb}
	tb.Cleanup(func() {
		if tb.Failed() {
			tb.Logf("the container said:\n%s", c.Logs())
		}
		Docker(tb, "rm", "--force", "--volumes", c.ID)
	})
	c.start()
	return c
}

// start tries again where the engine has chosen a port that is taken: some keep apart what
// they publish at 127.0.0.1 and at every address. The next choice is another one.
func (c *Container) start() {
	c.tb.Helper()
	var outcome Outcome
	for range 20 {
		outcome = Try(c.tb, "start", c.ID)
		if outcome.Code == 0 {
			return
		}
		if !strings.Contains(outcome.Stderr, "address already in use") && !strings.Contains(outcome.Stderr, "port is already allocated") {
			break
		}
	}
	c.tb.Fatalf("docker start: %s", outcome.Stderr)
}

// Logs returns what it has said so far, on standard output and then on standard error.
func (c *Container) Logs() string {
	c.tb.Helper()
	outcome := Try(c.tb, "logs", c.ID)
	return outcome.Stdout + outcome.Stderr
}

// Inspect returns what docker inspect says by this template.
func (c *Container) Inspect(format string) string {
	c.tb.Helper()
	return Docker(c.tb, "inspect", "--format", format, c.ID)
}

// Address is HOST:PORT on this machine of a Published container.
func (c *Container) Address() string {
	c.tb.Helper()
	address, _, _ := strings.Cut(Docker(c.tb, "port", c.ID, "7070/tcp"), "\n")
	return address
}

// Ready waits until a Published container answers, and returns its base URL.
func (c *Container) Ready() string {
	c.tb.Helper()
	base := "http://" + c.Address()
	c.Eventually("ready", func() bool {
		response, err := http.Get(base + "/__admin/ready")
		if err != nil {
			return false
		}
		response.Body.Close()
		return response.StatusCode == http.StatusOK
	})
	return base
}

// Ended waits for the end of a container, and returns its exit code.
func (c *Container) Ended() string {
	c.tb.Helper()
	return Docker(c.tb, "wait", c.ID)
}

// Eventually waits until it is so, and fails the test when that takes too long or the
// container has ended without.
func (c *Container) Eventually(what string, so func() bool) {
	c.tb.Helper()
	for deadline := time.Now().Add(20 * time.Second); !so(); time.Sleep(50 * time.Millisecond) {
		if ended := c.Inspect("{{.State.Status}} {{.State.ExitCode}}"); strings.HasPrefix(ended, "exited") && !so() {
			c.tb.Fatalf("the container is not %s, but %s", what, ended)
		}
		if time.Now().After(deadline) {
			c.tb.Fatalf("the container is still not %s", what)
		}
	}
}
