package enginetest

import (
	"bytes"
	"context"
	"errors"
	"os/exec"
	"strings"
	"testing"
	"time"
)

// bound is for one command of docker: none of them takes a tenth of it.
const bound = time.Minute

// Outcome is how a command of docker ended.
type Outcome struct {
	Code           int // its exit code, which for docker run is the container's
	Stdout, Stderr string
}

// Try runs docker with these arguments. Only that it cannot be run fails the test.
func Try(tb testing.TB, args ...string) Outcome {
	tb.Helper()
	ctx, cancel := context.WithTimeout(context.Background(), bound) // clean-up outlives the test's context
	defer cancel()
	var stdout, stderr bytes.Buffer
	cmd := exec.CommandContext(ctx, "docker", args...) //nolint:gosec // they are the tests' own
	cmd.Stdout, cmd.Stderr = &stdout, &stderr
	err := cmd.Run()
	if ctx.Err() != nil {
		tb.Fatalf("docker %s: no end within %s", strings.Join(args, " "), bound)
	}
	if _, exited := errors.AsType[*exec.ExitError](err); err != nil && !exited {
		tb.Fatalf("docker %s: %v", strings.Join(args, " "), err)
	}
	return Outcome{Code: cmd.ProcessState.ExitCode(), Stdout: stdout.String(), Stderr: stderr.String()}
}

// Docker runs docker with these arguments, and returns what it prints without the space
// around it. That it fails, fails the test.
func Docker(tb testing.TB, args ...string) string {
	tb.Helper()
	outcome := Try(tb, args...)
	if outcome.Code != 0 {
		tb.Fatalf("docker %s: exit code %d: %s", strings.Join(args, " "), outcome.Code, outcome.Stderr)
	}
	return strings.TrimSpace(outcome.Stdout)
}
