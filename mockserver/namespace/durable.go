package namespace

import (
	"context"
	"slices"
	"time"

	"github.com/keyturn/keyturn/mockserver/client"
	"github.com/keyturn/keyturn/mockserver/journal"
	"github.com/keyturn/keyturn/mockserver/store"
)

// open brings back what is recorded, and begins with the world where nothing is.
func (r *Registry) open(ctx context.Context) error {
	err := r.openDefault(ctx)
	if err != nil {
		return err
	}
	if err := r.meet(ctx); err != nil {
		return err
	}
	return r.prune(ctx)
}

func (r *Registry) openDefault(ctx context.Context) error {
	found, err := r.bring(ctx, Default)
	switch {
	case err == nil:
		r.fallback, r.kept = found, true
		if len(r.options.Defects) > 0 {
			return r.fallback.SetDefects(ctx, r.options.Defects...)
		}
		return nil
	case client.KindOf(err) != client.NotFound:
		return err
	}
	if err := r.begin(ctx); err != nil {
		return err
	}
	err = r.fallback.put(ctx)
	if client.KindOf(err) == client.Conflict {
		// Another server has begun at the same time. What was made here is pruned later.
		r.fallback.journal.Close()
		r.fallback, err = r.bring(ctx, Default)
		r.kept = err == nil
	}
	return err
}

// Kept reports whether the default namespace is what was kept of it, and not the world of
// the options.
func (r *Registry) Kept() bool { return r.kept }

// bring makes the namespace of a record. Errors: NotFound.
func (r *Registry) bring(ctx context.Context, name string) (*Namespace, error) {
	found, err := r.durable.Record(ctx, name, 0)
	if err != nil {
		return nil, err
	}
	recorded, err := readRecord(found.Data)
	if err != nil {
		return nil, err
	}
	n, err := r.blank(name, nil, 0)
	if err != nil {
		return nil, err
	}
	n.originate(&recorded)
	n.journal = r.newJournal(name)
	if err := n.apply(ctx, recorded); err != nil {
		n.journal.Close()
		return nil, err
	}
	n.record.last = recorded
	n.record.version.Store(found.Version)
	n.record.recorded.Store(true)
	return n, n.resume(ctx, &recorded)
}

// resume goes on with the randomness where the last process left it, if it said where.
func (n *Namespace) resume(ctx context.Context, recorded *record) error {
	if len(recorded.Start) == 0 || n.record.shared != nil {
		return nil
	}
	n.random.start = recorded.Start
	if !recorded.Closed {
		return nil
	}
	if err := n.random.resume(recorded.Present.Randomness); err != nil {
		return err
	}
	// From now on nobody knows, until this process says so.
	return n.Change(ctx, func() error { return nil })
}

// newJournal is that of a namespace, which is kept small by the number of others unless it
// is the default one.
func (r *Registry) newJournal(name string) *journal.Journal {
	budget := r.budget
	if name == Default {
		budget = nil
	}
	if r.shared == nil {
		return journal.New(r.options.Journal, budget)
	}
	return journal.NewShared(r.options.Journal, budget, log{r.shared, name}, func(err error) {
		r.log.Warn("the journal that servers share could not be used", "namespace", name, "error", err)
	})
}

// log is a namespace's journal in the backend.
type log struct {
	shared store.Shared
	name   string
}

func (l log) Append(batch journal.Batch, keep int) error {
	return l.shared.Append(context.Background(), l.name, store.Batch(batch), keep)
}

func (l log) Batches(after uint64) ([]journal.Batch, error) {
	read, err := l.shared.Batches(context.Background(), l.name, after)
	batches := make([]journal.Batch, 0, len(read))
	for _, batch := range read {
		batches = append(batches, journal.Batch(batch))
	}
	return batches, err
}

func (l log) Watch(wake func()) (stop func()) { return l.shared.Watch(l.name, wake) }

// meet makes the namespaces that are recorded and not known here, forgets those that are
// known and not recorded, and learns when each was last used.
func (r *Registry) meet(ctx context.Context) error {
	// Before the names, so that what is new is none that is gone.
	known := slices.DeleteFunc(r.list(), func(n *Namespace) bool { return !n.record.recorded.Load() })
	names, err := r.durable.Names(ctx)
	if err != nil {
		return err
	}
	for _, name := range names {
		if name == Default || r.Has(name) {
			continue
		}
		if _, err := r.welcome(ctx, name); err != nil && client.KindOf(err) != client.NotFound {
			return err
		}
	}
	for _, n := range known {
		if !slices.Contains(names, n.name) {
			r.lose(n)
		}
	}
	return r.tell(ctx)
}

// list returns all but the default one, those that have expired included.
func (r *Registry) list() []*Namespace {
	r.mu.RLock()
	defer r.mu.RUnlock()
	all := make([]*Namespace, 0, len(r.others))
	for _, n := range r.others {
		all = append(all, n)
	}
	return all
}

