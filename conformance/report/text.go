package report

import (
	"fmt"
	"io"
	"slices"
	"strings"
)

// TextOptions says how the plain form is laid out. The zero value is for files.
type TextOptions struct {
	Colour bool // ANSI colours, for a terminal that wants them
	Width  int  // columns to wrap at; 0 is 100, and at least 40 are used
}

// WriteText writes the plain form: the outcome and counts, then what is not as
// promised with its findings, then the families, then what was not tested.
func (r *Report) WriteText(w io.Writer, options TextOptions) error {
	shown := r.printable()
	s := newSheet(options)
	s.head(shown)
	s.leftBehind(shown)
	s.wrongs(shown)
	s.families(shown)
	s.rotations(shown)
	s.untested(shown)
	_, err := io.WriteString(w, s.String())
	return err
}

func (s *sheet) head(r *Report) {
	s.line(s.paint(bold+outcomeInk[r.Outcome], r.Outcome.Headline()) + s.paint(dim, "  exit "+exitWords(r.Exit)))
	s.block("", "", r.Summary)
	s.line("")
	for _, fact := range facts(r) {
		s.field("  ", 20, fact.Name, fact.Value)
	}
	s.line("")
	s.block("", "", counted(r.Counts.Total(), "check")+": "+s.inkedCounts(r.Counts))
	for _, note := range r.Notes {
		s.block("note: ", "      ", note)
	}
}

func (s *sheet) inkedCounts(c Counts) string {
	var parts []string
	for _, v := range Verdicts {
		if c[v] > 0 {
			parts = append(parts, s.paint(verdictInk[v], fmt.Sprintf("%s %d", v.Words(), c[v])))
		}
	}
	return strings.Join(parts, " · ")
}

func (s *sheet) leftBehind(r *Report) {
	s.things("Left behind", "could have been removed and was not", r.Leftovers)
	s.things("Residue", "the API has no way to remove it", r.Residue)
	if len(r.Stale) == 0 {
		return
	}
	s.heading("Stale waivers")
	for _, stale := range r.Stale {
		s.block("  ", "  ", stale)
	}
}

// things lists what is still there, by why it is.
func (s *sheet) things(title, meaning string, things []Leftover) {
	if len(things) == 0 {
		return
	}
	s.heading(fmt.Sprintf("%s (%d): %s", title, len(things), meaning))
	for i, thing := range things {
		if slices.ContainsFunc(things[:i], func(earlier Leftover) bool { return earlier.Cause == thing.Cause }) {
			continue
		}
		var names []string
		for _, other := range things[i:] {
			if other.Cause == thing.Cause {
				names = append(names, leftoverWords(other))
			}
		}
		s.block("  ", "    ", strings.Join(names, ", "))
		if thing.Cause != "" {
			s.block("    ", "    ", thing.Cause)
		}
	}
}

func leftoverWords(l Leftover) string {
	words := strings.TrimSpace(l.Kind + " " + l.ID)
	if l.Name != "" && l.Name != l.ID {
		words += " (" + l.Name + ")"
	}
	return words
}

// titles heads the groups of results that are not as promised.
var titles = []struct {
	verdict Verdict
	title   string
}{
	{Error, "Went wrong"},
	{Fail, "Failed"},
	{Waived, "Failed and waived"},
	{Review, "For a person to judge"},
	{Warn, "Warned"},
	{Info, "Worth knowing"},
}

func (s *sheet) wrongs(r *Report) {
	for _, group := range titles {
		results := of(r, group.verdict)
		if len(results) == 0 {
			continue
		}
		s.heading(fmt.Sprintf("%s (%d)", group.title, len(results)))
		for _, result := range results {
			s.line("")
			s.result(result)
		}
	}
}

// result is one result with its findings; JUnit shows the same lines.
func (s *sheet) result(r *Result) {
	s.block("  "+s.paint(bold+verdictInk[r.Verdict], r.ID)+" "+s.paint(dim, r.Level)+"  ", "    ", r.Title)
	s.block("    ", "    ", r.Message)
	s.field("    ", 10, "promise", r.Statement)
	for i := range r.Findings {
		s.finding(&r.Findings[i])
	}
	if r.Waiver != nil {
		s.field("    ", 10, "waived", waiverWords(r.Waiver))
	}
	s.field("    ", 10, "why", r.Why)
	s.field("    ", 10, "fix", r.Fix)
	for _, source := range r.Sources {
		s.field("    ", 10, "source", sourceWords(source))
	}
}

func (s *sheet) finding(f *Finding) {
	message := f.Message
	if len(f.Exchanges) > 0 {
		message += " (exchange " + numbers(f.Exchanges) + ")"
	}
	s.block("    - ", "      ", message)
	s.field("      ", 10, "expected", f.Expected)
	s.field("      ", 10, "observed", f.Observed)
	s.field("      ", 10, "because", f.Cause)
	if f.History != nil {
		s.history(f.History)
	}
}

func (s *sheet) history(h *History) {
	const indent = "      "
	s.block(indent, indent+"  ", historyTitle(h))
	for _, line := range historyLines(h, s.width-len(indent)) {
		s.line(indent + line)
	}
	for _, line := range conclusions(h) {
		s.block(indent, indent+"  ", line)
	}
}

func waiverWords(w *Waiver) string {
	words := fmt.Sprintf("%s (%s, until %s)", w.Reason, w.Owner, w.Expires)
	if w.Link != "" {
		words += " " + w.Link
	}
	return words
}

func sourceWords(source Source) string {
	if source.URL == "" {
		return source.Text
	}
	return source.Text + " <" + source.URL + ">"
}

func (s *sheet) families(r *Report) {
	s.heading("By family")
	for _, f := range families(r) {
		s.block(fmt.Sprintf("  %-5s %-28s ", f.ID, f.Name), strings.Repeat(" ", 37), s.inkedCounts(f.Counts))
	}
}

func (s *sheet) rotations(r *Report) {
	rows := latencies(r.Rotations)
	if len(rows) == 0 {
		return
	}
	s.heading("Changes of secrets: minimum, median and maximum since the acknowledgement")
	for _, row := range rows {
		s.block(fmt.Sprintf("  %-8s %4d  ", row.Kind, row.Number), strings.Repeat(" ", 16),
			"new accepted "+row.Accepted.Words()+"; old refused "+row.Refused.Words())
	}
}

func (s *sheet) untested(r *Report) {
	for _, group := range []struct {
		verdict Verdict
		title   string
	}{{Untested, "Not tested: applies, and could not be exercised"}, {NotApplicable, "Not tested: does not apply"}} {
		results := of(r, group.verdict)
		if len(results) == 0 {
			continue
		}
		s.heading(fmt.Sprintf("%s (%d)", group.title, len(results)))
		for _, result := range results {
			s.block("  "+result.ID+"  ", "    ", result.Title+": "+result.Message)
			for i := range result.Findings {
				s.finding(&result.Findings[i])
			}
		}
	}
}
