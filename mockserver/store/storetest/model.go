package storetest

import (
	"context"
	"fmt"
	"maps"
	"math/rand/v2"
	"slices"
	"testing"

	"github.com/google/go-cmp/cmp"

	"github.com/keyturn/keyturn/mockserver/client"
	"github.com/keyturn/keyturn/mockserver/store"
)

// model is what a store should hold, in plain maps.
type model struct {
	clients map[client.Key]client.Client
	given   uint64
	epoch   uint64
}

// world is a content and its model.
type world struct {
	t       *testing.T
	content store.Content
	model   model
}

// Amount says how much random work RunModel does.
type Amount struct {
	Runs, Steps int
}

// RunModel does random things to growing trees of contents, and compares each with what
// plain maps say. There are few names, so that collisions of all kinds are frequent.
func RunModel(t *testing.T, amount Amount, open OpenContent) {
	t.Helper()
	for run := range amount.Runs {
		t.Run(fmt.Sprint(run), func(t *testing.T) {
			t.Parallel()
			random := rand.New(rand.NewPCG(uint64(run), 1)) //nolint:gosec // the same each time
			worlds := []*world{{t: t, content: open(t), model: model{clients: map[client.Key]client.Client{}}}}
			for step := range amount.Steps {
				at := random.IntN(len(worlds))
				if random.IntN(40) > 0 {
					worlds[at].write(random)
				} else {
					worlds = spread(random, worlds, at, uint64(step)+1)
				}
				if step%(amount.Steps/10) == 0 {
					compareAll(worlds)
				}
			}
			compareAll(worlds)
		})
	}
}

func compareAll(worlds []*world) {
	for _, w := range worlds {
		w.compare()
	}
}

// spread makes a copy of one of the worlds, beside the others or in the place of one.
func spread(random *rand.Rand, worlds []*world, at int, epoch uint64) []*world {
	w, from := worlds[at], worlds[random.IntN(len(worlds))]
	next := &world{t: w.t, model: model{clients: maps.Clone(from.model.clients), given: from.model.given, epoch: epoch}}
	copied := from.content.Fork
	if random.IntN(2) == 0 {
		copied = from.content.Renew
		for key, c := range next.model.clients {
			c.Serial = epoch<<32 + c.Serial&(1<<32-1)
			next.model.clients[key] = c
		}
	}
	var err error
	if next.content, err = copied(context.Background(), epoch); err != nil {
		w.t.Fatal(err)
	}
	if len(worlds) < 8 && random.IntN(2) == 0 {
		return append(worlds, next)
	}
	if err := w.content.Drop(context.Background()); err != nil {
		w.t.Fatal(err)
	}
	worlds[at] = next
	return worlds
}

func pick(random *rand.Rand, kind string, n int) string { return fmt.Sprint(kind, random.IntN(n)) }

func drawn(random *rand.Rand) client.Client {
	c := client.Client{
		Key:    client.Key{Realm: pick(random, "r", 2), ID: pick(random, "i", 120)},
		Tenant: pick(random, "t", 3),
	}
	if c.ClientID = c.ID; random.IntN(2) == 0 {
		c.ClientID = pick(random, "i", 150)
	}
	if random.IntN(2) == 0 {
		c.Alias = pick(random, "a", 60)
	}
	return c
}

func (w *world) write(random *rand.Rand) {
	w.t.Helper()
	ctx, c := context.Background(), drawn(random)
	switch random.IntN(8) {
	case 0:
		w.replace(random)
	case 1, 2, 3:
		created, err := w.content.Create(ctx, c)
		want := w.model.create(c)
		w.same("create "+c.ID, err, want)
		if err == nil && created.Serial != w.model.clients[c.Key].Serial {
			w.t.Fatalf("create gave the serial %d, want %d", created.Serial, w.model.clients[c.Key].Serial)
		}
	case 4, 5:
		_, err := w.content.Update(ctx, c.Key, func(draft *client.Client) error {
			if draft.Enabled = !draft.Enabled; random.IntN(2) == 0 {
				draft.Tenant, draft.ClientID, draft.Alias = c.Tenant, c.ClientID, c.Alias
			}
			c = *draft
			return nil
		})
		w.same("update "+c.ID, err, w.model.update(c))
	default:
		other := drawn(random).Key
		if random.IntN(2) == 0 {
			other = c.Key
		}
		w.same("delete "+c.ID, w.content.Delete(ctx, c.Key, other), w.model.remove(c.Key, other))
	}
}

