package console

import (
	"slices"
	"strconv"

	h "github.com/keyturn/keyturn/mockserver/console/internal/markup"
	"github.com/keyturn/keyturn/mockserver/console/internal/timeline"
)

// maxEvents bounds the table of a timeline.
const maxEvents = 200

// events are the timeline in words, the latest first.
func (v *visit) events(t timeline.Timeline) h.Node {
	type event struct {
		lane *timeline.Lane
		mark *timeline.Mark
	}
	var all []event
	for i := range t.Lanes {
		for j := range t.Lanes[i].Marks {
			all = append(all, event{&t.Lanes[i], &t.Lanes[i].Marks[j]})
		}
	}
	if len(all) == 0 {
		return nil
	}
	slices.SortStableFunc(all, func(a, b event) int { return b.mark.At.Compare(a.mark.At) })
	left := max(0, len(all)-maxEvents)
	return h.Details(h.ID("events"), h.Summary(h.Text("The same as a table")),
		h.Div(h.Class("scroll"), h.TabIndex("0"), h.Role("region"), h.Aria("label", "Events"),
			h.Table(
				h.THead(h.Tr(h.Th(h.Scope("col"), h.Text("When")), h.Th(h.Scope("col"), h.Text("Secret")), h.Th(h.Scope("col"), h.Text("What")), h.Th(h.Scope("col"), h.Text("Request")))),
				h.TBody(h.Map(all[:len(all)-left], func(e event) h.Node {
					return h.Tr(h.Td(moment(e.mark.At)), h.Td(h.Text(v.shortName(e.lane))), h.Td(h.Text(what(e.mark))), h.Td(requestLink(e.mark.Entry)))
				})))),
		h.If(left > 0, h.P(h.Class("note"), h.Text(plural(left, "older event is", "older events are")+" left out."))))
}

func what(m *timeline.Mark) string {
	text := string(m.Kind)
	if m.Why != "" {
		text += ": " + m.Why
	}
	if m.Count > 1 {
		text += " ×" + group(m.Count) + ", the last " + said(m.Last)
	}
	return text
}

func requestLink(id uint64) h.Node {
	if id == 0 {
		return nil
	}
	number := strconv.FormatUint(id, 10)
	return h.A(h.Href(link("request", "id", number)), h.Text("#"+number))
}
