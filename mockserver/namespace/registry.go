package namespace

import (
	"context"
	"io"
	"log/slog"
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
)

// Options are what the namespaces of a server have in common.
type Options struct {
	// Kinds are the realms that a namespace has.
	Kinds []realm.Kind
	// System is the clock that namespaces follow and by which they expire.
	System func() time.Time
	Random io.Reader
	// Backend keeps the clients, and the namespaces too where it is a store.Durable.
	Backend store.Backend
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
	// Logger is told of what goes wrong while nobody asks. Nil tells nobody.
	Logger *slog.Logger
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
	// durable is nil where nothing outlives the process, and shared where no other server
	// works with it.
	durable store.Durable
	shared  store.Shared
	log     *slog.Logger
	// imported is the size of the documents that snapshots were imported from.
	imported atomic.Int64
	fallback *Namespace
	// kept says that the fallback is of another process.
	kept bool

	mu     sync.RWMutex
	others map[string]*Namespace
	// evicted is what the journals had evicted of namespaces that are gone.
	evicted uint64
	// trimmed is how many namespaces there were when their journals were last cut to their
	// shares, or fewer when there have been fewer since.
	trimmed int
	// sweep is nil while no namespace can expire, sweepAfter how long it waits, and closed
	// the end of it.
	sweep      *time.Timer
	sweepAfter time.Duration
	closed     bool
}

// New makes the registry with its default namespace, which holds the world, or what a
// store.Durable has kept of it. Errors name the file and the line of the world, or a defect
// that nobody has.
func New(ctx context.Context, options Options) (*Registry, error) {
	if options.Max == 0 {
		options.Max = defaultMax
	}
	if options.JournalBudget == 0 {
		options.JournalBudget = defaultJournalBudget
	}
	r := &Registry{
		options: options, kinds: map[string]realm.Kind{}, keys: map[string]*realm.Keys{}, log: options.Logger,
		budget: journal.NewBudget(options.JournalBudget), others: map[string]*Namespace{},
	}
	if r.log == nil {
		r.log = slog.New(slog.DiscardHandler)
	}
	r.durable, _ = options.Backend.(store.Durable)
	r.shared, _ = options.Backend.(store.Shared)
	for _, kind := range options.Kinds {
		r.kinds[kind.Name] = kind
		r.keys[kind.Name] = realm.NewKeys(kind.Name, r.vault())
	}
	r.names = slices.Sorted(maps.Keys(r.kinds))
	if r.durable != nil {
		return r, r.open(ctx)
	}
	return r, r.begin(ctx)
}

// begin makes the default namespace of the world.
func (r *Registry) begin(ctx context.Context) error {
	var err error
	if r.fallback, err = r.blank(Default, nil, 0); err != nil {
		return err
	}
	r.fallback.journal = r.newJournal(Default)
	if err := r.fallback.ReplaceWorld(ctx, r.options.World); err != nil {
		return err
	}
	return r.fallback.SetDefects(ctx, r.options.Defects...)
}

// blank is a namespace without a world.
func (r *Registry) blank(name string, seed *uint64, idle time.Duration) (*Namespace, error) {
	record, err := r.newKept()
	if err != nil {
		return nil, err
	}
	made := r.options.System()
	n := &Namespace{
		registry: r, name: name, clock: clock.New(r.options.System), random: newRandomness(r.options.Random, seed),
		faults: fault.NewSet(), record: record,
	}
	n.origin.Store(&origin{made: made, idle: idle, keys: n.unlock()})
	n.touch(made)
	return n, nil
}

// unlock returns the keys of the namespace's realms.
func (n *Namespace) unlock() map[string]*realm.Keys {
	all := make(map[string]*realm.Keys, len(n.registry.keys))
	for name, keys := range n.registry.keys {
		var symmetric []byte
		if n.record != nil {
			symmetric = n.record.symmetric[name]
		}
		all[name] = keys.Apart(symmetric)
	}
	return all
}

// vault keeps the keys where the clients are kept.
func (r *Registry) vault() realm.Vault {
	if r.durable == nil {
		return nil
	}
	return func(name string, create func() ([]byte, error)) ([]byte, error) {
		return r.durable.Secret(context.Background(), name, create)
	}
}

// once is where the nonces of a content are remembered, nil for here.
func (r *Registry) once(content string) realm.Once {
	if r.shared == nil {
		return nil
	}
	return func(ctx context.Context, token string, at, since time.Time) (bool, error) {
		return r.shared.Once(ctx, content+" "+token, at, since)
	}
}

// nextEpoch numbers the states of all namespaces, so that a client of one is none of
// another.
func (r *Registry) nextEpoch(ctx context.Context) (uint64, error) {
	if r.durable != nil {
		return r.durable.Next(ctx)
	}
	return r.epoch.Add(1), nil
}

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
func (r *Registry) Find(ctx context.Context, name string) (*Namespace, error) {
	if name == Default {
		return r.fallback, nil
	}
	r.mu.RLock()
	found := r.others[name]
	r.mu.RUnlock()
	if r.shared != nil {
		var err error
		if found, err = r.findElsewhere(ctx, name, found); err != nil {
			return nil, err
		}
	}
	now := r.options.System()
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
func (r *Registry) All(ctx context.Context) ([]*Namespace, error) {
	if r.shared != nil {
		if err := r.meet(ctx); err != nil {
			return nil, err
		}
	}
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
	return slices.Insert(all, 0, r.fallback), nil
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
	r.fallback.journal.Read()
	total := r.fallback.journal.Size()
	for _, n := range r.list() { // without the lock, as reading may take its time
		n.journal.Read()
		size := n.journal.Size()
		total.Entries += size.Entries
		total.Bytes += size.Bytes
		total.Evicted += size.Evicted
	}
	r.mu.RLock()
	defer r.mu.RUnlock()
	total.Evicted += r.evicted
	return total
}

// close ends what a namespace has, for whoever holds mu.
func (r *Registry) close(n *Namespace) {
	r.evicted += n.journal.Size().Evicted
	n.dropSnapshots()
	n.journal.Close()
	r.trimmed = min(r.trimmed, len(r.others))
}
