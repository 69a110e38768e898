package storetest

import (
	"context"
	"fmt"
	"sync"
	"testing"
	"time"

	"github.com/google/go-cmp/cmp"

	"github.com/keyturn/keyturn/mockserver/client"
	"github.com/keyturn/keyturn/mockserver/store"
)

// RunContents proves the contract of store.Content beyond that of store.Store, and that
// a copy is a store like any other.
func RunContents(t *testing.T, open OpenContent) {
	t.Helper()
	for _, promise := range contentPromises {
		t.Run(promise.name, func(t *testing.T) {
			t.Parallel()
			promise.prove(t, open(t))
		})
	}
	for name, copied := range copies {
		t.Run("a store that is "+name, func(t *testing.T) {
			Run(t, func(tb testing.TB) store.Store { return emptied(tb, copied(tb, open(tb))) })
		})
	}
}

// copies are the ways in which a content can be had from another, or have been had from.
var copies = map[string]func(tb testing.TB, from store.Content) store.Content{
	"forked":  func(tb testing.TB, from store.Content) store.Content { return fork(tb, filled(tb, from), 7) },
	"renewed": func(tb testing.TB, from store.Content) store.Content { return renew(tb, filled(tb, from), 7) },
	"the origin of a fork": func(tb testing.TB, from store.Content) store.Content {
		fork(tb, filled(tb, from), 7)
		return from
	},
}

// filled gives the content more than a few clients, so that what keeps them has branches.
func filled(tb testing.TB, c store.Content) store.Content {
	tb.Helper()
	clients := make([]client.Client, 0, 100)
	for i := range cap(clients) {
		clients = append(clients, full(fmt.Sprint("filling-", i)))
	}
	if err := c.Replace(context.Background(), clients); err != nil {
		tb.Fatal(err)
	}
	return c
}

func emptied(tb testing.TB, c store.Content) store.Content {
	tb.Helper()
	for i := range 100 {
		if err := c.Delete(context.Background(), full(fmt.Sprint("filling-", i)).Key); err != nil {
			tb.Fatal(err)
		}
	}
	return c
}

func fork(tb testing.TB, c store.Content, epoch uint64) store.Content {
	tb.Helper()
	forked, err := c.Fork(context.Background(), epoch)
	if err != nil {
		tb.Fatal(err)
	}
	return forked
}

func renew(tb testing.TB, c store.Content, epoch uint64) store.Content {
	tb.Helper()
	renewed, err := c.Renew(context.Background(), epoch)
	if err != nil {
		tb.Fatal(err)
	}
	return renewed
}

var contentPromises = []struct {
	name  string
	prove func(t *testing.T, c store.Content)
}{
	{"a copy has every field", copiesAreWhole},
	{"a copy and its origin are independent", copiesAreIndependent},
	{"serials tell the clients of two contents apart", serialsTellApart},
	{"what is dropped takes nothing else along", dropIsForOne},
	{"a copy is one state of its origin", copiesAreConsistent},
	{"a cancelled context stops a copy", copiesAreCancelled},
}

func copiesAreWhole(t *testing.T, c store.Content) {
	mustCreate(t, c, full("a"))
	for name, made := range map[string]store.Content{"forked": fork(t, c, 3), "renewed": renew(t, c, 4)} {
		if diff := cmp.Diff(full("a"), withoutSerial(mustGet(t, made, full("a").Key)), compareClients); diff != "" {
			t.Errorf("%s (-want +got):\n%s", name, diff)
		}
	}
}

func copiesAreIndependent(t *testing.T, c store.Content) {
	ctx := context.Background()
	for _, id := range []string{"a", "b", "c"} {
		mustCreate(t, c, full(id))
	}
	forked := fork(t, c, 3)
	change := func(s store.Store, gone, renamed, added string) {
		t.Helper()
		if err := s.Delete(ctx, full(gone).Key); err != nil {
			t.Fatal(err)
		}
		if _, err := s.Update(ctx, full(renamed).Key, func(c *client.Client) error { c.Alias = "renamed"; return nil }); err != nil {
			t.Fatal(err)
		}
		mustCreate(t, s, full(added))
	}
	change(c, "a", "b", "d")
	change(forked, "b", "c", "e")
	for name, test := range map[string]struct {
		in      store.Store
		want    []string
		renamed string
	}{"the origin": {c, []string{"b", "c", "d"}, "b"}, "the fork": {forked, []string{"a", "c", "e"}, "c"}} {
		page, err := test.in.List(ctx, store.Query{Realm: "realm", Tenant: "tenant"})
		if err != nil {
			t.Fatal(err)
		}
		if diff := cmp.Diff(test.want, ids(page)); diff != "" {
			t.Errorf("%s has (-want +got):\n%s", name, diff)
		}
		for _, found := range page.Clients {
			if (found.Alias == "renamed") != (found.ID == test.renamed) {
				t.Errorf("%s: %s has the alias %s", name, found.ID, found.Alias)
			}
		}
	}
}

