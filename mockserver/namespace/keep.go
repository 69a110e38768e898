package namespace

import (
	"bytes"
	"context"
	"maps"
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
	// version is the one that the namespace is in, zero while it is not recorded yet.
	version atomic.Uint64
	last    record
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

func (k *kept) description() []byte {
	if k == nil {
		return nil
	}
	return k.world
}

// maxTries bounds how often a change is made again because another server was faster.
const maxTries = 20

// Change makes a change to the clock, the faults or anything else that is recorded, and
// returns when it is. Change may be called more than once, each time on what is there
// then. When it fails, or cannot be recorded, all is as it was.
func (n *Namespace) Change(ctx context.Context, change func() error) error {
	k := n.record
	if k == nil || k.version.Load() == 0 {
		return change()
	}
	k.changing.Lock()
	defer k.changing.Unlock()
	for try := 1; ; try++ {
		if err := n.catchUp(ctx); err != nil {
			return err
		}
		err := change()
		if err == nil {
			err = n.put(ctx)
		}
		switch {
		case err == nil:
			k.drop(ctx)
			return nil
		case k.shared != nil && client.KindOf(err) == client.Conflict && k.version.Load() == 0 && try < maxTries:
			continue // another server was faster
		}
		k.retired = nil
		return n.undo(ctx, err)
	}
}

// put records the namespace as it is. When another server did meanwhile, the version is
// forgotten with which this one knows it.
func (n *Namespace) put(ctx context.Context) error {
	k := n.record
	next := n.describe()
	data, err := json.Marshal(next)
	if err != nil {
		return client.Wrap(client.Internal, err, "write the record of the namespace")
	}
	version, err := k.durable.Put(ctx, n.name, data, k.version.Load())
	if client.KindOf(err) == client.Conflict {
		k.version.Store(0)
	}
	if err != nil {
		return err
	}
	k.last = next
	k.version.Store(version)
	return nil
}

// describe is the record of the namespace as it is now.
func (n *Namespace) describe() record {
	k := n.record
	next := record{
		Format: recordFormat, Made: n.made, Idle: wire.Duration(n.idle), Symmetric: k.symmetric,
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

// undo brings back what is recorded, after a change that could not be, and returns why.
func (n *Namespace) undo(ctx context.Context, cause error) error {
	k := n.record
	if err := n.apply(context.WithoutCancel(ctx), k.last, everything); err != nil {
		// The next to ask gets what is recorded.
		k.version.Store(0)
		n.registry.log.ErrorContext(ctx, "a namespace could not be brought back to what is recorded", "namespace", n.name, "error", err)
	}
	return cause
}

// drop forgets what the record no longer refers to.
func (k *kept) drop(ctx context.Context) {
	for _, c := range k.retired {
		if k.shared != nil {
			dropLater(c)
		} else {
			_ = c.Drop(context.WithoutCancel(ctx)) // what is left is pruned later
		}
	}
	k.retired = nil
}

// dropAfter is when a content is gone that requests may still be at work with.
const dropAfter = 30 * time.Second

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
		return nil
	}
	now, err := k.durable.Record(ctx, n.name, k.version.Load())
	if err != nil {
		return n.gone(err)
	}
	if now.Data == nil {
		return nil
	}
	next, err := readRecord(now.Data)
	if err == nil {
		err = n.apply(ctx, next, differences)
	}
	if err != nil {
		return err
	}
	k.last = next
	k.version.Store(now.Version)
	return nil
}

// extent is how much of a record is applied.
type extent uint8

const (
	// everything is for what may have been changed halfway, differences for what is as the
	// last record has it: what has not changed goes on, with all that it remembers.
	everything extent = iota
	differences
)

// apply makes the namespace what the record says.
func (n *Namespace) apply(ctx context.Context, next record, how extent) error {
	k := n.record
	before := &k.last
	if how == everything {
		before = &record{}
	}
	if err := n.applyImages(ctx, before, &next); err != nil {
		return err
	}
	present := &next.Present
	if !slices.Equal(before.Present.Defects, present.Defects) || how == everything {
		active, err := defect.Switch(present.Defects...)
		if err != nil {
			return err
		}
		n.defects.Store(active)
	}
	if before.Present.Propagation != present.Propagation || how == everything {
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
