package benchtest

import (
	"fmt"
	"strings"
)

// peersMark names the marks of README.md.
const peersMark = "peers"

// markdown is what stands between them.
func (found *comparisonOfPeers) markdown() string {
	var b strings.Builder
	found.heading(&b)
	for i, one := range found.Contests {
		one.speeds(&b, found.AnswerBytes, i == 0)
	}
	found.refusals(&b)
	b.WriteString("\nHow each was run:\n\n")
	for _, one := range found.rivals() {
		fmt.Fprintf(&b, "- %s: %s.\n", one.title(), one.Setup)
	}
	for _, one := range found.LeftOut {
		fmt.Fprintf(&b, "- %s was left out: %s.\n", one.Name, strings.TrimSuffix(one.Why, "."))
	}
	return b.String()
}

// heading says when, where and how it was measured, and shows the chart.
func (found *comparisonOfPeers) heading(b *strings.Builder) {
	m := found.Machine
	fmt.Fprintf(b, "Measured on %s at %s: %s, %d cores, %s, Go %s", found.Date, found.Commit, m.Processor, m.Cores, m.System, m.Go)
	for _, one := range []struct{ name, version string }{{"Node", m.Node}, {"Java", m.Java}} {
		if one.version != "" {
			fmt.Fprintf(b, ", %s %s", one.name, one.version)
		}
	}
	fmt.Fprintf(b, ". Medians of %d rounds of %d ms, the servers in turn, each warmed up until it got no faster, %d connections, load on the same cores; the least and the most in brackets. Every answer was checked.\n",
		found.Rounds, found.RoundMillis, found.Connections)
	fmt.Fprintf(b, "\n![Keyturn and its peers: requests a second, start, memory and refusals](mockserver/benchtest/%s)\n", chartFile)
}

// speeds is the table of one contest.
func (held contestFigures) speeds(b *strings.Builder, sizes []int, sized bool) {
	b.WriteString("\n| " + held.Name)
	for k, operation := range held.Operations {
		if sized {
			operation += fmt.Sprintf(" (%.1f kB)", float64(sizes[k])/1000)
		}
		b.WriteString(" | " + operation + ", a second | Keyturn : it | CPU a request")
	}
	b.WriteString(" | exec to first answer | resident when ready, after the load |\n|---|" + strings.Repeat("---|---|---|", len(held.Operations)) + "---|---|\n")
	for _, one := range held.Servers {
		b.WriteString("| " + one.bold(one.Name))
		for k := range held.Operations {
			ratio := ""
			if one.Name != standIn {
				ratio = span(one.against(held.Servers[0], k))
			}
			fmt.Fprintf(b, " | %s | %s | %s µs", span(one.perSecond(k)), ratio, short(one.micros(k)))
		}
		fmt.Fprintf(b, " | %s ms | %s, %s MiB |\n", span(one.StartMillis), short(one.ReadyMiB), short(one.AfterMiB))
	}
}

func (f peerFigures) bold(text string) string {
	if f.Name == standIn {
		return "**" + text + "**"
	}
	return text
}

// refusals is the table of what each found wrong. The stand-in's is that of the documented
// operations and, on a line of its own, that of its token endpoint.
func (found *comparisonOfPeers) refusals(b *strings.Builder) {
	b.WriteString("\n| what was refused | " + strings.Join(probed, " | ") + " | its own replies are checked |\n|---|" +
		strings.Repeat("---|", len(probed)+1) + "\n")
	for i, held := range found.Contests {
		for _, one := range held.Servers {
			name := one.bold(one.Name)
			if one.Name == standIn && i > 0 {
				if _, ok := one.Verdicts[mistyped]; ok {
					continue // the documented operations again
				}
				name += ", token endpoint"
			}
			b.WriteString("| " + name)
			for _, tried := range probed {
				verdict, ok := one.Verdicts[tried]
				if !ok {
					verdict = "–"
				}
				b.WriteString(" | " + one.strong(verdict))
			}
			b.WriteString(" | " + one.Replies + " |\n")
		}
	}
	b.WriteString("\nA dash: it has no such thing. No answer: none within 5 s. What had been right was accepted each time. " +
		"An unknown credential is one of the right form.\n")
}

func (peerFigures) strong(verdict string) string {
	if verdict == refused {
		return "**refused**"
	}
	return verdict
}

// rivals are all servers, the stand-in once.
func (found *comparisonOfPeers) rivals() []peerFigures {
	var all []peerFigures
	for i, held := range found.Contests {
		for _, one := range held.Servers {
			if one.Name != standIn || i == 0 {
				all = append(all, one)
			}
		}
	}
	return all
}
