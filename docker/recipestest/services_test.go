package recipestest

import (
	"fmt"
	"net/http"
	"os"
	"strings"
	"testing"

	"github.com/keyturn/keyturn/docker/internal/enginetest"
)

// service is one of a workflow's or of a job's.
type service struct {
	Image string            `yaml:"image"`
	Name  string            `yaml:"name"`
	Alias string            `yaml:"alias"`
	Ports []string          `yaml:"ports"`
	Env   map[string]string `yaml:"env"`
}

// TestGitHubService starts the service as the runner does, awaits the health check of its
// image, and has a test reach it and its admin plane.
func TestGitHubService(t *testing.T) {
	t.Parallel()
	enginetest.Need(t)
	var workflow struct {
		Jobs map[string]struct {
			Services map[string]service `yaml:"services"`
		} `yaml:"jobs"`
	}
	if err := documents(t)["ci/github-stand-in.yml"][0].Decode(&workflow); err != nil {
		t.Fatal(err)
	}
	is := workflow.Jobs["rehearse"].Services["keyturn"]
	if len(is.Ports) != 1 || is.Ports[0] != "7070:7070" || is.Image != enginetest.Image {
		t.Fatalf("the service is %+v", is)
	}
	options := enginetest.Published()
	for name, value := range is.Env {
		options = append(options, "--env", name+"="+value)
	}
	container := enginetest.Start(t, options)
	container.Eventually("healthy", func() bool { return container.Inspect("{{.State.Health.Status}}") == "healthy" })
	for authorization, want := range map[string]int{"": http.StatusUnauthorized, "Bearer rehearsal": http.StatusOK} {
		request, err := http.NewRequestWithContext(t.Context(), http.MethodGet, container.Ready()+"/__admin/requests", nil)
		if err != nil {
			t.Fatal(err)
		}
		if authorization != "" {
			request.Header.Set("Authorization", authorization)
		}
		response, err := http.DefaultClient.Do(request)
		if err != nil {
			t.Fatal(err)
		}
		response.Body.Close()
		if response.StatusCode != want {
			t.Errorf("authorization %q: HTTP %d, want %d", authorization, response.StatusCode, want)
		}
	}
}

// TestGitLabService has another container of the network reach the service by its alias,
// as a job does: first its readiness, then the referee with credentials.
func TestGitLabService(t *testing.T) {
	t.Parallel()
	enginetest.Need(t)
	var jobs map[string]struct {
		Services  []service         `yaml:"services"`
		Variables map[string]string `yaml:"variables"`
	}
	if err := documents(t)["ci/gitlab.yml"][0].Decode(&jobs); err != nil {
		t.Fatal(err)
	}
	is, address := jobs["rotation"].Services[0], jobs["rotation"].Variables["OAUTH_URL"]
	if is.Name != enginetest.Image {
		t.Fatalf("the service is %+v", is)
	}
	network := fmt.Sprintf("keyturn-recipes-%d", os.Getpid())
	enginetest.Docker(t, "network", "create", network)
	t.Cleanup(func() { enginetest.Docker(t, "network", "rm", network) })
	container := enginetest.Start(t, []string{"--network", network, "--network-alias", is.Alias})
	container.Eventually("listening", func() bool { return strings.Contains(container.Logs(), "msg=listening") })

	beside := []string{"run", "--rm", "--network", network}
	enginetest.Docker(t, append(beside, is.Name, "healthcheck", "--url", address)...)
	if enginetest.Try(t, append(beside, is.Name, "healthcheck", "--url", "http://nobody:7070")...).Code != 1 {
		t.Error("a host that is not there is healthy")
	}
	enginetest.Docker(t, append(beside, "--env", "KEYTURN_ADMIN_TOKEN=token", "--env", "KEYTURN_VALUE_TENANT=acme", is.Name,
		"conformance", "run", "--provider", "identity-service", "--credentials", "env", "--url", address, "--checks", "ROT-002")...)
}
