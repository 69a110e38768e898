package namespace

import (
	"bytes"
	"context"
	"maps"
	"math/rand/v2"
	"slices"
	"sync"
	"sync/atomic"
	"time"

	"github.com/go-json-experiment/json"

	"github.com/keyturn/keyturn/mockserver/client"
	"github.com/keyturn/keyturn/mockserver/clock"
	"github.com/keyturn/keyturn/mockserver/defect"
	"github.com/keyturn/keyturn/mockserver/propagation"
	"github.com/keyturn/keyturn/mockserver/realm"
	"github.com/keyturn/keyturn/mockserver/store"
	"github.com/keyturn/keyturn/mockserver/wire"
)

// kept is how a namespace is recorded. A nil one is not.
type kept struct {
	durable store.Durable
	// shared is nil unless other servers may change the record too.
	shared store.Shared

	// changing is held by whoever changes the namespace in a way that is recorded, and
	// comes before the namespace's own locks. It guards last and retired.
	changing sync.Mutex
	// recorded says that there is a record, and version is the one that the namespace is
	// in: zero when that is in doubt.
	recorded atomic.Bool
	version  atomic.Uint64
	last     record
	// retired are contents that the record will not refer to any more.
	retired []store.Content
	// world is that of the present, guarded by the lock of whoever puts it there.
	world     []byte
	symmetric map[string][]byte
	// closed is put into the record when the process comes to its end.
	closed bool
}

func (k *kept) retire(c store.Content) {
	if k != nil && c != nil {
		k.retired = append(k.retired, c)
	}
}

func (k *kept) describe(world []byte) {
	if k != nil {
		k.world = world
	}
}

// hasJournal reports whether there can be something in the journal: one that servers share
// begins with the record.
func (k *kept) hasJournal() bool {
	return k == nil || k.shared == nil || k.recorded.Load()
}

func (k *kept) description() []byte {
	if k == nil {
		return nil
	}
	return k.world
}

// maxTries bounds how often a change is made again because another server was faster.
const maxTries = 200

// Change makes a change to the clock, the faults or anything else that is recorded, and
// returns when it is. It may call change more than once, each time on what is there then.
// When change fails it must have changed nothing; when the change cannot be recorded, it is
// undone. Errors: those of change, and of a store.Durable.
func (n *Namespace) Change(ctx context.Context, change func() error) error {
	k := n.record
	if k == nil || !k.recorded.Load() {
		return change()
	}
	k.changing.Lock()
	defer k.changing.Unlock()
	for try := 1; ; try++ {
		if err := n.catchUp(ctx); err != nil {
			return err
		}
		var before record
		if k.shared == nil {
			before = n.describe()
		}
		if err := change(); err != nil {
			return err
		}
		err := n.put(ctx)
		if err == nil {
			k.drop(ctx)
			return nil
		}
		// What it did is there no more.
		k.retired = nil
		if k.shared == nil {
			return n.undo(ctx, &before, err)
		}
		k.version.Store(0)
		if client.KindOf(err) != client.Conflict {
			return err // the next to ask gets what is recorded
		}
		if try == maxTries {
			return client.Wrap(client.Unavailable, err, "too many servers change the namespace at the same time")
		}
		// Another server was faster.
		if err := pause(ctx, try); err != nil {
			return err
		}
	}
}

// pause lets others go first, the longer the more often they were faster.
func pause(ctx context.Context, try int) error {
	select {
	case <-time.After(rand.N(time.Duration(min(try, 20)) * time.Millisecond)): //nolint:gosec // no secret
		return nil
	case <-ctx.Done():
		return ctx.Err()
	}
}

// put records the namespace as it is. Errors: Conflict when another server did meanwhile.
func (n *Namespace) put(ctx context.Context) error {
	k := n.record
	next := n.describe()
	data, err := json.Marshal(next)
	if err != nil {
		return client.Wrap(client.Internal, err, "write the record of the namespace")
	}
	version, err := k.durable.Put(ctx, n.name, data, k.version.Load())
	if err != nil {
		return err
	}
	k.last = next
	k.version.Store(version)
	k.recorded.Store(true)
	return nil
}

// describe is the record of the namespace as it is now.
func (n *Namespace) describe() record {
	k := n.record
	next := record{
		Format: recordFormat, Made: n.MadeAt(), Idle: wire.Duration(n.Idle()), Symmetric: k.symmetric,
		Seed: recordOf(n.seed.Load()), Present: n.present().record(), Closed: k.closed, Start: n.random.start,
	}
	if k.shared != nil {
		// What one server draws is no other's.
		next.Present.Randomness, next.Start = nil, nil
	}
	n.snapshots.mu.Lock()
	defer n.snapshots.mu.Unlock()
	for _, name := range slices.Sorted(maps.Keys(n.snapshots.byName)) {
		next.Snapshots = append(next.Snapshots, n.snapshots.byName[name].record())
	}
	return next
}

// undo brings back what was there before a change that could not be recorded, and returns
// why it could not.
func (n *Namespace) undo(ctx context.Context, before *record, cause error) error {
	n.record.last = n.describe()
	if err := n.apply(context.WithoutCancel(ctx), *before); err != nil {
		n.record.version.Store(0)
		n.registry.log.ErrorContext(ctx, "a namespace could not be brought back to what is recorded", "namespace", n.name, "error", err)
		return cause
	}
	n.record.last = *before
	return cause
}

