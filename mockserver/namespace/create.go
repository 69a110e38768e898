package namespace

import (
	"context"
	"time"

	"github.com/keyturn/keyturn/mockserver/client"
	"github.com/keyturn/keyturn/mockserver/journal"
)

// Plan says what a new namespace begins as.
type Plan struct {
	Name string
	// From is a namespace whose present state it copies, or of which it copies the
	// Snapshot. Without From it begins with the world of the server's start.
	From, Snapshot string
	// Seed makes its secrets and identifiers the same each time. Nil draws them, or goes
	// on as what it is copied from.
	Seed *uint64
	// Idle is how long it may go unused before it is forgotten: nil for half an hour,
	// zero for ever.
	Idle *time.Duration
}

// Create makes a namespace. Errors, each at its field: Invalid for a name that cannot
// be, Conflict for one that is taken, NotFound for what it is to be copied from, Limit
// when there are as many as there can be.
func (r *Registry) Create(ctx context.Context, plan Plan) (*Namespace, error) {
	if !namePattern.MatchString(plan.Name) {
		return nil, client.Errorf(client.Invalid, "%q is no name, want 1 to 63 of a-z, 0-9 and -, and no - at its ends", shortName(plan.Name)).At("/name")
	}
	idle := DefaultIdle
	if plan.Idle != nil {
		idle = *plan.Idle
	}
	if idle < 0 {
		return nil, client.Errorf(client.Invalid, "%s is no time to wait, want 0s or more", idle).At("/idle")
	}
	if err := r.notice(ctx, plan.Name); err != nil {
		return nil, err
	}
	made, err := r.blank(plan.Name, plan.Seed, idle)
	if err != nil {
		return nil, err
	}
	made.journal = r.newJournal(plan.Name)
	if err = r.fill(ctx, made, plan); err == nil {
		err = r.enter(ctx, made)
	}
	if err != nil {
		made.journal.Close()
		return nil, err
	}
	for _, crowded := range r.crowded() {
		crowded.Trim()
	}
	return made, nil
}

// fill gives the new namespace its state, which a reset will go back to.
func (r *Registry) fill(ctx context.Context, made *Namespace, plan Plan) error {
	if plan.From == "" {
		if plan.Snapshot != "" {
			return client.Errorf(client.Missing, "a snapshot is one of a namespace: want its name too").At("/from")
		}
		seed, err := r.ownSeed(ctx)
		if err != nil {
			return err
		}
		made.seed.Store(seed)
		if err := made.become(ctx, seed); err != nil {
			return err
		}
		return made.SetDefects(ctx, r.options.Defects...)
	}
	from, err := r.Find(ctx, plan.From)
	if err == nil {
		err = from.Refresh(ctx)
	}
	if err != nil {
		return client.AsError(err).At("/from")
	}
	var copied moment
	if plan.Snapshot == "" {
		if copied, err = from.moment(ctx, ""); err != nil {
			return err
		}
	} else if copied, err = from.snapshot(plan.Snapshot); err != nil {
		return client.AsError(err).At("/snapshot")
	}
	if plan.Seed != nil {
		copied.random = nil
	} else if err := made.random.begin(copied.random); err != nil {
		return err
	}
	if plan.Snapshot != "" && r.durable != nil {
		own, err := r.forked(ctx, copied.image)
		if err != nil {
			return err
		}
		copied.image = own
	}
	made.seed.Store(copied.image)
	// The copy shares nothing with its original: no token of one is good in the other.
	return made.restore(ctx, copied, copied.image.clients.Renew)
}

// enter makes the namespace known, unless it cannot be.
func (r *Registry) enter(ctx context.Context, made *Namespace) error {
	gone, err := r.admit(made)
	if err != nil {
		return err
	}
	if made.record == nil {
		return nil
	}
	if err = eraseAll(ctx, gone); err == nil {
		err = made.put(ctx)
	}
	if client.KindOf(err) == client.Conflict {
		// The one that has the name may have expired without anybody noticing.
		if err = r.sweepAway(ctx); err == nil {
			err = made.put(ctx)
		}
	}
	if err != nil {
		r.lose(made)
	}
	if client.KindOf(err) == client.Conflict {
		return taken(made.name)
	}
	return err
}

