package mockcontainer_test

import (
	"errors"
	"fmt"
	"io"
	"strings"
	"syscall"
	"testing"

	"github.com/keyturn/keyturn/docker/internal/enginetest"
	"github.com/keyturn/keyturn/docker/mockcontainer"
)

// TestKilled kills the process of a container while a test uses it. The first request
// that fails has to say that already, and not only that nobody answers; so has whatever
// the test does next.
func TestKilled(t *testing.T) {
	t.Parallel()
	ctx := t.Context()
	c := run(t)
	app := applicationOf(t, c)
	admin, err := c.Admin(ctx)
	if err != nil {
		t.Fatal(err)
	}
	found, err := c.Inspect(ctx)
	if err != nil {
		t.Fatal(err)
	}
	failed := make(chan error)
	for range 3 {
		go func() {
			for {
				response, err := app.client.Get(app.base + "/oidc/.well-known/openid-configuration")
				if err == nil {
					_, err = io.Copy(io.Discard, response.Body)
					response.Body.Close()
				}
				if err != nil {
					failed <- err
					return
				}
			}
		}()
	}
	app.rotate()
	if err := syscall.Kill(found.State.Pid, syscall.SIGKILL); err != nil {
		// The process belongs to another user or another machine.
		enginetest.Docker(t, "kill", c.GetContainerID())
	}
	for range 3 {
		killed(t, c, "a request under way", <-failed)
	}
	_, baseErr := c.BaseURL(ctx)
	killed(t, c, "the address", baseErr)
	killed(t, c, "the admin plane", admin.Reset(ctx))
}

func killed(t *testing.T, c *mockcontainer.Container, what string, err error) {
	t.Helper()
	exited, ok := errors.AsType[*mockcontainer.ExitedError](err)
	if !ok || exited.Code != 137 || !strings.Contains(err.Error(), c.GetContainerID()[:12]+" was killed by signal 9") {
		t.Errorf("%s: %v, want it to say that the container was killed", what, err)
	}
}

// TestEnded tells a stop and a removal from an end of its own.
func TestEnded(t *testing.T) {
	t.Parallel()
	ctx := t.Context()
	c := run(t)
	client, err := c.HTTPClient(ctx)
	if err != nil {
		t.Fatal(err)
	}
	base, err := c.BaseURL(ctx)
	if err != nil {
		t.Fatal(err)
	}
	if err := c.Stop(ctx, nil); err != nil {
		t.Fatal(err)
	}
	if _, err := c.BaseURL(ctx); err == nil || !strings.Contains(err.Error(), "was stopped (") {
		t.Errorf("once it is stopped: %v", err)
	}
	if err := c.Terminate(ctx); err != nil {
		t.Fatal(err)
	}
	response, err := client.Get(base)
	if err == nil {
		response.Body.Close()
	}
	if exited, ok := errors.AsType[*mockcontainer.ExitedError](err); !ok || !exited.Removed {
		t.Errorf("once it is removed: %v", err)
	}
}

// TestExitedErrorSays reads the error as a person would.
func TestExitedErrorSays(t *testing.T) {
	t.Parallel()
	const start = "the stand-in in container 0123456789ab "
	for want, err := range map[string]error{
		start + "ended with exit code 2: world: w.yaml:7:3: a; world: w.yaml:9:1: b": &mockcontainer.ExitedError{
			ContainerID: "0123456789ab", Code: 2, Said: []string{"world: w.yaml:7:3: a", "world: w.yaml:9:1: b"},
		},
		start + "was killed by signal 9":             &mockcontainer.ExitedError{ContainerID: "0123456789ab", Code: 137},
		start + "was killed for want of memory":      &mockcontainer.ExitedError{ContainerID: "0123456789ab", Code: 137, OutOfMemory: true},
		start + "was stopped":                        &mockcontainer.ExitedError{ContainerID: "0123456789ab"},
		start + "is gone: the container was removed": &mockcontainer.ExitedError{ContainerID: "0123456789ab", Removed: true},
	} {
		if got := fmt.Sprint(err); got != want {
			t.Errorf("got %q, want %q", got, want)
		}
	}
}
