package probe

import (
	"bytes"
	"fmt"
	"strings"

	"go.yaml.in/yaml/v3"

	"github.com/keyturn/keyturn/conformance/profile"
)

// withheld stands in a draft in place of the default world.
const withheld = "# default_world is left out here, as it holds credentials."

// draft is the given profile with what was found out, and how, beside each fact. A value
// that agrees with what was seen stays as it is. What lies outside the policy, the
// statuses and the token side stays byte for byte.
func draft(given *profile.Open, facts map[string]*Fact) (string, error) {
	text, ending := given.Text(), "\n"
	if lines := bytes.Count(text, []byte("\r\n")); lines > 0 && lines == bytes.Count(text, []byte("\n")) {
		text, ending = bytes.ReplaceAll(text, []byte("\r\n"), []byte("\n")), "\r\n"
	}
	root, err := mapping(text)
	if err != nil {
		return "", err
	}
	if root.Style&yaml.FlowStyle != 0 { // JSON, say
		root.Style = 0
		if text, err = encode(root); err != nil {
			return "", err
		}
		if root, err = mapping(text); err != nil {
			return "", err
		}
	}
	page := newPage(text, root)
	if given.Document == "" {
		page.put("profile", fmt.Sprintf("profile: %d\ndocument: openapi.yaml # keyturn specs %s > openapi.yaml", given.Version, given.Provider))
	}
	for _, name := range []string{"client_auth", "oracle"} {
		page.put(name, line(name, facts[name]), "operations", "client_auth")
	}
	for _, section := range []struct {
		name, prefix string
		keys         []string
	}{{"policy", "", policyFacts}, {"statuses", "statuses.", statusFacts}} {
		filled, err := fill(section.name, section.prefix, section.keys, page.values[section.name], facts)
		if err != nil {
			return "", err
		}
		page.put(section.name, filled, "operations", "client_auth", "oracle", "policy")
	}
	if page.values["default_world"] != nil {
		page.put("default_world", withheld)
	}
	return strings.ReplaceAll(page.String(), "\n", ending), nil
}

// value is what a draft has: what was declared unless something else was seen.
func (f *Fact) value() string {
	switch {
	case f.Observed != "" && f.State != Agrees:
		return f.Observed
	case f.State == Unknown && f.Default:
		return "" // nobody has said so
	}
	return f.Declared
}

// comment says where the value is from.
func (f *Fact) comment() string {
	switch {
	case f.State == Unknown:
		return "not found out: " + f.Evidence
	case f.State == Contradicts && f.Observed == "":
		return "contradicted: " + f.Evidence
	case f.State == Contradicts && f.Default:
		return "seen: " + f.Evidence + "; the default is " + f.Declared
	case f.State == Contradicts:
		return "seen: " + f.Evidence + "; declared was " + f.Declared
	case f.bound:
		return f.Evidence
	}
	return "seen: " + f.Evidence
}

func line(name string, fact *Fact) string {
	if fact.value() == "" {
		return fmt.Sprintf("# %s: %s", name, fact.comment())
	}
	return fmt.Sprintf("%s: %s # %s", name, fact.value(), fact.comment())
}

// fill writes the facts into a section of the profile, nil where it has none. What the
// section has beside them stays.
func fill(section, prefix string, keys []string, given *yaml.Node, facts map[string]*Fact) (string, error) {
	filled := &yaml.Node{Kind: yaml.MappingNode}
	if given != nil && given.Kind == yaml.MappingNode {
		filled.Content = given.Content
	}
	var unknown strings.Builder
	for _, key := range keys {
		fact := facts[prefix+key]
		switch {
		case key == "grace" && facts["rotation"].value() != "grace":
			continue // only a rotation with a grace has one
		case fact.value() == "":
			fmt.Fprintf(&unknown, "\n  %s", line(key, fact))
			continue
		}
		value := &yaml.Node{Kind: yaml.ScalarNode, Value: fact.value()}
		if strings.HasPrefix(fact.value(), "[") {
			one, err := mapping([]byte("value: " + fact.value()))
			if err != nil {
				return "", err
			}
			value = one.Content[1]
		}
		value.LineComment = "# " + fact.comment()
		set(filled, key, value)
	}
	if len(filled.Content) == 0 {
		return "# " + section + ":" + unknown.String(), nil
	}
	whole := &yaml.Node{Kind: yaml.MappingNode, Content: []*yaml.Node{{Kind: yaml.ScalarNode, Value: section}, filled}}
	text, err := encode(whole)
	if err != nil {
		return "", err
	}
	return strings.TrimRight(string(text), "\n") + unknown.String(), nil
}

// set puts a member into a mapping, where it stands or else at the end.
func set(object *yaml.Node, key string, value *yaml.Node) {
	for i := 0; i < len(object.Content); i += 2 {
		if object.Content[i].Value == key {
			object.Content[i+1] = value
			return
		}
	}
	object.Content = append(object.Content, &yaml.Node{Kind: yaml.ScalarNode, Value: key}, value)
}

// mapping reads YAML down to its nodes.
func mapping(text []byte) (*yaml.Node, error) {
	var document yaml.Node
	if err := yaml.Unmarshal(text, &document); err != nil {
		return nil, fmt.Errorf("the profile: %w", err)
	}
	if len(document.Content) != 1 || document.Content[0].Kind != yaml.MappingNode {
		return nil, fmt.Errorf("the profile: want one YAML mapping")
	}
	return document.Content[0], nil
}

func encode(node *yaml.Node) ([]byte, error) {
	var text bytes.Buffer
	encoder := yaml.NewEncoder(&text)
	encoder.SetIndent(2)
	if err := encoder.Encode(node); err != nil {
		return nil, fmt.Errorf("the draft: %w", err)
	}
	return text.Bytes(), encoder.Close()
}
