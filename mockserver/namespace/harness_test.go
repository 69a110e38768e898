package namespace_test

import (
	"context"
	"crypto/rand"
	"fmt"
	"runtime"
	"testing"
	"time"

	"github.com/keyturn/keyturn/fixtures"
	"github.com/keyturn/keyturn/mockserver/client"
	"github.com/keyturn/keyturn/mockserver/journal"
	"github.com/keyturn/keyturn/mockserver/namespace"
	"github.com/keyturn/keyturn/mockserver/realm"
)

// newRegistry has one realm, "vendor", with so many clients.
func newRegistry(tb testing.TB, clients int, change func(*namespace.Options)) *namespace.Registry {
	tb.Helper()
	options := namespace.Options{
		Kinds:  []realm.Kind{{Name: "vendor", Settings: func(*fixtures.Reader) any { return nil }}},
		System: time.Now, Random: rand.Reader, Backend: backend(tb), World: worldOf(clients),
	}
	if change != nil {
		change(&options)
	}
	registry, err := namespace.New(tb.Context(), options)
	if err != nil {
		tb.Fatal(err)
	}
	return registry
}

func worldOf(clients int) fixtures.World {
	own := fixtures.Realm{Tenants: []fixtures.Tenant{{ID: "one"}}}
	for i := range clients {
		own.Clients = append(own.Clients, fixtures.Client{ID: fmt.Sprintf("c%d", i), Tenant: "one", Secrets: []fixtures.Secret{{Value: fmt.Sprintf("secret-%d", i)}}})
	}
	return fixtures.World{Version: 1, Realms: map[string]fixtures.Realm{"vendor": own}}
}

func create(tb testing.TB, r *namespace.Registry, plan namespace.Plan) *namespace.Namespace {
	tb.Helper()
	made, err := r.Create(tb.Context(), plan)
	if err != nil {
		tb.Fatal(err)
	}
	return made
}

func key(id string) client.Key { return client.Key{Realm: "vendor", ID: id} }

// rename changes a client, so that the state is not the one of the start.
func rename(ctx context.Context, n *namespace.Namespace, id, alias string) error {
	n.Hold()
	defer n.Release()
	_, err := n.Store().Update(ctx, key(id), func(c *client.Client) error { c.Alias = alias; return nil })
	return err
}

// aliasOf is what rename has made of it.
func aliasOf(tb testing.TB, n *namespace.Namespace, id string) string {
	tb.Helper()
	c, err := n.Store().Get(tb.Context(), key(id))
	if err != nil {
		tb.Fatal(err)
	}
	return c.Alias
}

// drawn is what the namespace's randomness gives next.
func drawn(tb testing.TB, n *namespace.Namespace) string {
	tb.Helper()
	text, err := client.RandomHex(n.Random(), 8)
	if err != nil {
		tb.Fatal(err)
	}
	return text
}

// fill records so many requests of a kilobyte.
func fill(j *journal.Journal, count int) {
	for range count {
		j.Record(journal.Entry{Method: "POST", Target: "/", ReplyBody: make([]byte, 1000)})
	}
}

func heap() int64 {
	runtime.GC()
	runtime.GC()
	var stats runtime.MemStats
	runtime.ReadMemStats(&stats)
	return int64(stats.HeapAlloc)
}
