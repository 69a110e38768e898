package mockserver

import (
	"context"
	"io"
	"log/slog"
	"net/http"
	"strings"
	"sync"
	"sync/atomic"
	"time"

	"github.com/keyturn/keyturn/fixtures"
	"github.com/keyturn/keyturn/mockserver/admin"
	"github.com/keyturn/keyturn/mockserver/client"
	"github.com/keyturn/keyturn/mockserver/defect"
	"github.com/keyturn/keyturn/mockserver/journal"
	"github.com/keyturn/keyturn/mockserver/realm"
	"github.com/keyturn/keyturn/mockserver/store"
)

// Server is the stand-in. It is an http.Handler and safe for concurrent use.
type Server struct {
	options Options
	logger  *slog.Logger
	router  *router
	docs    http.Handler
	space   *namespace
	// publicURL is never nil, and empty where addresses follow the Host header.
	publicURL atomic.Pointer[string]
}

// namespace is one isolated world in a server.
type namespace struct {
	clock   func() time.Time
	random  io.Reader
	store   store.Store
	journal *journal.Journal
	keys    map[string]*realm.Keys
	// replacing is held by whoever replaces the world, from the look at the seed to
	// the end, and guards the seed. It comes before using.
	replacing sync.Mutex
	seed      fixtures.World
	// using is held for reading by whoever works with the realms and the store
	// together, which keeps one world's clients from meeting another world's realms.
	// The realms alone can be looked at without it.
	using  sync.RWMutex
	realms atomic.Pointer[map[string]*realm.Realm]
	// defects is nil while none is switched on.
	defects atomic.Pointer[defect.Active]
}

// New reads the outlines of the documents and the world. Errors name the document, or the file and
// line of the world.
func New(ctx context.Context, options Options) (*Server, error) {
	options, err := options.withDefaults()
	if err != nil {
		return nil, err
	}
	s := &Server{
		options: options,
		logger:  options.Logger,
		space: &namespace{
			clock: options.Clock, random: options.Random, store: options.Store,
			journal: journal.New(options.Journal), keys: map[string]*realm.Keys{},
		},
	}
	if err := s.SetPublicURL(options.PublicURL); err != nil {
		return nil, err
	}
	hosts := admin.Hosts(options.AdminHosts, s.PublicURL)
	guard := admin.Guard{Hosts: hosts, Token: options.AdminToken, Closed: options.AdminClosed}
	plane := admin.New(s, guard)
	s.docs = admin.Docs(guard)
	emulated := providers()
	for _, p := range emulated {
		if s.space.keys[p.Realm.Name] == nil {
			s.space.keys[p.Realm.Name] = realm.NewKeys()
		}
	}
	if s.router, err = newRouter(append(emulated, plane)); err != nil {
		return nil, err
	}
	if err := s.ReplaceWorld(ctx, *options.World); err != nil {
		return nil, err
	}
	return s, s.SetDefects(options.Defects...)
}

// Reset puts the world back to what it was at the start, or what ReplaceWorld last
// made it, clears the journal, and switches those defects on that the options name,
// and no others. The public URL stays.
func (s *Server) Reset(ctx context.Context) error {
	s.space.replacing.Lock()
	defer s.space.replacing.Unlock()
	if err := s.replace(ctx, s.space.seed); err != nil {
		return err
	}
	return s.SetDefects(s.options.Defects...)
}

// Defects lists the ids of the defects that are switched on.
func (s *Server) Defects() []string { return s.space.defects.Load().IDs() }

// SetDefects switches these defects on, sets of them included, and all others off.
// What one remembers begins anew. Errors: Invalid for an id that nobody has; nothing
// changes then.
func (s *Server) SetDefects(ids ...string) error {
	active, err := defect.Switch(ids...)
	if err != nil {
		return err
	}
	s.space.defects.Store(active)
	return nil
}

// ReplaceWorld swaps the whole state for this world, or leaves it alone and says
// what in the world is wrong. The journal is cleared.
func (s *Server) ReplaceWorld(ctx context.Context, world fixtures.World) error {
	s.space.replacing.Lock()
	defer s.space.replacing.Unlock()
	return s.replace(ctx, world)
}

// replace is ReplaceWorld for whoever holds replacing. Requests go on until the new
// world is ready, and wait while it takes the place of the old one.
func (s *Server) replace(ctx context.Context, world fixtures.World) error {
	space, kinds := s.space, s.router.kinds
	for name := range world.Realms {
		if _, known := kinds[name]; !known {
			return world.Errorf([]any{"realms", fixtures.Key(name)}, "there is no such realm, want one of %s", strings.Join(s.router.kindNames, ", "))
		}
	}
	realms := make(map[string]*realm.Realm, len(kinds))
	var next []client.Client
	for _, name := range s.router.kindNames {
		loaded, clients, err := realm.Load(kinds[name], world, space.keys[name], space.clock())
		if err != nil {
			return err
		}
		realms[name] = loaded
		next = append(next, clients...)
	}
	space.using.Lock()
	defer space.using.Unlock()
	if err := space.store.Replace(ctx, next); err != nil {
		return client.Wrap(client.KindOf(err), err, "load the world")
	}
	space.realms.Store(&realms)
	space.seed = world
	space.journal.Clear()
	return nil
}

// World returns the present state in the form of a world.
func (s *Server) World(ctx context.Context) (fixtures.World, error) {
	s.space.using.RLock()
	defer s.space.using.RUnlock()
	world := fixtures.World{Version: 1, Realms: map[string]fixtures.Realm{}}
	for name, r := range *s.space.realms.Load() {
		page, err := s.space.store.List(ctx, store.Query{Realm: name})
		if err != nil {
			return fixtures.World{}, err
		}
		world.Realms[name] = r.Save(page.Clients)
	}
	return world, nil
}

// Journal returns the journal of the namespace.
func (s *Server) Journal() *journal.Journal { return s.space.journal }
