package console

import (
	"net/http"
	"strings"

	"github.com/keyturn/keyturn/mockserver/client"
	h "github.com/keyturn/keyturn/mockserver/console/internal/markup"
	"github.com/keyturn/keyturn/mockserver/namespace"
)

// icon is a key that turns, as the data of an image.
const icon = "data:image/svg+xml,%3Csvg xmlns='http://www.w3.org/2000/svg' viewBox='0 0 16 16'%3E%3Cg fill='none' stroke='%233b82c4' stroke-width='2'%3E" +
	"%3Ccircle cx='5' cy='8' r='3'/%3E%3Cpath d='M8 8h7M12 8v3'/%3E%3C/g%3E%3C/svg%3E"

// menu are the pages that can be gone to from anywhere.
var menu = []struct{ name, title string }{
	{"", "Overview"}, {"requests", "Requests"}, {"clients", "Clients"}, {"defects", "Defects"}, {"namespaces", "Namespaces"},
}

// page is a whole page of the namespace.
func (v *visit) page(title string, body ...h.Node) {
	v.write(http.StatusOK, v.frame(title, h.Main(h.ID("main"), v.said(), h.Group(body))))
}

func (v *visit) frame(title string, body h.Node) h.Node {
	name := ""
	if v.room != nil {
		name = v.room.Name()
		title += " · " + name
	}
	return h.Document(h.Lang("en"),
		h.Head(
			h.Meta(h.Charset("utf-8")),
			h.Meta(h.Name("viewport"), h.Content("width=device-width, initial-scale=1")),
			h.Meta(h.Name("color-scheme"), h.Content("light dark")),
			h.El("title", h.Text(title+" · Keyturn")),
			h.Link(h.Rel("icon"), h.Href(icon)),
			h.Link(h.Rel("stylesheet"), h.Href("assets/"+style.name)),
			h.Script(h.Src("assets/"+script.name), h.Defer),
		),
		h.Body(h.Class("page-"+v.pageName()),
			h.A(h.Class("skip"), h.Href("#main"), h.Text("Skip to the content")),
			h.If(v.room != nil, h.Header(h.Class("top"), h.Iff(v.room != nil, v.top))),
			body,
		),
	)
}

// pageName is the page that is looked at, for the menu.
func (v *visit) pageName() string {
	switch {
	case v.name == "request":
		return "requests"
	case v.name == "client":
		return "clients"
	case strings.HasPrefix(v.name, "namespace"):
		return "namespaces"
	case v.name == "requests", v.name == "clients", v.name == "defects":
		return v.name
	}
	return ""
}

func (v *visit) top() h.Node {
	current := v.pageName()
	return h.Group{
		h.A(h.Class("brand"), h.Href("./"), h.Text("Keyturn")),
		h.A(h.Class("room"), h.Href("namespaces"), h.Title("The namespace; choose another"), h.Text(v.room.Name())),
		h.Nav(h.Aria("label", "Pages"), h.Ul(h.Map(menu, func(m struct{ name, title string }) h.Node {
			return h.Li(h.A(h.Href("./"+m.name), h.If(m.name == current, h.Aria("current", "page")), h.Text(m.title)))
		}))),
		h.A(h.Class("now"), h.Href("./#clock"), h.Title("The namespace's clock"), h.Data("live", ""), h.ID("now"), v.clockFace()),
		h.Span(h.Class("tag bad"), h.ID("offline"), h.Role("status"), h.Hidden, h.Text("not live")),
		h.If(v.gate.asks() && v.gate.sessions.has(sessionOf(v.r)),
			h.Form(h.Class("signout"), h.Method("post"), h.Action("signout"), button("quiet", h.Text("Sign out")))),
	}
}

// clockFace is the time in the top line.
func (v *visit) clockFace() h.Node {
	reading := v.room.Clock().Read()
	return h.Group{
		moment(reading.Now),
		h.If(reading.Frozen, h.Span(h.Class("tag"), h.Text("frozen"))),
		h.If(!reading.Frozen && reading.Offset() != 0, h.Span(h.Class("tag"), h.Text(signed(reading.Offset())))),
	}
}

