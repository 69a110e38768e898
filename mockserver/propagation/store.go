package propagation

import (
	"context"
	"time"

	"github.com/keyturn/keyturn/mockserver/client"
	"github.com/keyturn/keyturn/mockserver/store"
)

// Store returns a store for the time of the request, which notes what becomes of
// secrets on its way into the inner one. It must be the innermost decoration, to see
// what is really kept.
//
// Delete and Replace are not noted. The secrets of a deleted client go with it, since
// nobody finds it any more; what comes to be under its name is another client, by its
// Serial. A world that is put in the place of another was never new.
func (r *Replica) Store(inner store.Store) store.Store {
	return noting{Store: inner, notes: &r.state.notes, now: r.now}
}

type noting struct {
	store.Store

	notes *notes
	now   time.Time
}

// Create implements store.Store.
func (s noting) Create(ctx context.Context, c client.Client) (client.Client, error) {
	if _, err := s.Get(ctx, c.Key); err == nil {
		// It will be refused, and must not cast doubt on the client that is there.
		return s.Store.Create(ctx, c)
	}
	var made tentative
	defer made.settle(s.notes)
	made.put(s.notes, compare(client.Client{Key: c.Key}, c, s.now), s.now)
	created, err := s.Store.Create(ctx, c)
	if err == nil {
		s.notes.entitle(made.notes, created.Serial)
		made.kept = true
	}
	return created, err
}

// Update implements store.Store. The notes are there before the result can be seen, and
// only those of the last run of the change stay.
func (s noting) Update(ctx context.Context, key client.Key, change func(*client.Client) error) (client.Client, error) {
	var made tentative
	defer made.settle(s.notes)
	updated, err := s.Store.Update(ctx, key, func(c *client.Client) error {
		before := c.Clone()
		if err := change(c); err != nil {
			return err
		}
		made.put(s.notes, compare(before, *c, s.now), s.now)
		return nil
	})
	made.kept = err == nil
	return updated, err
}

// tentative are the notes of a write that may come to nothing.
type tentative struct {
	notes []*note
	kept  bool
}

// put has these notes instead of those before.
func (t *tentative) put(in *notes, all []*note, now time.Time) {
	in.withdraw(t.notes)
	t.notes = all
	if len(all) > 0 {
		in.add(all, now)
	}
}

// settle takes the notes back unless the write was kept.
func (t *tentative) settle(in *notes) {
	if !t.kept {
		in.withdraw(t.notes)
	}
}

// compare notes the secrets that a write retired and issued: those that authenticated
// before or do so after, and not both.
func compare(before, after client.Client, now time.Time) []*note {
	was, is := live(before, now), live(after, now)
	var all []*note
	add := func(k kind, secret client.Secret) {
		all = append(all, &note{kind: k, at: now, of: before.Key, serial: before.Serial, value: valueOf(secret), secret: secret})
	}
	for own, secret := range was {
		if _, stays := is[own]; !stays {
			add(retired, secret)
		}
	}
	for own, secret := range is {
		if _, stayed := was[own]; !stayed {
			add(issued, secret)
		}
	}
	return all
}

// live are the secrets that authenticate, without those that nothing could match.
func live(c client.Client, now time.Time) map[value]client.Secret {
	all := make(map[value]client.Secret, len(c.Secrets))
	for i := range c.Secrets {
		secret := &c.Secrets[i]
		if own := valueOf(*secret); own != (value{}) && secret.Live(now) {
			all[own] = *secret
		}
	}
	return all
}
