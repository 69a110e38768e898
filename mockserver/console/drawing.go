package console

import (
	"fmt"
	"strconv"
	"time"

	h "github.com/keyturn/keyturn/mockserver/console/internal/markup"
	"github.com/keyturn/keyturn/mockserver/console/internal/timeline"
)

// The heights of the drawing, in pixels. Places along it are percentages, so that it
// fits any width with texts of one size.
const (
	headHeight = 26
	laneHeight = 50
	lineOfLane = 34
	footHeight = 50
)

// shapes are drawn around the origin. Each kind has one of its own, as colours alone
// say nothing to some and nothing in print.
var shapes = map[timeline.Kind]h.Node{
	timeline.Issued:     path("M-4 -7 L6 0 L-4 7 Z"),
	timeline.Accepted:   h.El("circle", h.Attr("r", "4")),
	timeline.Refused:    path("M-4.5 -4.5 L4.5 4.5 M-4.5 4.5 L4.5 -4.5"),
	timeline.Superseded: path("M0 -7 L7 0 L0 7 L-7 0 Z"),
	timeline.Deleted:    path("M-6 -6 H6 V6 H-6 Z M-6 0 H6"),
	timeline.Removed:    path("M-3 -8 V8 M3 -8 V8"),
	timeline.Expired:    path("M-6 -7 H6 L-6 7 H6 Z"),
	timeline.WillExpire: path("M-6 -7 H6 L-6 7 H6 Z"),
}

func path(d string) h.Node { return h.El("path", h.Attr("d", d)) }

func percent(place float64) string { return strconv.FormatFloat(place, 'f', 2, 64) + "%" }

func px(n int) string { return strconv.Itoa(n) }

// drawing is the timeline as a picture. What it shows is said in words below it.
func (v *visit) drawing(t timeline.Timeline) h.Node {
	if len(t.Lanes) == 0 {
		return h.P(h.Class("muted"), h.Text("Nothing is known of any."))
	}
	height := headHeight + len(t.Lanes)*laneHeight + footHeight
	lanes := make(h.Group, 0, len(t.Lanes))
	for i := range t.Lanes {
		lanes = append(lanes, v.lane(t, &t.Lanes[i], headHeight+i*laneHeight))
	}
	bottom := height - footHeight
	return h.Group{
		h.If(t.Omitted > 0, h.P(h.Class("note"), h.Text(plural(t.Omitted, "older secret is", "older secrets are")+" left out."))),
		h.Div(h.Class("figure"), h.SVG(h.Class("timeline"), h.Width("100%"), h.Height(px(height)), h.Role("img"), h.Aria("label", summary(t)),
			h.Iff(!t.Since.IsZero(), func() h.Node { return unknownPast(t, bottom) }),
			ticks(t.Axis.Ticks(44), bottom, "narrow"), ticks(t.Axis.Ticks(15), bottom, "wide"),
			lanes, nowLine(t, bottom))),
		legend(t),
	}
}

// unknownPast shades what the journal has forgotten.
func unknownPast(t timeline.Timeline, bottom int) h.Node {
	return h.El("g", h.Class("forgotten"),
		h.El("rect", h.Attr("x", "0"), h.Attr("y", px(headHeight)), h.Width(percent(t.Axis.Place(t.Since))), h.Height(px(bottom-headHeight)),
			h.El("title", h.Text("The journal has forgotten requests of this time."))))
}

func nowLine(t timeline.Timeline, bottom int) h.Node {
	place := t.Axis.Place(t.Now)
	x := percent(place)
	return h.El("g", h.Class("present"),
		h.El("line", h.Attr("x1", x), h.Attr("x2", x), h.Attr("y1", "18"), h.Attr("y2", px(bottom)), h.El("title", h.Text("now, "+said(t.Now)))),
		h.El("text", h.Attr("x", x), h.Attr("y", "12"), h.Attr("text-anchor", anchor(place)), h.Text("now")))
}

// anchor keeps a text inside the drawing.
func anchor(place float64) string {
	switch {
	case place < 12:
		return "start"
	case place > 88:
		return "end"
	}
	return "middle"
}

// ticks are the times below the lanes, and between them how long it was.
func ticks(all []timeline.Tick, bottom int, class string) h.Node {
	nodes := h.Group{h.Class("axis " + class)}
	for i, tick := range all {
		x := percent(tick.Place)
		at := tick.At.UTC()
		nodes = append(nodes,
			h.El("line", h.Attr("x1", x), h.Attr("x2", x), h.Attr("y1", px(headHeight)), h.Attr("y2", px(bottom+4))),
			h.El("text", h.Attr("x", x), h.Attr("y", px(bottom+30)), h.Attr("text-anchor", anchor(tick.Place)), h.Text(at.Format("Mon 2006-01-02"))),
			h.El("text", h.Attr("x", x), h.Attr("y", px(bottom+44)), h.Attr("text-anchor", anchor(tick.Place)), h.Text(at.Format("15:04:05Z"))))
		if i > 0 && tick.Place-all[i-1].Place > 8 {
			nodes = append(nodes, h.El("text", h.Class("gap"), h.Attr("x", percent((tick.Place+all[i-1].Place)/2)), h.Attr("y", px(bottom+14)),
				h.Attr("text-anchor", "middle"), h.Text(short(tick.Since))))
		}
	}
	return h.El("g", nodes...)
}

