package namespace

import (
	"context"
	"sync/atomic"

	"github.com/keyturn/keyturn/mockserver/client"
	"github.com/keyturn/keyturn/mockserver/store"
)

// live is the content that a namespace has now. A reset puts another in its place.
type live struct{ now atomic.Pointer[store.Content] }

var _ store.Store = (*live)(nil)

func (l *live) content() store.Content { return *l.now.Load() }

// swap puts a content in the place of the one that it returns, nil for the first.
func (l *live) swap(next store.Content) store.Content {
	if before := l.now.Swap(&next); before != nil {
		return *before
	}
	return nil
}

// Get implements store.Store.
func (l *live) Get(ctx context.Context, key client.Key) (client.Client, error) {
	return l.content().Get(ctx, key)
}

// Find implements store.Store.
func (l *live) Find(ctx context.Context, realm, clientID string) (client.Client, error) {
	return l.content().Find(ctx, realm, clientID)
}

// List implements store.Store.
func (l *live) List(ctx context.Context, q store.Query) (store.Page, error) {
	return l.content().List(ctx, q)
}

// Create implements store.Store.
func (l *live) Create(ctx context.Context, c client.Client) (client.Client, error) {
	return l.content().Create(ctx, c)
}

// Update implements store.Store.
func (l *live) Update(ctx context.Context, key client.Key, change func(*client.Client) error) (client.Client, error) {
	return l.content().Update(ctx, key, change)
}

// Delete implements store.Store.
func (l *live) Delete(ctx context.Context, keys ...client.Key) error {
	return l.content().Delete(ctx, keys...)
}

// Replace implements store.Store.
func (l *live) Replace(ctx context.Context, clients []client.Client) error {
	return l.content().Replace(ctx, clients)
}
