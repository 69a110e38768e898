package namespace

import (
	"context"
	"io"
	"maps"
	"regexp"
	"slices"
	"strings"
	"sync"
	"sync/atomic"
	"time"

	"github.com/keyturn/keyturn/fixtures"
	"github.com/keyturn/keyturn/mockserver/client"
	"github.com/keyturn/keyturn/mockserver/clock"
	"github.com/keyturn/keyturn/mockserver/fault"
	"github.com/keyturn/keyturn/mockserver/journal"
	"github.com/keyturn/keyturn/mockserver/realm"
	"github.com/keyturn/keyturn/mockserver/store"
	"github.com/keyturn/keyturn/mockserver/store/memory"
)

// Options are what the namespaces of a server have in common.
type Options struct {
	// Kinds are the realms that a namespace has.
	Kinds []realm.Kind
	// System is the clock that namespaces follow and by which they expire.
	System func() time.Time
	Random io.Reader
	// Store keeps the clients of the default namespace.
	Store store.Store
	// World is what every new namespace begins with.
	World fixtures.World
	// Defects are switched on at the start and after a reset.
	Defects []string
	Journal journal.Bounds
	// JournalBudget is how many bytes the journals may have together.
	JournalBudget int
	// Secrets are further ones that no journal shows.
	Secrets []string
	// ClientsElsewhere says that requests are about clients which no namespace has.
	ClientsElsewhere bool
	// Max bounds the number of namespaces.
	Max int
}

const (
	// DefaultIdle is how long a namespace may go unused that is not told.
	DefaultIdle = 30 * time.Minute
	// defaultMax is above what the largest suite of tests has at a time.
	defaultMax           = 20_000
	defaultJournalBudget = 64 << 20
)

// Registry holds the namespaces of a server. It is safe for concurrent use.
type Registry struct {
	options Options
	kinds   map[string]realm.Kind
	names   []string
	keys    map[string]*realm.Keys
	budget  *journal.Budget
	epoch   atomic.Uint64
	// imported is the size of the documents that snapshots were imported from.
	imported atomic.Int64
	fallback *Namespace

	mu     sync.RWMutex
	others map[string]*Namespace
	// evicted is what the journals had evicted of namespaces that are gone.
	evicted uint64
	// trimmed is how many namespaces there were when their journals were last cut to their
	// shares, or fewer when there have been fewer since.
	trimmed int
	// sweep is nil while no namespace can expire.
	sweep *time.Timer
}

// New makes the registry with its default namespace, which holds the world. Errors
// name the file and the line of the world, or a defect that nobody has.
func New(ctx context.Context, options Options) (*Registry, error) {
	if options.Max == 0 {
		options.Max = defaultMax
	}
	if options.JournalBudget == 0 {
		options.JournalBudget = defaultJournalBudget
	}
	r := &Registry{
		options: options, kinds: map[string]realm.Kind{}, keys: map[string]*realm.Keys{},
		budget: journal.NewBudget(options.JournalBudget), others: map[string]*Namespace{},
	}
	for _, kind := range options.Kinds {
		r.kinds[kind.Name] = kind
		r.keys[kind.Name] = realm.NewKeys()
	}
	r.names = slices.Sorted(maps.Keys(r.kinds))
	r.fallback = r.blank(Default, nil)
	// Its journal is not kept small by the number of others.
	r.fallback.store, r.fallback.journal = options.Store, journal.New(options.Journal, nil)
	if err := r.fallback.ReplaceWorld(ctx, options.World); err != nil {
		return nil, err
	}
	return r, r.fallback.SetDefects(options.Defects...)
}

// blank is a namespace without a world.
func (r *Registry) blank(name string, seed *uint64) *Namespace {
	made := r.options.System()
	n := &Namespace{
		registry: r, name: name, made: made, clock: clock.New(r.options.System), random: newRandomness(r.options.Random, seed),
		store: memory.New(), faults: fault.NewSet(), keys: make(map[string]*realm.Keys, len(r.keys)),
	}
	for realmName, keys := range r.keys {
		n.keys[realmName] = keys.Apart()
	}
	n.touch(made)
	return n
}

// nextEpoch numbers the states of all namespaces, so that a client of one is none of
// another.
func (r *Registry) nextEpoch() uint64 { return r.epoch.Add(1) }

// Default returns the namespace of requests that choose none.
func (r *Registry) Default() *Namespace { return r.fallback }

// Names are those of the realms that every namespace has.
func (r *Registry) Names() []string { return slices.Clone(r.names) }

// NamePattern is what the name of a namespace has to match: a label of a host name
// (RFC 1123 section 2.1) in lower case.
const NamePattern = `^[a-z0-9]([a-z0-9-]{0,61}[a-z0-9])?$`

var namePattern = regexp.MustCompile(NamePattern)

// Find returns the namespace of this name. Whoever looks at it uses it. Errors:
// NotFound, which says how there can be one.
func (r *Registry) Find(name string) (*Namespace, error) {
	if name == Default {
		return r.fallback, nil
	}
	now := r.options.System()
	r.mu.RLock()
	found := r.others[name]
	r.mu.RUnlock()
	if found == nil || found.expired(now) {
		return nil, client.Errorf(client.NotFound, "there is no namespace %q: it was not created, was deleted, or expired for want of use", shortName(name))
	}
	found.touch(now)
	return found, nil
}

// Has reports whether there is a namespace of this name, without using it.
func (r *Registry) Has(name string) bool {
	r.mu.RLock()
	defer r.mu.RUnlock()
	return name == Default || r.others[name] != nil
}

// shortName bounds what a hostile name can put into a message.
func shortName(name string) string {
	const longest = 63
	if len(name) > longest {
		return name[:longest] + "…"
	}
	return name
}

// All lists the namespaces by name, the default one first.
func (r *Registry) All() []*Namespace {
	now := r.options.System()
	r.mu.RLock()
	defer r.mu.RUnlock()
	all := make([]*Namespace, 0, len(r.others)+1)
	for _, n := range r.others {
		if !n.expired(now) {
			all = append(all, n)
		}
	}
	slices.SortFunc(all, func(a, b *Namespace) int { return strings.Compare(a.name, b.name) })
	return slices.Insert(all, 0, r.fallback)
}

// Max is how many namespaces there can be.
func (r *Registry) Max() int { return r.options.Max }

// Count is how many namespaces there are, those that have expired and were not yet
// forgotten included.
func (r *Registry) Count() int {
	r.mu.RLock()
	defer r.mu.RUnlock()
	return len(r.others) + 1
}

// JournalSize is how much all journals hold together. What was evicted by those of
// namespaces that are gone counts on.
func (r *Registry) JournalSize() journal.Size {
	total := r.fallback.journal.Size()
	r.mu.RLock()
	defer r.mu.RUnlock()
	total.Evicted += r.evicted
	for _, n := range r.others {
		size := n.journal.Size()
		total.Entries += size.Entries
		total.Bytes += size.Bytes
		total.Evicted += size.Evicted
	}
	return total
}

// close ends what a namespace has, for whoever holds mu.
func (r *Registry) close(n *Namespace) {
	r.evicted += n.journal.Size().Evicted
	n.dropSnapshots()
	n.journal.Close()
	r.trimmed = min(r.trimmed, len(r.others))
}
