package defect

import (
	"context"
	"slices"
	"sort"
	"sync"

	"github.com/keyturn/keyturn/mockserver/client"
	"github.com/keyturn/keyturn/mockserver/provider"
	"github.com/keyturn/keyturn/mockserver/store"
)

// graveyard keeps the clients that were deleted through it.
type graveyard struct {
	mu   sync.Mutex
	dead map[client.Key]client.Client
}

func newGraveyard() *graveyard { return &graveyard{dead: map[client.Key]client.Client{}} }

// haunting buries the clients that are deleted, and has them found by the calls that
// are chosen.
func (g *graveyard) haunting(chosen condition) Hooks {
	return calling(func(call *provider.Call) {
		call.Store = haunted{Store: call.Store, buried: g, sees: chosen(call)}
	})
}

func (g *graveyard) bury(c client.Client) {
	g.mu.Lock()
	defer g.mu.Unlock()
	g.dead[c.Key] = c
}

// of lists the buried clients of a tenant.
func (g *graveyard) of(realm, tenant string) []client.Client {
	g.mu.Lock()
	defer g.mu.Unlock()
	var all []client.Client
	for key, c := range g.dead {
		if key.Realm == realm && c.Tenant == tenant {
			all = append(all, c.Clone())
		}
	}
	sort.Slice(all, func(i, j int) bool { return all[i].Serial < all[j].Serial })
	return all
}

// exhume takes the client of a tenant that was made last out again.
func (g *graveyard) exhume(realm, tenant string) (client.Client, bool) {
	all := g.of(realm, tenant)
	if len(all) == 0 {
		return client.Client{}, false
	}
	last := all[len(all)-1]
	g.mu.Lock()
	defer g.mu.Unlock()
	_, there := g.dead[last.Key]
	delete(g.dead, last.Key)
	return last, there
}

// find returns a buried client by one of its names.
func (g *graveyard) find(realm, name string) (client.Client, bool) {
	g.mu.Lock()
	defer g.mu.Unlock()
	for key, c := range g.dead {
		if key.Realm == realm && (key.ID == name || c.ClientID == name) {
			return c.Clone(), true
		}
	}
	return client.Client{}, false
}

// keepsDeleted has deleted clients found by the calls that are chosen.
func keepsDeleted(chosen condition) func() []Hooks {
	return func() []Hooks { return []Hooks{newGraveyard().haunting(chosen)} }
}

// nobody chooses no call: the clients are buried for another use.
func nobody(*provider.Call) bool { return false }

// haunted is a store in which a deletion does not end everything.
type haunted struct {
	store.Store

	buried *graveyard
	sees   bool
}

// Delete implements store.Store.
func (s haunted) Delete(ctx context.Context, keys ...client.Key) error {
	var last []client.Client
	for _, key := range keys {
		if c, err := s.Get(ctx, key); err == nil {
			last = append(last, c)
		}
	}
	err := s.Store.Delete(ctx, keys...)
	for _, c := range last {
		if err == nil {
			s.buried.bury(c)
		}
	}
	return err
}

// Get implements store.Store.
func (s haunted) Get(ctx context.Context, key client.Key) (client.Client, error) {
	c, err := s.Store.Get(ctx, key)
	if dead, there := s.buried.find(key.Realm, key.ID); err != nil && s.sees && there {
		return dead, nil
	}
	return c, err
}

// Find implements store.Store.
func (s haunted) Find(ctx context.Context, realm, clientID string) (client.Client, error) {
	c, err := s.Store.Find(ctx, realm, clientID)
	if dead, there := s.buried.find(realm, clientID); err != nil && s.sees && there {
		return dead, nil
	}
	return c, err
}

// List implements store.Store.
func (s haunted) List(ctx context.Context, q store.Query) (store.Page, error) {
	page, err := s.Store.List(ctx, q)
	dead := s.buried.of(q.Realm, q.Tenant)
	if err != nil || !s.sees || len(dead) == 0 {
		return page, err
	}
	all, err := s.Store.List(ctx, store.Query{Realm: q.Realm, Tenant: q.Tenant})
	together := slices.Concat(all.Clients, dead)
	page.Total = len(together)
	page.Clients = together[min(q.Offset, len(together)):]
	if q.Limit > 0 {
		page.Clients = page.Clients[:min(q.Limit, len(page.Clients))]
	}
	return page, err
}
