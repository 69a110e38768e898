package imagetest_test

import (
	"encoding/json"
	"regexp"
	"strings"
	"testing"
	"time"

	"github.com/google/go-cmp/cmp"

	"github.com/keyturn/keyturn/docker/internal/enginetest"
)

type imageConfig struct {
	User         string
	ExposedPorts map[string]struct{}
	Env          []string
	Cmd          []string
	Entrypoint   []string
	StopSignal   string
	WorkingDir   string
	Volumes      map[string]struct{}
	Labels       map[string]string
	Healthcheck  struct {
		Test                           []string
		Interval, Timeout, StartPeriod time.Duration
		Retries                        int
	}
}

func configOf(t *testing.T) imageConfig {
	t.Helper()
	var config imageConfig
	if err := json.Unmarshal([]byte(enginetest.Docker(t, "image", "inspect", "--format", "{{json .Config}}", enginetest.Image)), &config); err != nil {
		t.Fatal(err)
	}
	return config
}

func TestConfig(t *testing.T) {
	t.Parallel()
	enginetest.Need(t)
	got := configOf(t)
	got.Labels = nil
	for i, variable := range got.Env {
		if strings.HasPrefix(variable, "PATH=") { // which the engine adds
			got.Env = append(got.Env[:i:i], got.Env[i+1:]...)
			break
		}
	}
	want := imageConfig{
		User:         "65532:65532",
		ExposedPorts: map[string]struct{}{"7070/tcp": {}},
		Env:          []string{"KEYTURN_ADDR=0.0.0.0:7070", "KEYTURN_WORLD=/worlds", "KEYTURN_TLS_DIR=/var/lib/keyturn/tls"},
		Cmd:          []string{"serve"},
		Entrypoint:   []string{"/keyturn"},
		StopSignal:   "SIGTERM",
	}
	want.Healthcheck.Test = []string{"CMD", "/keyturn", "healthcheck"} // no shell
	want.Healthcheck.Interval, want.Healthcheck.Timeout, want.Healthcheck.StartPeriod = 2*time.Second, 5*time.Second, 10*time.Second
	want.Healthcheck.Retries = 3
	if got.WorkingDir == "/" { // as BuildKit says that there is none
		got.WorkingDir = ""
	}
	if diff := cmp.Diff(want, got); diff != "" {
		t.Errorf("-want +got:\n%s", diff)
	}
}

func TestLabels(t *testing.T) {
	t.Parallel()
	enginetest.Need(t)
	labels := configOf(t).Labels
	for name, want := range map[string]string{
		"title":       `^Keyturn$`,
		"description": `^A stateful stand-in`,
		"source":      `^https://github\.com/keyturn/keyturn$`,
		"licenses":    `^MIT$`,
		"version":     `^[\w.-]+$`,
		"revision":    `^([0-9a-f]{40})?$`, // none without git
		"created":     `^\d{4}-\d\d-\d\dT\d\d:\d\d:\d\dZ$`,
	} {
		name = "org.opencontainers.image." + name
		if value, is := labels[name]; !is || !regexp.MustCompile(want).MatchString(value) {
			t.Errorf("label %s is %q, want %s", name, value, want)
		}
		delete(labels, name)
	}
	if len(labels) > 0 {
		t.Errorf("further labels: %v", labels)
	}
}

// TestVersion: the label, the binary and the architecture belong together.
func TestVersion(t *testing.T) {
	t.Parallel()
	enginetest.Need(t)
	version := enginetest.Docker(t, "run", "--rm", enginetest.Image, "version")
	platform := enginetest.Docker(t, "image", "inspect", "--format", "{{.Os}}/{{.Architecture}}", enginetest.Image)
	revision := configOf(t).Labels["org.opencontainers.image.revision"]
	if !strings.HasSuffix(version, " "+platform) || !strings.Contains(version, revision) {
		t.Errorf("the image is for %s and of revision %s, and its binary says %q", platform, revision, version)
	}
}
