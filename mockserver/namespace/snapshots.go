package namespace

import (
	"context"
	"errors"
	"maps"
	"slices"
	"sync"
	"time"

	"github.com/keyturn/keyturn/mockserver/client"
	"github.com/keyturn/keyturn/mockserver/clock"
	"github.com/keyturn/keyturn/mockserver/defect"
	"github.com/keyturn/keyturn/mockserver/fault"
	"github.com/keyturn/keyturn/mockserver/propagation"
	"github.com/keyturn/keyturn/mockserver/realm"
	"github.com/keyturn/keyturn/mockserver/snapshot"
	"github.com/keyturn/keyturn/mockserver/store"
)

const (
	// maxSnapshots bounds what one namespace may keep. A snapshot that is saved shares
	// the memory of what has not changed since.
	maxSnapshots = 100
	// maxImported bounds the documents of the snapshots that were imported, in all
	// namespaces, as those share nothing with anybody.
	maxImported = 256 << 20
)

// snapshots are those of one namespace.
type snapshots struct {
	mu     sync.Mutex
	byName map[string]moment
}

// moment is the whole state of a namespace at one time, but for its journal and what
// defects remember.
type moment struct {
	name        string
	at          time.Time
	image       *image
	clock       clock.State
	faults      []fault.Fault
	defects     []string
	propagation propagation.Settings
	random      []byte
	// size is that of the document that it was imported from, 0 for one that was saved.
	size int64
}

// SnapshotInfo is what is told of a snapshot.
type SnapshotInfo struct {
	Name string
	// At is when it was saved, by the clock of the namespace.
	At time.Time
}

// Snapshots lists those that were saved, by name.
func (n *Namespace) Snapshots() []SnapshotInfo {
	n.snapshots.mu.Lock()
	defer n.snapshots.mu.Unlock()
	infos := make([]SnapshotInfo, 0, len(n.snapshots.byName))
	for _, name := range slices.Sorted(maps.Keys(n.snapshots.byName)) {
		infos = append(infos, SnapshotInfo{name, n.snapshots.byName[name].at})
	}
	return infos
}

// SaveSnapshot keeps the present state under a name. Errors: Invalid for a name that
// cannot be, Conflict for one that is taken, Limit when there are 100.
func (n *Namespace) SaveSnapshot(ctx context.Context, name string) (info SnapshotInfo, err error) {
	err = n.Change(ctx, func() error {
		info, err = n.saveSnapshot(ctx, name)
		return err
	})
	return info, err
}

func (n *Namespace) saveSnapshot(ctx context.Context, name string) (SnapshotInfo, error) {
	if err := checkSnapshotName(name); err != nil {
		return SnapshotInfo{}, err
	}
	number, err := n.registry.nextEpoch(ctx)
	if err != nil {
		return SnapshotInfo{}, err
	}
	n.using.Lock()
	defer n.using.Unlock()
	if _, err := n.snapshot(name); err == nil {
		return SnapshotInfo{}, client.Errorf(client.Conflict, "there is a snapshot %q already", name).At("/name")
	}
	taken, err := n.take(ctx, name)
	if err != nil {
		return SnapshotInfo{}, err
	}
	if err := n.keep(taken); err != nil {
		return SnapshotInfo{}, errors.Join(err, taken.image.clients.Drop(ctx))
	}
	n.beginEra(number)
	return SnapshotInfo{taken.name, taken.at}, nil
}

// beginEra ends the one in which tokens were issued until now, for whoever holds using.
func (n *Namespace) beginEra(number uint64) {
	realms := make(map[string]*realm.Realm, len(n.registry.names))
	for name, r := range *n.realms.Load() {
		realms[name] = r.In(r.Era.Next(number))
	}
	n.realms.Store(&realms)
}

// moment takes the present state, between two requests.
func (n *Namespace) moment(ctx context.Context, name string) (moment, error) {
	n.using.Lock()
	defer n.using.Unlock()
	return n.take(ctx, name)
}

// take is moment for whoever holds using.
func (n *Namespace) take(ctx context.Context, name string) (moment, error) {
	epoch, err := n.registry.nextEpoch(ctx)
	if err != nil {
		return moment{}, err
	}
	clients, err := n.store.content().Fork(ctx, epoch)
	if err != nil {
		return moment{}, err
	}
	m := n.present()
	m.name, m.image.clients = name, clients
	return m, nil
}

// present is the state as it is, and will not be for long.
func (n *Namespace) present() moment {
	return moment{
		at: n.clock.Now(), image: &image{realms: *n.realms.Load(), clients: n.store.content(), world: n.record.description()},
		clock: n.clock.State(), faults: n.faults.List(), defects: n.Defects(),
		propagation: n.propagation.Load().Settings(), random: n.random.state(),
	}
}

func (n *Namespace) keep(m moment) error {
	if err := checkSnapshotName(m.name); err != nil {
		return err
	}
	n.snapshots.mu.Lock()
	defer n.snapshots.mu.Unlock()
	if _, there := n.snapshots.byName[m.name]; !there && len(n.snapshots.byName) >= maxSnapshots {
		return client.Errorf(client.Limit, "the namespace has %d snapshots, the most it can have: delete some", maxSnapshots)
	}
	if m.size > 0 && n.registry.imported.Add(m.size) > maxImported {
		n.registry.imported.Add(-m.size)
		return client.Errorf(client.Limit, "the snapshots that were imported have more than %d MiB with this one: delete some", maxImported>>20)
	}
	if n.snapshots.byName == nil {
		n.snapshots.byName = map[string]moment{}
	}
	n.drop(m.name)
	n.snapshots.byName[m.name] = m
	return nil
}

