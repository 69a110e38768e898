package console

import (
	"crypto/rand"
	"io"
	"log/slog"
	"net/http"
	"strings"
	"time"

	"github.com/keyturn/keyturn/mockserver/admin"
	"github.com/keyturn/keyturn/mockserver/client"
	"github.com/keyturn/keyturn/mockserver/journal"
	"github.com/keyturn/keyturn/mockserver/namespace"
)

// Path is where the console is, below what chooses the namespace.
const Path = "/__admin/ui/"

// Options are what a console needs.
type Options struct {
	Control
	// Enter returns the namespace that a request chooses, and what stood before
	// /__admin in its path to choose it: "/ns/{name}", or nothing.
	Enter func(r *http.Request) (chosen *namespace.Namespace, prefix string, err error)
	// Providers are the APIs that the namespaces have.
	Providers []Provider
	// Guard decides who is let in, as it does for the rest of the plane.
	Guard admin.Guard
	// Key signs sessions, together with the guard's token: servers that have both in common
	// take each other's. Without it they rest on the token alone.
	Key []byte
	// System is the system's clock, by which sessions end, and Random where their nonces
	// come from.
	System func() time.Time
	Random io.Reader
	Logger *slog.Logger
}

// Control is what the console needs of the server.
type Control interface {
	Namespaces() *namespace.Registry
	// Operations are those of the emulated APIs.
	Operations() []journal.Operation
	// Redactor is the admin plane's, so that both show a secret under one fingerprint.
	Redactor() *journal.Redactor
}

// Provider is one API.
type Provider struct {
	// Name is that of its document, and Realm the state that it leads to.
	Name, Realm string
}

type console struct {
	Options

	gate    *gate
	streams chan struct{}
}

// maxStreams bounds how many pages are kept up to date at once. A page that finds no
// place shows what there was when it was loaded.
const maxStreams = 64

// New returns the handler of everything below Path, also where a path before it has
// chosen the namespace. One of its requests, the stream, goes on until its context is
// done: a server that wants to end has to end that.
func New(options Options) http.Handler {
	if options.System == nil {
		options.System = time.Now
	}
	if options.Random == nil {
		options.Random = rand.Reader
	}
	if options.Logger == nil {
		options.Logger = slog.New(slog.DiscardHandler)
	}
	return &console{Options: options, gate: newGate(options), streams: make(chan struct{}, maxStreams)}
}

// Serves reports whether the path, below what chooses the namespace, is the console's.
func Serves(path string) bool { return strings.HasPrefix(path, Path) || path == Path[:len(Path)-1] }

// policy lets a page load its own script and its style, and send forms and requests to
// where it came from. Nothing in a page is a script or a style by itself.
const policy = "default-src 'none'; script-src 'self'; style-src 'self'; connect-src 'self'; img-src 'self' data:; " +
	"form-action 'self'; frame-ancestors 'none'; base-uri 'none'"

// views show a page, and actions change something and lead back to one.
var (
	views = map[string]func(*visit){
		"": (*visit).overview, "requests": (*visit).requests, "request": (*visit).request, "clients": (*visit).clients,
		"client": (*visit).client, "defects": (*visit).defects, "namespaces": (*visit).namespaces, "stream": (*visit).stream,
	}
	actions = map[string]func(*visit){
		"clock": (*visit).moveClock, "fault": (*visit).addFault, "fault-remove": (*visit).removeFault, "propagation": (*visit).setPropagation,
		"defect": (*visit).switchDefect, "snapshot": (*visit).takeSnapshot, "snapshot-use": (*visit).useSnapshot, "reset": (*visit).reset,
		"namespace": (*visit).createNamespace, "namespace-delete": (*visit).deleteNamespace, "namespace-open": (*visit).openNamespace,
		"client": (*visit).reveal, "signin": (*visit).signIn, "signout": (*visit).signOut,
	}
)

// ServeHTTP implements http.Handler.
func (c *console) ServeHTTP(w http.ResponseWriter, r *http.Request) {
	header := w.Header()
	header.Set("Content-Security-Policy", policy)
	header.Set("X-Content-Type-Options", "nosniff")
	// No referrer at all would have the browser send forms from the origin "null".
	header.Set("Referrer-Policy", "same-origin")
	header.Set("Cross-Origin-Opener-Policy", "same-origin")
	header.Set("Cross-Origin-Resource-Policy", "same-origin")
	header.Set("Cache-Control", "no-store")
	_, name, found := strings.Cut(r.URL.Path, Path)
	if !found {
		header.Set("Location", "ui/")
		w.WriteHeader(http.StatusMovedPermanently)
		return
	}
	if file, asset := strings.CutPrefix(name, "assets/"); asset {
		serveAsset(w, r, file)
		return
	}
	v := &visit{console: c, w: w, r: r, name: name}
	if v.enter() {
		v.serve()
	}
}

// enter finds the namespace, and sees that whoever asks may.
func (v *visit) enter() bool {
	if err := v.gate.admit(v.r, v.name == "signin"); err != nil {
		v.refuse(client.AsError(err))
		return false
	}
	room, prefix, err := v.Enter(v.r)
	v.room, v.prefix = room, prefix
	if err == nil {
		err = room.Refresh(v.r.Context())
	}
	if err != nil && v.name != "signin" { // whoever is not in yet hears of no namespace
		v.fail(err)
		return false
	}
	return true
}

func (v *visit) serve() {
	view, shown := views[v.name]
	action, done := actions[v.name]
	switch method := v.r.Method; {
	case !shown && !done:
		v.fail(client.Errorf(client.NoRoute, "there is no page of this name"))
	case method == http.MethodPost && done:
		if v.parse() {
			action(v)
		}
	case method != http.MethodGet && method != http.MethodHead:
		v.w.Header().Set("Allow", "GET, HEAD, POST")
		v.fail(client.Errorf(client.WrongMethod, "the method is not allowed here"))
	case shown:
		view(v)
	default:
		// The address of a form that was refused, loaded anew.
		v.leadTo("")
	}
}

// maxForm is more than any form holds.
const maxForm = 64 << 10

func (v *visit) parse() bool {
	v.r.Body = http.MaxBytesReader(v.w, v.r.Body, maxForm)
	if err := v.r.ParseForm(); err != nil {
		v.fail(client.Errorf(client.Malformed, "the form could not be read, want one of %d bytes or less", maxForm))
		return false
	}
	return true
}
