package console

import (
	"time"

	"github.com/keyturn/keyturn/mockserver/client"
	h "github.com/keyturn/keyturn/mockserver/console/internal/markup"
	"github.com/keyturn/keyturn/mockserver/store"
)

// overview is the namespace on one page: what it is asked at the left, what can be
// switched at the right.
func (v *visit) overview() {
	latest, err := v.rows(filter{limit: 25})
	if err != nil {
		v.fail(err)
		return
	}
	counts, err := v.counts()
	if err != nil {
		v.fail(err)
		return
	}
	v.page("Overview",
		h.Div(h.Class("split"),
			h.Div(h.Class("column"),
				h.H1(h.Class("hidden"), h.Text("Namespace "+v.room.Name())),
				live("counts", counts),
				h.Section(h.Aria("labelledby", "latest-title"),
					h.Div(h.Class("bar"), h.H2(h.ID("latest-title"), h.Text("Latest requests")), h.Div(h.Data("pause", ""), h.A(h.Href("./requests"), h.Text("All requests")))),
					list(latest, filter{limit: 25}),
				),
			),
			h.Div(h.Class("column controls"),
				v.clockCard(), v.faultsCard(), v.propagationCard(), v.defectsCard(), v.snapshotsCard(), v.resetCard(),
			),
		),
	)
}

// counts are what the namespace holds.
func (v *visit) counts() (h.Node, error) {
	snapshot := v.room.Journal().Snapshot()
	violations, faults := 0, 0
	for i := range snapshot.Entries {
		if snapshot.Entries[i].Violation != "" {
			violations++
		}
		if snapshot.Entries[i].Fault != "" {
			faults++
		}
	}
	tiles := h.Group{
		tile("./requests", len(snapshot.Entries), "request", "requests"),
		tile("./requests?only=violations", violations, "finding", "findings"),
		tile("./requests?only=faults", faults, "met a fault", "met faults"),
	}
	for _, realm := range v.Namespaces().Names() {
		page, err := v.room.Store().List(v.r.Context(), store.Query{Realm: realm, Limit: 1})
		if err != nil {
			return nil, err
		}
		tiles = append(tiles, tile(link("clients", "realm", realm), page.Total, "client · "+realm, "clients · "+realm))
	}
	return h.Group{h.Ul(h.Class("tiles"), tiles), v.incomplete()}, nil
}

func tile(address string, n int, one, many string) h.Node {
	what := many
	if n == 1 {
		what = one
	}
	return h.Li(h.A(h.Href(address), h.B(h.Text(group(n))), h.Span(h.Text(what))))
}

// incomplete says what the journal has forgotten.
func (v *visit) incomplete() h.Node {
	snapshot := v.room.Journal().Snapshot()
	if snapshot.Evicted == 0 {
		return nil
	}
	text := "The journal forgot " + plural(int(snapshot.Evicted), "older request", "older requests") + ", so the past is incomplete"
	if len(snapshot.Entries) == 0 {
		return h.P(h.Class("note"), h.Text(text+"."))
	}
	return h.P(h.Class("note"), h.Text(text+" before "), moment(snapshot.Entries[0].At), h.Text("."))
}

// steps are how far the clock can be moved by one press.
var steps = []struct{ by, text string }{{"1m", "+1 min"}, {"1h", "+1 h"}, {"24h", "+1 d"}, {"168h", "+7 d"}, {"720h", "+30 d"}}

func (v *visit) clockCard() h.Node {
	reading := v.room.Clock().Read()
	state, freeze, freezeText := "runs", "freeze", "Freeze"
	if reading.Frozen {
		state, freeze, freezeText = "stands still", "run", "Let it run"
	}
	return card("clock", "Clock",
		live("clock-face", h.P(h.Class("big"), moment(reading.Now)),
			h.P(h.Class("muted"), h.Text("It "+state+", "), h.If(reading.Offset().Round(time.Second) == 0, h.Text("with the system's clock.")),
				h.If(reading.Offset().Round(time.Second) != 0, h.Text(signed(reading.Offset().Round(time.Second))+" from the system's clock.")))),
		v.complaint("clock"),
		h.Form(h.Method("post"), h.Action("clock"), h.Class("buttons steps"), h.Aria("label", "Move the clock by a step"),
			h.Map(steps, func(s struct{ by, text string }) h.Node { return choice("", "advance", s.by, s.text) })),
		h.Form(h.Method("post"), h.Action("clock"), h.Class("inline"),
			v.field("clock", "advance", "Advance by", "", h.Placeholder("36h"), h.Required), button("", h.Text("Advance"))),
		h.Form(h.Method("post"), h.Action("clock"), h.Class("inline"),
			v.field("clock", "at", "Set to", "", h.Placeholder(reading.Now.UTC().Add(24*time.Hour).Format(time.DateOnly)+"T00:00:00Z"), h.Required),
			button("", h.Text("Set"))),
		h.Form(h.Method("post"), h.Action("clock"), h.Class("buttons"),
			choice("", "state", freeze, freezeText), choice("quiet", "state", "release", "Follow the system again")),
	)
}

