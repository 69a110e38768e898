package namespace

import (
	"context"
	"io"
	"sync"
	"sync/atomic"
	"time"

	"github.com/keyturn/keyturn/fixtures"
	"github.com/keyturn/keyturn/mockserver/client"
	"github.com/keyturn/keyturn/mockserver/clock"
	"github.com/keyturn/keyturn/mockserver/defect"
	"github.com/keyturn/keyturn/mockserver/fault"
	"github.com/keyturn/keyturn/mockserver/journal"
	"github.com/keyturn/keyturn/mockserver/propagation"
	"github.com/keyturn/keyturn/mockserver/realm"
	"github.com/keyturn/keyturn/mockserver/store"
)

// Namespace is one isolated world. It is safe for concurrent use.
type Namespace struct {
	registry *Registry
	name     string
	// origin is never nil.
	origin atomic.Pointer[origin]
	// used is when it was used last, as Unix nanoseconds of the system's clock.
	used atomic.Int64

	clock   *clock.Clock
	random  *randomness
	store   live
	journal *journal.Journal
	faults  *fault.Set

	// replacing is held by whoever replaces the state, from the look at the seed to
	// the end. It comes before using.
	replacing sync.Mutex
	// seed is what a reset goes back to.
	seed atomic.Pointer[image]
	// using is held for reading by whoever works with the realms and the store
	// together, which keeps one world's clients from meeting another world's realms.
	// The realms alone can be looked at without it.
	using  sync.RWMutex
	realms atomic.Pointer[map[string]*realm.Realm]
	// defects and propagation are nil while nothing is switched on.
	defects     atomic.Pointer[defect.Active]
	propagation atomic.Pointer[propagation.State]

	snapshots snapshots
	// record is nil where nothing outlives the process.
	record *kept

	// following is held by whoever begins or ends to follow the journal, and guards the
	// session that all followers share.
	following sync.Mutex
	followers int
	session   *journal.Session
}

// origin is what a namespace has from its beginning to its end.
type origin struct {
	made time.Time
	// idle is how long it may go unused before it is forgotten, zero for ever.
	idle time.Duration
	keys map[string]*realm.Keys
}

// Default is the name of the namespace of requests that choose none.
const Default = "default"

// Name is what requests choose it by.
func (n *Namespace) Name() string { return n.name }

// MadeAt is when it was created, by the system's clock.
func (n *Namespace) MadeAt() time.Time { return n.origin.Load().made }

// UsedAt is when it was last chosen, by the system's clock.
func (n *Namespace) UsedAt() time.Time { return time.Unix(0, n.used.Load()).UTC() }

// Idle is how long it may go unused before it is forgotten. Zero means for ever.
func (n *Namespace) Idle() time.Duration { return n.origin.Load().idle }

// Clock is the time that everything in the namespace lives by.
func (n *Namespace) Clock() *clock.Clock { return n.clock }

// Random is where its secrets and identifiers come from.
func (n *Namespace) Random() io.Reader { return n.random }

// Store keeps its clients.
func (n *Namespace) Store() store.Store { return &n.store }

// Journal is what it was asked and answered.
func (n *Namespace) Journal() *journal.Journal { return n.journal }

// Faults are those that its requests meet.
func (n *Namespace) Faults() *fault.Set { return n.faults }

// Meet is what the faults do to a request at a time, and what it asks for itself. Where
// servers share the namespace they count together. Errors: those of Change.
func (n *Namespace) Meet(ctx context.Context, r fault.Request, asked *fault.Effect, now time.Time) (outcome *fault.Outcome, err error) {
	if n.record == nil || n.record.shared == nil || !n.faults.Sees(&r) {
		return n.faults.Hit(r, asked, now), nil
	}
	err = n.Change(ctx, func() error {
		outcome = n.faults.Hit(r, asked, now)
		return nil
	})
	return outcome, err
}

// Realm returns the realm of this name, nil for one that there is not. What belongs
// together, of a realm and its clients, is looked at under Hold.
func (n *Namespace) Realm(name string) *realm.Realm { return (*n.realms.Load())[name] }

// Hold keeps the world in its place until Release is called.
func (n *Namespace) Hold() { n.using.RLock() }

// Release ends what Hold began.
func (n *Namespace) Release() { n.using.RUnlock() }

// Reset puts the namespace back to what it was at the start, or what ReplaceWorld
// last made it: its world, the system's time, no faults, no propagation delay, the
// defects of the start, an empty journal. Snapshots stay.
func (n *Namespace) Reset(ctx context.Context) error {
	return n.Change(ctx, func() error { return n.reset(ctx) })
}

func (n *Namespace) reset(ctx context.Context) error {
	active, err := defect.Switch(n.registry.options.Defects...)
	if err != nil {
		return err
	}
	n.replacing.Lock()
	defer n.replacing.Unlock()
	n.using.Lock()
	defer n.using.Unlock()
	if err := n.become(ctx, n.seed.Load()); err != nil {
		return err
	}
	n.clock.Release()
	n.faults.Clear()
	n.propagation.Store(nil)
	n.defects.Store(active)
	n.random.rewind()
	return nil
}

// ReplaceWorld swaps the whole state for this world, or leaves it alone and says what
// in the world is wrong. The journal is cleared. Clock, faults and defects stay.
func (n *Namespace) ReplaceWorld(ctx context.Context, world fixtures.World) error {
	return n.Change(ctx, func() error { return n.replaceWorld(ctx, world) })
}

