package report

import (
	"fmt"
	"io"
	"strings"
)

// A job summary that is too long is not shown at all, and the hosts' limit is 1 MiB.
// Evidence stops well before it; the rows stay.
const (
	markdownEvidence = 400_000 // bytes of evidence in all
	markdownBody     = 800     // bytes of one request or reply
	markdownShown    = 2       // exchanges of one finding
	markdownColumns  = 110     // of a drawing
)

// WriteMarkdown writes the summary of a CI job: the outcome, the counts, and a row with
// its evidence for every result that is not a pass.
func (r *Report) WriteMarkdown(w io.Writer) error {
	shown := r.printable()
	m := &markdown{}
	m.head(shown)
	m.counts(shown)
	m.leftBehind(shown)
	m.wrongs(shown)
	m.untested(shown)
	m.facts(shown)
	_, err := io.WriteString(w, m.String())
	return err
}

type markdown struct {
	strings.Builder

	spent int // bytes of evidence so far
}

func (m *markdown) linef(format string, values ...any) {
	fmt.Fprintf(m, format+"\n", values...)
}

func (m *markdown) head(r *Report) {
	m.linef("## Conformance: %s", r.Outcome.Headline())
	m.linef("")
	var badges []string
	for _, v := range Verdicts {
		if r.Counts[v] > 0 {
			badges = append(badges, fmt.Sprintf("**%s** `%d`", v.Words(), r.Counts[v]))
		}
	}
	m.linef("%s", strings.Join(badges, " &nbsp; "))
	m.linef("")
	m.linef("%s", inline(r.Summary))
	for _, note := range r.Notes {
		m.linef("")
		m.linef("> %s", inline(note))
	}
}

func (m *markdown) counts(r *Report) {
	used := make([]Verdict, 0, len(Verdicts))
	for _, v := range Verdicts {
		if r.Counts[v] > 0 {
			used = append(used, v)
		}
	}
	m.linef("\n| family |%s\n|---|%s", columnsOf(used, func(v Verdict) string { return " " + v.Words() + " |" }),
		columnsOf(used, func(Verdict) string { return "--:|" }))
	for _, f := range families(r) {
		m.linef("| %s %s |%s", inline(f.ID), inline(f.Name), columnsOf(used, func(v Verdict) string {
			if f.Counts[v] == 0 {
				return " |"
			}
			return fmt.Sprintf(" %d |", f.Counts[v])
		}))
	}
	m.linef("| **all** |%s", columnsOf(used, func(v Verdict) string { return fmt.Sprintf(" **%d** |", r.Counts[v]) }))
}

func columnsOf(verdicts []Verdict, cell func(Verdict) string) string {
	var b strings.Builder
	for _, v := range verdicts {
		b.WriteString(cell(v))
	}
	return b.String()
}

func (m *markdown) leftBehind(r *Report) {
	m.things("Left behind", r.Leftovers)
	if len(r.Stale) == 0 {
		return
	}
	m.linef("\n### Stale waivers\n")
	for _, stale := range r.Stale {
		m.linef("- %s", inline(stale))
	}
}

func (m *markdown) things(title string, things []Leftover) {
	if len(things) == 0 {
		return
	}
	m.linef("\n### %s (%d)\n", title, len(things))
	for _, thing := range things {
		m.linef("- %s: %s", inline(leftoverWords(thing)), inline(thing.Cause))
	}
}

func (m *markdown) wrongs(r *Report) {
	results := of(r, Error, Fail, Waived, Review, Warn, Info)
	if len(results) == 0 {
		return
	}
	m.linef("\n### Not as promised\n\n| check | verdict | promise and evidence |\n|---|---|---|")
	for _, result := range results {
		m.linef("| **%s** | %s<br>%s | %s<br>%s<br>%s |", inline(result.ID), result.Verdict.Words(), inline(result.Level),
			inline(result.Statement), strong(result.Message), m.evidence(result))
	}
}

// evidence is folded away, and in one line as a cell of a table has to be.
func (m *markdown) evidence(r *Result) string {
	var parts []string
	for i := range r.Findings {
		parts = append(parts, m.finding(r, &r.Findings[i])...)
	}
	if r.Waiver != nil {
		parts = append(parts, "waived: "+inline(waiverWords(r.Waiver)))
	}
	for _, line := range []pair{{"why", r.Why}, {"fix", r.Fix}} {
		if line.Value != "" {
			parts = append(parts, line.Name+": "+inline(line.Value))
		}
	}
	for _, source := range r.Sources {
		parts = append(parts, "source: "+inline(sourceWords(source)))
	}
	text := "<details><summary>evidence</summary>" + strings.Join(parts, "<br>") + "</details>"
	if m.spent+len(text) > markdownEvidence {
		return "(the evidence is in the report)"
	}
	m.spent += len(text)
	return text
}