func (w *world) replace(random *rand.Rand) {
	if random.IntN(10) > 0 { // else everything is new all the time
		return
	}
	next := model{clients: map[client.Key]client.Client{}, given: w.model.given, epoch: w.model.epoch}
	var all []client.Client
	var want client.Kind
	for range random.IntN(40) {
		c := drawn(random)
		all = append(all, c)
		if want == client.Internal {
			want = next.create(c)
		}
	}
	w.same("replace", w.content.Replace(context.Background(), all), want)
	if want == client.Internal {
		w.model = next
	}
}

func (w *world) same(step string, err error, want client.Kind) {
	w.t.Helper()
	if got := client.KindOf(err); (err != nil || want != client.Internal) && got != want {
		w.t.Fatalf("%s: %v, want kind %s", step, err, want)
	}
}

// compare holds every index against the model.
func (w *world) compare() {
	w.t.Helper()
	ctx := context.Background()
	for _, realm := range []string{"r0", "r1"} {
		for _, tenant := range []string{"", "t0", "t1", "t2"} {
			var want []client.Client
			for _, c := range w.model.clients {
				if c.Realm == realm && (tenant == "" || c.Tenant == tenant) {
					want = append(want, c)
				}
			}
			slices.SortFunc(want, func(a, b client.Client) int { return int(a.Serial) - int(b.Serial) })
			page, err := w.content.List(ctx, store.Query{Realm: realm, Tenant: tenant})
			if err != nil || page.Total != len(want) {
				w.t.Fatalf("the list of %s %s has %d clients (%v), want %d", realm, tenant, page.Total, err, len(want))
			}
			if diff := cmp.Diff(want, page.Clients, cmp.Comparer(same)); diff != "" {
				w.t.Fatalf("the list of %s %s (-want +got):\n%s", realm, tenant, diff)
			}
		}
		w.compareNames(realm)
	}
}

// compareNames looks every name of the realm up.
func (w *world) compareNames(realm string) {
	w.t.Helper()
	ctx := context.Background()
	for i := range 150 {
		id := fmt.Sprint("i", i)
		got, err := w.content.Get(ctx, client.Key{Realm: realm, ID: id})
		want, there := w.model.clients[client.Key{Realm: realm, ID: id}]
		if (err == nil) != there || there && !same(got, want) {
			w.t.Fatalf("Get(%s) = %+v, %v, want %+v, %t", id, got, err, want, there)
		}
		got, err = w.content.Find(ctx, realm, id)
		want, there = w.model.find(realm, id)
		if (err == nil) != there || there && !same(got, want) {
			w.t.Fatalf("Find(%s) = %+v, %v, want %+v, %t", id, got, err, want, there)
		}
	}
}

func same(a, b client.Client) bool {
	return a.Key == b.Key && a.Serial == b.Serial && a.Tenant == b.Tenant && a.ClientID == b.ClientID && a.Alias == b.Alias && a.Enabled == b.Enabled
}

func (m *model) find(realm, clientID string) (client.Client, bool) {
	for _, c := range m.clients {
		if c.Realm == realm && c.ClientID == clientID {
			return c, true
		}
	}
	return client.Client{}, false
}

// clash reports a name of c that another client has.
func (m *model) clash(c client.Client) bool {
	for key, other := range m.clients {
		if key == c.Key || key.Realm != c.Realm {
			continue
		}
		if other.ClientID == c.ClientID || c.Alias != "" && other.Alias == c.Alias && other.Tenant == c.Tenant {
			return true
		}
	}
	return false
}

func (m *model) create(c client.Client) client.Kind {
	if _, taken := m.clients[c.Key]; taken || m.clash(c) {
		return client.Conflict
	}
	m.given++
	c.Serial = m.epoch<<32 + m.given
	m.clients[c.Key] = c
	return client.Internal
}

func (m *model) update(c client.Client) client.Kind {
	before, there := m.clients[c.Key]
	if !there {
		return client.NotFound
	}
	if m.clash(c) {
		return client.Conflict
	}
	c.Serial = before.Serial
	m.clients[c.Key] = c
	return client.Internal
}

func (m *model) remove(keys ...client.Key) client.Kind {
	for _, key := range keys {
		if _, there := m.clients[key]; !there {
			return client.NotFound
		}
	}
	for _, key := range keys {
		delete(m.clients, key)
	}
	return client.Internal
}
