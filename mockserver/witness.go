package mockserver

import (
	"context"

	"github.com/keyturn/keyturn/mockserver/client"
	"github.com/keyturn/keyturn/mockserver/journal"
	"github.com/keyturn/keyturn/mockserver/store"
)

// witness is the store of one call. It notes what becomes of secrets, for the journal.
type witness struct {
	store.Store

	changes []journal.Change
	// away is why the store did not answer, nil if it always did.
	away error
}

// heard notes that the store did not answer, which no handler may take for a no.
func (w *witness) heard(err error) error {
	if err != nil && client.KindOf(err) == client.Unavailable {
		w.away = err
	}
	return err
}

// Get implements store.Store.
func (w *witness) Get(ctx context.Context, key client.Key) (client.Client, error) {
	c, err := w.Store.Get(ctx, key)
	return c, w.heard(err)
}

// Find implements store.Store.
func (w *witness) Find(ctx context.Context, realm, clientID string) (client.Client, error) {
	c, err := w.Store.Find(ctx, realm, clientID)
	return c, w.heard(err)
}

// List implements store.Store.
func (w *witness) List(ctx context.Context, q store.Query) (store.Page, error) {
	page, err := w.Store.List(ctx, q)
	return page, w.heard(err)
}

// Create implements store.Store.
func (w *witness) Create(ctx context.Context, c client.Client) (client.Client, error) {
	created, err := w.Store.Create(ctx, c)
	if err == nil {
		w.compare(created.Key, nil, created.Secrets, journal.ChangeSuperseded)
	}
	return created, w.heard(err)
}

// Update implements store.Store.
func (w *witness) Update(ctx context.Context, key client.Key, change func(*client.Client) error) (client.Client, error) {
	var before []client.Secret
	after, err := w.Store.Update(ctx, key, func(c *client.Client) error {
		before = append(before[:0], c.Secrets...) // the change may write into its own
		return change(c)
	})
	if err == nil {
		w.compare(key, before, after.Secrets, journal.ChangeSuperseded)
	}
	return after, w.heard(err)
}

// Delete implements store.Store.
func (w *witness) Delete(ctx context.Context, keys ...client.Key) error {
	doomed := make([]client.Client, 0, len(keys))
	for _, key := range keys {
		if c, err := w.Get(ctx, key); err == nil {
			doomed = append(doomed, c)
		}
	}
	err := w.Store.Delete(ctx, keys...)
	if err == nil {
		for _, c := range doomed {
			w.compare(c.Key, c.Secrets, nil, journal.ChangeRemoved)
		}
	}
	return w.heard(err)
}

// compare notes in what the secrets differ. gone is what those are that are no more.
func (w *witness) compare(key client.Key, before, after []client.Secret, gone string) {
	for i := range after {
		at := indexOf(before, &after[i], i)
		switch {
		case at < 0:
			w.note(key, after[i], journal.ChangeIssued)
		case after[i].Deleted() && !before[at].Deleted():
			w.note(key, after[i], journal.ChangeDeleted)
		}
	}
	for i := range before {
		if indexOf(after, &before[i], i) < 0 {
			w.note(key, before[i], gone)
		}
	}
}

// indexOf looks where the secret is likely to be before it looks everywhere, so that
// comparing many of which one differs does not look at all of them for each. It is -1 for
// one that is not in the list.
func indexOf(list []client.Secret, s *client.Secret, likely int) int {
	if likely < len(list) && isSame(&list[likely], s) {
		return likely
	}
	for i := range list {
		if isSame(&list[i], s) {
			return i
		}
	}
	return -1
}

func isSame(a, b *client.Secret) bool {
	return a.ID == b.ID && a.Digest == b.Digest && a.Stored == b.Stored
}

func (w *witness) note(key client.Key, s client.Secret, kind string) {
	w.changes = append(w.changes, journal.Change{
		Realm: key.Realm, Client: key.ID, Secret: s.ID, Digest: s.Digest, Kind: kind, ExpiresAt: s.ExpiresAt,
	})
}

// uses are those of the call, as the journal has them.
func (x *exchange) uses() []journal.Use {
	if len(x.call.Uses) == 0 {
		return nil
	}
	uses := make([]journal.Use, len(x.call.Uses))
	for i, use := range x.call.Uses {
		uses[i] = journal.Use{
			Realm: use.Client.Realm, Client: use.Client.ID, Secret: use.Verdict.Secret, Digest: use.Verdict.Digest,
			Outcome: string(use.Verdict.Outcome),
		}
	}
	return uses
}