func (m *markdown) finding(r *Result, f *Finding) []string {
	parts := []string{strong(f.Message)}
	if f.Expected != "" {
		parts = append(parts, "expected: "+code(f.Expected))
	}
	if f.Observed != "" {
		parts = append(parts, "observed: "+code(f.Observed))
	}
	if f.Cause != "" {
		parts = append(parts, "because of "+inline(f.Cause))
	}
	if f.History != nil {
		parts = append(parts, inline(historyTitle(f.History)), drawing(historyLines(f.History, markdownColumns)))
		for _, line := range conclusions(f.History) {
			parts = append(parts, inline(line))
		}
	}
	for i, number := range f.Exchanges {
		if i == markdownShown {
			parts = append(parts, "and "+counted(len(f.Exchanges)-i, "more exchange"))
			break
		}
		if x := exchange(r, number); x != nil {
			parts = append(parts, m.exchange(x)...)
		}
	}
	return parts
}

func (*markdown) exchange(x *Exchange) []string {
	parts := []string{fmt.Sprintf("exchange %d, %s: %s", x.Number, inline(x.Label), code(x.Method+" "+x.URL+" → "+answerWords(x)))}
	for _, side := range []*Message{x.Request, x.Response} {
		if side != nil && side.Body != "" {
			parts = append(parts, code(head(side.Body, markdownBody)))
		}
	}
	return parts
}

func (m *markdown) untested(r *Report) {
	for _, group := range []struct {
		verdict Verdict
		title   string
	}{{Untested, "Not tested, though it applies"}, {NotApplicable, "Does not apply"}} {
		results := of(r, group.verdict)
		if len(results) == 0 {
			continue
		}
		m.linef("\n### %s (%d)\n\n| check | promise | reason |\n|---|---|---|", group.title, len(results))
		for _, result := range results {
			m.linef("| **%s** | %s | %s |", inline(result.ID), inline(result.Title), inline(result.Message))
		}
	}
}

func (m *markdown) facts(r *Report) {
	m.linef("\n<details><summary>The run</summary>\n\n| | |\n|---|---|")
	for _, fact := range facts(r) {
		if fact.Value != "" {
			m.linef("| %s | %s |", inline(fact.Name), inline(fact.Value))
		}
	}
	for _, p := range pairs(r.Profile.Policy) {
		m.linef("| policy %s | %s |", code(p.Name), code(p.Value))
	}
	m.linef("\n</details>")
	m.things("Residue, which the API has no way to remove", r.Residue)
}

// exchange finds one by its number.
func exchange(r *Result, number int) *Exchange {
	for i := range r.Exchanges {
		if r.Exchanges[i].Number == number {
			return &r.Exchanges[i]
		}
	}
	return nil
}

func answerWords(x *Exchange) string {
	switch {
	case x.Status != 0:
		return fmt.Sprintf("%d in %s", x.Status, span(x.DurationMS))
	case x.Error != "":
		return x.Error
	}
	return "no answer"
}

// head is the beginning of text, cut between characters.
func head(text string, size int) string {
	if len(text) <= size {
		return text
	}
	for size > 0 && text[size]&0xC0 == 0x80 {
		size--
	}
	return text[:size] + "…"
}

// inlined takes from text everything that Markdown, a table of it or HTML would read
// as a sign.
var inlined = strings.NewReplacer(
	"&", "&amp;", "<", "&lt;", ">", "&gt;", "|", "&#124;", "\r\n", "<br>", "\n", "<br>",
	`\`, `\\`, "`", "\\`", "*", `\*`, "_", `\_`, "[", `\[`, "]", `\]`, "~", `\~`, "#", `\#`, "$", `\$`, "!", `\!`, "@", "&#64;",
)

func inline(text string) string {
	return inlined.Replace(strings.TrimSpace(text))
}

func strong(text string) string {
	if strings.TrimSpace(text) == "" {
		return ""
	}
	return "<b>" + inline(text) + "</b>"
}

// drawing keeps lines as they are laid out, in one line of a cell.
func drawing(lines []string) string {
	drawn := make([]string, len(lines))
	for i, line := range lines {
		drawn[i] = inline(line)
	}
	return "<pre>" + strings.Join(drawn, "<br>") + "</pre>"
}

func code(text string) string {
	return "<code>" + inline(text) + "</code>"
}
