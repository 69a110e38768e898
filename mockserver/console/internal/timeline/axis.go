package timeline

import (
	"math"
	"slices"
	"time"
)

// Axis maps times to places from 0 to 100. A secret lives for a year and a rotation
// takes a second, so the places between two landmarks grow with the logarithm of the
// time between them: the order is kept and every landmark can be told from the next.
// Between two landmarks it is even.
type Axis struct {
	times  []time.Time
	places []float64
}

const (
	// margin keeps marks off the edges.
	margin = 2.0
	// mergeWithin is how close two marks may be before they are one.
	mergeWithin = 1.3
)

func newAxis(times []time.Time) Axis {
	times = slices.Clone(times)
	slices.SortStableFunc(times, time.Time.Compare)
	a := Axis{times: slices.CompactFunc(times, time.Time.Equal)}
	if len(a.times) == 1 {
		a.places = []float64{50}
		return a
	}
	sum := 0.0
	sums := make([]float64, len(a.times))
	for i := 1; i < len(a.times); i++ {
		sum += 1 + math.Log1p(a.times[i].Sub(a.times[i-1]).Seconds())
		sums[i] = sum
	}
	for _, s := range sums {
		a.places = append(a.places, margin+s/sum*(100-2*margin))
	}
	return a
}

// Place is where the time is. Times before the first landmark are at the left edge,
// those after the last at the right one.
func (a Axis) Place(t time.Time) float64 {
	if len(a.times) == 0 || t.Before(a.times[0]) {
		return 0
	}
	i, exact := slices.BinarySearchFunc(a.times, t, time.Time.Compare)
	switch {
	case exact:
		return a.places[i]
	case i == len(a.times):
		return 100
	}
	from, to := a.times[i-1], a.times[i]
	part := t.Sub(from).Seconds() / to.Sub(from).Seconds()
	return a.places[i-1] + part*(a.places[i]-a.places[i-1])
}

// Tick is a time that is written on the axis.
type Tick struct {
	At    time.Time
	Place float64
	// Since is how long after the tick before it, zero for the first.
	Since time.Duration
}

// Ticks picks landmarks that are at least so far apart: the first, the last, and of the
// others as many as there is room for.
func (a Axis) Ticks(apart float64) []Tick {
	last := len(a.times) - 1
	picked := []int{0}
	for i := 1; i < last; i++ {
		if a.places[i]-a.places[picked[len(picked)-1]] >= apart && a.places[last]-a.places[i] >= apart {
			picked = append(picked, i)
		}
	}
	if last > 0 {
		picked = append(picked, last)
	}
	ticks := make([]Tick, 0, len(picked))
	for n, i := range picked {
		tick := Tick{At: a.times[i], Place: a.places[i]}
		if n > 0 {
			tick.Since = tick.At.Sub(ticks[n-1].At)
		}
		ticks = append(ticks, tick)
	}
	return ticks
}

// merge makes one mark of uses with the same outcome that follow each other too
// closely to be told apart.
func merge(marks []Mark, axis Axis) []Mark {
	var merged []Mark
	for _, m := range marks {
		if n := len(merged) - 1; n >= 0 && m.mergesInto(merged[n]) && axis.Place(m.At)-axis.Place(merged[n].Last) < mergeWithin {
			merged[n].Count += m.Count
			merged[n].Last = m.Last
			continue
		}
		merged = append(merged, m)
	}
	return merged
}

func (m Mark) mergesInto(other Mark) bool {
	return (m.Kind == Accepted || m.Kind == Refused) && m.Kind == other.Kind && m.Why == other.Why
}
