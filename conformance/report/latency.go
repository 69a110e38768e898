package report

import (
	"fmt"
	"slices"
)

// latency is how long something took over several rotations, in milliseconds.
type latency struct {
	Seen             int // how many times it was seen
	Missing          int // how many times it was watched for and not seen
	Min, Median, Max float64
}

// latencyRow is the rotations of one kind.
type latencyRow struct {
	Kind              string
	Number            int
	Accepted, Refused latency
}

// latencies sums rotations up by kind, in the order in which the kinds appear.
func latencies(rotations []Rotation) []latencyRow {
	var kinds []string
	for i := range rotations {
		if !slices.Contains(kinds, rotations[i].Kind) {
			kinds = append(kinds, rotations[i].Kind)
		}
	}
	rows := make([]latencyRow, 0, len(kinds))
	for _, kind := range kinds {
		row := latencyRow{Kind: kind}
		var accepted, refused []*float64
		for i := range rotations {
			r := &rotations[i]
			if r.Kind != kind {
				continue
			}
			row.Number++
			if awaited(r, "accepted") {
				accepted = append(accepted, r.AcceptedMS)
			}
			if awaited(r, "refused") {
				refused = append(refused, r.RefusedMS)
			}
		}
		row.Accepted, row.Refused = summarise(accepted), summarise(refused)
		rows = append(rows, row)
	}
	return rows
}

// awaited tells whether a check waited for the new secret to be accepted, or for the
// old one to be refused. Single questions in passing do not count: an addition leaves
// the old secret as it is.
func awaited(r *Rotation, what string) bool { return slices.Contains(r.Awaited, what) }

func summarise(times []*float64) latency {
	var l latency
	var seen []float64
	for _, t := range times {
		if t == nil {
			l.Missing++
			continue
		}
		seen = append(seen, *t)
	}
	l.Seen = len(seen)
	if l.Seen == 0 {
		return l
	}
	slices.Sort(seen)
	l.Min, l.Max = seen[0], seen[len(seen)-1]
	l.Median = (seen[(l.Seen-1)/2] + seen[l.Seen/2]) / 2
	return l
}

// Words is the latency in a line.
func (l latency) Words() string {
	if l.Seen+l.Missing == 0 {
		return "not awaited"
	}
	words := "never"
	if l.Seen > 0 {
		words = fmt.Sprintf("%s, %s, %s", span(l.Min), span(l.Median), span(l.Max))
	}
	if l.Missing > 0 {
		words += fmt.Sprintf(" (not seen %d of %s)", l.Missing, counted(l.Seen+l.Missing, "time"))
	}
	return words
}
