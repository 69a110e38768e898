package specs_test

import (
	"bytes"
	"maps"
	"os"
	"slices"
	"strings"
	"testing"

	"github.com/getkin/kin-openapi/openapi3"

	"github.com/keyturn/keyturn/specs"
	"github.com/keyturn/keyturn/specs/internal/prose"
	"github.com/keyturn/keyturn/specs/packed"
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

// TestStreamsAreCurrent compares what the binary holds with the files it is made from.
func TestStreamsAreCurrent(t *testing.T) {
	for stream, pattern := range map[string]string{"sources.gz": "*/openapi.yaml", "compact.gz": "*/openapi.json"} {
		want, err := packed.Gather(os.DirFS("."), pattern)
		if err != nil {
			t.Fatal(err)
		}
		text, err := os.ReadFile(stream)
		if err != nil {
			t.Fatal(err)
		}
		got, err := packed.Unpack(string(text))
		if err != nil {
			t.Fatal(err)
		}
		if !maps.EqualFunc(want, got, bytes.Equal) {
			t.Errorf("%s does not hold what %s are: run make generate", stream, pattern)
		}
		if len(got) != len(specs.Names()) {
			t.Errorf("%s holds %d files, want one for each of %v", stream, len(got), specs.Names())
		}
	}
}

// TestTextsAreTheCallers: what a caller does to a text, the next one does not see.
func TestTextsAreTheCallers(t *testing.T) {
	for name, read := range map[string]func(string) ([]byte, error){"source": specs.Source, "compact": specs.Compact} {
		mine, err := read(specs.Admin)
		if err != nil {
			t.Fatal(err)
		}
		first := mine[0]
		mine[0]++
		if other, err := read(specs.Admin); err != nil || other[0] != first {
			t.Errorf("%s: another caller's text has changed (%v)", name, err)
		}
	}
}

func TestUnknownDocument(t *testing.T) {
	_, err := specs.Load("nothing")
	if err == nil || !strings.Contains(err.Error(), "authing-v2") {
		t.Errorf("%v, want an error that lists the documents", err)
	}
}
