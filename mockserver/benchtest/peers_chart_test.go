package benchtest

import (
	"fmt"
	"html"
	"math"
	"strings"
)

// The chart is a table of small bars: a line for each server, a panel for each figure.
const (
	panelsBegin = 170
	panelWidth  = 142
	barWidth    = 112
	barHeight   = 10
	lineHeight  = 40
	headHeight  = 46
)

// bar is one figure of a line, as a share of the largest in its panel, and in words.
type bar struct {
	value float64
	words string
}

// panel is one figure of all the servers of a contest.
type panel struct {
	column int
	head   string
	bars   []bar
}

// chart draws all contests one below the other.
func (found *comparisonOfPeers) chart() string {
	var b strings.Builder
	y := 0
	for _, held := range found.Contests {
		y = held.draw(&b, y)
	}
	const foot = 22
	y += foot
	fmt.Fprintf(&b, "  <text class=\"figure\" x=\"0\" y=\"%d\">%s, %s, %d cores, load on the same. In brackets: how many times as fast Keyturn is; resident when ready.</text>\n",
		y-6, html.EscapeString(found.Date), html.EscapeString(found.Machine.Processor), found.Machine.Cores)
	return svg("Keyturn and its peers", y, "", b.String())
}

// draw writes one contest below y and returns where it ends.
func (held contestFigures) draw(b *strings.Builder, y int) int {
	const nameHeight, headBase, nameBase = 18, 36, 20
	fmt.Fprintf(b, "  <text class=\"name\" x=\"0\" y=\"%d\">%s</text>\n", y+nameHeight, html.EscapeString(held.Name))
	top := y + headHeight
	for i, one := range held.Servers {
		at := top + i*lineHeight
		fmt.Fprintf(b, "  <line x1=\"0\" x2=\"%d\" y1=\"%d\" y2=\"%d\"/>\n", chartWidth, at, at)
		fmt.Fprintf(b, "  <text x=\"0\" y=\"%d\">%s</text>\n", at+nameBase, html.EscapeString(one.title()))
	}
	for _, one := range held.panels() {
		x := panelsBegin + one.column*panelWidth
		fmt.Fprintf(b, "  <text class=\"head\" x=\"%d\" y=\"%d\">%s</text>\n", x, y+headBase, html.EscapeString(one.head))
		most := 0.0
		for _, each := range one.bars {
			most = max(most, each.value)
		}
		for i, each := range one.bars {
			each.draw(b, x, top+i*lineHeight, each.value/max(most, math.SmallestNonzeroFloat64), held.Servers[i].Name == standIn)
		}
	}
	return top + len(held.Servers)*lineHeight
}

func (each bar) draw(b *strings.Builder, x, y int, share float64, own bool) {
	const gap, textBase, least = 7, 32, 1
	length := share * barWidth
	if each.value > 0 {
		length = max(least, length)
	}
	class := map[bool]string{true: "own", false: "other"}[own]
	fmt.Fprintf(b, "  <rect class=\"%s\" x=\"%d\" y=\"%d\" width=\"%.1f\" height=\"%d\" rx=\"1\"/>\n", class, x, y+gap, length, barHeight)
	fmt.Fprintf(b, "  <text class=\"figure\" x=\"%d\" y=\"%d\">%s</text>\n", x, y+textBase, html.EscapeString(each.words))
}

// panels are the operations, then what a server takes, then what it refuses.
func (held contestFigures) panels() []panel {
	const operations = 2 // columns; a contest with one leaves the other empty
	var all []panel
	for k, operation := range held.Operations {
		one := panel{column: k, head: operation + " / s"}
		for _, server := range held.Servers {
			pace := median(server.perSecond(k))
			words := short(pace)
			if server.Name != standIn {
				words += " (" + short(median(server.against(held.Servers[0], k))) + ")"
			}
			one.bars = append(one.bars, bar{pace, words})
		}
		all = append(all, one)
	}
	start, memory, refusals := panel{column: operations, head: "exec to first answer"},
		panel{column: operations + 1, head: "resident after load"}, panel{column: operations + 2, head: "mistakes refused"}
	for _, server := range held.Servers {
		took := median(server.StartMillis)
		start.bars = append(start.bars, bar{took, short(took) + " ms"})
		memory.bars = append(memory.bars, bar{server.AfterMiB, short(server.AfterMiB) + " MiB (" + short(server.ReadyMiB) + ")"})
		got, tried := server.refusals()
		refusals.bars = append(refusals.bars, bar{float64(got) / float64(max(tried, 1)), fmt.Sprintf("%d of %d", got, tried)})
	}
	return append(all, start, memory, refusals)
}
