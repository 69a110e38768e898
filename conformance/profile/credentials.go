package profile

import (
	"bytes"
	"errors"
	"fmt"
	"io"
	"reflect"
	"regexp"
	"strings"

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

// ParseCredentials decodes the text of a credentials file. Errors name the file, the
// line, the kind of mistake and what is allowed there, and never any of the text: where
// a key was meant a secret may stand.
func ParseCredentials(name string, text []byte) (*Credentials, error) {
	credentials := new(Credentials)
	err := decode(name, text, credentials)
	if err == nil {
		return credentials, nil
	}
	if many, ok := errors.AsType[*yaml.TypeError](err); ok {
		mistakes := make([]string, len(many.Errors))
		for i, one := range many.Errors {
			mistakes[i] = mistake(one)
		}
		return nil, fmt.Errorf("%s: %s", name, strings.Join(mistakes, "; "))
	}
	if inner := errors.Unwrap(err); inner != nil {
		return nil, fmt.Errorf("%s: %s", name, unreadable(inner.Error(), string(text)))
	}
	return nil, err
}

// The decoder has no kinds of errors, only words: what they begin and end with is its
// own, and what is between may be the file's.
var (
	lineOf  = regexp.MustCompile(`^(?:yaml: )?line (\d+): `)
	typeOf  = regexp.MustCompile(` (?:into|in type) (\S+)$`)
	aliasOf = regexp.MustCompile(`(?s)^yaml: unknown anchor '(.*)' referenced$`)
)

// mistake retells why a value does not fit.
func mistake(words string) string {
	at := lineOf.FindString(words)
	words = words[len(at):]
	var into string
	if found := typeOf.FindStringSubmatch(words); found != nil {
		into = found[1]
	}
	switch {
	case strings.HasPrefix(words, "field "):
		return at + "a key that is not known here, allowed are " + allowed(into)
	case strings.HasPrefix(words, "mapping key "):
		return at + "a key that stands twice"
	case strings.HasPrefix(words, "cannot unmarshal "):
		return at + "a value of the wrong kind, want " + allowed(into)
	}
	return at + "a value that does not fit"
}

// unreadable retells why a file is no YAML that can be read.
func unreadable(words, text string) string {
	if alias := aliasOf.FindStringSubmatch(words); alias != nil {
		before, _, _ := strings.Cut(text, "*"+alias[1])
		return fmt.Sprintf("line %d: an alias without an anchor; a text that begins with * has to be quoted", 1+strings.Count(before, "\n"))
	}
	if at := lineOf.FindStringSubmatch(words); at != nil {
		return "line " + at[1] + ": the YAML is broken"
	}
	return "the YAML is broken"
}

// allowed says what the decoder wanted by the name of its type.
func allowed(into string) string {
	for _, one := range []reflect.Type{reflect.TypeFor[Credentials](), reflect.TypeFor[Principal](), reflect.TypeFor[App]()} {
		if one.String() != into {
			continue
		}
		var keys []string
		for field := range one.Fields() {
			keys = append(keys, field.Tag.Get("yaml"))
		}
		return "the keys " + strings.Join(keys, ", ")
	}
	if into == reflect.TypeFor[string]().String() {
		return "a text"
	}
	return "names with a text each"
}

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
