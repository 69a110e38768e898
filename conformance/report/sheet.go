package report

import (
	"strings"
	"unicode/utf8"
)

// The inks are ANSI sequences.
const (
	bold = "\x1b[1m"
	dim  = "\x1b[2m"
	off  = "\x1b[0m"
)

var verdictInk = map[Verdict]string{
	Error: "\x1b[35m", Fail: "\x1b[31m", Waived: "\x1b[33m", Untested: "\x1b[34m", Review: "\x1b[36m",
	Warn: "\x1b[33m", Info: "\x1b[36m", Pass: "\x1b[32m", NotApplicable: dim,
}

var outcomeInk = map[Outcome]string{
	Conformant: "\x1b[32m", Nonconformant: "\x1b[31m", Incomplete: "\x1b[34m", Broken: "\x1b[35m",
}

// sheet is text that is laid out line by line.
type sheet struct {
	strings.Builder

	colour bool
	width  int
}

func newSheet(o TextOptions) *sheet {
	width := o.Width
	if width == 0 {
		width = 100
	}
	return &sheet{colour: o.Colour, width: max(width, 40)}
}

func (s *sheet) paint(ink, text string) string {
	if !s.colour || ink == "" || text == "" {
		return text
	}
	return ink + text + off
}

func (s *sheet) line(text string) {
	s.WriteString(strings.TrimRight(text, " "))
	s.WriteByte('\n')
}

func (s *sheet) heading(text string) {
	s.line("")
	s.block("", "", s.paint(bold, text))
}

// block writes text wrapped, with one prefix before its first line and one before the
// others. Nothing is written where there is no text.
func (s *sheet) block(first, others, text string) {
	prefix := first
	for _, line := range wrap(text, s.width-columns(first), s.width-columns(others)) {
		s.line(prefix + line)
		prefix = others
	}
}

// field is a block behind a name that is padded to so many columns.
func (s *sheet) field(indent string, pad int, name, text string) {
	gap := strings.Repeat(" ", max(pad-columns(name), 1))
	s.block(indent+s.paint(dim, name)+gap, indent+strings.Repeat(" ", pad), text)
}

// columns is how wide text appears, its inks not counted.
func columns(text string) int {
	n := utf8.RuneCountInString(text)
	for {
		_, rest, inked := strings.Cut(text, "\x1b[")
		if !inked {
			return n
		}
		code, after, _ := strings.Cut(rest, "m")
		n -= 3 + len(code)
		text = after
	}
}

// wrap breaks at spaces, keeps the text's own line breaks and lets a word that is too
// long stand out: digests and URLs are for copying.
func wrap(text string, first, others int) []string {
	var lines []string
	width := first
	for paragraph := range strings.SplitSeq(strings.TrimSpace(text), "\n") {
		line := ""
		for word := range strings.FieldsSeq(paragraph) {
			if line != "" && columns(line)+1+columns(word) > width {
				lines = append(lines, line)
				line, width = "", others
			}
			if line != "" {
				line += " "
			}
			line += word
		}
		if line != "" {
			lines = append(lines, line)
			width = others
		}
	}
	return lines
}
