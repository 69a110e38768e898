package memory_test

import (
	"context"
	"fmt"
	"math/rand/v2"
	"testing"

	"github.com/keyturn/keyturn/mockserver/client"
	"github.com/keyturn/keyturn/mockserver/store"
	"github.com/keyturn/keyturn/mockserver/store/memory"
	"github.com/keyturn/keyturn/mockserver/store/storetest"
)

// sizes are a test's world and the largest one that a server is asked to hold.
var sizes = []int{1_000, 1_000_000}

func filled(tb testing.TB, n int) (*memory.Store, []client.Client) {
	tb.Helper()
	all := make([]client.Client, n)
	for i := range all {
		all[i] = storetest.Numbered(i)
	}
	s := memory.New()
	if err := s.Replace(context.Background(), all); err != nil {
		tb.Fatal(err)
	}
	return s, all
}

func BenchmarkStore(b *testing.B) {
	ctx := context.Background()
	for _, n := range sizes {
		s, all := filled(b, n)
		random := rand.New(rand.NewPCG(1, 2))
		for name, step := range map[string]func(c *client.Client) error{
			"Get":  func(c *client.Client) error { _, err := s.Get(ctx, c.Key); return err },
			"Find": func(c *client.Client) error { _, err := s.Find(ctx, c.Realm, c.ClientID); return err },
			"Update": func(c *client.Client) error {
				_, err := s.Update(ctx, c.Key, func(c *client.Client) error { c.Enabled = !c.Enabled; return nil })
				return err
			},
			"List": func(*client.Client) error {
				_, err := s.List(ctx, store.Query{Realm: "realm", Offset: random.IntN(n), Limit: 50})
				return err
			},
			"ListTenant": func(c *client.Client) error {
				_, err := s.List(ctx, store.Query{Realm: "realm", Tenant: c.Tenant, Offset: random.IntN(n / 10), Limit: 50})
				return err
			},
		} {
			b.Run(fmt.Sprintf("%s/%d", name, n), func(b *testing.B) {
				for b.Loop() {
					if err := step(&all[random.IntN(n)]); err != nil {
						b.Fatal(err)
					}
				}
			})
		}
	}
}
