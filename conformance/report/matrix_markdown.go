package report

import (
	"fmt"
	"io"
	"strconv"
	"strings"
)

// WriteMarkdown writes the table as one of Markdown, with the counts above it.
func (m *Matrix) WriteMarkdown(w io.Writer) error {
	b := &markdown{}
	b.linef("## Conformance, side by side\n\n%s\n", inline(m.Summary()))
	b.linef("%s\n%s", row("report", "target", "provider", "outcome", "catalogue", "started"), row(repeated("---", 6)...))
	for _, c := range m.Columns {
		b.linef("%s", row(inline(c.Name), inline(c.Target), inline(c.Provider), fmt.Sprintf("%s, exit %d", inline(c.Outcome.Headline()), c.Exit), inline(c.Catalogue), clock(c.Started)))
	}
	b.linef("\n%s\n%s", row(m.across("counts", func(c Column) string { return inline(c.Name) })...), row(m.across("---", func(Column) string { return "--:" })...))
	for _, v := range m.used() {
		b.linef("%s", row(m.across(v.Words(), func(c Column) string { return strconv.Itoa(c.Counts[v]) })...))
	}
	b.linef("%s", row(m.across("**all**", func(c Column) string { return fmt.Sprintf("**%d**", c.Counts.Total()) })...))
	for _, set := range m.Families {
		b.linef("\n### %s %s\n", inline(set.ID), inline(set.Name))
		b.linef("%s\n%s", row(m.across("check", func(c Column) string { return inline(c.Name) })...), row(m.across("---", func(Column) string { return "---" })...))
		for _, one := range set.Rows {
			cells := []string{fmt.Sprintf("**%s** %s<br>%s", inline(one.ID), inline(one.Level), inline(one.Title))}
			for _, cell := range one.Cells {
				cells = append(cells, marked(cell))
			}
			b.linef("%s", row(cells...))
		}
	}
	_, err := io.WriteString(w, b.String())
	return err
}

// across is a first cell and one of each column.
func (m *Matrix) across(first string, cell func(Column) string) []string {
	cells := []string{first}
	for _, column := range m.Columns {
		cells = append(cells, cell(column))
	}
	return cells
}

// marked is a verdict that stands out where something is not as promised.
func marked(c MatrixCell) string {
	switch c.Verdict {
	case Fail, Error, Waived, Warn:
		return "**" + c.Short() + "**"
	default:
		return c.Short()
	}
}

func repeated(text string, times int) []string {
	return strings.Split(strings.TrimSuffix(strings.Repeat(text+" ", times), " "), " ")
}
