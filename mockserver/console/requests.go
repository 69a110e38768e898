package console

import (
	"slices"
	"strconv"

	h "github.com/keyturn/keyturn/mockserver/console/internal/markup"
	"github.com/keyturn/keyturn/mockserver/journal"
)

// listed are rows of the journal, the newest first.
type listed struct {
	rows []journal.Shown
	// more reports whether older ones match.
	more bool
	// last is the latest id of the whole journal, from which the stream goes on.
	last uint64
}

// rows returns the newest entries that the filter takes, redacted.
func (v *visit) rows(f filter) (listed, error) {
	// Before the snapshot, as a secret that is replaced in between may be in it.
	secrets, err := v.room.Secrets(v.r.Context())
	if err != nil {
		return listed{}, err
	}
	held := v.room.Journal().Snapshot()
	wanted := map[uint64]bool{}
	found := listed{last: held.Last}
	for i := len(held.Entries) - 1; i >= 0 && !found.more; i-- {
		if e := &held.Entries[i]; f.takes(e) {
			if len(wanted) == f.limit {
				found.more = true
				continue
			}
			wanted[e.ID] = true
		}
	}
	found.rows = v.Redactor().Redact(held.Entries, secrets, func(e *journal.Entry) bool { return wanted[e.ID] })
	slices.Reverse(found.rows)
	return found, nil
}

func (v *visit) requests() {
	f := filterOf(v.r.URL.Query())
	found, err := v.rows(f)
	if err != nil {
		v.fail(err)
		return
	}
	v.page("Requests",
		h.Div(h.Class("bar"), h.H1(h.Text("Requests")), h.Div(h.Data("pause", ""))), v.filterForm(f), v.incomplete(), list(found, f),
		h.If(found.more, h.Nav(h.Class("pager"), h.Aria("label", "More of the list"), h.Iff(found.more, func() h.Node {
			oldest := strconv.FormatUint(found.rows[len(found.rows)-1].ID, 10)
			return h.A(h.Href(link("requests", "provider", f.provider, "only", f.only, "before", oldest)), h.Rel("next"), h.Text("older →"))
		}))))
}

// list shows the rows. The newest page of a list is where the script puts what comes.
func list(found listed, f filter) h.Node {
	stream := h.Node(nil)
	if f.before == 0 {
		stream = h.Group{h.Data("stream", "./stream?"+f.query()), h.Data("after", strconv.FormatUint(found.last, 10)), h.Data("limit", strconv.Itoa(f.limit))}
	}
	return h.Group{
		h.P(h.Class("muted empty"), h.If(len(found.rows) > 0, h.Hidden), h.Text("Nothing was asked yet.")),
		h.Ol(h.Class("requests"), h.ID("requests"), stream, h.Map(found.rows, row)),
	}
}

// row is one request in a list.
func row(e journal.Shown) h.Node {
	class := "request " + statusClass(e.Status)
	if e.Violation != "" {
		class += " violated"
	}
	if e.Fault != "" {
		class += " faulty"
	}
	number := strconv.FormatUint(e.ID, 10)
	return h.Li(h.Class(class), h.Data("id", number),
		h.A(h.Href(link("request", "id", number)),
			h.Span(h.Class("status"), h.Text(statusText(e.Status))),
			h.Span(h.Class("line"), h.B(h.Text(e.Method)), h.Text(" "+e.URL)),
			h.Span(h.Class("meta"), h.Time(h.DateTime(e.At.UTC().Format(weekday[4:])), h.Title(said(e.At)), h.Text(e.At.UTC().Format("15:04:05.000"))),
				h.Text(" · "+short(e.Took)), h.If(e.Operation != "", h.Text(" · "+e.Provider+" "+e.Operation)), h.If(e.Operation == "", h.Text(" · no operation")))),
		h.Map(e.Uses, useLine), h.Map(e.Changes, changeLine),
		h.If(e.Violation != "", h.P(h.Class("finding bad"), h.B(h.Text("Finding ")), h.Text(e.Violation))),
		h.If(e.Fault != "", h.P(h.Class("finding warn"), h.B(h.Text("Fault ")), h.Text(e.Fault))))
}

func useLine(u journal.ShownUse) h.Node {
	class, word := "finding bad", "refused: "+u.Outcome
	if u.Outcome == journal.UseAccepted {
		class, word = "finding good", "accepted"
	}
	return h.P(h.Class(class), h.Text("Secret "+secretName(u.Secret, u.Fingerprint)+" "), h.B(h.Text(word)), h.Text(" for "), clientAnchor(u.Realm, u.Client))
}

func changeLine(c journal.ShownChange) h.Node {
	return h.P(h.Class("finding"), h.Text("Secret "+secretName(c.Secret, c.Fingerprint)+" "), h.B(h.Text(c.Kind)), h.Text(" for "), clientAnchor(c.Realm, c.Client),
		h.If(!c.ExpiresAt.IsZero(), h.Group{h.Text(", expires "), moment(c.ExpiresAt)}))
}

// secretName names a secret by its fingerprint, which stands wherever it was redacted,
// and by its id where there is none.
func secretName(id, fingerprint string) string {
	if fingerprint != "" {
		return fingerprint
	}
	return id
}

func clientAnchor(realm, id string) h.Node {
	return h.A(h.Href(link("client", "realm", realm, "id", id)), h.Text(id))
}

// statusText is empty space for a connection that was cut without an answer.
func statusText(status int) string {
	if status == 0 {
		return "cut"
	}
	return strconv.Itoa(status)
}

func statusClass(status int) string {
	if status == 0 {
		return "s0"
	}
	return "s" + strconv.Itoa(status/100)
}
