package mockcontainer_test

import (
	"errors"
	"fmt"
	"os/exec"
	"strings"
	"syscall"
	"testing"
	"time"

	"github.com/keyturn/keyturn/docker/mockcontainer"
)

// TestKilled kills the process of a container while a test uses it. Whatever the test
// does next has to say that, and not only that nobody answers.
func TestKilled(t *testing.T) {
	t.Parallel()
	ctx := t.Context()
	c := run(t)
	app := applicationOf(t, c)
	admin, err := c.Admin(ctx)
	if err != nil {
		t.Fatal(err)
	}
	app.rotate()
	found, err := c.Inspect(ctx)
	if err != nil {
		t.Fatal(err)
	}
	if err := syscall.Kill(found.State.Pid, syscall.SIGKILL); err != nil {
		// The process belongs to another user or another machine.
		if output, err := exec.CommandContext(ctx, "docker", "kill", c.GetContainerID()).CombinedOutput(); err != nil {
			t.Fatalf("kill: %v: %s", err, output)
		}
	}
	for deadline := time.Now().Add(10 * time.Second); ; time.Sleep(10 * time.Millisecond) {
		if state, err := c.State(ctx); err == nil && !state.Running {
			break
		}
		if time.Now().After(deadline) {
			t.Fatal("the container goes on")
		}
	}
	_, baseErr := c.BaseURL(ctx)
	response, callErr := app.client.Get(app.base + "/oidc/.well-known/openid-configuration")
	if callErr == nil {
		response.Body.Close()
	}
	for name, err := range map[string]error{"address": baseErr, "request": callErr, "admin": admin.Reset(ctx)} {
		exited, ok := errors.AsType[*mockcontainer.ExitedError](err)
		if !ok || exited.Code != 137 {
			t.Errorf("%s: %v, want an ExitedError with exit code 137", name, err)
			continue
		}
		for _, part := range []string{"killed by signal 9", c.GetContainerID()[:12]} {
			if !strings.Contains(err.Error(), part) {
				t.Errorf("%s: %v has no %q", name, err, part)
			}
		}
	}
	t.Log(callErr)
}

// TestExitedErrorSays reads the error as a person would.
func TestExitedErrorSays(t *testing.T) {
	t.Parallel()
	const start = "the stand-in in container 0123456789ab "
	for want, err := range map[string]error{
		start + "ended with exit code 2: world: w.yaml:7:3: a; world: w.yaml:9:1: b": &mockcontainer.ExitedError{
			ContainerID: "0123456789ab", Code: 2, Said: []string{"world: w.yaml:7:3: a", "world: w.yaml:9:1: b"},
		},
		start + "was killed by signal 9":          &mockcontainer.ExitedError{ContainerID: "0123456789ab", Code: 137},
		start + "was killed for want of memory":   &mockcontainer.ExitedError{ContainerID: "0123456789ab", Code: 137, OutOfMemory: true},
		start + "ended with exit code 0: goodbye": &mockcontainer.ExitedError{ContainerID: "0123456789ab", Said: []string{"goodbye"}},
	} {
		if got := fmt.Sprint(err); got != want {
			t.Errorf("got %q, want %q", got, want)
		}
	}
}
