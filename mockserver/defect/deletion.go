package defect

import (
	"cmp"
	"context"
	"net/http"
	"slices"
	"sync"
	"time"

	"github.com/keyturn/keyturn/mockserver/client"
	"github.com/keyturn/keyturn/mockserver/provider"
	"github.com/keyturn/keyturn/mockserver/store"
	"github.com/keyturn/keyturn/mockserver/wire"
)

// deletion lists what goes wrong when a secret or a client is deleted.
func deletion() []Defect {
	soft := []string{identity}
	return []Defect{
		{
			ID: "deletion-is-not-marked", About: "A deleted secret is dead and listed as if it were not.",
			Providers: soft, hooks: plain(replying(func(_ *provider.Call, reply *provider.Reply) {
				eachItem(reply, func(item wire.Object) { item["deleted"] = false })
			}, listSecrets)),
		},
		{
			ID: "deletion-drops-the-entry", About: "A deleted secret is no longer listed.",
			Providers: soft, hooks: plain(replying(func(_ *provider.Call, reply *provider.Reply) {
				_, list := items(reply)
				reply.Body = slices.DeleteFunc(slices.Clone(list), func(item any) bool {
					entry, _ := item.(wire.Object)
					return entry["deleted"] == true
				})
			}, listSecrets)),
		},
		{
			ID: "deletion-only-says-so", About: "A deleted secret is listed as deleted and goes on working.",
			Providers: soft, hooks: plain(judging(func(call *provider.Call, c client.Client, presented string, accepted bool) bool {
				c.Secrets = slices.Clone(c.Secrets)
				for i := range c.Secrets {
					c.Secrets[i].DeletedAt = time.Time{}
				}
				return accepted || c.Accepts(presented, call.Now)
			})),
		},
		{
			ID: "deleted-secret-lives-3s", About: "A deleted secret goes on working for three seconds.",
			Providers: soft, hooks: plain(judging(func(call *provider.Call, c client.Client, presented string, accepted bool) bool {
				c.Secrets = slices.Clone(c.Secrets)
				for i := range c.Secrets {
					if call.Now.Sub(c.Secrets[i].DeletedAt) < 3*time.Second {
						c.Secrets[i].DeletedAt = time.Time{}
					}
				}
				return accepted || c.Accepts(presented, call.Now)
			})),
		},
		{
			ID: "deletion-takes-a-sibling", About: "Deleting a secret ends the next live one too, which stays listed as live.",
			Providers: soft, hooks: deletionTakesASibling,
		},
		{
			ID: "deletion-hits-the-next", About: "Deleting a secret deletes the one after it in its place.",
			Providers: soft, hooks: plain(changed(func(call *provider.Call, before client.Client, after *client.Client) {
				i := justDeleted(before, *after)
				if i < 0 || i+1 >= len(after.Secrets) || after.Secrets[i+1].Deleted() {
					return
				}
				after.Secrets[i].DeletedAt, after.Secrets[i+1].DeletedAt = time.Time{}, call.Now
			})),
		},
		{
			ID: "second-deletion-restores", About: "Deleting a secret a second time brings it back.",
			Providers: soft, hooks: plain(changed(func(call *provider.Call, before client.Client, after *client.Client) {
				for i := range after.Secrets {
					if in(call, []role{deleteSecret}) && before.Secrets[i].Deleted() && after.Secrets[i].ID == call.Params.Text("id") {
						after.Secrets[i].DeletedAt = time.Time{}
					}
				}
			})),
		},
		{
			ID: "second-deletion-is-refused", About: "Deleting a secret a second time is refused.",
			Providers: soft, hooks: plain(changing409(func(before client.Client, id string) bool {
				return slices.ContainsFunc(before.Secrets, func(s client.Secret) bool { return s.ID == id && s.Deleted() })
			})),
		},
		{
			ID: "deleted-flag-flips-back", About: "An addition takes the mark off the secret that was deleted last, which stays dead.",
			Providers: soft, hooks: flagFlipsBack,
		},
		{
			ID: "unknown-deletion-fails", About: "Deleting a secret that does not exist is a fault of the server.",
			Providers: soft, hooks: plain(refusing(func(call *provider.Call, reply *provider.Reply) {
				if call.Params != nil && reply.Status == http.StatusBadRequest {
					reply.Status = http.StatusInternalServerError
					put(reply, "/status", http.StatusInternalServerError)
				}
			}, deleteSecret)),
		},
		{
			ID: "unknown-deletion-deletes-the-newest", About: "Deleting a secret that does not exist is refused and deletes the newest one.",
			Providers: soft, hooks: plain(Hooks{Around: deletesTheNewest}),
		},
		{
			ID: "deletion-shows-the-secret", About: "The answer to a deletion has the secret that was deleted.",
			Providers: soft, hooks: deletionShowsTheSecret,
		},
		{
			ID: "last-secret-stays", About: "The last live secret cannot be deleted.",
			Providers: soft, hooks: plain(changing409(func(before client.Client, id string) bool {
				live := slices.DeleteFunc(slices.Clone(before.Secrets), func(s client.Secret) bool { return s.Deleted() })
				return len(live) == 1 && live[0].ID == id
			})),
		},
		{
			ID: "deleted-client-lives-on", About: "A deleted client is gone, and still authenticates.",
			Providers: deleting, hooks: keepsDeleted(func(call *provider.Call) bool { return tokenSide(call) }),
		},
		{
			ID: "deleted-client-can-be-read", About: "A deleted client can still be read by its id.",
			Providers: deleting, hooks: keepsDeleted(func(call *provider.Call) bool { return in(call, []role{read}) }),
		},
		{
			ID: "deleted-client-is-listed", About: "A deleted client stays in the list.",
			Providers: deleting, hooks: keepsDeleted(func(call *provider.Call) bool { return in(call, []role{list}) }),
		},
	}
}

