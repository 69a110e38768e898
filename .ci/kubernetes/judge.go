package kubernetes

import (
	"fmt"
	"strings"

	appsv1 "k8s.io/api/apps/v1"
	corev1 "k8s.io/api/core/v1"
	"k8s.io/pod-security-admission/api"
	"k8s.io/pod-security-admission/policy"
	"sigs.k8s.io/kustomize/api/krusty"
	"sigs.k8s.io/kustomize/api/types"
	"sigs.k8s.io/kustomize/kyaml/filesys"
	"sigs.k8s.io/yaml"
)

// manifest is one object that a cluster would be given.
type manifest struct {
	kind, name string
	text       []byte
}

// build is what kubectl apply -k sends for a folder.
func build(files filesys.FileSystem, folder string) ([]manifest, error) {
	options := krusty.MakeDefaultOptions()
	options.LoadRestrictions = types.LoadRestrictionsRootOnly
	objects, err := krusty.MakeKustomizer(options).Run(files, folder)
	if err != nil {
		return nil, fmt.Errorf("kustomize: %w", err)
	}
	var all []manifest
	for _, object := range objects.Resources() {
		text, err := object.AsYAML()
		if err != nil {
			return nil, fmt.Errorf("kustomize: %w", err)
		}
		all = append(all, manifest{kind: object.GetKind(), name: object.GetName(), text: text})
	}
	return all, nil
}

// judge lists what a schema, the restricted standard or our own rules find wrong.
func judge(manifests []manifest, version *schemas) ([]string, error) {
	var wrong []string
	for _, one := range manifests {
		found, err := version.check(one.text)
		if err != nil {
			return nil, fmt.Errorf("%s %s: %w", one.kind, one.name, err)
		}
		for _, each := range append(found, metadata(one.text)...) {
			wrong = append(wrong, fmt.Sprintf("%s %s: %s", one.kind, one.name, each))
		}
	}
	if len(wrong) > 0 {
		return wrong, nil // the rest reads them by their types
	}
	objects, wrong := read(manifests)
	if len(wrong) > 0 {
		return wrong, nil
	}
	wrong, err := restricted(&objects.deployment.Spec.Template)
	return append(wrong, objects.wiring()...), err
}

// restricted asks for the Pod Security Standard of that name, in its latest version.
func restricted(pod *corev1.PodTemplateSpec) ([]string, error) {
	evaluator, err := policy.NewEvaluator(policy.DefaultChecks())
	if err != nil {
		return nil, fmt.Errorf("pod security: %w", err)
	}
	level := api.LevelVersion{Level: api.LevelRestricted, Version: api.LatestVersion()}
	var wrong []string
	for _, result := range evaluator.EvaluatePod(level, &pod.ObjectMeta, &pod.Spec) {
		if !result.Allowed {
			wrong = append(wrong, "pod security: "+strings.Join([]string{result.ForbiddenReason, result.ForbiddenDetail}, ": "))
		}
	}
	return wrong, nil
}

// objects are the manifests by their types.
type objects struct {
	deployment appsv1.Deployment
	service    corev1.Service
	generated  map[string]bool // kind and name of everything else
}

// read also says what has no such type: a quantity is any text to the schemas.
func read(manifests []manifest) (all objects, wrong []string) {
	all = objects{generated: map[string]bool{}}
	for _, one := range manifests {
		var into any
		switch one.kind {
		case "Deployment":
			into = &all.deployment
		case "Service":
			into = &all.service
		default:
			all.generated[one.kind+" "+one.name] = true
			continue
		}
		if err := yaml.UnmarshalStrict(one.text, into); err != nil {
			wrong = append(wrong, fmt.Sprintf("%s %s: %v", one.kind, one.name, err))
		}
	}
	return all, wrong
}