// welcome makes a namespace known that is recorded. Errors: NotFound.
func (r *Registry) welcome(ctx context.Context, name string) (*Namespace, error) {
	found, err := r.bring(ctx, name)
	if err != nil {
		return nil, err
	}
	r.mu.Lock()
	defer r.mu.Unlock()
	if first := r.others[name]; first != nil {
		found.journal.Close()
		return first, nil
	}
	r.others[name] = found
	r.schedule(found.Idle())
	return found, nil
}

// findElsewhere is what other servers know of a namespace, nil when there is none.
func (r *Registry) findElsewhere(ctx context.Context, name string, here *Namespace) (*Namespace, error) {
	switch {
	case here == nil && !namePattern.MatchString(name):
		return nil, nil
	case here == nil:
		found, err := r.welcome(ctx, name)
		if client.KindOf(err) == client.NotFound {
			return nil, nil
		}
		return found, err
	case here.expired(r.options.System()):
		return here, r.tell(ctx)
	}
	return here, nil
}

// tell exchanges with other servers when namespaces were last used.
func (r *Registry) tell(ctx context.Context) error {
	if r.shared == nil {
		return nil
	}
	all, here := r.list(), map[string]time.Time{}
	for _, n := range all {
		here[n.name] = n.UsedAt()
	}
	anywhere, err := r.shared.Uses(ctx, here)
	if err != nil {
		return err
	}
	for _, n := range all {
		if last := anywhere[n.name]; last.After(n.UsedAt()) {
			n.touch(last)
		}
	}
	return nil
}

// notice finds out whether another server has deleted the namespace of this name.
func (r *Registry) notice(ctx context.Context, name string) error {
	r.mu.RLock()
	known := r.others[name]
	r.mu.RUnlock()
	if known == nil || r.shared == nil {
		return nil
	}
	if err := known.Refresh(ctx); client.KindOf(err) != client.NotFound {
		return err
	}
	return nil
}

// lose forgets a namespace that is recorded no more, and reports whether it was known.
func (r *Registry) lose(n *Namespace) bool {
	r.mu.Lock()
	defer r.mu.Unlock()
	if r.others[n.name] != n {
		return false
	}
	delete(r.others, n.name)
	r.close(n)
	return true
}

// erase takes away what is recorded of a namespace that is not known any more.
func (n *Namespace) erase(ctx context.Context) error {
	k := n.record
	if k == nil {
		return nil
	}
	k.changing.Lock()
	defer k.changing.Unlock()
	if err := k.durable.Remove(ctx, n.name, k.version.Load()); err != nil {
		return err
	}
	for _, id := range k.last.contents() {
		if c, err := k.durable.Open(ctx, id); err == nil {
			dropLater(c)
		}
	}
	return nil
}

// sweepAway forgets what has expired, here or everywhere.
func (r *Registry) sweepAway(ctx context.Context) error {
	if r.shared != nil {
		if err := r.meet(ctx); err != nil {
			return err
		}
	}
	r.mu.Lock()
	gone := r.forget(r.options.System())
	r.mu.Unlock()
	return eraseAll(ctx, gone)
}

// eraseAll is erase for those that may be erased already.
func eraseAll(ctx context.Context, gone []*Namespace) error {
	var failure error
	for _, n := range gone {
		// What was changed since is in use, or another one of the same name.
		switch err := n.erase(ctx); {
		case err == nil, client.KindOf(err) == client.NotFound, client.KindOf(err) == client.Conflict:
		default:
			failure = err
		}
	}
	return failure
}

// prune drops the contents that no record refers to.
func (r *Registry) prune(ctx context.Context) error {
	names, err := r.durable.Names(ctx)
	if err != nil {
		return err
	}
	var keep []string
	for _, name := range names {
		found, err := r.durable.Record(ctx, name, 0)
		if client.KindOf(err) == client.NotFound {
			continue
		}
		if err != nil {
			return err
		}
		recorded, err := readRecord(found.Data)
		if err != nil {
			return err
		}
		keep = append(keep, recorded.contents()...)
	}
	return r.durable.Prune(ctx, keep)
}

// Close records what changes without being recorded at once: how far faults and seeded
// randomness have come. It ends what the registry does by itself.
func (r *Registry) Close(ctx context.Context) error {
	r.mu.Lock()
	r.closed = true
	if r.sweep != nil {
		r.sweep.Stop()
	}
	r.mu.Unlock()
	if r.durable == nil || r.shared != nil {
		return nil
	}
	var failure error
	for _, n := range append(r.list(), r.fallback) {
		err := n.Change(ctx, func() error {
			n.record.closed = true
			return nil
		})
		if err != nil {
			failure = err
		}
	}
	return failure
}
