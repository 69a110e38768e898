package probe

import (
	"encoding/json"
	"fmt"
	"io"
	"strings"
	"unicode/utf8"

	"github.com/keyturn/keyturn/conformance"
	"github.com/keyturn/keyturn/conformance/report"
)

// result puts together what was found out.
func (sc *scout) result(target string, explored *conformance.Explored) (*Result, error) {
	for _, fact := range sc.facts {
		fact.Evidence = explored.Hide(fact.Evidence) // an error that a target sends is quoted
	}
	text, err := draft(sc.given, sc.facts)
	if err != nil {
		return nil, err
	}
	r := &Result{
		Schema: Schema, Provider: sc.given.Provider, Title: sc.given.Title, Digest: sc.given.Digest, Target: target,
		Complete: sc.given.Complete(), Blocked: explored.Blocked, Cut: explored.Cut, Run: explored.Run,
		Started: explored.Started, Ended: explored.Ended, Requests: explored.Requests,
		Leftovers: append([]report.Leftover{}, explored.Leftovers...), Residue: append([]report.Leftover{}, explored.Residue...),
		Draft: text, explored: explored,
	}
	for _, name := range names() {
		r.Facts = append(r.Facts, *sc.facts[name])
	}
	r.rule()
	return r, nil
}

// Count is how many facts have a state.
func (r *Result) Count(state State) int {
	count := 0
	for _, fact := range r.Facts {
		if fact.State == state {
			count++
		}
	}
	return count
}

// rule decides the exit code and says why.
func (r *Result) rule() {
	r.Summary = r.tally()
	switch {
	case r.Blocked != "":
		r.Summary = "Nothing could be found out: " + r.Blocked
	case r.Cut != "":
		r.Summary = r.Cut + " " + r.Summary
	}
	switch learnt := len(r.Facts) - r.Count(Unknown); {
	case r.Count(Contradicts) > 0:
		r.Exit = conformance.ExitNonconformant
	case len(r.Leftovers) > 0:
		r.Exit = conformance.ExitLeftovers
	case r.Blocked != "" || r.Cut != "" || learnt == 0:
		r.Exit = conformance.ExitIncomplete
	}
}

func (r *Result) tally() string {
	parts := []string{}
	for _, one := range []struct {
		state State
		words string
	}{{Contradicts, "against what is declared"}, {Agrees, "as declared"}, {New, "found out"}, {Unknown, "not found out"}} {
		if count := r.Count(one.state); count > 0 {
			parts = append(parts, fmt.Sprintf("%d %s", count, one.words))
		}
	}
	return fmt.Sprintf("Of %d facts: %s.", len(r.Facts), strings.Join(parts, ", "))
}

// WriteJSON writes all of it.
func (r *Result) WriteJSON(w io.Writer) error {
	encoder := json.NewEncoder(w)
	encoder.SetIndent("", "  ")
	encoder.SetEscapeHTML(false)
	return encoder.Encode(r)
}

// WriteDraft writes the profile alone.
func (r *Result) WriteDraft(w io.Writer) error {
	_, err := io.WriteString(w, r.Draft)
	return err
}

// WriteTable writes each fact as it is declared and as it was seen.
func (r *Result) WriteTable(w io.Writer) error {
	rows := [][]string{{"fact", "declared", "observed", "", ""}}
	for _, fact := range r.Facts {
		rows = append(rows, []string{fact.Name, dash(fact.declaration()), dash(fact.Observed), string(fact.State), fact.Evidence})
	}
	widths := make([]int, 4)
	for _, row := range rows {
		for i := range widths {
			widths[i] = max(widths[i], utf8.RuneCountInString(row[i]))
		}
	}
	var text strings.Builder
	fmt.Fprintf(&text, "%s at %s\n\n", r.Title, r.Target)
	for _, row := range rows {
		var padded strings.Builder
		for i, width := range widths {
			fmt.Fprintf(&padded, "%s%s  ", row[i], strings.Repeat(" ", width-utf8.RuneCountInString(row[i])))
		}
		text.WriteString(strings.TrimRight(padded.String()+row[4], " ") + "\n")
	}
	_, err := io.WriteString(w, text.String())
	return err
}

// declaration is how a fact is declared, and whether that is only so by default.
func (f *Fact) declaration() string {
	if f.Default {
		return f.Declared + " (default)"
	}
	return f.Declared
}

func dash(value string) string {
	if value == "" {
		return "-"
	}
	return value
}
