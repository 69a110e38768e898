package specs

import (
	"bytes"
	"embed"
	"errors"
	"fmt"
	"io/fs"
	"slices"
	"sync"

	"github.com/getkin/kin-openapi/openapi3"

	"github.com/keyturn/keyturn/specs/packed"
)

//go:generate go run ./internal/compact
//go:generate go run ./packed/pack sources.gz */openapi.yaml
//go:generate go run ./packed/pack compact.gz */openapi.json

// The YAML is what people read and write; the JSON is generated from it without the
// prose and loads in half the time, which is most of what a first answer takes. They are
// apart because a start needs the JSON alone.
var (
	//go:embed */profile.yaml
	profiles embed.FS
	//go:embed sources.gz
	sourcesStream string
	//go:embed compact.gz
	compactStream string

	sources = sync.OnceValues(func() (map[string][]byte, error) { return packed.Unpack(sourcesStream) })
	compact = sync.OnceValues(func() (map[string][]byte, error) { return packed.Unpack(compactStream) })
)

// Admin is the name of the document of the stand-in's admin plane.
const Admin = "admin"

// Names lists the documents: the providers, which have a profile, in alphabetical order,
// then Admin.
func Names() []string {
	folders, err := fs.ReadDir(profiles, ".")
	if err != nil {
		panic(err) // the embedded file system always has a root
	}
	names := make([]string, 0, len(folders)+1)
	for _, folder := range folders {
		names = append(names, folder.Name())
	}
	return append(names, Admin)
}

// Source returns the text of a document. Errors name the documents there are.
func Source(name string) ([]byte, error) {
	if err := check(name); err != nil {
		return nil, err
	}
	return read(sources, name+"/openapi.yaml")
}

// Profile returns the text of a provider's profile: what a deployment of it promises.
func Profile(provider string) ([]byte, error) {
	if err := check(provider); err != nil {
		return nil, err
	}
	if provider == Admin {
		return nil, errors.New("the admin plane has no profile: it is no provider")
	}
	return profiles.ReadFile(provider + "/profile.yaml")
}

// Compact returns the document that Load parses, as JSON.
func Compact(name string) ([]byte, error) {
	if err := check(name); err != nil {
		return nil, err
	}
	return read(compact, name+"/openapi.json")
}

// read returns a copy, as what was unpacked is shared.
func read(unpacked func() (map[string][]byte, error), file string) ([]byte, error) {
	files, err := unpacked()
	if err != nil {
		return nil, err
	}
	text, ok := files[file]
	if !ok {
		return nil, fmt.Errorf("%s: %w", file, fs.ErrNotExist)
	}
	return bytes.Clone(text), nil
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
	text, err := read(compact, name+"/openapi.json")
	if err != nil {
		return nil, err
	}
	doc, err := openapi3.NewLoader().LoadFromData(text)
	if err != nil {
		return nil, fmt.Errorf("document %s: %w", name, err)
	}
	return doc, nil
}
