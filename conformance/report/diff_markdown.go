package report

import (
	"fmt"
	"io"
	"strings"
)

// WriteMarkdown writes the summary for a CI job or a comment on a change.
func (d *Diff) WriteMarkdown(w io.Writer) error {
	m := &markdown{}
	m.linef("## Conformance: %s", d.Headline())
	m.linef("\n%s", inline(d.Summary))
	m.linef("\n| | report | target | outcome | started |\n|---|---|---|---|---|")
	for _, side := range []struct {
		name string
		Side
	}{{"before", d.Before}, {"after", d.After}} {
		m.linef("| %s | %s | %s | %s, exit %d | %s |", side.name, inline(side.Name), inline(side.Target), inline(side.Outcome.Headline()), side.Exit, clock(side.Started))
	}
	for i, difference := range d.Runs {
		if i == 0 {
			m.linef("\nBetween the runs, something else differs:\n")
		}
		m.linef("- %s", inline(difference))
	}
	for _, kind := range ChangeKinds {
		changes := d.Of(kind)
		if len(changes) == 0 {
			continue
		}
		m.linef("\n### %s (%d)\n\n| check | level | verdict | promise and findings |\n|---|---|---|---|", kind.Title(), len(changes))
		for i := range changes {
			m.change(&changes[i])
		}
	}
	if len(d.Latencies) > 0 {
		m.linef("\n### Changes of secrets, which never decide\n\n| change | fate | before | after | drift |\n|---|---|---|---|---|")
	}
	for _, drift := range d.Latencies {
		m.linef("| %s | %s | %s | %s | %s |", inline(drift.Kind), drift.Subject(), drift.Before.Words(), drift.After.Words(), drift.Words())
	}
	_, err := io.WriteString(w, m.String())
	return err
}

func (m *markdown) change(c *Change) {
	parts := []string{inline(c.Title)}
	if says := c.says(); says != "" {
		parts = append(parts, strong(says))
	}
	for _, finding := range c.Appeared {
		parts = append(parts, "new: "+inline(finding))
	}
	for _, finding := range c.Vanished {
		parts = append(parts, "gone: "+inline(finding))
	}
	m.linef("| **%s** | %s | %s | %s |", inline(c.ID), inline(c.level()), c.turn(Verdict.happened), strings.Join(parts, "<br>"))
}

// row is for tables whose number of columns is not known beforehand.
func row(cells ...string) string { return fmt.Sprintf("| %s |", strings.Join(cells, " | ")) }
