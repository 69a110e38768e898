package console

import (
	"bytes"
	"encoding/json"
	"maps"
	"net/http"
	"slices"
	"strconv"
	"strings"

	"github.com/keyturn/keyturn/mockserver/client"
	h "github.com/keyturn/keyturn/mockserver/console/internal/markup"
	"github.com/keyturn/keyturn/mockserver/journal"
	"github.com/keyturn/keyturn/mockserver/wire"
)

// request shows one exchange, redacted.
func (v *visit) request() {
	id, err := strconv.ParseUint(v.r.URL.Query().Get("id"), 10, 64)
	if err != nil {
		v.fail(client.Errorf(client.Invalid, "want the number of a request").At("id"))
		return
	}
	secrets, err := v.room.Secrets(v.r.Context())
	if err != nil {
		v.fail(err)
		return
	}
	held := v.room.Journal().Snapshot()
	shown := v.Redactor().Redact(held.Entries, secrets, func(e *journal.Entry) bool { return e.ID == id })
	if len(shown) == 0 {
		v.fail(client.Errorf(client.NotFound, "the journal has no request %d: it was forgotten, cleared, or never there", id))
		return
	}
	e := &shown[0]
	v.page("Request "+strconv.FormatUint(id, 10),
		h.H1(h.Class("request-line"), h.Span(h.Class("status "+statusClass(e.Status)), h.Text(statusText(e.Status))), h.Text(" "+e.Method+" "), h.Span(h.Class("url"), h.Text(e.URL))),
		h.P(h.Class("facts"),
			h.Span(moment(e.At)), h.Span(h.Text("took "+short(e.Took))),
			h.If(e.Operation != "", h.Span(h.Text(e.Provider+" "), h.Code(h.Text(e.Operation)))), h.If(e.Operation == "", h.Span(h.Text("no operation answers at this path"))),
			h.If(e.RequestID != "", h.Span(h.Text("request id "), h.Code(h.Text(e.RequestID))))),
		h.If(e.Violation != "", h.P(h.Class("banner bad"), h.B(h.Text("Finding. ")), h.Text(e.Violation))),
		h.If(e.Fault != "", h.P(h.Class("banner warn"), h.B(h.Text("Fault. ")), h.Text(e.Fault))),
		h.If(len(e.Uses)+len(e.Changes) > 0, h.Div(h.Class("requests one"), h.Map(e.Uses, useLine), h.Map(e.Changes, changeLine))),
		h.Div(h.Class("halves"), message("Request", e.Request), message("Reply", e.Reply)),
		neighbours(held.Entries, id),
	)
}

func message(title string, m journal.Message) h.Node {
	names := slices.Sorted(maps.Keys(m.Header))
	return h.Section(h.Class("card"), h.H2(h.Text(title)),
		h.Div(h.Class("scroll"), h.TabIndex("0"), h.Role("region"), h.Aria("label", title+", header"),
			h.Table(h.Class("headers"), h.TBody(h.Map(names, func(name string) h.Node { return headerRow(name, m.Header) })))),
		h.If(m.Body == nil, h.P(h.Class("muted"), h.Text("No body."))),
		h.If(m.Body != nil, h.Pre(h.TabIndex("0"), h.Aria("label", title+", body"), h.Code(h.Text(bodyText(m.Body))))))
}

func headerRow(name string, header http.Header) h.Node {
	class := ""
	if strings.HasPrefix(name, "Keyturn-") {
		class = "own"
	}
	return h.Tr(h.If(class != "", h.Class(class)), h.Th(h.Scope("row"), h.Text(name)), h.Td(h.Text(strings.Join(header[name], ", "))))
}

// bodyText is JSON with an indent, and anything else as it is.
func bodyText(body any) string {
	if plain, is := body.(string); is {
		return plain
	}
	line, err := wire.Append(nil, body)
	if err != nil {
		return "[" + err.Error() + "]"
	}
	var b bytes.Buffer
	if err := json.Indent(&b, line, "", "  "); err != nil {
		return string(line)
	}
	return b.String()
}

// neighbours lead to the requests before and after, whose ids have no gaps.
func neighbours(entries []journal.Entry, id uint64) h.Node {
	to := func(id uint64) string { return link("request", "id", strconv.FormatUint(id, 10)) }
	return h.Nav(h.Class("pager"), h.Aria("label", "Other requests"),
		h.If(id > entries[0].ID, h.A(h.Href(to(id-1)), h.Rel("prev"), h.Text("← the one before"))),
		h.A(h.Href("./requests"), h.Text("all requests")),
		h.If(id < entries[len(entries)-1].ID, h.A(h.Href(to(id+1)), h.Rel("next"), h.Text("the one after →"))))
}
