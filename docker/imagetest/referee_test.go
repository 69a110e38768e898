package imagetest_test

import (
	"os"
	"path/filepath"
	"slices"
	"strings"
	"testing"

	"github.com/keyturn/keyturn/docker/internal/enginetest"
)

// network makes one on which containers find each other by name.
func network(t *testing.T) string {
	t.Helper()
	name := "keyturn-" + strings.ToLower(strings.ReplaceAll(t.Name(), "/", "-"))
	enginetest.Docker(t, "network", "create", name)
	t.Cleanup(func() { enginetest.Docker(t, "network", "rm", name) })
	return name
}

// standIn starts one that others on the network know as stand-in.
func standIn(t *testing.T, network string, options ...string) *enginetest.Container {
	t.Helper()
	c := enginetest.Start(t, slices.Concat(enginetest.Locked(), []string{"--network", network, "--network-alias", "stand-in"}, options))
	c.Eventually("healthy", func() bool { return c.Inspect("{{.State.Health.Status}}") == "healthy" })
	return c
}

// referee runs one on the network against the stand-in, with the credentials of the
// default world.
func referee(t *testing.T, network, scheme string, options ...string) enginetest.Outcome {
	t.Helper()
	return enginetest.Try(t, slices.Concat(
		[]string{"run", "--rm", "--network", network, "--env", "KEYTURN_ADMIN_TOKEN=token", "--env", "KEYTURN_VALUE_TENANT=acme"},
		options,
		[]string{
			enginetest.Image, "conformance", "run", "--provider", "identity-service", "--url", scheme + "://stand-in:7070",
			"--credentials", "env", "--checks", "ROT-*", "--rate", "1000",
		},
	)...)
}

// TestReferee judges one container from another, whose /tmp takes the journal.
func TestReferee(t *testing.T) {
	t.Parallel()
	enginetest.Need(t)
	on := network(t)
	standIn(t, on)
	for name, options := range map[string][]string{
		"as it comes": nil,
		"locked":      append(enginetest.Locked(), "--tmpfs", "/tmp"),
	} {
		t.Run(name, func(t *testing.T) {
			outcome := referee(t, on, "http", options...)
			if outcome.Code != 0 || !strings.Contains(outcome.Stdout, "ROT-") {
				t.Errorf("got exit code %d, %s%s, want 0 and a report", outcome.Code, outcome.Stdout, outcome.Stderr)
			}
		})
	}
	t.Run("without a place for the journal", func(t *testing.T) {
		outcome := referee(t, on, "http", enginetest.Locked()...)
		if outcome.Code != 2 || !strings.Contains(outcome.Stderr, "--journal: mkdir /tmp/") || !strings.Contains(outcome.Stderr, "read-only file system") {
			t.Errorf("got exit code %d and %s, want 2 and what is missing", outcome.Code, outcome.Stderr)
		}
	})
}

// TestTrust: the file that the image brings is the one that says whom the referee trusts.
func TestTrust(t *testing.T) {
	t.Parallel()
	enginetest.Need(t)
	on := network(t)
	authority := authorityOf(t, standIn(t, on, "--volume", "/var/lib/keyturn/tls", "--env", "KEYTURN_TLS=true", "--env", "KEYTURN_TLS_NAME=stand-in"))
	outcome := referee(t, on, "https")
	if outcome.Code != 3 || !strings.Contains(outcome.Stdout+outcome.Stderr, "certificate signed by unknown authority") {
		t.Errorf("an authority of its own: got exit code %d, %s%s, want 3 and why", outcome.Code, outcome.Stdout, outcome.Stderr)
	}
	file := filepath.Join(worldFolder(t, "ca.pem", authority), "ca.pem")
	outcome = referee(t, on, "https", "--volume", file+":/"+rootsFile+":ro")
	if outcome.Code != 0 {
		t.Errorf("in place of the image's: got exit code %d, %s%s, want 0", outcome.Code, outcome.Stdout, outcome.Stderr)
	}
}

// TestReports writes them as the user of the machine, who has to own them.
func TestReports(t *testing.T) {
	t.Parallel()
	enginetest.Need(t)
	on := network(t)
	standIn(t, on)
	folder := filepath.Join(t.TempDir(), "report")
	if err := os.Mkdir(folder, 0o777); err != nil {
		t.Fatal(err)
	}
	if err := os.Chmod(folder, 0o777); err != nil { // whatever the umask, and whoever the user of the test
		t.Fatal(err)
	}
	outcome := referee(t, on, "http", append(enginetest.Locked(), "--env", "KEYTURN_REPORT_DIR=/report", "--volume", folder+":/report")...)
	if _, err := os.Stat(filepath.Join(folder, "report.html")); err != nil || outcome.Code != 0 {
		t.Errorf("got exit code %d, %s and %v", outcome.Code, outcome.Stderr, err)
	}
}
