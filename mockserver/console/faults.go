package console

import (
	"slices"
	"strings"

	"github.com/go-json-experiment/json"
	g "maragu.dev/gomponents"
	h "maragu.dev/gomponents/html"

	"github.com/keyturn/keyturn/mockserver/admin"
	"github.com/keyturn/keyturn/mockserver/fault"
	"github.com/keyturn/keyturn/mockserver/wire"
)

// faultField is an input for one member of a fault's document.
type faultField struct {
	path, label, hint string
	kind              fieldKind
}

type fieldKind uint8

const (
	asText fieldKind = iota
	asNumber
	asFlag
)

var faultMatch = []faultField{
	{path: "match-provider", label: "Provider"},
	{path: "match-operation", label: "Operation"},
	{path: "match-client", label: "Client"},
	{path: "match-nth", label: "Only the nth", kind: asNumber},
}

var faultMatchMore = []faultField{
	{path: "match-method", label: "Method", hint: "POST"},
	{path: "match-path", label: "Path", hint: "/oauth/token"},
	{path: "match-probability", label: "Probability", hint: "0.5", kind: asNumber},
	{path: "match-seed", label: "Seed", hint: "7", kind: asNumber},
}

var faultEffect = []faultField{
	{path: "effect-status", label: "Status", hint: "503", kind: asNumber},
	{path: "effect-latency-fixed", label: "Latency", hint: "200ms"},
	{path: "times", label: "Times", hint: "1", kind: asNumber},
}

var faultEffectMore = []faultField{
	{path: "effect-latency-uniform-min", label: "Latency from", hint: "1ms"},
	{path: "effect-latency-uniform-max", label: "to", hint: "9ms"},
	{path: "effect-latency-log_normal-median", label: "Log-normal: median", hint: "50ms"},
	{path: "effect-latency-log_normal-sigma", label: "sigma", hint: "0.5", kind: asNumber},
	{path: "effect-throttle-limit", label: "Throttle: limit", hint: "5", kind: asNumber},
	{path: "effect-throttle-per", label: "per", hint: "1m"},
	{path: "effect-drip-bytes", label: "Drip: bytes", hint: "1", kind: asNumber},
	{path: "effect-drip-every", label: "every", hint: "10ms"},
	{path: "effect-truncate", label: "Truncate after bytes", hint: "10", kind: asNumber},
	{path: "effect-reset", label: "Reset the connection", kind: asFlag},
	{path: "effect-empty", label: "Empty body", kind: asFlag},
}

func (v *visit) faultsCard() g.Node {
	more := v.refused.form == "fault"
	return card("faults", "Faults",
		live("faults-on", v.faultList()),
		v.complaint("fault"),
		h.Details(g.If(more, g.Attr("open")), h.ID("fault-form"), h.Summary(g.Text("Add a fault")),
			h.Form(h.Method("post"), h.Action("fault"),
				h.FieldSet(h.Legend(g.Text("Which requests; empty is any")), v.faultFields(faultMatch),
					h.DataList(h.ID("providers"), g.Map(v.Providers, func(p Provider) g.Node { return h.Option(h.Value(p.Name)) })),
					h.DataList(h.ID("operations"), g.Map(v.operations(), func(id string) g.Node { return h.Option(h.Value(id)) })),
					h.Details(g.If(more, g.Attr("open")), h.Summary(g.Text("More")), v.faultFields(faultMatchMore))),
				h.FieldSet(h.Legend(g.Text("What happens to them")),
					h.Div(h.Class("field"), h.Label(h.For("fault-when"), g.Text("When")),
						h.Select(h.ID("fault-when"), h.Name("effect-when"), g.Map(whens, func(w struct{ value, text string }) g.Node {
							return h.Option(h.Value(w.value), g.If(v.typed("fault", "effect-when", "") == w.value, h.Selected()), g.Text(w.text))
						}))),
					v.faultFields(faultEffect),
					h.Details(g.If(more, g.Attr("open")), h.Summary(g.Text("More")), v.faultFields(faultEffectMore))),
				button("", g.Text("Add the fault")))))
}

var whens = []struct{ value, text string }{
	{"", "as the effect suggests"},
	{"before", "before: nothing happened"},
	{"after", "after: done, the answer is lost"},
}

func (v *visit) operations() []string {
	var ids []string
	for _, o := range v.Operations() {
		ids = append(ids, o.ID)
	}
	slices.Sort(ids)
	return slices.Compact(ids)
}