// justDeleted is the index of the secret that the update has marked, -1 for none.
func justDeleted(before, after client.Client) int {
	if len(before.Secrets) != len(after.Secrets) {
		return -1
	}
	for i := range after.Secrets {
		if after.Secrets[i].Deleted() && !before.Secrets[i].Deleted() {
			return i
		}
	}
	return -1
}

func deletionTakesASibling() []Hooks {
	ended := remembering[[]client.Digest]()
	keep := changed(func(call *provider.Call, before client.Client, after *client.Client) {
		i := justDeleted(before, *after)
		for step := 1; i >= 0 && step < len(after.Secrets); step++ {
			if next := after.Secrets[(i+step)%len(after.Secrets)]; next.Live(call.Now) {
				ended.change(after.Key, func(kept []client.Digest) []client.Digest { return append(kept, next.Digest) })
				return
			}
		}
	})
	judge := judging(func(_ *provider.Call, c client.Client, presented string, accepted bool) bool {
		return accepted && !slices.Contains(ended.get(c.Key), client.DigestOf(presented))
	})
	return []Hooks{keep, judge}
}

// changing409 refuses the deletion of a secret as a conflict in some states.
func changing409(refuse func(before client.Client, id string) bool) Hooks {
	return Hooks{Call: func(call *provider.Call) {
		if in(call, []role{deleteSecret}) {
			call.Store = refusingStore{Store: call.Store, refuse: func(before client.Client) error {
				if refuse(before, call.Params.Text("id")) {
					return client.Errorf(client.Conflict, "the secret cannot be deleted")
				}
				return nil
			}}
		}
	}}
}

// refusingStore refuses updates.
type refusingStore struct {
	store.Store

	refuse func(before client.Client) error
}

// Update implements store.Store.
func (s refusingStore) Update(ctx context.Context, key client.Key, change func(*client.Client) error) (client.Client, error) {
	return s.Store.Update(ctx, key, func(c *client.Client) error {
		if err := s.refuse(*c); err != nil {
			return err
		}
		return change(c)
	})
}

