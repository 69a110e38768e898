package specs_test

import (
	"slices"
	"testing"

	"github.com/keyturn/keyturn/specs"
)

// TestDocuments loads and validates every document and demands of every operation
// that it says where it comes from.
func TestDocuments(t *testing.T) {
	origins := []string{"document", "vendor", "keyturn"}
	for _, name := range specs.Names() {
		t.Run(name, func(t *testing.T) {
			t.Parallel()
			doc, err := specs.Load(t.Context(), name)
			if err != nil {
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
