package console

import (
	"slices"
	"strconv"
	"strings"

	h "github.com/keyturn/keyturn/mockserver/console/internal/markup"
	"github.com/keyturn/keyturn/mockserver/namespace"
)

// pageSize bounds every list.
const pageSize = 100

func (v *visit) namespaces() {
	query := v.r.URL.Query()
	all, err := v.Namespaces().All(v.r.Context())
	if err != nil {
		v.fail(err)
		return
	}
	total := len(all)
	if text := query.Get("q"); text != "" {
		all = slices.DeleteFunc(all, func(n *namespace.Namespace) bool { return !strings.Contains(n.Name(), text) })
	}
	offset := min(max(0, atoi(query.Get("offset"))), len(all))
	shown := all[offset:min(offset+pageSize, len(all))]
	v.page("Namespaces",
		h.H1(h.Text("Namespaces")),
		h.P(h.Class("muted"), h.Text("Isolated worlds of one server: "+group(total)+" of "+group(v.Namespaces().Max())+". A request chooses one by the path /ns/{name}/…, "+
			"the host {name}.localhost or the header X-Keyturn-Namespace.")),
		h.Div(h.Class("split"),
			h.Div(h.Class("column"),
				v.complaint("namespace-open"), v.complaint("namespace-delete"),
				h.Form(h.Class("filter"), h.Role("search"),
					h.Div(h.Class("field"), h.Label(h.For("q"), h.Text("Name")), h.Input(h.Type("search"), h.ID("q"), h.Name("q"), h.Value(query.Get("q")))),
					button("", h.Text("Show"))),
				h.Ul(h.Class("plain catalogue"), h.Map(shown, v.namespaceRow)),
				pager("namespaces", offset, len(all), "q", query.Get("q"))),
			h.Div(h.Class("column controls"), v.newNamespaceCard())),
	)
}

func (v *visit) namespaceRow(n *namespace.Namespace) h.Node {
	here := n.Name() == v.room.Name()
	idle := "kept for ever"
	if n.Idle() > 0 && n.Name() != namespace.Default {
		idle = "forgotten after " + short(n.Idle()) + " without use"
	}
	return h.Li(h.If(here, h.Class("on")),
		h.Div(h.B(h.Text(n.Name())), h.If(here, h.Span(h.Class("tag"), h.Text("here"))), h.Br(),
			h.Small(h.Class("muted"), h.Text("made "), moment(n.MadeAt()), h.Text(", "+idle))),
		h.Div(h.Class("buttons"),
			h.If(!here, h.Form(h.Method("post"), h.Action("namespace-open"), hidden("name", n.Name()), button("", h.Aria("label", "Open "+n.Name()), h.Text("Open")))),
			h.If(n.Name() != namespace.Default, confirmed("Delete …",
				h.Form(h.Method("post"), h.Action("namespace-delete"), hidden("name", n.Name()), button("danger", h.Text("Delete "+n.Name())))))))
}

func (v *visit) newNamespaceCard() h.Node {
	const form = "namespace"
	return card("new", "A new one",
		v.complaint(form),
		h.Form(h.Method("post"), h.Action("namespace"), h.Class("grid"),
			v.field(form, "name", "Name", "", h.Placeholder("checkout-tests"), h.Required),
			v.field(form, "from", "Copy of", "", h.Placeholder("the start’s world")),
			v.field(form, "snapshot", "its snapshot", "", h.Placeholder("its present state")),
			v.field(form, "seed", "Seed", "", h.Placeholder("chance"), h.Attr("inputmode", "numeric")),
			v.field(form, "idle", "Forget unused after", "", h.Placeholder(namespace.DefaultIdle.String())),
			button("", h.Text("Create and open"))))
}

// pager leads to the page before and after one of a list.
func pager(page string, offset, total int, pairs ...string) h.Node {
	if total <= pageSize {
		return nil
	}
	to := func(offset int) string {
		return link(page, append(slices.Clone(pairs), "offset", strconv.Itoa(offset))...)
	}
	return h.Nav(h.Class("pager"), h.Aria("label", "More of the list"),
		h.If(offset > 0, h.A(h.Href(to(max(0, offset-pageSize))), h.Rel("prev"), h.Text("← before"))),
		h.Span(h.Text(group(offset+1)+"–"+group(min(offset+pageSize, total))+" of "+group(total))),
		h.If(offset+pageSize < total, h.A(h.Href(to(offset+pageSize)), h.Rel("next"), h.Text("after →"))))
}

// atoi reads a number in an address, zero for what is none.
func atoi(text string) int {
	n, err := strconv.Atoi(text)
	if err != nil {
		return 0
	}
	return n
}
