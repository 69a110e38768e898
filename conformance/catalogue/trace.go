package catalogue

import (
	"fmt"
	"slices"
	"strings"
)

// Traceability writes the catalogue as Markdown in both directions: from each promise to
// the checks that test it, and from each check to where it comes from. The same
// catalogue gives the same bytes.
func (c *Catalogue) Traceability() []byte {
	var b strings.Builder
	citing := c.citing()
	fmt.Fprintf(&b, "# Traceability of catalogue %s\n\nWritten by `make generate` from the files beside it; change those.\n\n", c.Version)
	var all tally
	for _, document := range c.Documents {
		all = all.plus(count(document, citing))
	}
	fmt.Fprintf(&b, "%s\n\n", all)
	b.WriteString("An open question is what a page leaves to the reader; checks of it go by the profile.\n")
	for _, document := range c.Documents {
		fmt.Fprintf(&b, "\n## %s\n\n%s\n\n", document.Title, count(document, citing))
		b.WriteString("| promise | place | says | checks |\n|---|---|---|---|\n")
		for _, promise := range document.Promises {
			says := promise.Says
			if promise.Unclear != "" {
				says += " *Open question:* " + promise.Unclear
			}
			fmt.Fprintf(&b, "| %s | %s | %s | %s |\n", promise.ID, cell(promise.Place), cell(says), cell(testedBy(promise, citing)))
		}
	}
	c.writeChecks(&b)
	return []byte(b.String())
}

func (c *Catalogue) writeChecks(b *strings.Builder) {
	b.WriteString("\n## Checks\n")
	for _, family := range c.Families {
		fmt.Fprintf(b, "\n### %s: %s\n\n%s\n\n", family.ID, family.Name, family.About)
		b.WriteString("| check | level | asks that | sources |\n|---|---|---|---|\n")
		for _, check := range family.Checks {
			title := check.Title
			if check.Retired != "" {
				title += " (retired in " + check.Retired + ")"
			}
			fmt.Fprintf(b, "| %s | %s | %s | %s |\n", check.ID, check.Level, cell(title), cell(origins(check.Sources)))
		}
	}
}

// citing maps each promise to the ids of the checks in force that cite it, in order.
func (c *Catalogue) citing() map[string][]string {
	citing := map[string][]string{}
	for _, family := range c.Families {
		for _, check := range family.Checks {
			for _, source := range check.Sources {
				if source.Document != "" && check.Retired == "" {
					citing[source.Document] = append(citing[source.Document], check.ID)
				}
			}
		}
	}
	return citing
}

func testedBy(promise Promise, citing map[string][]string) string {
	if promise.Aside != "" {
		return "aside: " + promise.Aside
	}
	if checks := citing[promise.ID]; len(checks) > 0 {
		return strings.Join(checks, ", ")
	}
	return "**not tested**"
}

func origins(sources []Source) string {
	var clauses, promises, practices []string
	for _, source := range sources {
		switch {
		case source.RFC != "":
			clauses = append(clauses, fmt.Sprintf("[RFC %s](%s)", source.RFC, source.URL))
		case source.Document != "":
			promises = append(promises, source.Document)
		case source.URL != "":
			practices = append(practices, fmt.Sprintf("[%s](%s)", source.Practice, source.URL))
		default:
			practices = append(practices, source.Practice)
		}
	}
	return strings.Join(slices.Concat(clauses, promises, practices), "; ")
}

// tally counts promises.
type tally struct{ promises, tested, aside int }

func (t tally) plus(other tally) tally {
	return tally{t.promises + other.promises, t.tested + other.tested, t.aside + other.aside}
}

func (t tally) String() string {
	return fmt.Sprintf("%d promises: %d tested, %d aside, %d not tested.",
		t.promises, t.tested, t.aside, t.promises-t.tested-t.aside)
}

func count(document Document, citing map[string][]string) tally {
	t := tally{promises: len(document.Promises)}
	for _, promise := range document.Promises {
		switch {
		case promise.Aside != "":
			t.aside++
		case len(citing[promise.ID]) > 0:
			t.tested++
		}
	}
	return t
}

// cell makes a text fit for a table.
func cell(text string) string {
	return strings.NewReplacer("|", `\|`, "\n", " ").Replace(text)
}
