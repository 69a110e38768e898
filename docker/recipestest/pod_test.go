package recipestest

import (
	"fmt"
	"net/http"
	"net/url"
	"os"
	"path/filepath"
	"strings"
	"testing"

	"github.com/keyturn/keyturn/docker/internal/enginetest"
)

// deployment is what of deployment.yaml an engine can hold a container to.
type deployment struct {
	Spec struct {
		Template struct {
			Spec struct {
				Grace           int `yaml:"terminationGracePeriodSeconds"`
				SecurityContext struct {
					User  int `yaml:"runAsUser"`
					Group int `yaml:"runAsGroup"`
				} `yaml:"securityContext"`
				Containers []struct {
					Image string
					Args  []string
					Env   []struct{ Name, Value string }
					Ready probe `yaml:"readinessProbe"`
					Alive probe `yaml:"livenessProbe"`
					Needs struct {
						Limits struct{ Memory string }
					} `yaml:"resources"`
					Mounts []struct {
						Path string `yaml:"mountPath"`
					} `yaml:"volumeMounts"`
				}
			}
		}
	}
}

type probe struct {
	Get struct{ Path string } `yaml:"httpGet"`
}

// TestPod starts a container with what the Deployment takes and gives: the user, the
// limits, the read-only root, and a world as a ConfigMap mounts it, behind symbolic links.
// A Service of its name sets variables where service links are left on.
func TestPod(t *testing.T) {
	t.Parallel()
	enginetest.Need(t)
	var manifest deployment
	if err := documents(t)["kubernetes/deployment.yaml"][0].Decode(&manifest); err != nil {
		t.Fatal(err)
	}
	pod := manifest.Spec.Template.Spec
	is := pod.Containers[0]
	if is.Image != enginetest.Image || len(is.Mounts) != 1 {
		t.Fatalf("the container is %+v", is)
	}
	options := append(append(enginetest.Published(), enginetest.Locked()...),
		"--user", fmt.Sprintf("%d:%d", pod.SecurityContext.User, pod.SecurityContext.Group),
		"--memory", strings.TrimSuffix(is.Needs.Limits.Memory, "i"),
		"--stop-timeout", fmt.Sprint(pod.Grace),
		"--volume", configMap(t)+":"+is.Mounts[0].Path+":ro",
		"--env", "KEYTURN_PORT=tcp://10.0.0.1:7070", "--env", "KEYTURN_SERVICE_HOST=10.0.0.1")
	for _, variable := range is.Env {
		if variable.Value != "" {
			options = append(options, "--env", variable.Name+"="+variable.Value)
		}
	}
	container := enginetest.Start(t, options, is.Args...)
	base := container.Ready()
	for _, path := range []string{is.Ready.Get.Path, is.Alive.Get.Path} {
		request, err := http.NewRequestWithContext(t.Context(), http.MethodGet, base+path, nil)
		if err != nil {
			t.Fatal(err)
		}
		request.Host = "10.244.0.7:7070" // as the kubelet asks, by the pod's own address
		response, err := http.DefaultClient.Do(request)
		if err != nil {
			t.Fatal(err)
		}
		response.Body.Close()
		if response.StatusCode != http.StatusOK {
			t.Errorf("probe %s: HTTP %d", path, response.StatusCode)
		}
	}
	response, err := http.PostForm(base+"/connect/token", url.Values{
		"grant_type": {"client_credentials"}, "client_id": {"mounted"}, "client_secret": {"mounted-secret-0123456789"},
	})
	if err != nil {
		t.Fatal(err)
	}
	response.Body.Close()
	if response.StatusCode != http.StatusOK {
		t.Errorf("a client of the mounted world: HTTP %d", response.StatusCode)
	}
	enginetest.Docker(t, "stop", container.ID)
	if code := container.Ended(); code != "0" {
		t.Errorf("stopped with exit code %s, so it was killed or failed", code)
	}
}

// configMap is a folder with one world, laid out as the kubelet does it.
func configMap(t *testing.T) string {
	t.Helper()
	const world = `version: 1
realms:
  identity-service:
    tenants: [{id: acme, name: Acme}]
    principals: [{name: administrator, token: token, role: admin, tenants: [acme]}]
    clients:
      - id: mounted
        tenant: acme
        secrets: [{id: 3f0c6b1e-8a52-4d7f-9c36-5e1b7a90d248, value: mounted-secret-0123456789}]
        attributes: {type: confidential, grantTypes: [client_credentials]}
`
	folder := t.TempDir()
	version := filepath.Join(folder, "..2026_01_02_03_04_05.123456789")
	for _, err := range []error{
		os.Chmod(folder, 0o755), os.Mkdir(version, 0o755),
		os.WriteFile(filepath.Join(version, "my-world.yaml"), []byte(world), 0o644),
		os.Symlink(filepath.Base(version), filepath.Join(folder, "..data")),
		os.Symlink("..data/my-world.yaml", filepath.Join(folder, "my-world.yaml")),
	} {
		if err != nil {
			t.Fatal(err)
		}
	}
	return folder
}