// shown are the serials of the list, as epoch:place.
func shown(t *testing.T, s store.Store) []string {
	t.Helper()
	page, err := s.List(context.Background(), store.Query{Realm: "realm"})
	if err != nil {
		t.Fatal(err)
	}
	var all []string
	for i := range page.Clients {
		listed := &page.Clients[i]
		all = append(all, fmt.Sprintf("%d:%d", listed.Serial>>32, listed.Serial&(1<<32-1)))
		_, err := s.Update(context.Background(), listed.Key, func(draft *client.Client) error {
			if draft.Serial != listed.Serial {
				t.Errorf("an update saw the serial %d, the list has %d", draft.Serial, listed.Serial)
			}
			return nil
		})
		if found, findErr := s.Find(context.Background(), listed.Realm, listed.ClientID); err != nil || findErr != nil || found.Serial != listed.Serial {
			t.Errorf("Find shows the serial %d (%v, %v), the list %d", found.Serial, findErr, err, listed.Serial)
		}
	}
	return all
}

func serialsTellApart(t *testing.T, seed store.Content) {
	mustCreate(t, seed, full("1"))
	mustCreate(t, seed, full("2"))
	now := renew(t, seed, 3)
	mustCreate(t, now, full("3"))
	saved := fork(t, now, 4)
	mustCreate(t, now, full("4"))
	for _, step := range []struct {
		name string
		do   func()
		want []string
	}{
		{"renewed", func() {}, []string{"3:1", "3:2", "3:3", "3:4"}},
		{"forked", func() { now = fork(t, saved, 5) }, []string{"3:1", "3:2", "3:3"}},
		{"created again", func() { mustCreate(t, now, full("4")) }, []string{"3:1", "3:2", "3:3", "5:4"}},
		{"renewed from itself", func() { now = renew(t, now, 8); mustCreate(t, now, full("5")) }, []string{"8:1", "8:2", "8:3", "8:4", "8:5"}},
		{"replaced", func() {
			if err := now.Replace(context.Background(), []client.Client{full("9")}); err != nil {
				t.Fatal(err)
			}
		}, []string{"8:6"}},
		{"forked at last", func() { now = fork(t, saved, 9); mustCreate(t, now, full("4")) }, []string{"3:1", "3:2", "3:3", "9:4"}},
	} {
		step.do()
		if diff := cmp.Diff(step.want, shown(t, now)); diff != "" {
			t.Fatalf("%s (-want +got):\n%s", step.name, diff)
		}
	}
	if diff := cmp.Diff([]string{"0:1", "0:2"}, shown(t, seed)); diff != "" {
		t.Errorf("the seed has changed (-want +got):\n%s", diff)
	}
}

func dropIsForOne(t *testing.T, c store.Content) {
	mustCreate(t, c, full("a"))
	left, gone := renew(t, c, 2), fork(t, c, 3)
	if err := gone.Drop(context.Background()); err != nil {
		t.Fatal(err)
	}
	for name, s := range map[string]store.Content{"the origin": c, "another copy": left, "a later copy": fork(t, c, 4)} {
		if got := mustGet(t, s, full("a").Key); got.Alias != full("a").Alias {
			t.Errorf("%s has lost something: %+v", name, got)
		}
	}
}

// copiesAreConsistent copies a content in which two clients are changed one after the
// other.
func copiesAreConsistent(t *testing.T, c store.Content) {
	ctx := context.Background()
	first, second := mustCreate(t, c, full("a")), mustCreate(t, c, full("b"))
	begin := first.UpdatedAt
	done := make(chan struct{})
	var writer sync.WaitGroup
	writer.Go(func() {
		for i := 1; ; i++ {
			select {
			case <-done:
				return
			default:
			}
			for _, key := range []client.Key{first.Key, second.Key} {
				if _, err := c.Update(ctx, key, func(c *client.Client) error { c.UpdatedAt = begin.Add(time.Duration(i) * time.Second); return nil }); err != nil {
					t.Error(err)
					return
				}
			}
		}
	})
	for i := range 20 {
		copied := fork(t, c, uint64(i)+2)
		ahead := mustGet(t, copied, first.Key).UpdatedAt.Sub(mustGet(t, copied, second.Key).UpdatedAt)
		if ahead != 0 && ahead != time.Second {
			t.Errorf("a copy has the first client %s ahead of the second", ahead)
		}
	}
	close(done)
	writer.Wait()
}

func copiesAreCancelled(t *testing.T, c store.Content) {
	ctx, cancel := context.WithCancel(context.Background())
	cancel()
	if _, err := c.Fork(ctx, 2); err == nil {
		t.Error("Fork took no notice")
	}
	if _, err := c.Renew(ctx, 2); err == nil {
		t.Error("Renew took no notice")
	}
}
