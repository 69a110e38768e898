package kubernetes

import (
	"context"
	"encoding/json"
	"errors"
	"fmt"
	"os"
	"os/exec"
	"path/filepath"
	"slices"
	"sync"

	"github.com/getkin/kin-openapi/openapi3"
	"k8s.io/apimachinery/pkg/runtime/schema"
	"sigs.k8s.io/yaml"
)

// library is the module whose files hold the OpenAPI 3 documents of several versions of
// Kubernetes. Its code is not compiled: that takes as long as all the rest together.
const library = "sigs.k8s.io/kubectl-validate"

// published finds the folder with one folder of documents for each version, such as
// "1.30", in the release of the library that go.mod names and go.sum vouches for.
func published(ctx context.Context) (string, error) {
	out, err := exec.CommandContext(ctx, "go", "mod", "download", "-json", library).Output()
	var module struct {
		Dir   string `json:"Dir"`
		Error string `json:"Error"`
	}
	if parsing := json.Unmarshal(out, &module); err != nil || parsing != nil || module.Dir == "" {
		return "", fmt.Errorf("download %s: %s %w", library, module.Error, errors.Join(err, parsing))
	}
	return filepath.Join(module.Dir, "pkg", "openapiclient", "builtins"), nil
}

// schemas are the built-in ones of one version, read when a manifest first asks for its
// group. The library's patches are for Pods and containers in the document of v1, and no
// manifest is a Pod.
type schemas struct {
	folder string // of this version

	mutex  sync.Mutex
	groups map[schema.GroupVersion]openapi3.Schemas
}

func newSchemas(folder string) *schemas {
	return &schemas{folder: folder, groups: map[schema.GroupVersion]openapi3.Schemas{}}
}

// check lists what the schema of a manifest's own group, version and kind finds wrong.
func (s *schemas) check(text []byte) ([]string, error) {
	var object map[string]any
	if err := yaml.UnmarshalStrict(text, &object); err != nil {
		return nil, fmt.Errorf("manifest: %w", err)
	}
	apiVersion, _ := object["apiVersion"].(string)
	kind, _ := object["kind"].(string)
	group, err := schema.ParseGroupVersion(apiVersion)
	if err != nil {
		return nil, fmt.Errorf("apiVersion: %w", err)
	}
	found, err := s.find(group, kind)
	if errors.Is(err, os.ErrNotExist) {
		return []string{fmt.Sprintf("there is no %s in %q", kind, apiVersion)}, nil
	}
	if err != nil {
		return nil, err
	}
	return append(mismatches(found.VisitJSON(object, openapi3.MultiErrors())), repeated(found, object, "")...), nil
}

// find fails with os.ErrNotExist where the version has no such group or kind.
func (s *schemas) find(group schema.GroupVersion, kind string) (*openapi3.Schema, error) {
	s.mutex.Lock()
	defer s.mutex.Unlock()
	all, read := s.groups[group]
	if !read {
		var err error
		if all, err = load(filepath.Join(s.folder, prefix(group), group.Version+".json")); err != nil {
			return nil, err
		}
		s.groups[group] = all
	}
	want := map[string]any{"group": group.Group, "version": group.Version, "kind": kind}
	for _, one := range all {
		kinds, _ := one.Value.Extensions["x-kubernetes-group-version-kind"].([]any)
		if slices.ContainsFunc(kinds, func(is any) bool { return fmt.Sprint(is) == fmt.Sprint(want) }) {
			return one.Value, nil
		}
	}
	return nil, fmt.Errorf("kind %s: %w", kind, os.ErrNotExist)
}

func prefix(group schema.GroupVersion) string {
	if group.Group == "" {
		return "api"
	}
	return filepath.Join("apis", group.Group)
}

// load reads a document as a server does that is asked to be strict: what a schema does
// not list is wrong. A member that a later version brings is found this way, and the Go
// types, which are of one version, would not tell.
func load(file string) (openapi3.Schemas, error) {
	document, err := openapi3.NewLoader().LoadFromFile(file)
	if err != nil {
		return nil, fmt.Errorf("schemas %s: %w", file, err)
	}
	closed := false
	for _, one := range document.Components.Schemas { // no object has its schema within another's
		for _, member := range one.Value.Properties {
			unwrap(member)
			unwrap(member.Value.Items)
			unwrap(member.Value.AdditionalProperties.Schema)
		}
		if extra := &one.Value.AdditionalProperties; len(one.Value.Properties) > 0 && extra.Has == nil && extra.Schema == nil {
			extra.Has = &closed
		}
	}
	return document.Components.Schemas, nil
}

// unwrap puts a schema in the place of an allOf of it alone, which exists for a default or
// a description to stand beside, and would hide what is wrong inside.
func unwrap(ref *openapi3.SchemaRef) {
	if ref != nil && len(ref.Value.AllOf) == 1 {
		ref.Value = ref.Value.AllOf[0].Value
	}
}
