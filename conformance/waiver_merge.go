package conformance

import (
	"bytes"
	"cmp"
	"regexp"
	"slices"
	"strings"

	"go.yaml.in/yaml/v3"
)

// WriteWaivers is a waivers file with these entries, as ParseWaivers takes it.
func WriteWaivers(waivers []Waiver) ([]byte, error) {
	entries, err := entriesOf(waivers, 2)
	return append([]byte("waivers:\n"), entries...), err
}

// MergeWaivers adds entries to the text of a waivers file, behind those that it has.
// What stands in it stays byte for byte, but where nothing can be written behind the
// list, as when it is in brackets: then it is laid out anew, with its order and its
// comments, or refused where one of these would be lost. Name is the file, for
// errors, and url the target that the entries are for: an entry of the same check that
// covers it already is refused, whether it has run out or not, since it is the one to
// be changed.
func MergeWaivers(name string, text []byte, more []Waiver, url string) ([]byte, error) {
	existing, err := ParseWaivers(name, text)
	if err != nil {
		return nil, err
	}
	for _, waiver := range more {
		for i, old := range existing {
			if strings.EqualFold(old.Check, waiver.Check) && old.covers(url) {
				return nil, usagef("%s: waiver %d is of %s already, until %s; change that one", name, i+1, old.Check, old.Expires)
			}
		}
	}
	var document yaml.Node
	if err := yaml.Unmarshal(text, &document); err != nil {
		return nil, usagef("%s: %w", name, err)
	}
	list := listOf(&document)
	want := slices.Concat(existing, more)
	for _, merge := range []func([]byte, *yaml.Node, []Waiver) ([]byte, error){appended, laidOutAnew(&document)} {
		merged, err := merge(text, list, more)
		if err != nil {
			return nil, err
		}
		if crlf(text) {
			merged = bytes.ReplaceAll(bytes.ReplaceAll(merged, []byte("\r\n"), []byte("\n")), []byte("\n"), []byte("\r\n"))
		}
		if missing := lost(text, merged); missing != "" {
			return nil, usagef("%s is written in a way that cannot be added to without losing the comment %q; add the entries by hand", name, missing)
		}
		if got, err := ParseWaivers(name, merged); err == nil && slices.Equal(got, want) {
			return merged, nil
		}
	}
	return nil, usagef("%s is written in a way that cannot be added to; add the entries by hand", name)
}

// crlf tells whether every line ends as those of Windows do.
func crlf(text []byte) bool {
	lines := bytes.Count(text, []byte("\n"))
	return lines > 0 && lines == bytes.Count(text, []byte("\r\n"))
}

// comment is one at the end of a line, or what looks like one.
var comment = regexp.MustCompile(`(?m)(?:^|[ \t])(#[^\r\n]*?)[ \t\r]*$`)

// lost is the first comment of a text that is not in another one as often.
func lost(text, merged []byte) string {
	count := map[string]int{}
	for _, found := range comment.FindAllSubmatch(merged, -1) {
		count[string(found[1])]++
	}
	for _, found := range comment.FindAllSubmatch(text, -1) {
		if count[string(found[1])]--; count[string(found[1])] < 0 {
			return string(found[1])
		}
	}
	return ""
}

// listOf is the value of the key waivers, and nil in a file without one.
func listOf(document *yaml.Node) *yaml.Node {
	if len(document.Content) == 0 || len(document.Content[0].Content) < 2 {
		return nil
	}
	return document.Content[0].Content[1] // the only key that there can be
}

// appended writes the entries at the end of the text, which is the end of the list
// since nothing else may stand in the file.
func appended(text []byte, list *yaml.Node, more []Waiver) ([]byte, error) {
	indent := 2
	if list != nil && list.Kind == yaml.SequenceNode {
		indent = list.Column - 1
	}
	entries, err := entriesOf(more, indent)
	if err != nil {
		return nil, err
	}
	merged := bytes.Clone(text)
	if len(merged) > 0 && !bytes.HasSuffix(merged, []byte("\n")) {
		merged = append(merged, '\n')
	}
	if list == nil {
		merged = append(merged, "waivers:\n"...)
	}
	return append(merged, entries...), nil
}

// laidOutAnew adds the entries to the list as it was read, and writes all of it.
func laidOutAnew(document *yaml.Node) func([]byte, *yaml.Node, []Waiver) ([]byte, error) {
	return func(text []byte, list *yaml.Node, more []Waiver) ([]byte, error) {
		if list == nil {
			return text, nil
		}
		key := document.Content[0].Content[0]
		key.LineComment, list.LineComment = cmp.Or(key.LineComment, list.LineComment), "" // it would be lost behind a list of lines
		list.Kind, list.Tag, list.Value, list.Style = yaml.SequenceNode, "!!seq", "", 0
		for _, waiver := range more {
			list.Content = append(list.Content, waiver.node())
		}
		return encoded(document)
	}
}

// entriesOf writes the entries of a list, so many columns from the margin.
func entriesOf(waivers []Waiver, indent int) ([]byte, error) {
	list := &yaml.Node{Kind: yaml.SequenceNode, Tag: "!!seq"}
	for _, waiver := range waivers {
		list.Content = append(list.Content, waiver.node())
	}
	text, err := encoded(list)
	if err != nil {
		return nil, err
	}
	margin := strings.Repeat(" ", indent)
	var b bytes.Buffer
	for line := range bytes.Lines(text) {
		if len(bytes.TrimSpace(line)) > 0 {
			b.WriteString(margin)
		}
		b.Write(line)
	}
	return b.Bytes(), nil
}

func encoded(node *yaml.Node) ([]byte, error) {
	var b bytes.Buffer
	encoder := yaml.NewEncoder(&b)
	encoder.SetIndent(2)
	if err := encoder.Encode(node); err != nil {
		return nil, err
	}
	return b.Bytes(), encoder.Close()
}

// node is the entry in the order in which people read it. The day is written plainly,
// which the encoder would not do for a text that looks like a date.
func (w Waiver) node() *yaml.Node {
	entry := &yaml.Node{Kind: yaml.MappingNode, Tag: "!!map"}
	for _, member := range []struct{ name, value, tag string }{
		{"check", w.Check, "!!str"}, {"target", w.Target, "!!str"}, {"reason", w.Reason, "!!str"},
		{"owner", w.Owner, "!!str"}, {"link", w.Link, "!!str"}, {"expires", w.Expires, "!!timestamp"},
	} {
		entry.Content = append(entry.Content,
			&yaml.Node{Kind: yaml.ScalarNode, Tag: "!!str", Value: member.name},
			&yaml.Node{Kind: yaml.ScalarNode, Tag: member.tag, Value: member.value})
	}
	return entry
}
