package console

import (
	"slices"
	"strings"

	h "github.com/keyturn/keyturn/mockserver/console/internal/markup"
	"github.com/keyturn/keyturn/mockserver/defect"
)

// defectIDs are the defects and the sets of them.
func defectIDs() []string {
	var ids []string
	for _, set := range defect.Sets() {
		ids = append(ids, set.ID)
	}
	for _, one := range defect.All() {
		ids = append(ids, one.ID)
	}
	return ids
}

// defects lists the catalogue, what is on first.
func (v *visit) defects() {
	on := v.room.Defects()
	query := v.r.URL.Query()
	words := strings.Fields(strings.ToLower(query.Get("q")))
	found := slices.DeleteFunc(defect.All(), func(d defect.Defect) bool {
		text := strings.ToLower(d.ID + " " + d.About + " " + strings.Join(d.Providers, " "))
		missing := func(word string) bool { return !strings.Contains(text, word) }
		return slices.ContainsFunc(words, missing) || query.Get("provider") != "" && !slices.Contains(d.Providers, query.Get("provider"))
	})
	slices.SortStableFunc(found, func(a, b defect.Defect) int {
		return len(slices.DeleteFunc([]string{b.ID}, func(id string) bool { return !slices.Contains(on, id) })) -
			len(slices.DeleteFunc([]string{a.ID}, func(id string) bool { return !slices.Contains(on, id) }))
	})
	v.page("Defects",
		h.H1(h.Text("Defects")),
		h.P(h.Class("muted"), h.Text("Misbehaviours with a name. Switch one on and see whether your test notices.")),
		v.complaint("defect"),
		h.Form(h.Class("filter"), h.Role("search"),
			h.Div(h.Class("field"), h.Label(h.For("q"), h.Text("Words")), h.Input(h.Type("search"), h.ID("q"), h.Name("q"), h.Value(query.Get("q")))),
			v.providerChoice(query.Get("provider")), button("", h.Text("Show"))),
		h.If(len(on) > 1, h.Form(h.Method("post"), h.Action("defect"), hidden("off", "*"), hidden("to", "defects"), button("quiet", h.Text("Switch all off")))),
		h.P(h.Class("muted"), h.Text(plural(len(found), "defect", "defects"))),
		h.Ul(h.Class("plain catalogue"), h.Map(found, func(d defect.Defect) h.Node { return defectRow(d, slices.Contains(on, d.ID)) })),
	)
}

func defectRow(d defect.Defect, on bool) h.Node { //nolint:revive // the flag is what is shown
	name, text, class := "on", "Switch on", "quiet"
	if on {
		name, text, class = "off", "Switch off", ""
	}
	return h.Li(h.If(on, h.Class("on")),
		h.Div(h.Code(h.Text(d.ID)), h.If(on, h.Span(h.Class("tag bad"), h.Text("on"))), h.Br(), h.Text(d.About), h.Br(), h.Small(h.Class("muted"), h.Text(strings.Join(d.Providers, ", ")))),
		h.Form(h.Method("post"), h.Action("defect"), hidden(name, d.ID), hidden("to", "defects"), button(class, h.Aria("label", text+" "+d.ID), h.Text(text))))
}

// providerChoice is a list of the APIs, or all of them.
func (v *visit) providerChoice(chosen string) h.Node {
	return h.Div(h.Class("field"), h.Label(h.For("provider"), h.Text("API")),
		h.Select(h.ID("provider"), h.Name("provider"), h.Option(h.Value(""), h.Text("all")),
			h.Map(v.Providers, func(p Provider) h.Node {
				return h.Option(h.Value(p.Name), h.If(p.Name == chosen, h.Selected), h.Text(p.Name))
			})))
}
