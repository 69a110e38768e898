package enginetest

import (
	"fmt"
	"os"
	"os/exec"
	"strings"
	"sync"
	"testing"
)

// Image is what make image builds.
const Image = "keyturn/keyturn:latest"

// variable is what docker/with-engine sets.
const variable = "DOCKER_WITH_ENGINE"

const skipped = "needs a Docker engine and the image: make containers runs it, docker/with-engine alone where the image is built"

// Main is a TestMain for a package in which everything needs an engine. Without one its
// tests are not run, or fail beneath docker/with-engine.
func Main(m *testing.M) {
	if !wanted() {
		fmt.Fprintf(os.Stderr, "skipped: %s\n", skipped)
		return
	}
	if err := ready(); err != nil {
		fmt.Fprintf(os.Stderr, "enginetest: %v\n", err)
		os.Exit(1) //nolint:forbidigo // what else is there for a TestMain to fail with
	}
	m.Run()
}

// Need skips a test that docker/with-engine does not run, and fails one that has no
// engine or no image beneath it.
func Need(tb testing.TB) {
	tb.Helper()
	if !wanted() {
		tb.Skip(skipped)
	}
	if err := ready(); err != nil {
		tb.Fatal(err)
	}
}

// Missing skips a test for want of a tool of this machine, and fails it beneath
// docker/with-engine, where a skip would look like a success.
func Missing(tb testing.TB, what string) {
	tb.Helper()
	if wanted() {
		tb.Fatalf("want %s: nothing is left out beneath docker/with-engine", what)
	}
	tb.Skipf("needs %s", what)
}

func wanted() bool { return os.Getenv(variable) != "" } //nolint:forbidigo // tests are told by it, nothing else is

// ready looks once for all tests of a process.
var ready = sync.OnceValue(func() error {
	if out, err := exec.Command("docker", "version").CombinedOutput(); err != nil {
		return fmt.Errorf("no Docker engine answers: %w: %s", err, strings.TrimSpace(string(out)))
	}
	if out, err := exec.Command("docker", "image", "inspect", Image).CombinedOutput(); err != nil {
		return fmt.Errorf("want the image %s, which make image builds: %w: %s", Image, err, strings.TrimSpace(string(out)))
	}
	return nil
})
