package specs

import (
	"context"
	"embed"
	"fmt"
	"io/fs"
	"slices"

	"github.com/getkin/kin-openapi/openapi3"
)

//go:embed */openapi.yaml
var documents embed.FS

// Admin is the name of the document of the stand-in's admin plane.
const Admin = "admin"

// Names lists the documents: the providers in alphabetical order, then Admin.
func Names() []string {
	folders, err := fs.ReadDir(documents, ".")
	if err != nil {
		panic(err) // the embedded file system always has a root
	}
	names := make([]string, 0, len(folders))
	for _, folder := range folders {
		if folder.Name() != Admin {
			names = append(names, folder.Name())
		}
	}
	return append(names, Admin)
}

// Source returns the text of a document. Errors name the documents there are.
func Source(name string) ([]byte, error) {
	if !slices.Contains(Names(), name) {
		return nil, fmt.Errorf("there is no document %q, want one of %v", name, Names())
	}
	return documents.ReadFile(name + "/openapi.yaml")
}

// Load parses and validates a document.
func Load(ctx context.Context, name string) (*openapi3.T, error) {
	text, err := Source(name)
	if err != nil {
		return nil, err
	}
	doc, err := openapi3.NewLoader().LoadFromData(text)
	if err != nil {
		return nil, fmt.Errorf("document %s: %w", name, err)
	}
	if err := doc.Validate(ctx); err != nil {
		return nil, fmt.Errorf("document %s: %w", name, err)
	}
	return doc, nil
}
