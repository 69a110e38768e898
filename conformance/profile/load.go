package profile

import (
	"crypto/sha256"
	"encoding/hex"
	"fmt"
	"os"
	"path/filepath"

	"github.com/getkin/kin-openapi/openapi3"

	"github.com/keyturn/keyturn/specs"
)

// Builtin loads the profile of a provider that comes with Keyturn. Errors name the
// providers there are.
func Builtin(provider string) (*Bound, error) {
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
	return parse("profile "+provider, text, source, func(*Profile) (*openapi3.T, error) { return doc, nil })
}

// File loads a profile from disk, and the document that it names from beside it.
func File(path string) (*Bound, error) {
	text, err := os.ReadFile(path) //nolint:gosec // the path is the user's own
	if err != nil {
		return nil, fmt.Errorf("profile: %w", err)
	}
	return parse(path, text, nil, func(p *Profile) (*openapi3.T, error) {
		if p.Document == "" {
			return nil, fmt.Errorf("%s: document: names no OpenAPI document", path)
		}
		beside := p.Document
		if !filepath.IsAbs(beside) {
			beside = filepath.Join(filepath.Dir(path), beside)
		}
		doc, err := openapi3.NewLoader().LoadFromFile(beside)
		if err != nil {
			return nil, fmt.Errorf("document %s: %w", beside, err)
		}
		if err := doc.Validate(openapi3.NewLoader().Context, openapi3.DisableExamplesValidation()); err != nil {
			return nil, fmt.Errorf("document %s: %w", beside, err)
		}
		return doc, nil
	})
}

func parse(name string, text, source []byte, document func(*Profile) (*openapi3.T, error)) (*Bound, error) {
	p := new(Profile)
	if err := decode(name, text, p); err != nil {
		return nil, err
	}
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
	sum := sha256.New()
	sum.Write(text)
	sum.Write(source)
	bound.Digest = hex.EncodeToString(sum.Sum(nil))
	return bound, nil
}
