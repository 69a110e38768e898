package benchtest

import (
	"fmt"
	"strconv"
	"strings"
)

// markdown is what stands between the marks of the page.
func (found *growthFigures) markdown() string {
	var b strings.Builder
	m := found.Machine
	fmt.Fprintf(&b, "Measured on %s at %s: %s, %d cores, %s, Go %s. Medians of %d rounds of %d ms, the sizes by turns, %d connections where not said otherwise, load on the same cores. ",
		found.Date, found.Commit, m.Processor, m.Cores, m.System, m.Go, found.Rounds, found.RoundMillis, found.Connections)
	b.WriteString("A cell is the server's processor time a request and the requests a second, in brackets each to the smallest size in the same round. ")
	fmt.Fprintf(&b, "Flat is what costs nowhere more than %.1f times of what it costs elsewhere in its line.\n", growthBound)
	for _, one := range found.Curves {
		fmt.Fprintf(&b, "\n![What a request costs with more %s](%s)\n\n| %s", one.Name, one.chartFile(), one.Title)
		for _, size := range one.Sizes {
			b.WriteString(" | " + counted(size))
		}
		b.WriteString(" | |\n|---" + strings.Repeat("|---:", len(one.Sizes)) + "|---|\n")
		for _, each := range one.Operations {
			b.WriteString("| " + each.Name)
			for size := range each.Paces {
				b.WriteString(" | " + each.cell(size))
			}
			b.WriteString(" | " + each.verdict() + " |\n")
		}
		b.WriteString("| resident after all that")
		for _, resident := range one.ResidentMiB {
			b.WriteString(" | " + short(resident) + " MiB")
		}
		b.WriteString(" | |\n")
		if one.Weight != nil {
			b.WriteString("\n" + one.Weight.words(one) + "\n")
		}
	}
	return b.String()
}

func (c curve) cell(size int) string {
	text := short(median(c.of(size, cpuMicros))) + " µs"
	if size > 0 {
		text += " (" + ratio(median(c.relative(size, cpuMicros))) + ")"
	}
	text += ", " + short(median(c.of(size, perSecond))) + "/s"
	if size > 0 {
		text += " (" + ratio(median(c.relative(size, perSecond))) + ")"
	}
	return text
}

func (w weight) words(one curves) string {
	kind := strings.TrimSuffix(one.Name, "s")
	text := fmt.Sprintf("A %s takes %s bytes: the anonymous resident memory of a server with %s less that of one with %s, over the difference, both with GOGC=10, so that at most a tenth is garbage.",
		kind, short(w.Bytes), counted(w.Many), counted(w.Few))
	if w.VisitedBytes > 0 {
		text += fmt.Sprintf(" Once each was asked for a refresh, which its journal remembers, it is %s.", short(w.VisitedBytes))
	}
	last := len(one.Sizes) - 1
	const perMiB = 1 << 20
	return text + fmt.Sprintf(" As it is shipped and after the load, the server with %s takes %s bytes for each.",
		counted(one.Sizes[last]), short((one.ResidentMiB[last]-one.ResidentMiB[0])*perMiB/float64(max(1, one.Sizes[last]-one.Sizes[0]))))
}

// ratio is one to two places, more where it is tiny.
func ratio(value float64) string {
	const tiny, large = 0.1, 10
	if value < tiny || value >= large {
		return short(value)
	}
	return strconv.FormatFloat(value, 'f', 2, 64)
}

// counted has commas between the thousands.
func counted(n int) string {
	text := strconv.Itoa(n)
	const group = 3
	for at := len(text) - group; at > 0; at -= group {
		text = text[:at] + "," + text[at:]
	}
	return text
}
