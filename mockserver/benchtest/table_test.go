package benchtest

import (
	"fmt"
	"io"
	"os"
	"runtime"
	"slices"
	"strings"
	"text/tabwriter"
	"time"
)

// row is one figure. bound is what the median is held to: from below, or from above
// where atMost is set; a bound of zero is only shown.
type row struct {
	name   string
	values []float64
	unit   string
	bound  float64
	atMost bool
	note   string
}

func atLeast(bound float64, name string, values []float64) row {
	return row{name: name, values: values, bound: bound}
}

func atMost(bound float64, name, unit string, values []float64) row {
	return row{name: name, unit: unit, values: values, bound: bound, atMost: true}
}

func (r row) with(format string, args ...any) row {
	r.note = fmt.Sprintf(format, args...)
	return r
}

func (r row) verdict() string {
	middle := median(r.values)
	switch {
	case r.bound == 0:
		return ""
	case r.atMost && middle > r.bound, !r.atMost && middle < r.bound:
		return "MISSED"
	default:
		return "met"
	}
}

func (r row) target() string {
	switch {
	case r.bound == 0:
		return "-"
	case r.atMost:
		return fmt.Sprintf("<= %.4g%s", r.bound, r.unit)
	default:
		return fmt.Sprintf(">= %.4g%s", r.bound, r.unit)
	}
}

func median(values []float64) float64 {
	sorted := slices.Sorted(slices.Values(values))
	const half = 2
	middle := len(sorted) / half
	if len(sorted)%half == 1 {
		return sorted[middle]
	}
	return (sorted[middle-1] + sorted[middle]) / half
}

// printTable writes the table and returns how many figures were missed.
func printTable(to io.Writer, rows []row, connections int) (missed int) {
	const padding = 2
	fmt.Fprintf(to, "\n%s, %d cores, %s/%s, %s, %d connections, load on the same cores\n\n",
		processorName(), runtime.NumCPU(), runtime.GOOS, runtime.GOARCH, runtime.Version(), connections)
	table := tabwriter.NewWriter(to, 0, 0, padding, ' ', 0)
	fmt.Fprintln(table, "figure\ttarget\tmin\tmedian\tmax\t\t")
	for _, r := range rows {
		fmt.Fprintf(table, "%s\t%s\t%.3g%s\t%.3g%s\t%.3g%s\t%s\t%s\n", r.name, r.target(),
			slices.Min(r.values), r.unit, median(r.values), r.unit, slices.Max(r.values), r.unit, r.verdict(), r.note)
		if r.verdict() == "MISSED" {
			missed++
		}
	}
	_ = table.Flush()
	return missed
}

func processorName() string {
	text, err := os.ReadFile("/proc/cpuinfo")
	if err != nil {
		return "unknown processor"
	}
	for line := range strings.Lines(string(text)) {
		if name, ok := strings.CutPrefix(line, "model name"); ok {
			return strings.Trim(name, "\t :\n")
		}
	}
	return "unknown processor"
}

// middle is the median of the paces, each by its own measure.
func middle(paces []pace) pace {
	var rates, costs []float64
	for _, p := range paces {
		rates, costs = append(rates, p.perSecond), append(costs, float64(p.cpu))
	}
	return pace{perSecond: median(rates), cpu: time.Duration(median(costs))}
}

func (p pace) String() string {
	return fmt.Sprintf("%.0f/s, %d us of CPU", p.perSecond, p.cpu.Microseconds())
}