// drop forgets what the record no longer refers to.
func (k *kept) drop(ctx context.Context) {
	for _, c := range k.retired {
		if k.shared != nil {
			dropLater(c)
		} else {
			dropNow(ctx, c)
		}
	}
	k.retired = nil
}

// dropAfter is when a content is gone that requests may still be at work with.
const dropAfter = 30 * time.Second

// dropNow is for what nobody else has heard of. What is left of it is pruned later.
func dropNow(ctx context.Context, c store.Content) { _ = c.Drop(context.WithoutCancel(ctx)) }

func dropLater(c store.Content) {
	time.AfterFunc(dropAfter, func() { _ = c.Drop(context.Background()) })
}

// Refresh brings the namespace to where other servers have brought it. Errors: NotFound
// when one of them has deleted it, and those of a store.Durable.
func (n *Namespace) Refresh(ctx context.Context) error {
	k := n.record
	if k == nil || k.shared == nil {
		return nil
	}
	known := k.version.Load()
	now, err := k.durable.Record(ctx, n.name, known)
	if err == nil && now.Data == nil && known != 0 {
		return nil
	}
	if err != nil {
		return n.gone(err)
	}
	k.changing.Lock()
	defer k.changing.Unlock()
	return n.catchUp(ctx)
}

// gone forgets a namespace that has no record any more.
func (n *Namespace) gone(err error) error {
	if client.KindOf(err) == client.NotFound {
		n.registry.lose(n)
	}
	return err
}

// catchUp is Refresh for whoever holds changing.
func (n *Namespace) catchUp(ctx context.Context) error {
	k := n.record
	if k.shared == nil && k.version.Load() != 0 {
		return nil // nobody else changes it
	}
	now, err := k.durable.Record(ctx, n.name, k.version.Load())
	if err != nil {
		return n.gone(err)
	}
	if now.Data == nil {
		return nil
	}
	if k.version.Load() == 0 {
		k.last = n.describe() // which nobody has recorded
	}
	next, err := readRecord(now.Data)
	if err != nil {
		return err
	}
	if !maps.EqualFunc(next.Symmetric, k.symmetric, bytes.Equal) {
		// It was deleted, and another one has the name.
		n.originate(&next)
		n.random.forget()
		n.journal.Restart()
	}
	if err = n.apply(ctx, next); err != nil {
		return err
	}
	k.last = next
	k.version.Store(now.Version)
	return nil
}

// originate gives the namespace the beginning that is recorded, its own keys among it.
func (n *Namespace) originate(recorded *record) {
	n.record.symmetric = recorded.Symmetric
	n.origin.Store(&origin{made: recorded.Made, idle: time.Duration(recorded.Idle), keys: n.unlock()})
}

// apply makes the namespace what the record says. What is as the last record has it goes on,
// with all that it remembers.
func (n *Namespace) apply(ctx context.Context, next record) error {
	before := &n.record.last
	if err := n.applyImages(ctx, before, &next); err != nil {
		return err
	}
	present := &next.Present
	if !slices.Equal(before.Present.Defects, present.Defects) {
		active, err := defect.Switch(present.Defects...)
		if err != nil {
			return err
		}
		n.defects.Store(active)
	}
	if before.Present.Propagation != present.Propagation {
		n.propagation.Store(propagation.New(present.Propagation))
	}
	n.clock.SetState(clock.State{Offset: time.Duration(present.Offset), Frozen: present.Frozen})
	n.faults.Restore(present.Faults)
	return nil
}

// applyImages is the part of apply that has clients.
func (n *Namespace) applyImages(ctx context.Context, before, next *record) error {
	if !before.Seed.same(&next.Seed) {
		seed, err := n.registry.recall(ctx, next.Seed)
		if err != nil {
			return err
		}
		n.seed.Store(seed)
	}
	if !before.Present.Image.same(&next.Present.Image) {
		present, err := n.registry.recall(ctx, next.Present.Image)
		if err != nil {
			return err
		}
		n.using.Lock()
		n.settle(present, present.clients)
		n.using.Unlock()
		n.record.retired = nil // whoever has put another in its place drops it
	}
	return n.applySnapshots(ctx, next)
}

func (i *imageRecord) same(other *imageRecord) bool {
	return i.Content == other.Content && slices.Equal(i.Era, other.Era) && bytes.Equal(i.World, other.World)
}

func (n *Namespace) applySnapshots(ctx context.Context, next *record) error {
	made := make(map[string]moment, len(next.Snapshots))
	for i := range next.Snapshots {
		recorded := &next.Snapshots[i]
		present, err := n.snapshot(recorded.Name)
		if err != nil || present.image.clients.ID() != recorded.Image.Content {
			if present, err = n.registry.recallMoment(ctx, recorded); err != nil {
				return err
			}
		}
		made[recorded.Name] = present
	}
	n.snapshots.mu.Lock()
	defer n.snapshots.mu.Unlock()
	for name := range n.snapshots.byName {
		n.drop(name)
	}
	for _, m := range made {
		n.registry.imported.Add(m.size)
	}
	n.snapshots.byName = made
	return nil
}

// newKept is the record to be of a new namespace, nil where nothing outlives the process.
func (r *Registry) newKept() (*kept, error) {
	if r.durable == nil {
		return nil, nil
	}
	k := &kept{durable: r.durable, shared: r.shared, symmetric: make(map[string][]byte, len(r.names))}
	for _, name := range r.names {
		key, err := realm.NewSymmetricKey()
		if err != nil {
			return nil, client.Wrap(client.Internal, err, "make a key")
		}
		k.symmetric[name] = key
	}
	return k, nil
}
