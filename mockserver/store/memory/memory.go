// Package memory keeps clients in the process. Lists come from B-trees that count
// their branches, so a page costs no more at the end than at the start; a rotation
// touches one map entry whatever the number of clients. Nothing survives the
// process.
package memory

import (
	"context"
	"fmt"
	"sync"

	"github.com/tidwall/btree"

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

// content is one consistent state. The clients it points to are never changed in
// place: a write puts a new value in.
type content struct {
	clients  map[client.Key]*client.Client
	byClient map[name]client.Key
	byAlias  map[name]client.Key
	// realms and tenants order clients by serial: "realm" and "realm, tenant".
	realms  map[string]*order
	tenants map[name]*order
	serial  uint64
}

type name struct{ realm, scope, value string }

type order = btree.Map[uint64, client.Key]

func newContent() *content {
	return &content{
		clients:  map[client.Key]*client.Client{},
		byClient: map[name]client.Key{},
		byAlias:  map[name]client.Key{},
		realms:   map[string]*order{},
		tenants:  map[name]*order{},
	}
}

func clientName(c *client.Client) name { return name{realm: c.Realm, value: c.ClientID} }
func aliasName(c *client.Client) name {
	return name{realm: c.Realm, scope: c.Tenant, value: c.Alias}
}
func tenantName(c *client.Client) name { return name{realm: c.Realm, scope: c.Tenant} }

// Get implements store.Store.
func (s *Store) Get(ctx context.Context, key client.Key) (client.Client, error) {
	if err := ctx.Err(); err != nil {
		return client.Client{}, err
	}
	s.mu.RLock()
	defer s.mu.RUnlock()
	c, ok := s.data.clients[key]
	if !ok {
		return client.Client{}, notFound(key)
	}
	return c.Clone(), nil
}

// Find implements store.Store.
func (s *Store) Find(ctx context.Context, realm, clientID string) (client.Client, error) {
	if err := ctx.Err(); err != nil {
		return client.Client{}, err
	}
	s.mu.RLock()
	defer s.mu.RUnlock()
	key, ok := s.data.byClient[name{realm: realm, value: clientID}]
	if !ok {
		return client.Client{}, notFound(client.Key{Realm: realm, ID: clientID})
	}
	return s.data.clients[key].Clone(), nil
}

// List implements store.Store.
func (s *Store) List(ctx context.Context, q store.Query) (store.Page, error) {
	if err := ctx.Err(); err != nil {
		return store.Page{}, err
	}
	s.mu.RLock()
	defer s.mu.RUnlock()
	index := s.data.realms[q.Realm]
	if q.Tenant != "" {
		index = s.data.tenants[name{realm: q.Realm, scope: q.Tenant}]
	}
	if index == nil {
		return store.Page{}, nil
	}
	page := store.Page{Total: index.Len()}
	first, _, ok := index.GetAt(q.Offset)
	if !ok {
		return page, nil
	}
	index.Ascend(first, func(_ uint64, key client.Key) bool {
		page.Clients = append(page.Clients, s.data.clients[key].Clone())
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
	before, ok := s.data.clients[key]
	if !ok {
		return client.Client{}, notFound(key)
	}
	draft := before.Clone()
	if err := change(&draft); err != nil {
		return client.Client{}, err
	}
	after := draft.Clone()
	after.Key, after.Serial = before.Key, before.Serial
	if err := s.data.checkNames(&after); err != nil {
		return client.Client{}, err
	}
	s.data.put(before, &after)
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
		if _, ok := s.data.clients[key]; !ok {
			return notFound(key)
		}
	}
	for _, key := range keys {
		if c, ok := s.data.clients[key]; ok {
			s.data.remove(c)
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
