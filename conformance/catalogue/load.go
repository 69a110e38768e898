package catalogue

import (
	"crypto/sha256"
	_ "embed" // for the stream
	"encoding/hex"
	"errors"
	"fmt"
	"maps"
	"slices"
	"sync"

	"github.com/keyturn/keyturn/specs/packed"
)

//go:embed catalogue.gz
var stream string

var load = sync.OnceValues(func() (*Catalogue, error) {
	files, err := packed.Unpack(stream)
	if err != nil {
		return nil, fmt.Errorf("catalogue: %w", err)
	}
	return loadFrom(files)
})

// Load returns the embedded catalogue. It is read and checked once in a process and
// shared: do not write into it.
func Load() (*Catalogue, error) { return load() }

const indexFile = "index.yaml"

// index is the file that orders the others.
type index struct {
	Version   string   `yaml:"version"`
	Families  []string `yaml:"families"`  // names of files under checks/: "ROT-rotation"
	Documents []string `yaml:"documents"` // names of files under promises/: "angusgm"
}

func checksFile(name string) string   { return "checks/" + name + ".yaml" }
func promisesFile(name string) string { return "promises/" + name + ".yaml" }

// loadFrom reads a whole catalogue. Its error joins everything that is wrong: with file
// and line where a file cannot be read, with file and id where what it says cannot be.
func loadFrom(files map[string][]byte) (*Catalogue, error) {
	var contents index
	if err := decodeFile(files, indexFile, &contents); err != nil {
		return nil, fmt.Errorf("catalogue: %w", err)
	}
	catalogue := &Catalogue{
		Version:   contents.Version,
		Families:  make([]Family, len(contents.Families)),
		Documents: make([]Document, len(contents.Documents)),
	}
	var wrong []error
	for i, name := range contents.Families {
		wrong = append(wrong, decodeFile(files, checksFile(name), &catalogue.Families[i]))
	}
	for i, name := range contents.Documents {
		wrong = append(wrong, decodeFile(files, promisesFile(name), &catalogue.Documents[i]))
	}
	names := slices.Sorted(maps.Keys(files))
	wrong = append(wrong, unlisted(names, contents))
	if err := errors.Join(wrong...); err != nil {
		return nil, fmt.Errorf("catalogue: %w", err)
	}
	if err := validate(catalogue, contents); err != nil {
		return nil, fmt.Errorf("catalogue: %w", err)
	}
	catalogue.Digest = digest(files, names)
	return catalogue, nil
}

// unlisted finds files that nobody would read.
func unlisted(names []string, contents index) error {
	listed := []string{indexFile}
	for _, name := range contents.Families {
		listed = append(listed, checksFile(name))
	}
	for _, name := range contents.Documents {
		listed = append(listed, promisesFile(name))
	}
	var wrong []error
	for _, name := range names {
		if !slices.Contains(listed, name) {
			wrong = append(wrong, fmt.Errorf("%s: not listed in %s", name, indexFile))
		}
	}
	return errors.Join(wrong...)
}

// digest is the SHA-256 over names, lengths and contents, so that no text can move from
// one file to another unseen.
func digest(files map[string][]byte, names []string) string {
	hash := sha256.New()
	for _, name := range names {
		fmt.Fprintf(hash, "%s %d\n%s\n", name, len(files[name]), files[name])
	}
	return hex.EncodeToString(hash.Sum(nil))
}
