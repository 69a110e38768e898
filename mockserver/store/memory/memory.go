// Package memory keeps clients in the process. Lists come from B-trees that count
// their branches, so a page costs no more at the end than at the start; a rotation
// touches one map entry whatever the number of clients. Nothing survives the
// process.
package memory

import (
	"context"
	"fmt"
	"sync"

	"github.com/keyturn/keyturn/mockserver/client"
	"github.com/keyturn/keyturn/mockserver/store"
)

// Store implements store.Store.
type Store struct {
	mu   sync.RWMutex
	data *content
}

// New returns an empty store.
func New() *Store { return &Store{data: newContent()} }

var _ store.Store = (*Store)(nil)

// Get implements store.Store.
func (s *Store) Get(ctx context.Context, key client.Key) (client.Client, error) {
	if err := ctx.Err(); err != nil {
		return client.Client{}, err
	}
	s.mu.RLock()
	defer s.mu.RUnlock()
	found := s.data.slot(key)
	if found == nil {
		return client.Client{}, notFound(key)
	}
	return found.current.Clone(), nil
}

// Find implements store.Store.
func (s *Store) Find(ctx context.Context, realm, clientID string) (client.Client, error) {
	if err := ctx.Err(); err != nil {
		return client.Client{}, err
	}
	s.mu.RLock()
	defer s.mu.RUnlock()
	r := s.data.realm(realm)
	if r == nil {
		return client.Client{}, notFound(client.Key{Realm: realm, ID: clientID})
	}
	found := r.find(clientID)
	if found == nil {
		return client.Client{}, notFound(client.Key{Realm: realm, ID: clientID})
	}
	return found.current.Clone(), nil
}

// List implements store.Store.
func (s *Store) List(ctx context.Context, q store.Query) (store.Page, error) {
	if err := ctx.Err(); err != nil {
		return store.Page{}, err
	}
	s.mu.RLock()
	defer s.mu.RUnlock()
	r := s.data.realm(q.Realm)
	if r == nil {
		return store.Page{}, nil
	}
	index := &r.all
	if q.Tenant != "" {
		if index = r.tenants[q.Tenant]; index == nil {
			return store.Page{}, nil
		}
	}
	page := store.Page{Total: index.Len()}
	first, _, ok := index.GetAt(q.Offset)
	if !ok {
		return page, nil
	}
	index.Ascend(first, func(_ uint64, one *slot) bool {
		page.Clients = append(page.Clients, one.current.Clone())
		return q.Limit == 0 || len(page.Clients) < q.Limit
	})
	return page, nil
}

// Create implements store.Store.
func (s *Store) Create(ctx context.Context, c client.Client) (client.Client, error) {
	if err := ctx.Err(); err != nil {
		return client.Client{}, err
	}
	s.mu.Lock()
	defer s.mu.Unlock()
	created := c.Clone()
	if err := s.data.add(&created); err != nil {
		return client.Client{}, err
	}
	return created.Clone(), nil
}

// Update implements store.Store.
func (s *Store) Update(ctx context.Context, key client.Key, change func(*client.Client) error) (client.Client, error) {
	if err := ctx.Err(); err != nil {
		return client.Client{}, err
	}
	s.mu.Lock()
	defer s.mu.Unlock()
	found := s.data.slot(key)
	if found == nil {
		return client.Client{}, notFound(key)
	}
	before := found.current
	draft := before.Clone()
	if err := change(&draft); err != nil {
		return client.Client{}, err
	}
	after := draft.Clone()
	after.Key, after.Serial = before.Key, before.Serial
	if err := s.data.replace(found, &after); err != nil {
		return client.Client{}, err
	}
	return after.Clone(), nil
}

// Delete implements store.Store.
func (s *Store) Delete(ctx context.Context, keys ...client.Key) error {
	if err := ctx.Err(); err != nil {
		return err
	}
	s.mu.Lock()
	defer s.mu.Unlock()
	for _, key := range keys {
		if s.data.slot(key) == nil {
			return notFound(key)
		}
	}
	for _, key := range keys {
		if found := s.data.slot(key); found != nil { // a key may be named twice
			s.data.remove(found)
		}
	}
	return nil
}

// Replace implements store.Store.
func (s *Store) Replace(ctx context.Context, clients []client.Client) error {
	if err := ctx.Err(); err != nil {
		return err
	}
	next := newContent()
	s.mu.Lock()
	defer s.mu.Unlock()
	next.serial = s.data.serial
	for i := range clients {
		c := clients[i].Clone()
		if err := next.add(&c); err != nil {
			return fmt.Errorf("client %d of %d: %w", i+1, len(clients), err)
		}
	}
	s.data = next
	return nil
}

func notFound(key client.Key) error {
	return client.Errorf(client.NotFound, "there is no client %q", key.ID)
}