// deeds are what a page says after an action.
var deeds = map[string]string{
	"clock": "The clock was moved.", "frozen": "The clock stands still.", "running": "The clock runs on from where it stood.",
	"released": "The clock follows the system's again.", "fault": "The fault is on.", "fault-removed": "The fault is gone.",
	"faults-cleared": "All faults are gone.", "propagation": "Propagation is set.", "defect-on": "The defect is on.", "defect-off": "The defect is off.",
	"defects-off": "All defects are off.", "reset": "The namespace is what it was at its start.", "snapshot": "The snapshot was taken.",
	"restored": "The namespace is what it was when the snapshot was taken.", "snapshot-deleted": "The snapshot is gone.",
	"namespace": "The namespace was created.", "namespace-deleted": "The namespace is gone.",
}

// said is what was done just now.
func (v *visit) said() h.Node {
	text, done := deeds[v.r.URL.Query().Get("done")]
	if !done || v.refused.form != "" {
		return nil
	}
	return h.P(h.Class("said"), h.Role("status"), h.Text(text))
}

// fail shows an error on a page of its own.
func (v *visit) fail(err error) {
	failure := client.AsError(err)
	status := failures[failure.Kind]
	if status == 0 {
		status = http.StatusInternalServerError
		v.Logger.ErrorContext(v.r.Context(), "console", "page", v.name, "error", err)
	}
	if failure.Kind == client.Unavailable {
		v.w.Header().Set("Retry-After", "1")
	}
	v.refused = refused{}
	v.write(status, v.frame("Not possible", h.Main(h.ID("main"), h.Class("narrow"),
		h.H1(h.Text("This is not possible")), h.P(h.Text(failure.Located())),
		h.If(v.room != nil, h.P(h.A(h.Href("./"), h.Text("To the overview")))),
		h.If(v.room == nil, h.P(h.A(h.Href(v.consoleOf(namespace.Default)), h.Text("To the default namespace")))),
	)))
}

var failures = map[client.Kind]int{
	client.NoRoute: http.StatusNotFound, client.NotFound: http.StatusNotFound,
	client.WrongMethod: http.StatusMethodNotAllowed, client.Malformed: http.StatusBadRequest, client.Missing: http.StatusBadRequest,
	client.Invalid: http.StatusBadRequest, client.Forbidden: http.StatusForbidden, client.Conflict: http.StatusConflict,
	client.Limit: http.StatusConflict, client.TooLarge: http.StatusRequestEntityTooLarge,
	client.Unavailable: http.StatusServiceUnavailable,
}

// refuse is for whoever is not let in: with a form where a token would help.
func (v *visit) refuse(failure *client.Error) {
	if v.gate.asks() && (failure.Kind == client.Unauthenticated || failure.Kind == client.InvalidCredentials) {
		v.signInPage("")
		return
	}
	v.write(http.StatusForbidden, v.frame("Closed", h.Main(h.ID("main"), h.Class("narrow"),
		h.H1(h.Text("The console is closed")), h.P(h.Text(failure.Message)),
		h.P(h.A(h.Href("./"), h.Text("Open it from here"))),
	)))
}

func (v *visit) signInPage(complaint string) {
	v.room = nil
	to := v.r.PostForm.Get("to")
	if _, shown := views[v.name]; shown && v.r.Method == http.MethodGet && v.name != "stream" {
		to = v.name
		if v.r.URL.RawQuery != "" {
			to += "?" + v.r.URL.RawQuery
		}
	}
	v.w.Header().Set("WWW-Authenticate", "Bearer")
	v.write(http.StatusUnauthorized, v.frame("Sign in", h.Main(h.ID("main"), h.Class("narrow"),
		h.H1(h.Text("Keyturn")),
		h.P(h.Text("The admin plane of this server asks for its token: what it was given by --admin-plane-token or KEYTURN_ADMIN_PLANE_TOKEN.")),
		h.Form(h.Method("post"), h.Action("signin"),
			hidden("to", to),
			// Under which name a password manager keeps the token.
			h.Input(h.Type("text"), h.Name("username"), h.Value("keyturn"), h.AutoComplete("username"), h.ReadOnly, h.Hidden),
			h.Label(h.For("token"), h.Text("Token")),
			h.Input(h.Type("password"), h.ID("token"), h.Name("token"), h.Required, h.AutoFocus, h.AutoComplete("current-password"),
				h.If(complaint != "", h.Group{h.Aria("invalid", "true"), h.Aria("describedby", "token-error")})),
			h.If(complaint != "", h.P(h.Class("error"), h.ID("token-error"), h.Role("alert"), h.Text(complaint))),
			button("", h.Text("Sign in")),
		),
	)))
}
