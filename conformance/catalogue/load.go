package catalogue

import (
	"crypto/sha256"
	"embed"
	"encoding/hex"
	"errors"
	"fmt"
	"io/fs"
	"slices"
	"sync"
)

//go:embed index.yaml kills.yaml checks/*.yaml promises/*.yaml
var embedded embed.FS

var load = sync.OnceValues(func() (*Catalogue, error) { return loadFrom(embedded) })

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
func loadFrom(files fs.FS) (*Catalogue, error) {
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
	names, err := fileNames(files)
	wrong = append(wrong, err, unlisted(names, contents))
	if err := errors.Join(wrong...); err != nil {
		return nil, fmt.Errorf("catalogue: %w", err)
	}
	if err := validate(catalogue, contents); err != nil {
		return nil, fmt.Errorf("catalogue: %w", err)
	}
	catalogue.Digest, err = digest(files, names)
	if err != nil {
		return nil, fmt.Errorf("catalogue: %w", err)
	}
	return catalogue, nil
}

// fileNames returns every file of the catalogue in order.
func fileNames(files fs.FS) ([]string, error) {
	names := []string{indexFile}
	for _, pattern := range []string{checksFile("*"), promisesFile("*")} {
		found, err := fs.Glob(files, pattern)
		if err != nil {
			return nil, err
		}
		names = append(names, found...)
	}
	slices.Sort(names)
	return names, nil
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
func digest(files fs.FS, names []string) (string, error) {
	hash := sha256.New()
	for _, name := range names {
		text, err := fs.ReadFile(files, name)
		if err != nil {
			return "", err
		}
		fmt.Fprintf(hash, "%s %d\n%s\n", name, len(text), text)
	}
	return hex.EncodeToString(hash.Sum(nil)), nil
}
