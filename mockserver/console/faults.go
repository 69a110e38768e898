package console

import (
	"slices"
	"strings"

	"github.com/go-json-experiment/json"

	"github.com/keyturn/keyturn/mockserver/admin"
	h "github.com/keyturn/keyturn/mockserver/console/internal/markup"
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

func (v *visit) faultsCard() h.Node {
	more := v.refused.form == "fault"
	return card("faults", "Faults",
		live("faults-on", v.faultList()),
		v.complaint("fault"),
		h.Details(h.If(more, h.Flag("open")), h.ID("fault-form"), h.Summary(h.Text("Add a fault")),
			h.Form(h.Method("post"), h.Action("fault"),
				h.FieldSet(h.Legend(h.Text("Which requests; empty is any")), v.faultFields(faultMatch),
					h.DataList(h.ID("providers"), h.Map(v.Providers, func(p Provider) h.Node { return h.Option(h.Value(p.Name)) })),
					h.DataList(h.ID("operations"), h.Map(v.operations(), func(id string) h.Node { return h.Option(h.Value(id)) })),
					h.Details(h.If(more, h.Flag("open")), h.Summary(h.Text("More")), v.faultFields(faultMatchMore))),
				h.FieldSet(h.Legend(h.Text("What happens to them")),
					h.Div(h.Class("field"), h.Label(h.For("fault-when"), h.Text("When")),
						h.Select(h.ID("fault-when"), h.Name("effect-when"), h.Map(whens, func(w struct{ value, text string }) h.Node {
							return h.Option(h.Value(w.value), h.If(v.typed("fault", "effect-when", "") == w.value, h.Selected), h.Text(w.text))
						}))),
					v.faultFields(faultEffect),
					h.Details(h.If(more, h.Flag("open")), h.Summary(h.Text("More")), v.faultFields(faultEffectMore))),
				button("", h.Text("Add the fault")))))
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

func (v *visit) faultFields(fields []faultField) h.Node {
	return h.Div(h.Class("grid"), h.Map(fields, func(f faultField) h.Node {
		if f.kind == asFlag {
			id := "fault-" + f.path
			return h.Div(h.Class("field check"),
				h.Input(h.Type("checkbox"), h.ID(id), h.Name(f.path), h.Value("true"), h.If(v.typed("fault", f.path, "") != "", h.Checked)),
				h.Label(h.For(id), h.Text(f.label)))
		}
		return v.field("fault", f.path, f.label, "", h.If(f.hint != "", h.Placeholder(f.hint)),
			h.If(f.kind == asNumber, h.Attr("inputmode", "decimal")), h.If(choices[f.path] != "", h.List(choices[f.path])))
	}))
}

func (v *visit) faultList() h.Node {
	faults := v.room.Faults().List()
	if len(faults) == 0 {
		return h.P(h.Class("muted"), h.Text("None."))
	}
	return h.Group{
		h.Ul(h.Class("plain"), h.Map(faults, func(f fault.Fault) h.Node {
			return h.Li(h.Span(h.B(h.Text(f.ID)), h.Text(" "+about(f.Match)+": "+f.Effect.String()), h.Br(), h.Small(h.Class("muted"), h.Text(hits(f)))),
				h.Form(h.Method("post"), h.Action("fault-remove"), hidden("id", f.ID), button("quiet", h.Aria("label", "Remove "+f.ID), h.Text("Remove"))))
		})),
		h.If(len(faults) > 1, h.Form(h.Method("post"), h.Action("fault-remove"), button("quiet", h.Text("Remove all")))),
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
		err = v.room.Change(v.r.Context(), func() error {
			_, err := admin.AddFault(v.r.Context(), v.room, v.Operations(), asked)
			return err
		})
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
		v.removeFaults("faults-cleared", func() error { v.room.Faults().Clear(); return nil })
		return
	}
	v.removeFaults("fault-removed", func() error { return v.room.Faults().Remove(id) })
}

func (v *visit) removeFaults(deed string, remove func() error) {
	if err := v.room.Change(v.r.Context(), remove); err != nil {
		v.reject("fault", err, (*visit).overview)
		return
	}
	v.done("#faults", deed)
}
