package main

import (
	"bytes"
	"errors"
	"fmt"
	"io"
	"os"
	"strings"

	"github.com/spf13/cobra"
	"github.com/spf13/pflag"
	"go.yaml.in/yaml/v3"
)

// configFlag names the file of settings. It is the one flag that the file itself
// cannot hold.
const configFlag = "config"

// applyFile fills the flags that neither the command line nor the environment gave,
// from the YAML file that configFlag names, if any. Its keys are the flags' names.
func applyFile(cmd *cobra.Command) error {
	file := cmd.Flags().Lookup(configFlag).Value.String()
	if file == "" {
		return nil
	}
	data, err := os.ReadFile(file)
	if err != nil {
		return fmt.Errorf("--%s: %w", configFlag, err)
	}
	var root yaml.Node
	decoder := yaml.NewDecoder(bytes.NewReader(data))
	if err := decoder.Decode(&root); errors.Is(err, io.EOF) {
		return nil // nothing but comments
	} else if err != nil {
		return fmt.Errorf("%s: %w", file, err)
	}
	if err := decoder.Decode(new(yaml.Node)); !errors.Is(err, io.EOF) {
		return fmt.Errorf("%s: want one YAML document, there is more", file)
	}
	return fillAll(cmd, file, root.Content[0])
}

// fillAll fills the flags from the content of the file.
func fillAll(cmd *cobra.Command, file string, content *yaml.Node) error {
	if content.Kind != yaml.MappingNode {
		return fmt.Errorf("%s:%d: want keys with values, such as \"addr: 127.0.0.1:7070\"", file, content.Line)
	}
	seen := map[string]bool{}
	for i := 0; i+1 < len(content.Content); i += 2 {
		key, value := content.Content[i], content.Content[i+1]
		place := fmt.Sprintf("%s:%d: %s", file, key.Line, key.Value)
		flag := flagOf(cmd, key.Value)
		switch {
		case flag == nil || flag.Name == configFlag:
			return fmt.Errorf("%s:%d: unknown key %q%s", file, key.Line, key.Value, suggestion(`, the nearest is "`, nearest(key.Value, fileKeys(cmd)), `"`))
		case seen[key.Value]:
			return fmt.Errorf("%s is given a second time", place)
		}
		seen[key.Value] = true
		texts, err := textsOf(flag, value)
		if err != nil {
			return fmt.Errorf("%s: %w", place, err)
		}
		if err := fill(flag, place, texts); err != nil {
			return err
		}
	}
	return nil
}

// textsOf reads a plain value, or a list of them where the flag takes one, as written.
func textsOf(flag *pflag.Flag, node *yaml.Node) ([]string, error) {
	switch {
	case node.Kind == yaml.ScalarNode:
		if node.ShortTag() == "!!null" {
			return nil, errors.New("want a value, there is none")
		}
		return []string{node.Value}, nil
	case node.Kind == yaml.SequenceNode && !isList(flag):
		return nil, errors.New("want one value, not a list")
	case node.Kind == yaml.SequenceNode:
		texts := []string{}
		for _, item := range node.Content {
			if item.Kind != yaml.ScalarNode {
				return nil, errors.New("want a list of plain values")
			}
			texts = append(texts, item.Value)
		}
		return texts, nil
	default:
		return nil, errors.New("want a plain value")
	}
}

// fill sets a flag from another place, unless one that comes first gave it. What is
// wrong is wrong either way: it would come to light on the day that the other goes.
func fill(flag *pflag.Flag, place string, texts []string) error {
	value, ok := flag.Value.(layered)
	if !ok {
		return fmt.Errorf("%s can only be given as a flag", place)
	}
	err := value.check(texts)
	if err == nil && !flag.Changed {
		flag.Changed = true
		err = value.assign(texts)
	}
	text := strings.Join(texts, ",")
	if err != nil && hides(flag, text) {
		return fmt.Errorf("%s: %w", place, err)
	}
	if err != nil {
		return fmt.Errorf("%s is %q: %w", place, text, err)
	}
	return nil
}

// flagOf finds a flag of the command's own.
func flagOf(cmd *cobra.Command, name string) *pflag.Flag {
	flag := cmd.Flags().Lookup(name)
	if flag != nil && flag.Name == "help" {
		return nil
	}
	return flag
}

func fileKeys(cmd *cobra.Command) []string {
	var keys []string
	for _, name := range flagNames(cmd) {
		if name != configFlag {
			keys = append(keys, name)
		}
	}
	return keys
}

func flagNames(cmd *cobra.Command) []string {
	var names []string
	cmd.LocalFlags().VisitAll(func(flag *pflag.Flag) {
		if flag.Name != "help" {
			names = append(names, flag.Name)
		}
	})
	return names
}
