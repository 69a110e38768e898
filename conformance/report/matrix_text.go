package report

import (
	"fmt"
	"io"
	"strconv"
	"strings"
)

// WriteText writes the plain form. The columns have numbers, because addresses are
// wider than verdicts, and a key above says whose they are.
func (m *Matrix) WriteText(w io.Writer, options TextOptions) error {
	s := newSheet(options)
	s.line(s.paint(bold, m.Summary()))
	s.line("")
	for i, column := range m.Columns {
		s.block("  "+s.paint(bold, strconv.Itoa(i+1))+"  ", "     ", column.words(s))
	}
	for _, set := range m.Families {
		s.line("")
		s.line(s.paint(bold, fmt.Sprintf("%-18s", set.ID+"  "+set.Name)) + m.heads(s, set))
		for _, row := range set.Rows {
			s.matrixRow(row)
		}
	}
	s.line("")
	s.line(s.paint(bold, fmt.Sprintf("%-18s", "Counts")) + m.heads(s, MatrixSet{ID: "Counts"}))
	for _, v := range m.used() {
		s.matrixCounts(m, s.paint(verdictInk[v], v.Words()), func(c Counts) int { return c[v] })
	}
	s.matrixCounts(m, "in all", Counts.Total)
	_, err := io.WriteString(w, s.String())
	return err
}

// matrixCell is as wide as the longest verdict and a gap.
const matrixCell = len("incomplete") + 2

// heads numbers the columns above their cells. A long name of a family pushes none
// aside: it goes on the line before.
func (m *Matrix) heads(s *sheet, set MatrixSet) string {
	heads := ""
	if columns(set.ID+"  "+set.Name) >= 18 {
		heads = "\n" + strings.Repeat(" ", 18)
	}
	for i := range m.Columns {
		heads += s.pad(s.paint(dim, strconv.Itoa(i+1)), matrixCell)
	}
	return heads
}

func (s *sheet) matrixCounts(m *Matrix, name string, of func(Counts) int) {
	cells := []string{"  ", s.pad(name, 16)}
	for _, column := range m.Columns {
		cells = append(cells, s.pad(strconv.Itoa(of(column.Counts)), matrixCell))
	}
	s.line(strings.Join(cells, ""))
}

func (s *sheet) matrixRow(row MatrixRow) {
	line := "  " + s.pad(row.ID, 9) + s.pad(s.paint(dim, row.Level), 7)
	for _, cell := range row.Cells {
		line += s.pad(s.paint(verdictInk[cell.Verdict], cell.Short()), matrixCell)
	}
	if left := s.width - columns(line); left >= 16 {
		line += clipped(strings.Join(strings.Fields(row.Title), " "), left)
	}
	s.line(line)
}

// pad is text with spaces behind it up to so many columns, and one at least.
func (*sheet) pad(text string, width int) string {
	return text + strings.Repeat(" ", max(width-columns(text), 1))
}

// clipped is the beginning of text, in at most so many columns.
func clipped(text string, width int) string {
	if columns(text) <= width {
		return text
	}
	letters := []rune(text)
	return strings.TrimRight(string(letters[:width-1]), " ") + "…"
}

func (c *Column) words(s *sheet) string {
	parts := nonEmpty(c.Name, c.Target, c.File)
	if strings.HasSuffix(strings.TrimSuffix(c.Target, "/"), "://"+c.Name) {
		parts = nonEmpty(c.Target, c.File)
	} else if c.Name == c.File {
		parts = nonEmpty(c.File, c.Target)
	}
	outcome := s.paint(outcomeInk[c.Outcome], c.Outcome.Headline())
	return strings.Join(append(parts, nonEmpty(c.Provider, fmt.Sprintf("%s, exit %d", outcome, c.Exit), clock(c.Started), c.Says)...), ", ")
}
