package report

import (
	"cmp"
	"fmt"
	"math"
	"slices"
)

// The measures of a drawn history, in the units of its view box.
const (
	chartLeft  = 84.0
	chartRight = 748.0
	labelHalf  = 56.0 // of the longest label
	chartTop   = 30.0
	chartRow   = 32.0
	chartBar   = 18.0 // height of a bar
	barLeast   = 17.0 // its width, for a number of two digits
	fadeSteps  = 8
)

// chart is a history as a drawing: time to the right, a lane for each worker.
type chart struct {
	*History

	Caption string
	Detail  string // the drawing in words, for those who do not see it
	Lanes   []chartLane
	Pauses  []mark // where time is cut short
	Ticks   []mark
	Axis    float64 // below the last lane
	Rows    []chartWords
	Why     []string
}

type chartLane struct {
	Name string
	Y    float64 // middle of its first row
	Bars []chartBars
}

type chartBars struct {
	Number   int
	X, Y     float64 // upper left corner
	Width    float64
	Class    string
	Title    string
	Label    mark // says that it fits nowhere
	Centre   float64
	Fade     []chartFade
	Exchange int
}

// chartFade is a piece of an open bar on its way to the right edge.
type chartFade struct{ X, Y, Width, Opacity float64 }

type chartWords struct {
	*Operation

	When  string
	Place string // in the order that explains what came before
}

func (o chartWords) Worker() string { return o.worker() }

func (o chartWords) Ended() string {
	switch {
	case o.ReturnUS == nil:
		return "no answer"
	case o.Open:
		return "open"
	case o.Illegal:
		return "fits nowhere"
	}
	return "answered"
}

// chartOf lays a history out. Bars of one worker that would meet, because one of them is
// open, have rows of their own.
func chartOf(h *History) chart {
	c := courseOf(h)
	x := func(us int64) float64 { return round(chartLeft + c.place(us)*(chartRight-chartLeft)) }
	drawing := chart{History: h, Why: conclusions(h)}
	drawing.Caption = fmt.Sprintf("%s to %s within %s", counted(len(h.Operations), "call"), h.Client, spanUS(h.span()))
	byLane := map[int][]*Operation{}
	var lanes []int
	for i := range h.Operations {
		o := &h.Operations[i]
		if byLane[o.Lane] == nil {
			lanes = append(lanes, o.Lane)
		}
		byLane[o.Lane] = append(byLane[o.Lane], o)
		drawing.Rows = append(drawing.Rows, chartWords{Operation: o, When: whenWords(o), Place: placeOf(h, o)})
	}
	slices.SortFunc(lanes, func(a, b int) int { return cmp.Compare(uint(a-1), uint(b-1)) }) // 0 is the last
	y := chartTop
	for _, lane := range lanes {
		drawn, rows := laneOf(byLane[lane], x, y)
		drawn.Name = byLane[lane][0].worker()
		drawing.Lanes = append(drawing.Lanes, drawn)
		y += chartRow * float64(rows)
	}
	drawing.Axis = y
	for _, s := range c {
		if s.cut {
			pause := mark{X: round((x(s.from) + x(s.to)) / 2), Label: "pause of " + spanUS(s.to-s.from), Anchor: "middle"}
			if pause.X > chartRight-labelHalf {
				pause.Anchor = "end" // it would be cut off at the margin
			}
			drawing.Pauses = append(drawing.Pauses, pause)
		}
	}
	drawing.Ticks = ticksOf(c, x)
	drawing.Detail = fmt.Sprintf("%s, drawn by worker over time. %s The table that follows has the same in words.", drawing.Caption, detailOf(h))
	return drawing
}

func detailOf(h *History) string {
	bad := h.illegal()
	if bad == nil {
		return ""
	}
	return fmt.Sprintf("Call %d (%s, %s) fits nowhere: %s.", bad.Number, bad.worker(), bad.Words(), h.Reason)
}

func whenWords(o *Operation) string {
	if o.ReturnUS == nil {
		return spanUS(o.CallUS) + " to ever"
	}
	return spanUS(o.CallUS) + " to " + spanUS(o.end())
}

func placeOf(h *History, o *Operation) string {
	if i := slices.Index(h.Order, o.Number); i >= 0 {
		return fmt.Sprint(i + 1)
	}
	return ""
}

// laneOf places the bars of one worker, and says how many rows they take.
func laneOf(operations []*Operation, x func(int64) float64, top float64) (chartLane, int) {
	lane := chartLane{Y: top + chartRow/2}
	var ends []float64 // of the last bar in each row
	for _, o := range slices.SortedStableFunc(slices.Values(operations), func(a, b *Operation) int { return cmp.Compare(a.CallUS, b.CallUS) }) {
		from := x(o.CallUS)
		to := min(max(x(o.end()), from+barLeast), chartRight)
		from = min(from, to-barLeast)
		reach := to
		if o.lasts() {
			reach = chartRight
		}
		row := slices.IndexFunc(ends, func(end float64) bool { return end+1 <= from })
		if row < 0 {
			row = len(ends)
			ends = append(ends, 0)
		}
		ends[row] = reach
		lane.Bars = append(lane.Bars, barOf(o, from, to, top+chartRow*float64(row)+(chartRow-chartBar)/2))
	}
	return lane, len(ends)
}

func barOf(o *Operation, from, to, y float64) chartBars {
	bar := chartBars{Number: o.Number, X: round(from), Y: round(y), Width: round(to - from), Centre: round((from + to) / 2), Exchange: o.Exchange}
	bar.Title = fmt.Sprintf("%d, %s: %s: %s (%s)", o.Number, o.worker(), o.Words(), o.Result, whenWords(o))
	bar.Class = "h-done"
	if o.lasts() {
		bar.Class = "h-open"
		piece := (chartRight - to) / fadeSteps
		for i := range fadeSteps {
			bar.Fade = append(bar.Fade, chartFade{round(to + piece*float64(i)), round(y), round(piece), math.Round((0.56-0.06*float64(i))*100) / 100})
		}
	}
	if o.Illegal {
		bar.Class = "h-bad"
		bar.Label = beside(bar.X, "fits nowhere")
		if bar.Label.Anchor == "end" {
			bar.Label.X = round(to)
		}
	}
	return bar
}

// ticksOf marks the beginning and the end of each busy stretch, as far as there is room.
func ticksOf(c course, x func(int64) float64) []mark {
	const least = 62.0
	var list []mark
	add := func(us int64) {
		at := x(us)
		if n := len(list); n == 0 || at-list[n-1].X >= least {
			list = append(list, mark{X: at, Label: spanUS(us), Anchor: "middle"})
		}
	}
	for i, s := range c {
		if i == 0 {
			add(s.from)
		}
		if !s.cut {
			for _, part := range []int64{1, 2, 3} {
				add(s.from + (s.to-s.from)*part/4)
			}
		}
		add(s.to)
	}
	return list
}
