package report

import (
	"fmt"
	"math"
	"slices"
	"strconv"
	"strings"
	"unicode/utf8"
)

// The measures of a history in plain text.
const (
	historyRows  = 40  // operations that are drawn, the last ones
	historyWidth = 140 // columns, however wide the text may be
)

// historyLines draws a history in ASCII, an operation a line in the order of the calls,
// time to the right. There are at least 16 columns for that, whatever the width.
func historyLines(h *History, width int) []string {
	c := courseOf(h)
	width = min(width, historyWidth)
	const fixed = len("12 w12 || ")
	words := max((width-fixed)*9/20, 8)
	bar := max(width-fixed-words, 16)
	shown := h.Operations[max(0, len(h.Operations)-historyRows):]
	lines := make([]string, 0, len(shown))
	for i := range shown {
		o := &shown[i]
		text := padded(o.Words()+": "+o.Result, words)
		lines = append(lines, fmt.Sprintf("%2d %-3s %s |%s|", o.Number, laneMark(o.Lane), text, bars(o, c, bar)))
	}
	return lines
}

func laneMark(lane int) string {
	if lane == 0 {
		return "end"
	}
	return fmt.Sprintf("w%d", lane)
}

// historyTitle says what the lines show.
func historyTitle(h *History) string {
	title := fmt.Sprintf("%s to %s, 0 to %s: = under way, > open, # fits nowhere", counted(len(h.Operations), "call"), h.Client, spanUS(h.span()))
	if slices.ContainsFunc(courseOf(h), func(s stretch) bool { return s.cut }) {
		title += ", : a pause that is cut short"
	}
	if left := len(h.Operations) - historyRows; left > 0 {
		title += fmt.Sprintf(" (the first %d are in the JSON form)", left)
	}
	return title
}

// conclusions say which operation fits nowhere, and after what.
func conclusions(h *History) []string {
	bad := h.illegal()
	if bad == nil {
		return nil
	}
	lines := []string{fmt.Sprintf("Call %d fits nowhere: %s.", bad.Number, h.Reason)}
	if len(h.Order) > 0 {
		lines = append(lines, "The calls before it are explained by the order "+numbers(h.Order)+".")
	}
	return lines
}

// spanUS is a time in microseconds, to a tenth of a millisecond.
func spanUS(us int64) string {
	if us >= 10_000_000 {
		return span(float64(us) / 1000)
	}
	return strconv.FormatFloat(math.Round(float64(us)/100)/10, 'f', -1, 64) + " ms"
}

// padded is text of exactly so many columns, on one line.
func padded(text string, width int) string {
	text = strings.Join(strings.Fields(text), " ")
	if n := utf8.RuneCountInString(text); n <= width {
		return text + strings.Repeat(" ", width-n)
	}
	return string([]rune(text)[:width-1]) + "~"
}

// bars is one line of the drawing.
func bars(o *Operation, c course, width int) string {
	cells := []byte(strings.Repeat(" ", width))
	at := func(place float64) int { return min(width-1, int(place*float64(width))) }
	column := func(us int64) int { return at(c.place(us)) }
	for _, s := range c {
		if s.cut {
			cells[at((s.at+s.till)/2)] = ':'
		}
	}
	ink := byte('=')
	if o.Illegal {
		ink = '#'
	}
	for i := column(o.CallUS); i <= column(o.end()); i++ {
		cells[i] = ink
	}
	if o.lasts() {
		for i := column(o.end()) + 1; i < width; i++ {
			if cells[i] == ' ' {
				cells[i] = '-'
			}
		}
		cells[width-1] = '>'
	}
	return string(cells)
}
