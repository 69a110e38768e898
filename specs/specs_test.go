package specs_test

import (
	"bytes"
	"os"
	"slices"
	"strings"
	"testing"

	"github.com/getkin/kin-openapi/openapi3"

	"github.com/keyturn/keyturn/specs"
	"github.com/keyturn/keyturn/specs/internal/prose"
)

// TestDocuments loads and validates every document and demands of every operation
// that it says where it comes from.
func TestDocuments(t *testing.T) {
	origins := []string{"document", "vendor", "keyturn"}
	for _, name := range specs.Names() {
		t.Run(name, func(t *testing.T) {
			t.Parallel()
			source, err := specs.Source(name)
			if err != nil {
				t.Fatal(err)
			}
			doc, err := openapi3.NewLoader().LoadFromData(source)
			if err != nil {
				t.Fatal(err)
			}
			if err := doc.Validate(t.Context()); err != nil {
				t.Fatal(err)
			}
			if doc.OpenAPI != "3.0.3" {
				t.Errorf("openapi is %s, want 3.0.3", doc.OpenAPI)
			}
			for path, item := range doc.Paths.Map() {
				for method, operation := range item.Operations() {
					origin, _ := operation.Extensions["x-keyturn-origin"].(string)
					if !slices.Contains(origins, origin) {
						t.Errorf("%s %s: x-keyturn-origin is %q, want one of %v", method, path, origin, origins)
					}
					if source, _ := operation.Extensions["x-keyturn-source"].(string); source == "" {
						t.Errorf("%s %s: x-keyturn-source is missing", method, path)
					}
					if operation.Summary == "" {
						t.Errorf("%s %s: summary is missing", method, path)
					}
				}
			}
		})
	}
}

// TestLoadedDocumentsAreCurrent compares what a start reads with its source.
func TestLoadedDocumentsAreCurrent(t *testing.T) {
	for _, name := range specs.Names() {
		source, err := specs.Source(name)
		if err != nil {
			t.Fatal(err)
		}
		want, err := prose.Strip(source)
		if err != nil {
			t.Fatal(err)
		}
		got, err := os.ReadFile(name + "/openapi.json")
		if err != nil {
			t.Fatal(err)
		}
		if !bytes.Equal(want, got) {
			t.Errorf("%s/openapi.json is not what openapi.yaml gives: run make generate", name)
		}
		if _, err := specs.Load(name); err != nil {
			t.Error(err)
		}
	}
}

func TestUnknownDocument(t *testing.T) {
	_, err := specs.Load("nothing")
	if err == nil || !strings.Contains(err.Error(), "authing-v2") {
		t.Errorf("%v, want an error that lists the documents", err)
	}
}
