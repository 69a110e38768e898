package main

import (
	"cmp"
	"fmt"
	"io"
	"maps"
	"slices"
	"strings"
	"unicode/utf8"

	"github.com/spf13/cobra"

	"github.com/keyturn/keyturn/conformance/catalogue"
)

func newConformanceExplain() *cobra.Command {
	return &cobra.Command{
		Use:   "explain ID",
		Short: "Say what a check promises, why, and where that comes from",
		Example: `  keyturn conformance explain ROT-001
  keyturn conformance explain rot-001`,
		Args: cobra.ExactArgs(1),
		ValidArgsFunction: func(*cobra.Command, []string, string) ([]string, cobra.ShellCompDirective) {
			entries, err := catalogue.Load()
			if err != nil {
				return nil, cobra.ShellCompDirectiveError
			}
			return idsOf(entries), cobra.ShellCompDirectiveNoFileComp
		},
		RunE: judging(func(cmd *cobra.Command, args []string) error {
			entries, err := catalogue.Load()
			if err != nil {
				return err
			}
			family, check, known := entries.Check(args[0])
			if !known {
				near := nearest(strings.ToUpper(args[0]), idsOf(entries))
				return usage{fmt.Errorf("there is no check %q%s", args[0], suggestion(", the nearest is ", near, ""))}
			}
			width := screenOf(cmd.OutOrStdout()).width
			if width == 0 || width > widest {
				width = widest
			}
			return explain(cmd.OutOrStdout(), entries, family, check, width)
		}),
	}
}

func idsOf(entries *catalogue.Catalogue) []string {
	var ids []string
	for _, family := range entries.Families {
		for _, check := range family.Checks {
			ids = append(ids, check.ID)
		}
	}
	return ids
}

// breaches says what a breach comes to.
var breaches = map[catalogue.Level]string{
	catalogue.Must:   "a breach is a fail",
	catalogue.Should: "a breach is a warning",
	catalogue.May:    "a breach is worth knowing, no more",
	catalogue.Policy: "what the profile declares holds; a breach is a fail",
	catalogue.Info:   "what is found is worth knowing, no more",
	catalogue.Review: "the documents allow two readings; a person has to judge",
}

// effects says what a check does to a target.
var effects = map[catalogue.Safety]string{
	catalogue.Read:       "reads, or sends what is refused by design",
	catalogue.Write:      "changes what the run made, and nothing else",
	catalogue.Wait:       "changes what the run made, and lets time pass",
	catalogue.Disruptive: "may trouble others; only in mode disruptive",
}

func explain(w io.Writer, entries *catalogue.Catalogue, family catalogue.Family, check catalogue.Check, width int) error {
	rows := [][2]string{
		{"family", family.ID + ", " + family.Name},
		{"promise", check.Statement},
		{"level", string(check.Level) + ": " + breaches[check.Level]},
		{"safety", string(check.Safety) + ": " + effects[check.Safety]},
		{"applies", applies(check)},
		{"needs", needs(check.Needs)},
		{"why", check.Why},
		{"fix", check.Fix},
	}
	for _, source := range check.Sources {
		rows = append(rows, [2]string{"source", sourceOf(entries, source)})
	}
	kills, err := catalogue.Kills()
	if err != nil {
		return err
	}
	rows = append(rows,
		[2]string{"found in", foundIn(kills, entries, check.ID)},
		[2]string{"requests", fmt.Sprintf("about %d", check.Requests)},
		[2]string{"since", fmt.Sprintf("%s, revision %d", check.Since, check.Revision)},
		[2]string{"retired", check.Retired},
		[2]string{"once", strings.Join(check.Aliases, ", ")},
	)
	var b strings.Builder
	fmt.Fprintf(&b, "%s  %s\n\n", check.ID, check.Title)
	for _, row := range rows {
		const margin = 12
		for i, line := range fold(row[1], width-margin) {
			name := row[0]
			if i > 0 {
				name = ""
			}
			fmt.Fprintf(&b, "  %-*s%s\n", margin-2, name, line)
		}
	}
	_, err = io.WriteString(w, b.String())
	return err
}

// applies says in words to which targets a check applies.
func applies(check catalogue.Check) string {
	var conditions []string
	if names := check.Applies.Operations; len(names) > 0 {
		conditions = append(conditions, "the profile binds "+strings.Join(names, " and "))
	}
	if names := check.Applies.Any; len(names) > 0 {
		conditions = append(conditions, "the profile binds "+strings.Join(names, " or "))
	}
	for _, fact := range slices.Sorted(maps.Keys(check.Applies.Policy)) {
		conditions = append(conditions, fmt.Sprintf("its policy has %s %s", fact, strings.Join(check.Applies.Policy[fact], " or ")))
	}
	if names := check.Applies.Features; len(names) > 0 {
		conditions = append(conditions, "it declares "+strings.Join(names, " and "))
	}
	if len(conditions) == 0 {
		return "to every target"
	}
	return "where " + strings.Join(conditions, ", and ")
}

// needs says in words what has to be given to a run.
func needs(names []string) string {
	meanings := map[string]string{
		"oracle":  "token endpoints that tell a live secret from a dead one",
		"reader":  "credentials of a principal that may only read",
		"foreign": "credentials of another tenant's admin",
		"app":     "a client that exists, in the credentials",
	}
	var all []string
	for _, name := range names {
		all = append(all, name+": "+meanings[name])
	}
	return strings.Join(all, "; ")
}

func sourceOf(entries *catalogue.Catalogue, source catalogue.Source) string {
	text := sourceText(entries, source)
	if source.URL != "" {
		text += " <" + source.URL + ">"
	}
	return text
}

// sourceText is a source in words, without its address.
func sourceText(entries *catalogue.Catalogue, source catalogue.Source) string {
	text := source.Practice
	switch {
	case source.RFC != "":
		text = "RFC " + source.RFC
	case source.Document != "":
		text = source.Document
		for _, document := range entries.Documents {
			for _, promise := range document.Promises {
				if promise.ID == source.Document {
					text = fmt.Sprintf("%s, %s, %s: %s", promise.ID, document.Title, promise.Place, promise.Says)
				}
			}
		}
	}
	return text
}

// fold breaks a text at spaces into lines of at most so many columns. A word that is
// longer has a line of its own: addresses are for copying.
func fold(text string, columns int) []string {
	var lines []string
	line := ""
	for word := range strings.FieldsSeq(text) {
		if line != "" && utf8.RuneCountInString(line)+1+utf8.RuneCountInString(word) > columns {
			lines = append(lines, line)
			line = ""
		}
		if line != "" {
			line += " "
		}
		line += word
	}
	if line != "" {
		lines = append(lines, line)
	}
	return lines
}

// foundIn names the deliberate misbehaviours of the stand-in that the check finds, those
// first that few others find.
func foundIn(kills []catalogue.Kill, entries *catalogue.Catalogue, id string) string {
	const most = 5
	var found []catalogue.Kill
	for _, kill := range kills {
		if slices.Contains(kill.By(entries), id) {
			found = append(found, kill)
		}
	}
	slices.SortStableFunc(found, func(a, b catalogue.Kill) int { return cmp.Compare(len(a.By(entries)), len(b.By(entries))) })
	var names []string
	for _, kill := range found[:min(most, len(found))] {
		names = append(names, kill.Defect)
	}
	if left := len(found) - len(names); left > 0 {
		names = append(names, fmt.Sprintf("and %d more", left))
	}
	return strings.Join(names, ", ")
}
