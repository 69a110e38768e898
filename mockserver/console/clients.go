package console

import (
	"context"
	"slices"
	"strings"

	"github.com/keyturn/keyturn/mockserver/client"
	h "github.com/keyturn/keyturn/mockserver/console/internal/markup"
	"github.com/keyturn/keyturn/mockserver/store"
)

// clients lists those of one realm, a page at a time, or those whose id holds a text.
func (v *visit) clients() {
	query := v.r.URL.Query()
	realm := v.realmAsked(query.Get("realm"), query.Get("provider"))
	wanted := strings.TrimSpace(query.Get("q"))
	offset := max(0, atoi(query.Get("offset")))
	found, total, err := v.find(realm, wanted, offset)
	if err != nil {
		v.fail(err)
		return
	}
	now := v.room.Clock().Now()
	v.page("Clients",
		h.H1(h.Text("Clients")),
		h.Form(h.Class("filter"), h.Role("search"),
			h.Div(h.Class("field"), h.Label(h.For("realm"), h.Text("Realm")),
				h.Select(h.ID("realm"), h.Name("realm"), h.Map(v.Namespaces().Names(), func(name string) h.Node {
					return h.Option(h.Value(name), h.If(name == realm, h.Selected), h.Text(name+" ("+strings.Join(v.providersOf(name), ", ")+")"))
				}))),
			h.Div(h.Class("field"), h.Label(h.For("q"), h.Text("Id holds")), h.Input(h.Type("search"), h.ID("q"), h.Name("q"), h.Value(wanted))),
			button("", h.Text("Show"))),
		live("client-list",
			h.If(len(found) == 0, h.P(h.Class("muted"), h.Text("No client here."))),
			h.If(wanted != "" && len(found) == pageSize, h.P(h.Class("note"), h.Text("These are the first "+group(pageSize)+" that match: type more of the id."))),
			h.Ul(h.Class("plain catalogue clients"), h.Map(found, func(c client.Client) h.Node {
				return h.Li(h.A(h.Href(clientLink(c.Key)), h.B(h.Text(c.ID)), h.Span(h.Class("muted"), h.Text(secondNames(c)))),
					h.Span(h.Class("lives"), secretCount(c.LiveSecrets(now), len(c.Secrets)), h.If(!c.Enabled, h.Span(h.Class("tag bad"), h.Text("disabled")))))
			}))),
		pager("clients", offset, total, "realm", realm, "q", wanted),
	)
}

// realmAsked is the realm of the query, that of the API that it names, or the first.
func (v *visit) realmAsked(name, provider string) string {
	for _, p := range v.Providers {
		if p.Name == provider && name == "" {
			return p.Realm
		}
	}
	if names := v.Namespaces().Names(); !slices.Contains(names, name) {
		return names[0]
	}
	return name
}

func (v *visit) providersOf(realm string) []string {
	var names []string
	for _, p := range v.Providers {
		if p.Realm == realm {
			names = append(names, p.Name)
		}
	}
	return names
}

// find returns a page of the clients and how many there are. With a text it looks
// through all of them, in pieces, for the first page of those that hold it.
func (v *visit) find(realm, wanted string, offset int) (found []client.Client, total int, err error) {
	if wanted == "" {
		page, err := v.room.Store().List(v.r.Context(), store.Query{Realm: realm, Offset: offset, Limit: pageSize})
		return page.Clients, page.Total, err
	}
	found, err = search(v.r.Context(), v.room.Store(), realm, wanted)
	return found, len(found), err
}

// piece is how many clients are looked through at a time.
const piece = 1000

func search(ctx context.Context, s store.Store, realm, wanted string) ([]client.Client, error) {
	var found []client.Client
	for offset := 0; ; offset += piece {
		page, err := s.List(ctx, store.Query{Realm: realm, Offset: offset, Limit: piece})
		if err != nil {
			return nil, err
		}
		for _, c := range page.Clients {
			if !strings.Contains(c.ID, wanted) && !strings.Contains(c.ClientID, wanted) && !strings.Contains(c.Alias, wanted) {
				continue
			}
			if found = append(found, c); len(found) == pageSize {
				return found, nil
			}
		}
		if offset+piece >= page.Total {
			return found, nil
		}
	}
}

func clientLink(key client.Key) string { return link("client", "realm", key.Realm, "id", key.ID) }

// secondNames are by what else a client is known.
func secondNames(c client.Client) string {
	var names []string
	if c.ClientID != c.ID {
		names = append(names, c.ClientID)
	}
	if c.Alias != "" && c.Alias != c.ID {
		names = append(names, c.Alias)
	}
	if c.Tenant != "" {
		names = append(names, "of "+c.Tenant)
	}
	return " " + strings.Join(names, " · ")
}

func secretCount(live, all int) h.Node {
	class := "tag good"
	if live == 0 {
		class = "tag bad"
	}
	text := group(live) + " live"
	if all > live {
		text += " of " + group(all)
	}
	return h.Span(h.Class(class), h.Text(text))
}
