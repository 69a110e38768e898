package report

import (
	"cmp"
	"fmt"
	"math"
	"slices"
	"strings"
)

// The measures of a timeline, in the units of its view box.
const (
	lineLeft  = 118.0
	lineRight = 748.0
	laneFirst = 44.0
	laneStep  = 52.0
)

// rotatedView is the changes of one check.
type rotatedView struct {
	Check string
	Open  bool
	Lines []timeline
}

// Words counts the changes, each as what it is.
func (v rotatedView) Words() string {
	kinds := make([]string, len(v.Lines))
	for i := range v.Lines {
		kinds[i] = v.Lines[i].Kind
	}
	return changesOf(kinds)
}

// timeline is one rotation as a drawing: time to the right, a lane for each secret.
type timeline struct {
	Rotation
	ID      string
	Caption string
	Detail  string // the same in words, for those who do not see it
	Zero    float64
	Call    float64 // where the call began, or Zero where that is off the scale
	Lanes   []lane
	Axis    float64 // below the last lane
	Ticks   []mark
	Spared  int // probes without a dot, for size
}

type lane struct {
	Role, Secret string
	Y            float64
	Dots         []dot
	Event        mark // when it was so for good, or that it never was
	Bound        mark
	Seen         bool // the event was seen and is drawn as a line
	Line         bool // the bound is within the scale and drawn as a line
}

type dot struct {
	X     float64
	Class string
	Title string
}

type mark struct {
	X      float64
	Label  string
	Anchor string // of SVG: start, middle or end
}

// rotated draws every rotation that was probed, by check, and tells whether dots were
// left out for size.
func rotated(r *Report) ([]rotatedView, bool) {
	probed := 0
	for i := range r.Rotations {
		if len(r.Rotations[i].Probes) > 0 {
			probed++
		}
	}
	most := min(240, rotatedSize/max(probed, 1))
	thinned := false
	place := map[string]int{}
	var views []rotatedView
	for i := range r.Rotations {
		rotation := &r.Rotations[i]
		if len(rotation.Probes) == 0 {
			continue
		}
		at, seen := place[rotation.Check]
		if !seen {
			at = len(views)
			place[rotation.Check] = at
			views = append(views, rotatedView{Check: rotation.Check, Open: probed <= 12})
		}
		line := draw(rotation, most)
		line.ID = fmt.Sprintf("%s-r%d", rotation.Check, len(views[at].Lines)+1)
		thinned = thinned || line.Spared > 0
		views[at].Lines = append(views[at].Lines, line)
	}
	return views, thinned
}

// scale turns milliseconds since the acknowledgement into a place on the drawing.
type scale struct{ from, to float64 }

// scaleOf holds all probes and events. A declared bound is held too where that does
// not press everything else against the left edge.
func scaleOf(r *Rotation) scale {
	s := scale{0, 1}
	for _, p := range r.Probes {
		s.from, s.to = min(s.from, p.AtMS), max(s.to, p.AtMS)
	}
	for _, t := range []*float64{r.AcceptedMS, r.RefusedMS} {
		if t != nil {
			s.to = max(s.to, *t)
		}
	}
	reach := s.to * 1.8
	for _, bound := range []float64{r.AcceptWithin, r.RefuseWithin} {
		if bound <= reach {
			s.to = max(s.to, bound)
		}
	}
	if r.TookMS <= s.to-s.from {
		s.from = min(s.from, -r.TookMS)
	}
	room := (s.to - s.from) * 0.04
	return scale{s.from - room, s.to + room}
}

func (s scale) x(ms float64) float64 {
	return round(lineLeft + (ms-s.from)/(s.to-s.from)*(lineRight-lineLeft))
}

func round(x float64) float64 { return math.Round(x*10) / 10 }