func checkSnapshotName(name string) error {
	if !namePattern.MatchString(name) {
		return client.Errorf(client.Invalid, "%q is no name, want 1 to 63 of a-z, 0-9 and -, and no - at its ends", shortName(name)).At("/name")
	}
	return nil
}

// drop forgets a snapshot if there is one, for whoever holds the lock.
func (n *Namespace) drop(name string) {
	n.registry.imported.Add(-n.snapshots.byName[name].size)
	delete(n.snapshots.byName, name)
}

// dropSnapshots forgets all of them.
func (n *Namespace) dropSnapshots() {
	n.snapshots.mu.Lock()
	defer n.snapshots.mu.Unlock()
	for name := range n.snapshots.byName {
		n.drop(name)
	}
}

func (n *Namespace) snapshot(name string) (moment, error) {
	n.snapshots.mu.Lock()
	defer n.snapshots.mu.Unlock()
	if m, there := n.snapshots.byName[name]; there {
		return m, nil
	}
	return moment{}, client.Errorf(client.NotFound, "the namespace %s has no snapshot %q", n.name, shortName(name)).At("/name")
}

// DeleteSnapshot forgets a snapshot. Errors: NotFound.
func (n *Namespace) DeleteSnapshot(ctx context.Context, name string) error {
	return n.Change(ctx, func() error {
		m, err := n.snapshot(name)
		if err != nil {
			return err
		}
		n.snapshots.mu.Lock()
		defer n.snapshots.mu.Unlock()
		n.drop(name)
		n.record.retire(m.image.clients)
		return nil
	})
}

// RestoreSnapshot brings the state back that was saved: its clients are the same ones,
// so that the access tokens of then are good again, and those that were issued since are
// not. The journal begins anew. Errors: NotFound.
func (n *Namespace) RestoreSnapshot(ctx context.Context, name string) error {
	return n.Change(ctx, func() error {
		m, err := n.snapshot(name)
		if err != nil {
			return err
		}
		return n.restore(ctx, m, m.image.clients.Fork)
	})
}

// restore makes the moment the present, with a copy of its clients.
func (n *Namespace) restore(ctx context.Context, m moment, copied func(context.Context, uint64) (store.Content, error)) error {
	active, err := defect.Switch(m.defects...)
	if err != nil {
		return err
	}
	epoch, err := n.registry.nextEpoch(ctx)
	if err != nil {
		return err
	}
	era, err := n.registry.nextEpoch(ctx)
	if err != nil {
		return err
	}
	n.replacing.Lock()
	defer n.replacing.Unlock()
	n.using.Lock()
	defer n.using.Unlock()
	clients, err := copied(ctx, epoch)
	if err != nil {
		return err
	}
	n.enter(m.image, clients)
	n.beginEra(era)
	n.clock.SetState(m.clock)
	n.faults.Restore(m.faults)
	n.propagation.Store(propagation.New(m.propagation))
	n.defects.Store(active)
	return n.random.resume(m.random)
}

// ExportSnapshot writes a snapshot as a document, the present state without a name.
// Errors: NotFound.
func (n *Namespace) ExportSnapshot(ctx context.Context, name string) (snapshot.Document, error) {
	m, err := n.snapshot(name)
	if name == "" {
		m, err = n.moment(ctx, "")
	}
	if err != nil {
		return snapshot.Document{}, err
	}
	if name == "" {
		defer dropNow(ctx, m.image.clients)
	}
	world, err := saveWorld(ctx, m.image.realms, m.image.clients)
	return snapshot.Document{
		Name: m.name, TakenAt: m.at, Namespace: n.name, Clock: m.clock, World: world,
		Faults: m.faults, Defects: m.defects, Propagation: m.propagation, Randomness: m.random,
	}, err
}

// ImportSnapshot keeps a document, which had this size in bytes, as the snapshot of this name, in the place of one of
// the same name. Its clients are new ones. Errors: those of its world, and of what is
// in it that cannot be; nothing changes then.
func (n *Namespace) ImportSnapshot(ctx context.Context, name string, from snapshot.Document, size int) error {
	made, err := n.registry.load(ctx, from.World, from.TakenAt)
	if client.KindOf(err) == client.Unavailable {
		return err
	}
	if err != nil {
		return client.Errorf(client.Invalid, "%s", err).At("/world")
	}
	if _, err := defect.Switch(from.Defects...); err != nil {
		return client.AsError(err).At("/defects")
	}
	if err := checkClock(from.Clock, n.registry.options.System()); err != nil {
		return err
	}
	epoch, err := n.registry.nextEpoch(ctx)
	if err != nil {
		return err
	}
	loaded := made.clients
	if made.clients, err = loaded.Renew(ctx, epoch); err != nil {
		return err
	}
	if err := loaded.Drop(ctx); err != nil {
		return err
	}
	return n.Change(ctx, func() error {
		return n.keep(moment{
			name: name, at: from.TakenAt, image: made, clock: from.Clock,
			faults: from.Faults, defects: from.Defects, propagation: from.Propagation, random: from.Randomness, size: int64(size),
		})
	})
}