// choices are the lists that an input offers.
var choices = map[string]string{"match-provider": "providers", "match-operation": "operations"}

func (v *visit) faultFields(fields []faultField) g.Node {
	return h.Div(h.Class("grid"), g.Map(fields, func(f faultField) g.Node {
		if f.kind == asFlag {
			id := "fault-" + f.path
			return h.Div(h.Class("field check"),
				h.Input(h.Type("checkbox"), h.ID(id), h.Name(f.path), h.Value("true"), g.If(v.typed("fault", f.path, "") != "", h.Checked())),
				h.Label(h.For(id), g.Text(f.label)))
		}
		return v.field("fault", f.path, f.label, "", g.If(f.hint != "", h.Placeholder(f.hint)),
			g.If(f.kind == asNumber, g.Attr("inputmode", "decimal")), g.If(choices[f.path] != "", h.List(choices[f.path])))
	}))
}

func (v *visit) faultList() g.Node {
	faults := v.room.Faults().List()
	if len(faults) == 0 {
		return h.P(h.Class("muted"), g.Text("None."))
	}
	return g.Group{
		h.Ul(h.Class("plain"), g.Map(faults, func(f fault.Fault) g.Node {
			return h.Li(h.Span(h.B(g.Text(f.ID)), g.Text(" "+about(f.Match)+": "+f.Effect.String()), h.Br(), h.Small(h.Class("muted"), g.Text(hits(f)))),
				h.Form(h.Method("post"), h.Action("fault-remove"), hidden("id", f.ID), button("quiet", h.Aria("label", "Remove "+f.ID), g.Text("Remove"))))
		})),
		g.If(len(faults) > 1, h.Form(h.Method("post"), h.Action("fault-remove"), button("quiet", g.Text("Remove all")))),
	}
}

func hits(f fault.Fault) string {
	text := "hit " + plural(f.Hits, "time", "times")
	if f.Times > 0 {
		text += " of " + group(f.Times)
	}
	return text
}

// about is what a fault matches, in one line.
func about(m fault.Match) string {
	line, err := json.Marshal(m, json.Deterministic(true))
	if err != nil || string(line) == "{}" {
		return "every request"
	}
	plain := strings.NewReplacer(`"`, "", "{", "", "}", "", ":", " ", ",", ", ")
	return plain.Replace(string(line))
}

func (v *visit) addFault() {
	document, err := json.Marshal(v.faultDocument(), json.Deterministic(true))
	if err != nil {
		v.reject("fault", err, (*visit).overview)
		return
	}
	asked, err := fault.Parse(document)
	if err == nil {
		_, err = admin.AddFault(v.r.Context(), v.room, v.Operations(), asked)
	}
	if err != nil {
		v.reject("fault", err, (*visit).overview)
		return
	}
	v.done("#faults", "fault")
}

// faultDocument is the form as the document that the admin plane would be sent. What is
// not a number stays the text that it is, for the reader to complain about.
func (v *visit) faultDocument() wire.Object {
	document := wire.Object{"match": wire.Object{}, "effect": wire.Object{}}
	put := func(path string, value any) {
		into, names := document, strings.Split(path, "-")
		for _, name := range names[:len(names)-1] {
			inner, made := into[name].(wire.Object)
			if !made {
				inner = wire.Object{}
				into[name] = inner
			}
			into = inner
		}
		into[names[len(names)-1]] = value
	}
	if when := v.value("effect-when"); when != "" {
		put("effect-when", when)
	}
	for _, fields := range [][]faultField{faultMatch, faultMatchMore, faultEffect, faultEffectMore} {
		for _, f := range fields {
			if typed := v.value(f.path); typed != "" {
				put(f.path, f.value(typed))
			}
		}
	}
	return document
}

func (f faultField) value(typed string) any {
	var value any
	if f.kind != asText && json.Unmarshal([]byte(typed), &value) == nil {
		return value
	}
	return typed
}

func (v *visit) removeFault() {
	id := v.r.PostForm.Get("id")
	if id == "" {
		v.room.Faults().Clear()
		v.done("#faults", "faults-cleared")
		return
	}
	if err := v.room.Faults().Remove(id); err != nil {
		v.reject("fault", err, (*visit).overview)
		return
	}
	v.done("#faults", "fault-removed")
}