func (v *visit) lane(t timeline.Timeline, l *timeline.Lane, top int) h.Node {
	y := top + lineOfLane
	nodes := h.Group{
		h.Class("lane " + string(l.State)),
		h.El("text", h.Class("name"), h.Attr("x", "0"), h.Attr("y", px(top+14)), h.Text(v.laneName(l))),
		h.El("line", h.Class("ground"), h.Attr("x1", "0"), h.Attr("x2", "100%"), h.Attr("y1", px(y)), h.Attr("y2", px(y))),
	}
	if l.State != timeline.IsNone {
		nodes = append(nodes, life(t, l, y))
	}
	for i := range l.Marks {
		nodes = append(nodes, mark(t.Axis, &l.Marks[i], y))
	}
	return h.El("g", nodes...)
}

// laneName tells the secrets of a client apart: some vendors give all of them one id.
func (v *visit) laneName(l *timeline.Lane) string {
	if l.State == timeline.IsNone {
		return "no secret of this client"
	}
	name := v.shortName(l) + ", " + string(l.State)
	if len(l.ID) > 4 {
		name += " · " + l.ID
	}
	return name
}

func (v *visit) shortName(l *timeline.Lane) string {
	if l.State == timeline.IsNone {
		return "none of its own"
	}
	name := "№ " + strconv.Itoa(l.Number)
	if fingerprint := v.Redactor().Fingerprint(l.Digest); fingerprint != "" {
		name += " " + fingerprint
	}
	return name
}

// life is the line of a secret while it works, broken where that is still to come.
func life(t timeline.Timeline, l *timeline.Lane, y int) h.Node {
	from, to := 0.0, 100.0
	if !l.From.IsZero() {
		from = t.Axis.Place(l.From)
	}
	if !l.Until.IsZero() {
		to = t.Axis.Place(l.Until)
	}
	now := t.Axis.Place(t.Now)
	line := func(class string, x1, x2 float64) h.Node {
		if x2 <= x1 {
			return nil
		}
		return h.El("line", h.Class(class), h.Attr("x1", percent(x1)), h.Attr("x2", percent(x2)), h.Attr("y1", px(y)), h.Attr("y2", px(y)))
	}
	return h.Group{line("life", from, min(to, max(now, from))), h.If(l.State == timeline.IsLive, line("ahead", max(now, from), to))}
}

func mark(axis timeline.Axis, m *timeline.Mark, y int) h.Node {
	return h.El("svg", h.Attr("x", percent(axis.Place(m.At))), h.Attr("y", px(y)), h.Attr("overflow", "visible"),
		h.El("g", h.Class("mark "+classOf(m.Kind)), h.El("title", h.Text(words(m))), shapes[m.Kind],
			h.If(m.Count > 1, h.El("text", h.Attr("x", "6"), h.Attr("y", "-5"), h.Text("×"+group(m.Count))))))
}

func classOf(kind timeline.Kind) string {
	if kind == timeline.WillExpire {
		return "will-expire"
	}
	return string(kind)
}

func said(t time.Time) string { return t.UTC().Format("Mon 2006-01-02T15:04:05.999Z07:00") }

// words are what a mark means.
func words(m *timeline.Mark) string {
	text := string(m.Kind)
	switch m.Kind {
	case timeline.Accepted:
		text = plural(m.Count, "accepted use", "accepted uses")
	case timeline.Refused:
		text = plural(m.Count, "refused use", "refused uses") + " (" + m.Why + ")"
	}
	text += ", " + said(m.At)
	if m.Count > 1 {
		text += " to " + said(m.Last)
	}
	return text
}

// summary is the picture in one sentence.
func summary(t timeline.Timeline) string {
	secrets, live, refused := 0, 0, 0
	for _, l := range t.Lanes {
		if l.State != timeline.IsNone {
			secrets++
		}
		if l.State == timeline.IsLive {
			live++
		}
		for _, m := range l.Marks {
			if m.Kind == timeline.Refused {
				refused += m.Count
			}
		}
	}
	return fmt.Sprintf("Timeline of %s, %d of them live now, with %s. The table below has every event.",
		plural(secrets, "secret", "secrets"), live, plural(refused, "refused use", "refused uses"))
}

// legend explains the shapes that are in the drawing.
func legend(t timeline.Timeline) h.Node {
	present := map[timeline.Kind]bool{}
	for _, l := range t.Lanes {
		for _, m := range l.Marks {
			present[m.Kind] = true
		}
	}
	items := h.Group{}
	for _, kind := range []timeline.Kind{
		timeline.Issued, timeline.Accepted, timeline.Refused, timeline.Superseded, timeline.Deleted, timeline.Removed, timeline.Expired, timeline.WillExpire,
	} {
		if present[kind] {
			items = append(items, h.Li(h.SVG(h.Width("18"), h.Height("18"), h.Attr("viewBox", "-9 -9 18 18"), h.Aria("hidden", "true"),
				h.El("g", h.Class("mark "+classOf(kind)), shapes[kind])), h.Text(string(kind))))
		}
	}
	return h.Ul(h.Class("legend"), h.Aria("label", "Shapes"), items,
		h.Li(h.Class("muted"), h.Text("Long gaps are drawn short; what is written between two times is how long it was.")))
}