func taken(name string) error {
	return client.Errorf(client.Conflict, "there is a namespace %q already", name).At("/name")
}

// admit is enter as far as this server is concerned. What has expired and is not known any
// more it returns.
func (r *Registry) admit(made *Namespace) (gone []*Namespace, err error) {
	now := r.options.System()
	r.mu.Lock()
	defer r.mu.Unlock()
	before := r.others[made.name]
	switch {
	case made.name == Default, before != nil && !before.expired(now):
		return nil, taken(made.name)
	case before == nil && len(r.others)+1 >= r.options.Max:
		if gone = r.forget(now); len(r.others)+1 >= r.options.Max {
			return gone, client.Errorf(client.Limit, "there are %d namespaces, the most there can be: delete some", r.options.Max)
		}
	case before != nil:
		r.close(before)
		gone = append(gone, before)
	}
	r.others[made.name] = made
	r.schedule(made.Idle())
	return gone, nil
}

// crowded returns the journals, each time there are twice as many as when it last did: what
// a journal that nobody uses holds since there were few would be too much for many.
func (r *Registry) crowded() []*journal.Journal {
	r.mu.Lock()
	defer r.mu.Unlock()
	if len(r.others) < 2*r.trimmed {
		return nil
	}
	r.trimmed = len(r.others)
	all := make([]*journal.Journal, 0, len(r.others))
	for _, n := range r.others {
		all = append(all, n.journal)
	}
	return all
}

// Delete forgets the namespace and all that it holds. Errors: NotFound, Conflict for
// the default one.
func (r *Registry) Delete(ctx context.Context, name string) error {
	if name == Default {
		return client.Errorf(client.Conflict, "the default namespace cannot be deleted; it can be reset")
	}
	found, err := r.Find(ctx, name)
	for try := 1; err == nil && try <= maxTries; try++ {
		if err = found.Refresh(ctx); err != nil {
			break
		}
		if err = found.erase(ctx); client.KindOf(err) != client.Conflict {
			break
		}
		err = pause(ctx, try)
	}
	if err != nil && client.KindOf(err) != client.NotFound {
		return err
	}
	// Of those that are recorded, requests under way may have noticed meanwhile.
	if err != nil || !r.lose(found) && found.record == nil {
		return client.Errorf(client.NotFound, "there is no namespace %q", shortName(name))
	}
	return nil
}

// forget drops what has expired, and returns it, for whoever holds mu.
func (r *Registry) forget(now time.Time) (gone []*Namespace) {
	for name, n := range r.others {
		if n.expired(now) {
			delete(r.others, name)
			r.close(n)
			gone = append(gone, n)
		}
	}
	return gone
}

// sweepEvery is how often what has expired is looked for, at most and at least.
const (
	sweepOften  = time.Second
	sweepSeldom = time.Minute
)

// tellEvery is how often servers tell each other of the use of a namespace that may go
// unused for so long.
func tellEvery(idle time.Duration) time.Duration {
	return min(max(idle/4, 250*time.Millisecond), 30*time.Second)
}

// sweepFor is how long a sweep may take where there is somebody to be asked.
const sweepFor = 10 * time.Second

// schedule has what expires forgotten, for whoever holds mu. There is no timer while
// there is nothing to forget, so that a server which is no longer used can be too.
func (r *Registry) schedule(idle time.Duration) {
	if idle == 0 || r.closed {
		return
	}
	next := min(max(idle, sweepOften), sweepSeldom)
	if r.shared != nil {
		next = tellEvery(idle)
	}
	// One that is under way schedules the next itself.
	if r.sweep != nil && (next >= r.sweepAfter || !r.sweep.Stop()) {
		return
	}
	r.sweepAfter = next
	r.sweep = time.AfterFunc(next, func() {
		ctx, cancel := context.WithTimeout(context.Background(), sweepFor)
		defer cancel()
		if err := r.sweepAway(ctx); err != nil {
			r.log.WarnContext(ctx, "namespaces that have expired are not forgotten yet", "error", err)
		}
		r.mu.Lock()
		defer r.mu.Unlock()
		r.sweep = nil
		least := time.Duration(0)
		for _, n := range r.others {
			if idle := n.Idle(); idle > 0 && (least == 0 || idle < least) {
				least = idle
			}
		}
		r.schedule(least)
	})
}
