package report

import (
	"cmp"
	"slices"
)

// A pause is a stretch in which nothing was asked. One that takes more than this part
// of the busy time is cut short, so that what happened at once can be told apart. What
// lies between two cuts has a scale of its own where it would be too narrow otherwise.
const (
	pauseLong  = 0.15
	pauseWidth = 0.05  // of the whole drawing
	tailWidth  = 0.06  // after the last answer, for what is still open
	leastWidth = 0.035 // for each call between two cuts
	mostLeast  = 0.4   // of what is granted in this way
)

// course maps the times of a history to places between 0 and 1.
type course []stretch

type stretch struct {
	from, to int64 // microseconds
	at, till float64
	calls    int
	cut      bool // a pause that is drawn shorter than it was
}

// courseOf merges the operations into stretches and the pauses between them.
func courseOf(h *History) course {
	c := busy(h)
	total := int64(0)
	for _, s := range c {
		total += s.to - s.from
	}
	var all course
	for i, s := range c {
		if i > 0 {
			pause := stretch{from: c[i-1].to, to: s.from}
			pause.cut = float64(pause.to-pause.from) > pauseLong*float64(total)
			all = append(all, pause)
		}
		all = append(all, s)
	}
	return all.laid(tail(h))
}

// tail is the room that a history needs after its last answer.
func tail(h *History) float64 {
	if slices.ContainsFunc(h.Operations, func(o Operation) bool { return o.lasts() }) {
		return tailWidth
	}
	return 0
}

func busy(h *History) course {
	operations := slices.Clone(h.Operations)
	slices.SortStableFunc(operations, func(a, b Operation) int { return cmp.Compare(a.CallUS, b.CallUS) })
	var c course
	for i := range operations {
		o := &operations[i]
		if n := len(c); n > 0 && o.CallUS <= c[n-1].to {
			c[n-1].to = max(c[n-1].to, o.end())
			c[n-1].calls++
			continue
		}
		c = append(c, stretch{from: o.CallUS, to: o.end(), calls: 1})
	}
	return c
}

// laid gives each stretch its place. Between two cuts the scale is linear.
func (c course) laid(tail float64) course {
	parts := c.parts()
	times, total, cuts := make([]float64, len(parts)), 0.0, len(parts)-1
	calls := make([]int, len(parts))
	for i, part := range parts {
		for _, s := range part {
			times[i] += float64(s.to - s.from)
			calls[i] += s.calls
		}
		total += times[i]
	}
	widths, sum := make([]float64, len(parts)), 0.0
	for i := range parts {
		widths[i] = max(times[i]/max(total, 1), min(leastWidth*float64(calls[i]), mostLeast))
		sum += widths[i]
	}
	pause := min(pauseWidth, mostLeast/float64(max(cuts, 1)))
	room, at := 1-tail-pause*float64(max(cuts, 0)), 0.0
	for i, part := range parts {
		if i > 0 {
			before := &c[len(c)-len(part)-rest(parts[i+1:])-1]
			before.at, before.till = at, at+pause
			at += pause
		}
		width := room * widths[i] / max(sum, leastWidth)
		if times[i] == 0 { // one call without an answer
			at += width / 2
		}
		for k := range part {
			part[k].at = at
			at += width * float64(part[k].to-part[k].from) / max(times[i], 1)
			part[k].till = at
		}
		if times[i] == 0 {
			at += width / 2
		}
	}
	return c
}

// parts are what lies between the cuts; they share their stretches with the course.
func (c course) parts() []course {
	var parts []course
	from := 0
	for i := range c {
		if c[i].cut {
			parts = append(parts, c[from:i])
			from = i + 1
		}
	}
	return append(parts, c[from:])
}

// rest counts the stretches of the parts that follow, with the cuts before each.
func rest(parts []course) int {
	n := 0
	for _, part := range parts {
		n += len(part) + 1
	}
	return n
}

// place is where a time is drawn.
func (c course) place(us int64) float64 {
	for _, s := range c {
		if us <= s.to && s.to > s.from {
			return s.at + (s.till-s.at)*float64(max(us, s.from)-s.from)/float64(s.to-s.from)
		}
		if us <= s.to {
			return s.at
		}
	}
	if len(c) == 0 {
		return 0
	}
	return c[len(c)-1].till
}
