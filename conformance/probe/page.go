package probe

import (
	"slices"
	"strings"

	"go.yaml.in/yaml/v3"
)

// page is a YAML text by the members of its mapping: each has the lines from its key to
// before the next, without the comments that belong to that one.
type page struct {
	before string // the first key
	keys   []string
	added  []string          // those that were put where there was none
	texts  map[string]string // of a key and its value
	after  map[string]string // blank lines and comments behind
	values map[string]*yaml.Node
}

func newPage(text []byte, root *yaml.Node) *page {
	lines := strings.SplitAfter(string(text), "\n")
	p := &page{texts: map[string]string{}, after: map[string]string{}, values: map[string]*yaml.Node{}}
	for i := 0; i < len(root.Content); i += 2 {
		key, start, end := root.Content[i].Value, root.Content[i].Line-1, len(lines)
		if i == 0 {
			p.before = strings.Join(lines[:start], "")
		}
		if i+2 < len(root.Content) {
			end = root.Content[i+2].Line - 1
		}
		last := end
		for last > start+1 && (strings.TrimSpace(lines[last-1]) == "" || strings.HasPrefix(lines[last-1], "#")) {
			last--
		}
		p.keys = append(p.keys, key)
		p.texts[key], p.after[key] = strings.TrimRight(strings.Join(lines[start:last], ""), "\n"), strings.Join(lines[last:end], "")
		p.values[key] = root.Content[i+1]
	}
	return p
}

// put writes a member, where it stands or else behind the latest of some others that are
// there.
func (p *page) put(key, text string, behind ...string) {
	if _, there := p.texts[key]; !there {
		at := len(p.keys)
		for i, other := range p.keys {
			if slices.Contains(behind, other) {
				at = i + 1
			}
		}
		p.keys = slices.Insert(p.keys, at, key)
		p.after[key] = "\n"
		if at > 0 {
			p.apart(p.keys[at-1], key, text)
		}
		p.added = append(p.added, key)
	}
	p.texts[key] = text
}

// apart has a blank line before what is added, unless both that and what was added
// before it are a line each. What stood behind the one before stands behind the new one.
func (p *page) apart(before, key, text string) {
	switch brief := !strings.Contains(p.texts[before]+text, "\n"); {
	case brief && slices.Contains(p.added, before):
		p.after[before] = ""
	case !strings.HasPrefix(p.after[before], "\n"):
		p.after[key], p.after[before] = "\n"+p.after[before], "\n"
	}
}

func (p *page) String() string {
	var text strings.Builder
	text.WriteString(p.before)
	for _, key := range p.keys {
		text.WriteString(p.texts[key] + "\n" + p.after[key])
	}
	return strings.TrimRight(text.String(), "\n") + "\n"
}
