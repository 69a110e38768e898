package kubernetes

import (
	"flag"
	"os"
	"path"
	"path/filepath"
	"strings"
	"testing"

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

// versions are the schemas by version, the oldest first. Names such as 1.23 and 1.30 sort
// like the versions until there is a 1.100.
func versions(t *testing.T) (names []string, all map[string]*schemas) {
	t.Helper()
	root, err := published(t.Context())
	if err != nil {
		t.Fatal(err)
	}
	entries, err := os.ReadDir(root)
	if err != nil {
		t.Fatal(err)
	}
	all = map[string]*schemas{}
	for _, entry := range entries {
		names = append(names, entry.Name())
		all[entry.Name()] = newSchemas(filepath.Join(root, entry.Name()))
	}
	if len(names) < 2 {
		t.Fatalf("%s has the versions %v, want several", root, names)
	}
	return names, all
}

func TestManifests(t *testing.T) {
	t.Parallel()
	manifests := built(t, files(t, "", "", ""), "/base")
	names, all := versions(t)
	for _, version := range names {
		t.Run(version, func(t *testing.T) {
			t.Parallel()
			wrong, err := judge(manifests, all[version])
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
	names, all := versions(t)
	oldest, latest := names[0], names[len(names)-1]
	const deployment, service = "deployment.yaml", "service.yaml"
	for name, test := range map[string]struct{ version, file, from, to, want string }{
		"unknown field":    {latest, deployment, "runAsNonRoot:", "runAsNonroot:", "runAsNonroot"},
		"wrong type":       {latest, deployment, "replicas: 1", "replicas: one", "replicas"},
		"missing member":   {latest, deployment, "mountPath: /worlds", "subPath: worlds", "mountPath"},
		"another image":    {latest, deployment, "keyturn/keyturn:latest", "keyturn:latest", "image"},
		"unknown version":  {latest, deployment, "apps/v1", "apps/v1beta1", "apps/v1beta1"},
		"bad quantity":     {latest, deployment, "memory: 64Mi", "memory: 64 Mi", "quantities"},
		"root":             {latest, deployment, "runAsNonRoot: true", "runAsNonRoot: false", "runAsNonRoot"},
		"no seccomp":       {latest, deployment, "type: RuntimeDefault", "type: Unconfined", "seccompProfile"},
		"capabilities":     {latest, deployment, "drop: [ALL]", "drop: [NET_RAW]", "capabilities"},
		"escalation":       {latest, deployment, "allowPrivilegeEscalation: false", "allowPrivilegeEscalation: true", "allowPrivilegeEscalation"},
		"host's folder":    {latest, deployment, "configMap:\n            name: keyturn-world\n            optional: true", "hostPath: {path: /worlds}", "hostPath"},
		"writable root":    {latest, deployment, "readOnlyRootFilesystem: true", "readOnlyRootFilesystem: false", "readOnlyRootFilesystem"},
		"account token":    {latest, deployment, "automountServiceAccountToken: false", "automountServiceAccountToken: true", "automountServiceAccountToken"},
		"service links":    {latest, deployment, "enableServiceLinks: false", "enableServiceLinks: true", "enableServiceLinks"},
		"no time to drain": {latest, deployment, "terminationGracePeriodSeconds: 10", "terminationGracePeriodSeconds: 5", "terminationGracePeriodSeconds"},
		"two replicas":     {latest, deployment, "replicas: 1", "replicas: 2", "replicas"},
		"other pods":       {latest, deployment, "matchLabels:\n      app.kubernetes.io/name: keyturn", "matchLabels:\n      app.kubernetes.io/name: other", "its own pods"},
		"wrong readiness":  {latest, deployment, "/__admin/ready", "/ready", "readinessProbe"},
		"wrong liveness":   {latest, deployment, "/__admin/health", "/__admin/ready", "livenessProbe"},
		"no such volume":   {latest, deployment, "- name: world\n              mountPath", "- name: worlds\n              mountPath", "no volume worlds"},
		"no such port":     {latest, service, "targetPort: http", "targetPort: web", "no port web"},
		"selects nothing":  {latest, service, "selector:\n    app.kubernetes.io/name: keyturn", "selector:\n    app.kubernetes.io/name: other", "matches no pod"},
		"later member":     {oldest, deployment, "imagePullPolicy: IfNotPresent", "restartPolicy: Always", "restartPolicy"},
		"unknown kind":     {oldest, service, "kind: Service", "kind: Services", "no Services"},
		"unknown metadata": {latest, service, "  labels:", "  lables:", "lables"},
		"wrong element":    {latest, deployment, "args: [serve]", "args: [7]", "args/0"},
		"fraction":         {latest, deployment, "replicas: 1", "replicas: 1.5", "replicas"},
		"number as label":  {latest, service, "labels:\n    app.kubernetes.io/name: keyturn", "labels:\n    app.kubernetes.io/name: 7", "labels"},
		"bad label":        {latest, service, "labels:\n    app.kubernetes.io/name: keyturn", "labels:\n    app.kubernetes.io/name: key turn", "metadata.labels"},
		"bad name":         {latest, service, "metadata:\n  name: keyturn", "metadata:\n  name: Key_turn", "metadata.name"},
		"port twice":       {latest, deployment, "containerPort: 7070", "containerPort: 7070\n            - {name: web, containerPort: 7070, protocol: TCP}", "twice"},
		"variable twice":   {latest, deployment, "KEYTURN_LOG_FORMAT", "KEYTURN_ADMIN_PLANE_TOKEN", "twice"},
		"no number":        {latest, service, "port: 7070", "port: seven", "port"},
	} {
		t.Run(name, func(t *testing.T) {
			t.Parallel()
			wrong, err := judge(built(t, files(t, test.file, test.from, test.to), "/base"), all[test.version])
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
	names, of := versions(t)
	wrong, err := judge(manifests, of[names[len(names)-1]])
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
