package mockserver

import (
	"context"
	"crypto/rand"
	"errors"
	"io"
	"log/slog"
	"net/http"
	"sync/atomic"

	"github.com/keyturn/keyturn/mockserver/admin"
	"github.com/keyturn/keyturn/mockserver/journal"
	"github.com/keyturn/keyturn/mockserver/namespace"
	"github.com/keyturn/keyturn/mockserver/provider"
	"github.com/keyturn/keyturn/mockserver/proxy"
	"github.com/keyturn/keyturn/mockserver/store"
	"github.com/keyturn/keyturn/mockserver/telemetry"
)

// Server is the stand-in. It is an http.Handler and safe for concurrent use. Its
// Namespace is the one of requests that choose none.
type Server struct {
	*namespace.Namespace

	options  Options
	logger   *slog.Logger
	router   *router
	docs     http.Handler
	console  http.Handler
	spaces   *namespace.Registry
	ids      *telemetry.RequestIDs
	redactor *journal.Redactor
	metrics  *telemetry.Metrics
	// held has a place for each request that a fault may hold up.
	held chan struct{}
	// own is a state that nobody gave and has to be closed, nil for none.
	own io.Closer
	// publicURL is never nil, and empty where addresses follow the Host header.
	publicURL atomic.Pointer[string]
}

// New reads the outlines of the documents and the world. Errors name the document, or the file and
// line of the world.
func New(ctx context.Context, options Options) (*Server, error) {
	options, err := options.withDefaults()
	if err != nil {
		return nil, err
	}
	s := &Server{options: options, logger: options.Logger, ids: telemetry.NewRequestIDs(rand.Reader), held: make(chan struct{}, maxHeld)}
	if err := s.SetPublicURL(options.PublicURL); err != nil {
		return nil, err
	}
	if options.State == nil {
		if options.State, err = ownState(ctx); err != nil {
			return nil, err
		}
		s.own, _ = options.State.(io.Closer)
	}
	if err := s.build(ctx, options); err != nil {
		if s.own != nil {
			err = errors.Join(err, s.own.Close())
		}
		return nil, err
	}
	return s, nil
}

func (s *Server) build(ctx context.Context, options Options) error {
	emulated := providers()
	err := options.Proxy.check(emulated, options.Defects)
	if err != nil {
		return err
	}
	if s.spaces, err = namespace.New(ctx, options.namespaces(emulated)); err != nil {
		return err
	}
	redactor, err := keyOf(ctx, options.State, "redactor")
	if err != nil {
		return err
	}
	session, err := keyOf(ctx, options.State, "console")
	if err != nil {
		return err
	}
	s.redactor = journal.WithKey(redactor)
	s.Namespace, s.metrics = s.spaces.Default(), s.newMetrics()
	hosts := admin.Hosts(options.AdminHosts, s.PublicURL)
	guard := admin.Guard{Hosts: hosts, Token: options.AdminToken, Closed: options.AdminClosed}
	s.docs, s.console = admin.Docs(guard), s.newConsole(guard, emulated, session)
	s.router, err = newRouter(append(options.Proxy.routed(emulated), admin.New(s, guard)))
	return err
}

// keyOf returns random bytes that are the same wherever the state is.
func keyOf(ctx context.Context, state store.Backend, name string) ([]byte, error) {
	create := func() ([]byte, error) { return []byte(rand.Text()), nil }
	if durable, is := state.(store.Durable); is {
		return durable.Secret(ctx, name, create)
	}
	return create()
}

// Close has what the State keeps written to the end, and ends what the server does by
// itself. It does not wait for requests: that is for whoever serves them.
func (s *Server) Close(ctx context.Context) error {
	err := s.spaces.Close(ctx)
	if s.own != nil {
		err = errors.Join(err, s.own.Close())
	}
	return err
}

// Kept reports whether the default namespace is what the State has kept of it, and not the
// world of the options.
func (s *Server) Kept() bool { return s.spaces.Kept() }

// Namespaces are all that the server has.
func (s *Server) Namespaces() *namespace.Registry { return s.spaces }

// Redactor makes what the journals hold fit to be shown.
func (s *Server) Redactor() *journal.Redactor { return s.redactor }

// Drift is the ledger of a server that stands before a deployment, nil for any other.
func (s *Server) Drift() *proxy.Drift { return s.options.Proxy.ledger() }

// namespaces are the options of those.
func (o Options) namespaces(emulated []provider.Provider) namespace.Options {
	options := namespace.Options{
		System: o.Clock, Random: o.Random, Backend: o.State, Logger: o.Logger, World: *o.World, Defects: o.Defects,
		Journal: o.Journal, JournalBudget: o.JournalBudget, Max: o.MaxNamespaces, ClientsElsewhere: o.Proxy != nil,
	}
	if o.AdminToken != "" {
		// It is of no use to an emulated API, but can be sent to one by mistake.
		options.Secrets = append(options.Secrets, o.AdminToken)
	}
	known := map[string]bool{}
	for _, p := range emulated {
		if !known[p.Realm.Name] {
			known[p.Realm.Name] = true
			options.Kinds = append(options.Kinds, p.Realm)
		}
	}
	return options
}
