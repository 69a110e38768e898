package kubernetes

import (
	"flag"
	"os"
	"path"
	"path/filepath"
	"strings"
	"testing"

	"sigs.k8s.io/kubectl-validate/pkg/openapiclient"
	"sigs.k8s.io/kubectl-validate/pkg/validator"
	"sigs.k8s.io/kustomize/kyaml/filesys"
)

var folder = flag.String("folder", "../../docker/kubernetes", "folder with the manifests")

// files is a copy of the folder at /base, with one text of one file replaced.
func files(t *testing.T, file, from, to string) filesys.FileSystem {
	t.Helper()
	entries, err := os.ReadDir(*folder)
	if err != nil {
		t.Fatal(err)
	}
	memory := filesys.MakeFsInMemory()
	for _, entry := range entries {
		text, err := os.ReadFile(filepath.Join(*folder, entry.Name()))
		if err != nil {
			t.Fatal(err)
		}
		if entry.Name() == file {
			if strings.Count(string(text), from) != 1 {
				t.Fatalf("%s has %q %d times, want once", file, from, strings.Count(string(text), from))
			}
			text = []byte(strings.Replace(string(text), from, to, 1))
		}
		if err := memory.WriteFile(path.Join("/base", entry.Name()), text); err != nil {
			t.Fatal(err)
		}
	}
	return memory
}

func built(t *testing.T, files filesys.FileSystem, folder string) []manifest {
	t.Helper()
	manifests, err := build(files, folder)
	if err != nil {
		t.Fatal(err)
	}
	if len(manifests) < 2 {
		t.Fatalf("%d objects, want a Deployment and a Service at least", len(manifests))
	}
	return manifests
}

func resolver(t *testing.T, version string) *validator.Validator {
	t.Helper()
	found, err := schemas(version)
	if err != nil {
		t.Fatal(err)
	}
	return found
}

func latest() string {
	return openapiclient.HardcodedBuiltinVersions[len(openapiclient.HardcodedBuiltinVersions)-1]
}

func TestManifests(t *testing.T) {
	t.Parallel()
	manifests := built(t, files(t, "", "", ""), "/base")
	for _, version := range openapiclient.HardcodedBuiltinVersions {
		t.Run(version, func(t *testing.T) {
			t.Parallel()
			wrong, err := judge(manifests, resolver(t, version))
			if err != nil || len(wrong) > 0 {
				t.Fatalf("%v\n%s", err, strings.Join(wrong, "\n"))
			}
			for _, one := range manifests {
				t.Logf("%s %s: as Kubernetes %s and restricted:latest want it", one.kind, one.name, version)
			}
		})
	}
}

