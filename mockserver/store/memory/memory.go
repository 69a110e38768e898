// Package memory keeps clients in the process, in B-trees that are copied as they are
// written: a fork of a store costs the same whatever the store holds, and afterwards
// each of the two pays for what it changes. The trees count their branches, so a page
// costs no more at the end than at the start; a rotation writes one entry of one tree.
// Nothing survives the process.
package memory

import (
	"context"
	"fmt"
	"sync"

	"github.com/keyturn/keyturn/mockserver/client"
	"github.com/keyturn/keyturn/mockserver/store"
)

// Store implements store.Content.
type Store struct {
	mu    sync.RWMutex
	state state
}

// New returns an empty store.
func New() *Store { return &Store{state: state{content: newContent(hashOf)}} }

var _ store.Content = (*Store)(nil)

// Get implements store.Store.
func (s *Store) Get(ctx context.Context, key client.Key) (client.Client, error) {
	if err := ctx.Err(); err != nil {
		return client.Client{}, err
	}
	s.mu.RLock()
	defer s.mu.RUnlock()
	found := s.state.slot(key)
	if found == nil {
		return client.Client{}, notFound(key)
	}
	return s.state.outside(found.current), nil
}

// Find implements store.Store.
func (s *Store) Find(ctx context.Context, realm, clientID string) (client.Client, error) {
	if err := ctx.Err(); err != nil {
		return client.Client{}, err
	}
	s.mu.RLock()
	defer s.mu.RUnlock()
	if r := s.state.realm(realm); r != nil {
		if found := r.find(clientID); found != nil {
			return s.state.outside(found.current), nil
		}
	}
	return client.Client{}, notFound(client.Key{Realm: realm, ID: clientID})
}

// List implements store.Store.
func (s *Store) List(ctx context.Context, q store.Query) (store.Page, error) {
	if err := ctx.Err(); err != nil {
		return store.Page{}, err
	}
	s.mu.RLock()
	defer s.mu.RUnlock()
	r := s.state.realm(q.Realm)
	if r == nil {
		return store.Page{}, nil
	}
	index := &r.all
	if q.Tenant != "" {
		tenant, known := r.tenants.Get(q.Tenant)
		if !known {
			return store.Page{}, nil
		}
		index = &tenant.order
	}
	page := store.Page{Total: index.Len()}
	first, _, ok := index.GetAt(q.Offset)
	if !ok {
		return page, nil
	}
	index.Ascend(first, func(_ place, one *slot) bool {
		page.Clients = append(page.Clients, s.state.outside(one.current))
		return q.Limit == 0 || len(page.Clients) < q.Limit
	})
	return page, nil
}

// Create implements store.Store. Beyond the contract, Limit when the store has created
// 4 294 967 295 clients.
func (s *Store) Create(ctx context.Context, c client.Client) (client.Client, error) {
	if err := ctx.Err(); err != nil {
		return client.Client{}, err
	}
	s.mu.Lock()
	defer s.mu.Unlock()
	created := c.Clone()
	if err := s.state.add(&created); err != nil {
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
	found := s.state.slot(key)
	if found == nil {
		return client.Client{}, notFound(key)
	}
	before := found.current
	draft := s.state.outside(before)
	if err := change(&draft); err != nil {
		return client.Client{}, err
	}
	after := draft.Clone()
	after.Key, after.Serial = before.Key, before.Serial
	if !sameNames(before, &after) {
		if err := s.state.checkNames(&after, found); err != nil {
			return client.Client{}, err
		}
	}
	s.state.own().replace(found, &after)
	return s.state.outside(&after), nil
}

// Delete implements store.Store.
func (s *Store) Delete(ctx context.Context, keys ...client.Key) error {
	if err := ctx.Err(); err != nil {
		return err
	}
	s.mu.Lock()
	defer s.mu.Unlock()
	for _, key := range keys {
		if s.state.slot(key) == nil {
			return notFound(key)
		}
	}
	for _, key := range keys {
		if found := s.state.slot(key); found != nil { // a key may be named twice
			s.state.own().remove(found)
		}
	}
	return nil
}

// Replace implements store.Store.
func (s *Store) Replace(ctx context.Context, clients []client.Client) error {
	if err := ctx.Err(); err != nil {
		return err
	}
	s.mu.Lock()
	defer s.mu.Unlock()
	next := s.state
	next.content, next.shared = newContent(s.state.hash), false
	for i := range clients {
		c := clients[i].Clone()
		if err := next.add(&c); err != nil {
			return fmt.Errorf("client %d of %d: %w", i+1, len(clients), err)
		}
	}
	s.state = next
	return nil
}

func notFound(key client.Key) error {
	return client.Errorf(client.NotFound, "there is no client %q", key.ID)
}
