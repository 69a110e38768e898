package report

import (
	"cmp"
	"fmt"
	"io"
	"strings"
)

// kindTitles head the groups of changes.
var kindTitles = map[ChangeKind]string{
	NewlyFailing: "Newly failing", NewlyIncomplete: "Newly incomplete", NewlyWaived: "Newly failing, and waived",
	Fixed: "Fixed", NoLongerUntested: "No longer incomplete", LevelChanged: "Level changed", VerdictChanged: "Verdict changed otherwise",
	FindingsChanged: "The same verdict, other findings", NewInCatalogue: "New in the catalogue", GoneFromCatalogue: "Gone from the catalogue",
}

// Title heads the changes of this kind.
func (k ChangeKind) Title() string { return cmp.Or(kindTitles[k], string(k)) }

// turn is a verdict and what became of it. A check that one catalogue does not have
// has one verdict alone.
func (c *Change) turn(word func(Verdict) string) string {
	switch {
	case c.Before == c.After || c.Kind == NewInCatalogue:
		return word(c.After)
	case c.Kind == GoneFromCatalogue:
		return word(c.Before)
	}
	return word(c.Before) + " → " + word(c.After)
}

// says is what was found, where that is not merely that the promise holds.
func (c *Change) says() string {
	if c.After == "" || c.After == Pass {
		return ""
	}
	return c.Message
}

// level is the level and what became of it.
func (c *Change) level() string {
	if c.LevelBefore == c.LevelAfter || c.LevelBefore == "" || c.LevelAfter == "" {
		return cmp.Or(c.LevelAfter, c.LevelBefore)
	}
	return c.LevelBefore + " → " + c.LevelAfter
}

// happened is a verdict in a change; a check without one was left out.
func (v Verdict) happened() string {
	if v == "" {
		return "not run"
	}
	return v.Words()
}

// WriteText writes the plain form: the summary, what else differs between the runs,
// and the changes, those that make the second report worse first.
func (d *Diff) WriteText(w io.Writer, options TextOptions) error {
	s := newSheet(options)
	ink := outcomeInk[Conformant]
	if d.Worse {
		ink = outcomeInk[Nonconformant]
	}
	s.line(s.paint(bold+ink, d.Headline()))
	s.block("", "", d.Summary)
	s.line("")
	s.field("  ", 10, "before", d.Before.words())
	s.field("  ", 10, "after", d.After.words())
	label := "differs"
	for _, difference := range d.Runs {
		s.field("  ", 10, label, difference)
		label = ""
	}
	for _, kind := range ChangeKinds {
		changes := d.Of(kind)
		if len(changes) == 0 {
			continue
		}
		s.heading(fmt.Sprintf("%s (%d)", kind.Title(), len(changes)))
		for i := range changes {
			s.change(&changes[i])
		}
	}
	s.drifts(d.Latencies)
	_, err := io.WriteString(w, s.String())
	return err
}

func (s Side) words() string {
	return strings.Join(nonEmpty(s.Name, s.Target, s.Provider, fmt.Sprintf("%s, exit %d", s.Outcome.Headline(), s.Exit), clock(s.Started)), ", ")
}

func (s *sheet) change(c *Change) {
	turn := c.turn(func(v Verdict) string { return s.paint(verdictInk[v], v.happened()) })
	first := "  " + s.pad(s.paint(bold+verdictInk[c.After], c.ID), 9) + s.pad(s.paint(dim, c.level()), 8) + s.pad(turn, 18) + " "
	s.block(first, "    ", c.Title)
	s.block("    ", "    ", c.says())
	for _, finding := range c.Appeared {
		s.block("    + ", "      ", finding)
	}
	for _, finding := range c.Vanished {
		s.block("    - ", "      ", finding)
	}
}

func (s *sheet) drifts(list []Drift) {
	if len(list) == 0 {
		return
	}
	s.heading("Changes of secrets, which never decide: minimum, median and maximum since the acknowledgement")
	for _, drift := range list {
		s.block(fmt.Sprintf("  %-8s %-14s", drift.Kind, drift.Subject()), strings.Repeat(" ", 25),
			fmt.Sprintf("%s; %s → %s", drift.Words(), drift.Before.Words(), drift.After.Words()))
	}
}
