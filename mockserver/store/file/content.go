package file

import (
	"context"
	"strconv"
	"sync/atomic"

	"github.com/keyturn/keyturn/mockserver/client"
	"github.com/keyturn/keyturn/mockserver/store"
)

// content implements store.Content.
type content struct {
	backend *Backend
	number  uint64
	// view is nil once the content was dropped. Only the writer changes it, with the
	// backend's mu held.
	view atomic.Pointer[view]
}

// ID implements store.Content.
func (c *content) ID() string { return strconv.FormatUint(c.number, 10) }

// cached returns the client if it need not be read.
func (c *content) cached(realm, id string) (*client.Client, error) {
	v := c.view.Load()
	if v == nil || c.backend.stopped.Load() {
		return nil, c.gone()
	}
	found, _ := c.backend.cache.Get(clientKey{v.generation, realm, id})
	return found, nil
}

// Get implements store.Store.
func (c *content) Get(ctx context.Context, key client.Key) (client.Client, error) {
	if err := ctx.Err(); err != nil {
		return client.Client{}, err
	}
	found, err := c.cached(key.Realm, key.ID)
	if err != nil {
		return client.Client{}, err
	}
	if found != nil {
		return found.Clone(), nil
	}
	r, err := c.begin()
	if err != nil {
		return client.Client{}, err
	}
	defer r.release()
	found, _, err = r.find(kindID, key.Realm, key.ID)
	if err != nil {
		return client.Client{}, err
	}
	if found == nil {
		return client.Client{}, notFound(key)
	}
	return found.Clone(), nil
}

// Find implements store.Store.
func (c *content) Find(ctx context.Context, realm, clientID string) (client.Client, error) {
	if err := ctx.Err(); err != nil {
		return client.Client{}, err
	}
	// Most clients present their ID.
	found, err := c.cached(realm, clientID)
	if err != nil {
		return client.Client{}, err
	}
	if found != nil && found.ClientID == clientID {
		return found.Clone(), nil
	}
	r, err := c.begin()
	if err != nil {
		return client.Client{}, err
	}
	defer r.release()
	found, _, err = r.find(kindClientID, realm, clientID)
	if found == nil && err == nil {
		var at spot
		if found, at, err = r.find(kindID, realm, clientID); !at.presents {
			found = nil
		}
	}
	if err != nil {
		return client.Client{}, err
	}
	if found == nil {
		return client.Client{}, notFound(client.Key{Realm: realm, ID: clientID})
	}
	return found.Clone(), nil
}

// List implements store.Store.
func (c *content) List(ctx context.Context, q store.Query) (store.Page, error) {
	if err := ctx.Err(); err != nil {
		return store.Page{}, err
	}
	r, err := c.begin()
	if err != nil {
		return store.Page{}, err
	}
	defer r.release()
	return r.page(q)
}

func notFound(key client.Key) error {
	return client.Errorf(client.NotFound, "there is no client %q", key.ID)
}

func (c *content) gone() error {
	if c.backend.stopped.Load() {
		return c.backend.gone()
	}
	return client.Errorf(client.NotFound, "the content %s was dropped", c.ID())
}
