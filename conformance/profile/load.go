package profile

import (
	"cmp"
	"crypto/sha256"
	"encoding/hex"
	"errors"
	"fmt"
	"os"
	"path/filepath"
	"regexp"
	"slices"
	"strings"

	"github.com/getkin/kin-openapi/openapi3"

	"github.com/keyturn/keyturn/specs"
)

// Builtin loads the profile of a provider that comes with Keyturn. Errors name the
// providers there are.
func Builtin(provider string) (*Bound, error) { return builtin(provider, asGiven) }

// asGiven assumes nothing.
func asGiven(*Profile) {}

// builtin loads a profile and has assume say what is to hold where it is silent.
func builtin(provider string, assume func(*Profile)) (*Bound, error) {
	text, err := specs.Profile(provider)
	if err != nil {
		return nil, err
	}
	source, err := specs.Source(provider)
	if err != nil {
		return nil, err
	}
	doc, err := specs.Load(provider)
	if err != nil {
		return nil, err
	}
	return parse("profile "+provider, text, source, assume, func(*Profile) (*openapi3.T, error) { return doc, nil })
}

// File loads a profile from disk, and the document that it names from beside it.
func File(path string) (*Bound, error) { return file(path, asGiven) }

// file is as builtin.
func file(path string, assume func(*Profile)) (*Bound, error) {
	text, err := os.ReadFile(path) //nolint:gosec // the path is the user's own
	if err != nil {
		return nil, fmt.Errorf("%s: %w", path, cmp.Or(errors.Unwrap(err), err))
	}
	return parse(path, text, nil, assume, func(p *Profile) (*openapi3.T, error) {
		if p.Document == "" {
			return nil, fmt.Errorf("%s: document: names no OpenAPI document; %s", path, whence(p.Provider))
		}
		beside := p.Document
		if !filepath.IsAbs(beside) {
			beside = filepath.Join(filepath.Dir(path), beside)
		}
		doc, err := openapi3.NewLoader().LoadFromFile(beside)
		if err == nil {
			err = doc.Validate(openapi3.NewLoader().Context, openapi3.DisableExamplesValidation())
		}
		if err != nil {
			return nil, fmt.Errorf("document %s: want an OpenAPI 3.0 document: %s", beside, brief(err))
		}
		return doc, nil
	})
}

// whence says where a document can be had for a profile that names none, as the
// built-in ones do.
func whence(provider string) string {
	if !slices.Contains(specs.Names(), provider) {
		return "want the path of one, from where the profile is"
	}
	return fmt.Sprintf("the built-in one can be had with \"keyturn specs %s > openapi.yaml\", and is named with \"document: openapi.yaml\"", provider)
}

// misfit is how the library says that a member has the wrong type.
var misfit = regexp.MustCompile(`cannot unmarshal (\w+) into (?:field \w+\.(\S+)|value) of type .*`)

// brief is what the library says of a document without its inner workings: it tries
// JSON, then YAML by way of JSON, and tells of all that.
func brief(err error) string {
	text := err.Error()
	if _, last, found := strings.Cut(text, ", yaml error: "); found {
		text = last
	}
	for _, noise := range []string{"error unmarshaling JSON: while decoding JSON: ", "error converting YAML to JSON: ", "json: ", "yaml: "} {
		text = strings.TrimPrefix(text, noise)
	}
	parts := misfit.FindStringSubmatch(text)
	switch {
	case parts == nil:
		return text
	case parts[2] == "":
		return "it is a " + parts[1]
	}
	return parts[2] + " is of the wrong type, " + parts[1]
}

func parse(name string, text, source []byte, assume func(*Profile), document func(*Profile) (*openapi3.T, error)) (*Bound, error) {
	p := new(Profile)
	if err := decode(name, text, p); err != nil {
		return nil, err
	}
	assume(p)
	p.fill()
	if err := p.check(); err != nil {
		return nil, fmt.Errorf("%s: %w", name, err)
	}
	doc, err := document(p)
	if err != nil {
		return nil, err
	}
	if source == nil {
		if source, err = doc.MarshalJSON(); err != nil {
			return nil, fmt.Errorf("%s: %w", name, err)
		}
	}
	bound, err := bind(p, doc)
	if err != nil {
		return nil, fmt.Errorf("%s: %w", name, err)
	}
	bound.text = text
	sum := sha256.New()
	sum.Write(text)
	sum.Write(source)
	bound.Digest = hex.EncodeToString(sum.Sum(nil))
	return bound, nil
}
