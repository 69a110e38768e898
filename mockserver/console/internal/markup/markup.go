// Package markup makes HTML out of nodes. They are plain data and not functions: a
// library of functions in functions, which the compiler copies to wherever one is
// called, made the console five times the size. And no template is executed, as the
// linker would keep every method of every type for one.
//
// Texts and values of attributes are escaped; nothing in here writes them as they are.
package markup

import (
	"bytes"
	"html"
	"io"
)

// Node is a part of a page. A nil one is nothing.
type Node interface {
	// attribute writes what stands in the tag of the element that the node is in, and
	// content what stands behind that tag.
	attribute(b *bytes.Buffer)
	content(b *bytes.Buffer)
}

// Group is several nodes in the place of one.
type Group []Node

func (g Group) attribute(b *bytes.Buffer) {
	for _, n := range g {
		if n != nil {
			n.attribute(b)
		}
	}
}

func (g Group) content(b *bytes.Buffer) {
	for _, n := range g {
		if n != nil {
			n.content(b)
		}
	}
}

type element struct {
	name     string
	children Group
}

// void are the elements that have no end tag (HTML standard, section 13.1.2).
var void = map[string]bool{"br": true, "input": true, "link": true, "meta": true}

func (*element) attribute(*bytes.Buffer) {}

func (e *element) content(b *bytes.Buffer) {
	b.WriteByte('<')
	b.WriteString(e.name)
	e.children.attribute(b)
	b.WriteByte('>')
	if void[e.name] {
		return
	}
	e.children.content(b)
	b.WriteString("</")
	b.WriteString(e.name)
	b.WriteByte('>')
}

type attribute struct {
	name, value string
	bare        bool
}

func (a *attribute) attribute(b *bytes.Buffer) {
	b.WriteByte(' ')
	b.WriteString(a.name)
	if !a.bare {
		b.WriteString(`="`)
		b.WriteString(html.EscapeString(a.value))
		b.WriteByte('"')
	}
}

func (*attribute) content(*bytes.Buffer) {}

type text string

func (text) attribute(*bytes.Buffer) {}

func (t text) content(b *bytes.Buffer) { b.WriteString(html.EscapeString(string(t))) }

// El is an element of any name. Names are the console's own and not escaped.
func El(name string, children ...Node) Node { return &element{name, children} }

// Attr is an attribute of any name. Names are the console's own and not escaped.
func Attr(name, value string) Node { return &attribute{name: name, value: value} }

// Flag is an attribute without a value, which is on by being there.
func Flag(name string) Node { return &attribute{name: name, bare: true} }

// Text is a text.
func Text(content string) Node { return text(content) }

// If is the node when the condition holds, and nothing otherwise.
func If(holds bool, n Node) Node { //nolint:revive // the flag is what the function is about
	if holds {
		return n
	}
	return nil
}

// Iff is If for a node that can only be made when the condition holds.
func Iff(holds bool, n func() Node) Node { //nolint:revive // as If
	if holds {
		return n()
	}
	return nil
}

// Map is a node for each item.
func Map[T any](items []T, of func(T) Node) Group {
	nodes := make(Group, 0, len(items))
	for _, item := range items {
		nodes = append(nodes, of(item))
	}
	return nodes
}

// Render writes the node.
func Render(w io.Writer, n Node) error {
	var b bytes.Buffer
	n.content(&b)
	_, err := w.Write(b.Bytes())
	return err
}

// Document is a whole page of HTML.
func Document(children ...Node) Node { return &document{element{"html", children}} }

type document struct{ element }

func (d *document) content(b *bytes.Buffer) {
	b.WriteString("<!doctype html>")
	d.element.content(b)
}