func (n *Namespace) replaceWorld(ctx context.Context, world fixtures.World) error {
	n.replacing.Lock()
	defer n.replacing.Unlock()
	next, err := n.registry.load(ctx, world, n.clock.Now())
	if err != nil {
		return err
	}
	n.using.Lock()
	defer n.using.Unlock()
	if err := n.become(ctx, next); err != nil {
		return err
	}
	if before := n.seed.Swap(next); before != nil {
		n.record.retire(before.clients)
	}
	return nil
}

// become puts the image in the place of the state, for whoever holds using. Its clients
// are new ones, so that no token of before is theirs.
func (n *Namespace) become(ctx context.Context, from *image) error {
	epoch, err := n.registry.nextEpoch(ctx)
	if err != nil {
		return err
	}
	clients, err := from.clients.Renew(ctx, epoch)
	if err != nil {
		return client.Wrap(client.KindOf(err), err, "load the world")
	}
	n.enter(from, clients)
	return nil
}

// enter makes the clients and the realms of the image its own and begins a new journal.
func (n *Namespace) enter(from *image, clients store.Content) {
	n.settle(from, clients)
	if n.record.hasJournal() {
		_ = n.journal.Clear() // a log that is away is told of, and what follows will fail too
	}
}

// settle is enter without the journal.
func (n *Namespace) settle(from *image, clients store.Content) {
	realms, keys := make(map[string]*realm.Realm, len(from.realms)), n.origin.Load().keys
	for name, r := range from.realms {
		realms[name] = r.With(keys[name], realm.NewNonces(n.registry.once(clients.ID())))
	}
	n.record.retire(n.store.swap(clients))
	n.record.describe(from.world)
	n.realms.Store(&realms)
	// What is on its way to replicas is of the world of before.
	n.propagation.Store(propagation.New(n.propagation.Load().Settings()))
}

// World returns the present state in the form of a world.
func (n *Namespace) World(ctx context.Context) (fixtures.World, error) {
	n.using.RLock()
	defer n.using.RUnlock()
	return saveWorld(ctx, *n.realms.Load(), &n.store)
}

// Defects lists the ids of the defects that are switched on.
func (n *Namespace) Defects() []string { return n.defects.Load().IDs() }

// Misbehaviour is what is switched on, nil for nothing.
func (n *Namespace) Misbehaviour() *defect.Active { return n.defects.Load() }

// SetDefects switches these defects on, sets of them included, and all others off.
// What one remembers begins anew. Errors: Invalid for an id that nobody has; nothing
// changes then.
func (n *Namespace) SetDefects(ctx context.Context, ids ...string) error {
	active, err := defect.Switch(ids...)
	if err != nil {
		return err
	}
	return n.Change(ctx, func() error {
		n.defects.Store(active)
		return nil
	})
}

// Propagation is the delay with which secrets begin and end to work, nil for none.
func (n *Namespace) Propagation() *propagation.State { return n.propagation.Load() }

// SetPropagation begins anew with these delays, or ends them when they are zero.
// Errors: Invalid for what cannot be; nothing changes then.
func (n *Namespace) SetPropagation(ctx context.Context, settings propagation.Settings) error {
	if err := settings.Check(); err != nil {
		return err
	}
	return n.Change(ctx, func() error {
		n.propagation.Store(propagation.New(settings))
		return nil
	})
}

// touch notes that it is used now.
func (n *Namespace) touch(now time.Time) { n.used.Store(now.UnixNano()) }

// expired reports whether nobody has used it for as long as it may go unused. Where servers
// share it that is as long more as it takes them to hear of each other.
func (n *Namespace) expired(now time.Time) bool {
	idle := n.Idle()
	if idle == 0 {
		return false
	}
	if n.registry.shared != nil {
		idle += 2 * tellEvery(idle)
	}
	return now.Sub(time.Unix(0, n.used.Load())) >= idle
}

// HasClient reports whether any realm has a client of this id or ClientID, as far as the
// server knows: those of a deployment that it stands before may have any.
func (n *Namespace) HasClient(ctx context.Context, name string) (bool, error) {
	if n.registry.options.ClientsElsewhere {
		return true, nil
	}
	for _, realmName := range n.registry.names {
		_, err := n.store.Get(ctx, client.Key{Realm: realmName, ID: name})
		if client.KindOf(err) == client.NotFound {
			_, err = n.store.Find(ctx, realmName, name)
		}
		if err == nil {
			return true, nil
		}
		if client.KindOf(err) != client.NotFound {
			return false, err
		}
	}
	return false, nil
}

// Follow returns what makes the entries of the journal fit to be shown as they come, to
// all who follow it. It is made with the redactor for the first of them, and what it has
// learned is forgotten when the last is done.
func (n *Namespace) Follow(ctx context.Context, redactor *journal.Redactor) (session *journal.Session, done func(), err error) {
	n.following.Lock()
	defer n.following.Unlock()
	if n.session == nil {
		held, err := n.Secrets(ctx)
		if err != nil {
			return nil, nil, err
		}
		n.session = redactor.NewSession(n.journal.Snapshot().Entries, held)
	}
	n.followers++
	return n.session, sync.OnceFunc(n.unfollow), nil
}

func (n *Namespace) unfollow() {
	n.following.Lock()
	defer n.following.Unlock()
	if n.followers--; n.followers == 0 {
		n.session = nil
	}
}
