package console

import (
	"slices"
	"time"

	"github.com/keyturn/keyturn/mockserver/client"
	h "github.com/keyturn/keyturn/mockserver/console/internal/markup"
	"github.com/keyturn/keyturn/mockserver/console/internal/timeline"
	"github.com/keyturn/keyturn/mockserver/journal"
)

// client shows one client: what became of its secrets, and those it has. One that is
// gone is shown for as long as the journal knows of it.
func (v *visit) client() {
	key := v.key()
	found, err := v.room.Store().Get(v.r.Context(), key)
	gone := err != nil && client.KindOf(err) == client.NotFound
	if err != nil && !gone {
		v.fail(err)
		return
	}
	held := v.room.Journal().Snapshot()
	if gone && !mentions(held.Entries, key) {
		v.fail(client.Errorf(client.NotFound, "the realm %q has no client %q", key.Realm, key.ID))
		return
	}
	now := v.room.Clock().Now()
	past := timeline.Of(timeline.Past{Key: key, Secrets: found.Secrets, Entries: held.Entries, Evicted: held.Evicted, Now: now})
	v.page(key.ID,
		h.H1(h.Small(h.A(h.Href(link("clients", "realm", key.Realm)), h.Text(key.Realm))), h.Text(" "+key.ID)),
		h.If(gone, h.P(h.Class("note"), h.Text("This client is gone. The journal still knows what became of its secrets."))),
		h.Iff(!gone, func() h.Node { return particulars(found, now) }),
		h.Section(h.Aria("labelledby", "timeline-title"),
			h.H2(h.ID("timeline-title"), h.Text("What became of its secrets")),
			v.incomplete(),
			live("timeline", v.drawing(past), v.events(past))),
		v.complaint("clock"),
		h.Iff(!gone, func() h.Node { return v.secrets(found, now) }),
	)
}

func mentions(entries []journal.Entry, key client.Key) bool {
	return slices.ContainsFunc(entries, func(e journal.Entry) bool {
		return slices.ContainsFunc(e.Uses, func(u journal.Use) bool { return u.Realm == key.Realm && u.Client == key.ID }) ||
			slices.ContainsFunc(e.Changes, func(c journal.Change) bool { return c.Realm == key.Realm && c.Client == key.ID })
	})
}

func particulars(c client.Client, now time.Time) h.Node {
	return live("particulars", h.P(h.Class("facts"),
		secretCount(c.LiveSecrets(now), len(c.Secrets)),
		h.If(!c.Enabled, h.Span(h.Class("tag bad"), h.Text("disabled: no secret works"))),
		h.If(c.ClientID != c.ID, h.Span(h.Text("client_id "), h.Code(h.Text(c.ClientID)))),
		h.If(c.Alias != "", h.Span(h.Text("alias "), h.Code(h.Text(c.Alias)))),
		h.If(c.Tenant != "", h.Span(h.Text("tenant "), h.Code(h.Text(c.Tenant)))),
		h.If(!c.CreatedAt.IsZero(), h.Span(h.Text("made "), moment(c.CreatedAt))),
	))
}

// secrets lists those that the client has. It is brought up to date unless one of them
// is shown, which would hide it again.
func (v *visit) secrets(c client.Client, now time.Time) h.Node {
	rows := make(h.Group, 0, len(c.Secrets))
	for i := range slices.Backward(c.Secrets) {
		rows = append(rows, v.secretRow(c.Key, &c.Secrets[i], now))
	}
	list := h.Group{
		h.If(len(rows) == 0, h.P(h.Class("muted"), h.Text("It has none."))),
		h.Ul(h.Class("plain catalogue"), rows),
	}
	return h.Section(h.Aria("labelledby", "secrets-title"), h.ID("secrets"),
		h.H2(h.ID("secrets-title"), h.Text("Secrets")),
		h.If(v.revealed == nil, live("secret-list", list)), h.If(v.revealed != nil, list))
}

func (v *visit) secretRow(key client.Key, s *client.Secret, now time.Time) h.Node {
	state, class := "live", "tag good"
	switch {
	case s.Deleted():
		state, class = "deleted", "tag"
	case s.Expired(now):
		state, class = "expired", "tag bad"
	}
	here := clientLink(key)[len("./"):]
	shown := v.revealed != nil && v.revealed.ID == s.ID && v.revealed.Digest == s.Digest
	return h.Li(
		h.Div(h.Code(h.Text(s.ID)), h.Span(h.Class(class), h.Text(state)), h.Code(h.Class("muted"), h.Text(v.Redactor().Fingerprint(s.Digest))), h.Br(),
			h.Small(h.Class("muted"), h.Text("made "), momentOr(s.CreatedAt, "at an unknown time"),
				h.Text(", expires "), momentOr(s.ExpiresAt, "never"),
				h.If(s.Deleted(), h.Group{h.Text(", deleted "), momentOr(s.DeletedAt, "")})),
			h.Iff(shown, func() h.Node {
				return h.P(h.Class("revealed"), h.Role("status"), h.Code(h.Text(s.Stored.Reveal())), h.A(h.Href("./"+here), h.Text("Hide")))
			})),
		h.Div(h.Class("buttons"),
			h.If(s.Stored == "", h.Small(h.Class("muted"), h.Text("shown once, kept as a digest"))),
			h.If(s.Stored != "" && !shown, h.Form(h.Method("post"), h.Action("./"+here+"#secrets"), hidden("secret", s.ID),
				button("quiet", h.Aria("label", "Show the secret "+s.ID), h.Text("Show")))),
			h.If(s.Live(now) && !s.ExpiresAt.IsZero(), h.Form(h.Method("post"), h.Action("clock"),
				hidden("at", s.ExpiresAt.UTC().Format(time.RFC3339Nano)), hidden("to", here),
				button("", h.Title("Move the namespace's clock to the instant at which the secret "+s.ID+" expires"), h.Text("Let it expire"))))))
}

// reveal shows the one secret that was asked for.
func (v *visit) reveal() {
	found, err := v.room.Store().Get(v.r.Context(), v.key())
	if err != nil {
		v.fail(err)
		return
	}
	for i := range found.Secrets {
		if s := found.Secrets[i]; s.ID == v.value("secret") && s.Stored != "" {
			v.revealed = &s
		}
	}
	if v.revealed == nil {
		v.fail(client.Errorf(client.NotFound, "the client %q has no secret %q that can be read back", found.ID, v.value("secret")))
		return
	}
	v.client()
}
