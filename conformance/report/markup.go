package report

import (
	"bytes"
	"fmt"
	"html"
)

// markup is a page in the making. The package html/template would look methods up by
// name, for which the linker keeps every method of every type in the binary: 3 MB.
// What it does for untrusted text is done here: none gets in but through put.
type markup struct{ bytes.Buffer }

// fixed is text that stands in the source of the page. A constant is one; what a report
// holds would have to be converted.
type fixed string

// begin is a page until its body: the style is its own, and the policy what it may do.
func (m *markup) begin(title, policy string, style fixed) {
	m.put(`<!DOCTYPE html>
<html lang="en">
<head>
<meta charset="utf-8">
<meta http-equiv="Content-Security-Policy" content="%v">
<meta name="viewport" content="width=device-width, initial-scale=1">
<meta name="color-scheme" content="light dark">
<meta name="referrer" content="no-referrer">
<title>%v</title>
`, policy, title)
	m.raw(`<link rel="icon" href="data:image/svg+xml,%3Csvg xmlns='http://www.w3.org/2000/svg' viewBox='0 0 16 16'%3E%3Ccircle cx='8' cy='8' r='6' fill='none' stroke='%236b7682' stroke-width='3'/%3E%3C/svg%3E">` + "\n")
	m.raw("<style>" + style + "</style>\n</head>\n")
}

// raw writes what is the page's own as it is.
func (m *markup) raw(text fixed) { m.WriteString(string(text)) }

// put writes a format of the page's own. Every argument is escaped as text, whatever it
// is, and has the verb %v: between tags or in a quoted attribute it can only be read.
// What is to be the whole of an address goes through link.
func (m *markup) put(format fixed, args ...any) {
	texts := make([]any, len(args))
	for i, arg := range args {
		texts[i] = html.EscapeString(fmt.Sprint(arg))
	}
	fmt.Fprintf(m, string(format), texts...)
}

// some is put for one text, and nothing where that is empty.
func (m *markup) some(format fixed, text string) {
	if text != "" {
		m.put(format, text)
	}
}

// link leads to an address of the web; what else a report holds as an address is not
// trusted, and the text stands alone.
func (m *markup) link(address, text string) {
	if web(address) {
		m.put(`<a href="%v" rel="noopener noreferrer">%v</a>`, address, text)
		return
	}
	m.put("%v", text)
}

// list writes the items of a list.
func (m *markup) list(items []string) {
	for _, item := range items {
		m.put("<li>%v</li>", item)
	}
}

// agreeing is the form of a verb that goes with a number of things.
func agreeing(number int, one, many string) string {
	if number == 1 {
		return one
	}
	return many
}