// TestFaults breaks one thing at a time.
func TestFaults(t *testing.T) {
	t.Parallel()
	schema := resolver(t, latest())
	const deployment, service = "deployment.yaml", "service.yaml"
	for name, test := range map[string]struct{ file, from, to, want string }{
		"unknown field":    {deployment, "runAsNonRoot:", "runAsNonroot:", "runAsNonroot"},
		"wrong type":       {deployment, "replicas: 1", "replicas: one", "replicas"},
		"missing member":   {deployment, "mountPath: /worlds", "subPath: worlds", "mountPath"},
		"another image":    {deployment, "keyturn/keyturn:latest", "keyturn:latest", "image"},
		"unknown version":  {deployment, "apps/v1", "apps/v1beta1", "apps/v1beta1"},
		"bad quantity":     {deployment, "memory: 64Mi", "memory: 64 Mi", "quantities"},
		"root":             {deployment, "runAsNonRoot: true", "runAsNonRoot: false", "runAsNonRoot"},
		"no seccomp":       {deployment, "type: RuntimeDefault", "type: Unconfined", "seccompProfile"},
		"capabilities":     {deployment, "drop: [ALL]", "drop: [NET_RAW]", "capabilities"},
		"escalation":       {deployment, "allowPrivilegeEscalation: false", "allowPrivilegeEscalation: true", "allowPrivilegeEscalation"},
		"host's folder":    {deployment, "configMap:\n            name: keyturn-world\n            optional: true", "hostPath: {path: /worlds}", "hostPath"},
		"writable root":    {deployment, "readOnlyRootFilesystem: true", "readOnlyRootFilesystem: false", "readOnlyRootFilesystem"},
		"account token":    {deployment, "automountServiceAccountToken: false", "automountServiceAccountToken: true", "automountServiceAccountToken"},
		"service links":    {deployment, "enableServiceLinks: false", "enableServiceLinks: true", "enableServiceLinks"},
		"no time to drain": {deployment, "terminationGracePeriodSeconds: 10", "terminationGracePeriodSeconds: 5", "terminationGracePeriodSeconds"},
		"two replicas":     {deployment, "replicas: 1", "replicas: 2", "replicas"},
		"other pods":       {deployment, "matchLabels:\n      app.kubernetes.io/name: keyturn", "matchLabels:\n      app.kubernetes.io/name: other", "its own pods"},
		"wrong readiness":  {deployment, "/__admin/ready", "/ready", "readinessProbe"},
		"wrong liveness":   {deployment, "/__admin/health", "/__admin/ready", "livenessProbe"},
		"no such volume":   {deployment, "- name: world\n              mountPath", "- name: worlds\n              mountPath", "no volume worlds"},
		"no such port":     {service, "targetPort: http", "targetPort: web", "no port web"},
		"selects nothing":  {service, "selector:\n    app.kubernetes.io/name: keyturn", "selector:\n    app.kubernetes.io/name: other", "matches no pod"},
		"no number":        {service, "port: 7070", "port: seven", "port"},
	} {
		t.Run(name, func(t *testing.T) {
			t.Parallel()
			wrong, err := judge(built(t, files(t, test.file, test.from, test.to), "/base"), schema)
			if err != nil {
				t.Fatal(err)
			}
			if !strings.Contains(strings.Join(wrong, "\n"), test.want) {
				t.Errorf("found %q, want something about %s", wrong, test.want)
			}
		})
	}
}

// TestOverlay builds the kustomization that kustomization.yaml tells users to write.
func TestOverlay(t *testing.T) {
	t.Parallel()
	memory := files(t, "", "", "")
	for name, text := range map[string]string{
		"/mine/my-world.yaml": "version: 1\n",
		"/mine/kustomization.yaml": `
apiVersion: kustomize.config.k8s.io/v1beta1
kind: Kustomization
namespace: rehearsal
resources: [../base]
images: [{name: keyturn/keyturn, newTag: v9.8.7}]
configMapGenerator:
  - {name: keyturn-world, files: [my-world.yaml]}
secretGenerator:
  - {name: keyturn-admin, literals: [token=example]}
`,
	} {
		if err := memory.WriteFile(name, []byte(text)); err != nil {
			t.Fatal(err)
		}
	}
	manifests := built(t, memory, "/mine")
	wrong, err := judge(manifests, resolver(t, latest()))
	if err != nil || len(wrong) > 0 {
		t.Fatalf("%v\n%s", err, strings.Join(wrong, "\n"))
	}
	all, _ := read(manifests)
	pod := all.deployment.Spec.Template.Spec
	container := pod.Containers[0]
	if world := pod.Volumes[0].ConfigMap.Name; !all.generated["ConfigMap "+world] {
		t.Errorf("the world's volume takes ConfigMap %s, which is not among %v", world, all.generated)
	}
	for _, variable := range container.Env {
		if variable.Name == "KEYTURN_ADMIN_PLANE_TOKEN" && !all.generated["Secret "+variable.ValueFrom.SecretKeyRef.Name] {
			t.Errorf("the token comes from Secret %s, which is not among %v", variable.ValueFrom.SecretKeyRef.Name, all.generated)
		}
	}
	if container.Image != "keyturn/keyturn:v9.8.7" || all.service.Namespace != "rehearsal" {
		t.Errorf("image %s in namespace %q, want the overlay's", container.Image, all.service.Namespace)
	}
}
