package profile

import (
	"bytes"
	"errors"
	"fmt"
	"io"
	"regexp"

	"go.yaml.in/yaml/v3"
)

// Credentials are whose names a run may act in. Admin is needed to test anything
// that a token guards; without the others, what needs them is incomplete.
type Credentials struct {
	Admin   Principal         `yaml:"admin"`   // administers the tenant under test
	Reader  Principal         `yaml:"reader"`  // may only read there
	Foreign Principal         `yaml:"foreign"` // administers another tenant
	App     App               `yaml:"app"`     // a client that exists, for read-only runs
	Values  map[string]string `yaml:"values"`  // such as the tenant's name
}

// Principal proves itself by a token, or by a key that the login operation turns
// into one.
type Principal struct {
	Token  string            `yaml:"token"`
	Key    string            `yaml:"key"`
	Secret string            `yaml:"secret"` // of the key
	Values map[string]string `yaml:"values"` // in place of the common ones
}

// Given reports whether there is anything to prove it by.
func (p Principal) Given() bool { return p.Token != "" || p.Key != "" }

// App is a client with its secret.
type App struct {
	Client   string `yaml:"client"`    // as the management API names it
	ClientID string `yaml:"client_id"` // as the token side does; default the same
	Secret   string `yaml:"secret"`
}

// ParseCredentials decodes the text of a credentials file. Errors name the place in
// it, and never a value.
func ParseCredentials(name string, text []byte) (*Credentials, error) {
	credentials := new(Credentials)
	if err := decode(name, text, credentials); err != nil {
		return nil, errors.New(quoted.ReplaceAllString(err.Error(), "(a value)"))
	}
	return credentials, nil
}

// quoted is how the decoder shows a value that it cannot put anywhere: in a file of
// credentials it may be one.
var quoted = regexp.MustCompile("`[^`]*`")

// decode is strict: one document, and every key known.
func decode(name string, text []byte, into any) error {
	decoder := yaml.NewDecoder(bytes.NewReader(text))
	decoder.KnownFields(true)
	if err := decoder.Decode(into); errors.Is(err, io.EOF) {
		return fmt.Errorf("%s: the file is empty", name)
	} else if err != nil {
		return fmt.Errorf("%s: %w", name, err)
	}
	var more any
	if err := decoder.Decode(&more); !errors.Is(err, io.EOF) {
		return fmt.Errorf("%s: more than one YAML document", name)
	}
	return nil
}
