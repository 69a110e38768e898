package specs

import (
	"embed"
	"errors"
	"fmt"
	"io/fs"
	"slices"
	"sync"

	"github.com/getkin/kin-openapi/openapi3"
)

//go:generate go run ./internal/compact

// The YAML is what people read and write; the JSON is generated from it without the
// prose and loads in half the time, which is most of what a first answer takes.
//
//go:embed */openapi.yaml */openapi.json */profile.yaml
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
	if err := check(name); err != nil {
		return nil, err
	}
	return documents.ReadFile(name + "/openapi.yaml")
}

// Profile returns the text of a provider's profile: what a deployment of it promises.
func Profile(provider string) ([]byte, error) {
	if err := check(provider); err != nil {
		return nil, err
	}
	if provider == Admin {
		return nil, errors.New("the admin plane has no profile: it is no provider")
	}
	return documents.ReadFile(provider + "/profile.yaml")
}

// Compact returns the document that Load parses, as JSON.
func Compact(name string) ([]byte, error) {
	if err := check(name); err != nil {
		return nil, err
	}
	return documents.ReadFile(name + "/openapi.json")
}

func check(name string) error {
	if !slices.Contains(Names(), name) {
		return fmt.Errorf("there is no document %q, want one of %v", name, Names())
	}
	return nil
}

// loaded parses each document once in a process, however many stand-ins it starts.
var loaded = func() map[string]func() (*openapi3.T, error) {
	loaders := map[string]func() (*openapi3.T, error){}
	for _, name := range Names() {
		loaders[name] = sync.OnceValues(func() (*openapi3.T, error) { return parse(name) })
	}
	return loaders
}()

// Load returns a document without its prose. It is shared: do not write into it.
func Load(name string) (*openapi3.T, error) {
	if err := check(name); err != nil {
		return nil, err
	}
	return loaded[name]()
}

func parse(name string) (*openapi3.T, error) {
	text, err := documents.ReadFile(name + "/openapi.json")
	if err != nil {
		return nil, err
	}
	doc, err := openapi3.NewLoader().LoadFromData(text)
	if err != nil {
		return nil, fmt.Errorf("document %s: %w", name, err)
	}
	return doc, nil
}