func (v *visit) propagationCard() h.Node {
	settings := v.room.Propagation().Settings()
	replicas := v.typed("propagation", "replicas", "")
	two := settings.Replicas == 2
	if replicas != "" {
		two = replicas == "2"
	}
	return card("propagation", "Propagation",
		h.P(h.Class("muted"), h.Text("How long a change of secrets takes to be seen.")),
		v.complaint("propagation"),
		h.Form(h.Method("post"), h.Action("propagation"), h.Class("grid"),
			v.field("propagation", "accept_new_after", "Accept new after", settings.AcceptNewAfter.String()),
			v.field("propagation", "refuse_old_after", "Refuse old after", settings.RefuseOldAfter.String()),
			h.Div(h.Class("field"), h.Label(h.For("propagation-replicas"), h.Text("Replicas")),
				h.Select(h.ID("propagation-replicas"), h.Name("replicas"),
					h.Option(h.Value("1"), h.Text("one")),
					h.Option(h.Value("2"), h.If(two, h.Selected), h.Text("two in turn, one lags")))),
			button("", h.Text("Set"))),
	)
}

func (v *visit) defectsCard() h.Node {
	on := v.room.Defects()
	return card("defects", "Defects",
		live("defects-on",
			h.If(len(on) == 0, h.P(h.Class("muted"), h.Text("None is on: the stand-in keeps every promise."))),
			h.Ul(h.Class("plain"), h.Map(on, func(id string) h.Node {
				return h.Li(h.Code(h.Text(id)), h.Form(h.Method("post"), h.Action("defect"), hidden("off", id),
					button("quiet", h.Aria("label", "Switch off "+id), h.Text("Switch off"))))
			}))),
		v.complaint("defect"),
		h.Form(h.Method("post"), h.Action("defect"), h.Class("inline"),
			v.field("defect", "on", "Switch on", "", h.List("defect-ids"), h.Placeholder("old-secret-lives-3s"), h.Required),
			h.DataList(h.ID("defect-ids"), h.Map(defectIDs(), func(id string) h.Node { return h.Option(h.Value(id)) })),
			button("", h.Text("Switch on"))),
		h.P(h.A(h.Href("./defects"), h.Text("All defects, with what each does"))),
	)
}

func (v *visit) snapshotsCard() h.Node {
	return card("snapshots", "Snapshots",
		live("snapshots-kept", h.Ul(h.Class("plain"), h.Map(v.snapshots(), func(s snapshot) h.Node {
			return h.Li(h.Span(h.B(h.Text(s.name)), h.Br(), h.Small(moment(s.at))),
				h.Form(h.Method("post"), h.Action("snapshot-use"), h.Class("buttons"), hidden("name", s.name),
					button("", h.Name("do"), h.Value("restore"), h.Aria("label", "Restore "+s.name), h.Text("Restore")),
					button("quiet", h.Name("do"), h.Value("delete"), h.Aria("label", "Delete "+s.name), h.Text("Delete"))))
		}))),
		v.complaint("snapshot"),
		h.Form(h.Method("post"), h.Action("snapshot"), h.Class("inline"),
			v.field("snapshot", "name", "Keep the present state as", "", h.Placeholder("before"), h.Required), button("", h.Text("Take"))),
	)
}

// snapshot is one line of the list.
type snapshot struct {
	name string
	at   time.Time
}

func (v *visit) snapshots() []snapshot {
	var list []snapshot
	for _, s := range v.room.Snapshots() {
		list = append(list, snapshot{s.Name, s.At})
	}
	return list
}

func (v *visit) resetCard() h.Node {
	return card("reset", "Reset", confirmed("Put the namespace back to its start",
		h.P(h.Text("The clients of the start come back, faults, propagation and the clock's offset go, the journal is emptied. Snapshots stay.")),
		h.Form(h.Method("post"), h.Action("reset"), button("danger", h.Text("Reset "+v.room.Name())))))
}

// key is the client that the query of a page names.
func (v *visit) key() client.Key {
	query := v.r.URL.Query()
	return client.Key{Realm: query.Get("realm"), ID: query.Get("id")}
}
