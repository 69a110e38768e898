package console

import (
	"net/http"
	"net/url"
	"strconv"

	h "github.com/keyturn/keyturn/mockserver/console/internal/markup"
	"github.com/keyturn/keyturn/mockserver/journal"
)

// filter chooses requests of the journal.
type filter struct {
	provider string
	// only is one of the choices below, or empty.
	only string
	// before bounds the ids, 0 for no bound.
	before uint64
	limit  int
}

// onlies are what the list can be restricted to.
var onlies = []struct{ value, text string }{
	{"", "all"}, {"failed", "answered with 4xx or 5xx"}, {"violations", "with a finding"}, {"faults", "that met a fault"}, {"secrets", "that used or changed a secret"},
}

func filterOf(query url.Values) filter {
	before, err := strconv.ParseUint(query.Get("before"), 10, 64)
	if err != nil {
		before = 0
	}
	return filter{provider: query.Get("provider"), only: query.Get("only"), before: before, limit: pageSize}
}

// query is the filter as that of an address.
func (f filter) query() string {
	query := url.Values{}
	if f.provider != "" {
		query.Set("provider", f.provider)
	}
	if f.only != "" {
		query.Set("only", f.only)
	}
	return query.Encode()
}

func (f filter) takes(e *journal.Entry) bool {
	return (f.before == 0 || e.ID < f.before) &&
		f.wants(e.Provider, e.Status, map[string]bool{"violations": e.Violation != "", "faults": e.Fault != "", "secrets": len(e.Uses)+len(e.Changes) > 0})
}

// shows is takes for an entry that is redacted already.
func (f filter) shows(e *journal.Shown) bool {
	return f.wants(e.Provider, e.Status, map[string]bool{"violations": e.Violation != "", "faults": e.Fault != "", "secrets": len(e.Uses)+len(e.Changes) > 0})
}

func (f filter) wants(provider string, status int, is map[string]bool) bool {
	if f.provider != "" && provider != f.provider {
		return false
	}
	if f.only == "failed" {
		return status >= http.StatusBadRequest
	}
	return f.only == "" || is[f.only]
}

func (v *visit) filterForm(f filter) h.Node {
	return h.Form(h.Class("filter"), h.Role("search"),
		v.providerChoice(f.provider),
		h.Div(h.Class("field"), h.Label(h.For("only"), h.Text("Only")),
			h.Select(h.ID("only"), h.Name("only"), h.Map(onlies, func(o struct{ value, text string }) h.Node {
				return h.Option(h.Value(o.value), h.If(o.value == f.only, h.Selected), h.Text(o.text))
			}))),
		button("", h.Text("Show")))
}
