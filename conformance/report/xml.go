package report

import (
	"html"
	"strings"
)

// element is a piece of an XML document. Package encoding/xml would write the same from
// structs, and is 86 kB of the binary.
type element struct {
	name       string
	attributes []attribute
	text       string // where there are no children
	children   []*element
}

type attribute struct{ name, value string }

// add appends a child and returns it.
func (e *element) add(name string, attributes ...attribute) *element {
	child := &element{name: name, attributes: attributes}
	e.children = append(e.children, child)
	return child
}

// write appends the element at the given depth, each child in a line of its own.
func (e *element) write(b *strings.Builder, depth int) {
	indent := strings.Repeat("  ", depth)
	b.WriteString(indent + "<" + e.name)
	for _, a := range e.attributes {
		b.WriteString(" " + a.name + `="` + xmlText(a.value) + `"`)
	}
	b.WriteString(">" + xmlText(e.text))
	for _, child := range e.children {
		b.WriteString("\n")
		child.write(b, depth+1)
	}
	if len(e.children) > 0 {
		b.WriteString("\n" + indent)
	}
	b.WriteString("</" + e.name + ">")
}

// xmlText escapes what is markup, keeps white space from being normalised (XML 1.0
// section 2.11 and 3.3.3), and replaces what is no character of XML (section 2.2).
func xmlText(text string) string {
	valid := strings.Map(func(r rune) rune {
		switch {
		case r < ' ' && r != '\t' && r != '\n' && r != '\r', r == 0xFFFE, r == 0xFFFF:
			return '\uFFFD'
		}
		return r
	}, text)
	return strings.NewReplacer("\t", "&#x9;", "\n", "&#xA;", "\r", "&#xD;").Replace(html.EscapeString(valid))
}
