package catalogue

import (
	"bytes"
	"errors"
	"fmt"
	"io"
	"io/fs"
	"regexp"
	"strings"

	"go.yaml.in/yaml/v3"
)

// decodeFile reads a file of exactly one YAML document. A key that is unknown or given
// twice is an error with file and line.
func decodeFile(files map[string][]byte, name string, value any) error {
	text, ok := files[name]
	if !ok {
		return fmt.Errorf("%s: %w", name, fs.ErrNotExist)
	}
	decoder := yaml.NewDecoder(bytes.NewReader(text))
	decoder.KnownFields(true)
	if err := decoder.Decode(value); err != nil {
		if errors.Is(err, io.EOF) {
			return fmt.Errorf("%s: the file is empty", name)
		}
		return explain(name, err)
	}
	if err := decoder.Decode(new(yaml.Node)); !errors.Is(err, io.EOF) {
		return fmt.Errorf("%s: want one YAML document, there is more", name)
	}
	return nil
}

var (
	messageLine = regexp.MustCompile(`^(?:yaml: )?line (\d+): (?s)(.*)$`)
	unknownKey  = regexp.MustCompile(`^field (\S+) not found in type \S+$`)
	yamlTypes   = strings.NewReplacer("!!str", "text", "!!int", "a whole number", "!!seq", "a list",
		"!!map", "a mapping", "!!bool", "true or false", "!!float", "a number", "catalogue.", "")
)

// explain turns the library's messages into "FILE:LINE: what is wrong", one for each.
func explain(file string, err error) error {
	messages := []string{err.Error()}
	var all *yaml.TypeError
	if errors.As(err, &all) && len(all.Errors) > 0 {
		messages = all.Errors
	}
	wrong := make([]error, 0, len(messages))
	for _, message := range messages {
		place := file
		if found := messageLine.FindStringSubmatch(message); found != nil {
			place, message = file+":"+found[1], found[2]
		}
		if found := unknownKey.FindStringSubmatch(message); found != nil {
			message = fmt.Sprintf("unknown key %q", found[1])
		}
		wrong = append(wrong, fmt.Errorf("%s: %s", place, yamlTypes.Replace(strings.TrimPrefix(message, "yaml: "))))
	}
	return errors.Join(wrong...)
}