func draw(r *Rotation, most int) timeline {
	s := scaleOf(r)
	line := timeline{Rotation: *r, Zero: s.x(0), Call: s.x(max(-r.TookMS, s.from)), Ticks: ticks(s)}
	line.Caption = fmt.Sprintf("%s of %s, acknowledged after %s", cmp.Or(changeNouns[r.Kind], r.Kind), r.Client, span(r.TookMS))
	var words []string
	for _, l := range []struct {
		role, event string
		at          *float64
		bound       float64
	}{
		{"new", "accepted", r.AcceptedMS, r.AcceptWithin},
		{"old", "refused", r.RefusedMS, r.RefuseWithin},
	} {
		if l.at == nil && !slices.ContainsFunc(r.Probes, func(p Probe) bool { return p.Role == l.role }) {
			continue
		}
		drawn := lane{Role: l.role, Y: laneFirst + laneStep*float64(len(line.Lanes))}
		drawn.Secret, drawn.Dots = dots(r.Probes, l.role, s)
		drawn.Dots, line.Spared = thin(drawn.Dots, most/2, line.Spared)
		drawn.Event, drawn.Seen = event(s, r, l.at, l.event), l.at != nil
		words = append(words, fmt.Sprintf("The %s secret %s: %s.", l.role, drawn.Secret, drawn.Event.Label))
		if drawn.Seen || awaited(r, l.event) {
			drawn.Bound, drawn.Line = bound(s, l.bound, l.event)
			words = append(words, drawn.Bound.Label+".")
		}
		line.Lanes = append(line.Lanes, drawn)
	}
	line.Axis = laneFirst + laneStep*float64(len(line.Lanes)) - 20
	line.Detail = strings.Join(words, " ")
	return line
}

// event says when a secret was so for good, or that nobody waited for it.
func event(s scale, r *Rotation, at *float64, verb string) mark {
	if at == nil && !awaited(r, verb) {
		return s.end("not awaited")
	}
	if at == nil {
		return s.end("not " + verb + " for good while watched")
	}
	return beside(s.x(*at), verb+" for good after "+span(*at))
}

// letter is about as wide as one is in the widest of the drawing's labels.
const letter = 6.7

// beside puts a label right of its place, or left where there is no room.
func beside(x float64, label string) mark {
	if x+letter*float64(len(label)) > lineRight {
		return mark{X: x, Label: label, Anchor: "end"}
	}
	return mark{X: x, Label: label, Anchor: "start"}
}

// end puts a label that belongs to no instant at the end of the scale, or before the
// acknowledgement where its line would go through the label.
func (s scale) end(label string) mark {
	if zero := s.x(0); zero+letter*float64(len(label)) > lineRight {
		return mark{X: zero, Label: label, Anchor: "end"}
	}
	return mark{X: lineRight, Label: label, Anchor: "end"}
}

func bound(s scale, within float64, verb string) (mark, bool) {
	switch {
	case within <= 0:
		return s.end("no bound is declared"), false
	case within > s.to:
		return s.end(verb + " within " + span(within) + " is declared, right of this scale"), false
	}
	return beside(s.x(within), "declared: "+verb+" within "+span(within)), true
}

func dots(probes []Probe, role string, s scale) (string, []dot) {
	var secrets []string
	var list []dot
	for _, p := range probes {
		if p.Role != role {
			continue
		}
		if p.Secret != "" && !slices.Contains(secrets, p.Secret) {
			secrets = append(secrets, p.Secret)
		}
		list = append(list, dot{X: s.x(p.AtMS), Class: p.Answer, Title: p.Answer + " at " + span(p.AtMS)})
	}
	return strings.Join(secrets, " "), list
}

// thin keeps the first and the last of every run of equal answers, since the changes
// are the story, and of the rest as many as there is room for.
func thin(all []dot, most, spared int) ([]dot, int) {
	if len(all) <= most {
		return all, spared
	}
	var kept []dot
	every := len(all)/max(most, 1) + 1
	for i, d := range all {
		edge := i == 0 || i == len(all)-1 || all[i-1].Class != d.Class || all[i+1].Class != d.Class
		if (edge && len(kept) < 2*most) || i%every == 0 {
			kept = append(kept, d)
		}
	}
	return kept, spared + len(all) - len(kept)
}

// ticks are at round times, four to nine of them.
func ticks(s scale) []mark {
	step := math.Pow(10, math.Floor(math.Log10((s.to-s.from)/4)))
	for _, factor := range []float64{5, 2} {
		if (s.to-s.from)/(step*factor) >= 4 {
			step *= factor
			break
		}
	}
	var list []mark
	for at := math.Ceil(s.from/step) * step; at <= s.to; at += step {
		at = math.Round(at*1000) / 1000
		list = append(list, mark{X: s.x(at), Label: span(at), Anchor: "middle"})
	}
	return list
}

// aside keeps a label off the line that it belongs to.
func aside(m mark) float64 {
	if m.Anchor == "start" {
		return m.X + 4
	}
	return m.X - 4
}