func flagFlipsBack() []Hooks {
	flipped := remembering[[]string]()
	keep := changed(func(_ *provider.Call, before client.Client, after *client.Client) {
		if len(after.Secrets) == len(before.Secrets) {
			return
		}
		for _, one := range slices.Backward(before.Secrets) {
			if one.Deleted() {
				flipped.change(after.Key, func(ids []string) []string { return append(slices.Clone(ids), one.ID) })
				return
			}
		}
	})
	show := Hooks{Reply: func(call *provider.Call, reply *provider.Reply) {
		if reply.Failed || !in(call, []role{listSecrets}) {
			return
		}
		ids := flipped.get(call.Key(call.Params.Text("clientId")))
		eachItem(reply, func(item wire.Object) {
			if id, _ := item["clientSecretId"].(string); slices.Contains(ids, id) {
				item["deleted"] = false
			}
		})
	}}
	return []Hooks{keep, show}
}

func deletesTheNewest(next provider.Handler) provider.Handler {
	return func(ctx context.Context, call *provider.Call) (provider.Reply, error) {
		reply, err := next(ctx, call)
		if client.KindOf(err) != client.NotFound || !in(call, []role{deleteSecret}) {
			return reply, err
		}
		if c, known := subject(ctx, call); known && len(c.Secrets) > 0 && call.Principal.In(c.Tenant) {
			_, storing := call.Store.Update(ctx, c.Key, func(c *client.Client) error {
				return c.SoftDelete(c.Secrets[len(c.Secrets)-1].ID, client.Policy{}, call.Now)
			})
			if storing != nil {
				return provider.Reply{}, storing
			}
		}
		return reply, err
	}
}

// deletionShowsTheSecret remembers what was shown when it was made, since the store
// keeps digests.
func deletionShowsTheSecret() []Hooks {
	made := remembering[map[client.Digest]string]()
	deleted := remembering[client.Digest]()
	remember := replying(func(call *provider.Call, reply *provider.Reply) {
		value, _ := at(reply, "/clientSecret").(string)
		name, _ := at(reply, "/clientId").(string)
		made.change(call.Key(name), func(kept map[client.Digest]string) map[client.Digest]string {
			next := map[client.Digest]string{client.DigestOf(value): value}
			for digest, one := range kept {
				next[digest] = one
			}
			return next
		})
	}, create, rotate)
	keep := changed(func(_ *provider.Call, before client.Client, after *client.Client) {
		if i := justDeleted(before, *after); i >= 0 {
			deleted.set(after.Key, after.Secrets[i].Digest)
		}
	})
	show := replying(func(call *provider.Call, reply *provider.Reply) {
		key := call.Key(call.Params.Text("clientId"))
		put(reply, "/clientSecret", made.get(key)[deleted.get(key)])
	}, deleteSecret)
	return []Hooks{remember, keep, show}
}

// graveyard keeps the clients that were deleted through it.
type graveyard struct {
	mu   sync.Mutex
	dead map[client.Key]client.Client
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
	slices.SortFunc(all, func(a, b client.Client) int { return cmp.Compare(a.Serial, b.Serial) })
	return all
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

// keepsDeleted has deleted clients found by the calls that the function chooses.
func keepsDeleted(by func(*provider.Call) bool) func() []Hooks {
	return func() []Hooks {
		buried := &graveyard{dead: map[client.Key]client.Client{}}
		return []Hooks{{Call: func(call *provider.Call) {
			call.Store = haunted{Store: call.Store, buried: buried, sees: by(call)}
		}}}
	}
}

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
	together := append(all.Clients, dead...)
	page.Total = len(together)
	page.Clients = together[min(q.Offset, len(together)):]
	if q.Limit > 0 {
		page.Clients = page.Clients[:min(q.Limit, len(page.Clients))]
	}
	return page, err
}
