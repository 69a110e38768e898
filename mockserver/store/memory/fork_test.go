package memory_test

import (
	"context"
	"fmt"
	"slices"
	"sync"
	"testing"
	"time"

	"github.com/google/go-cmp/cmp"

	"github.com/keyturn/keyturn/mockserver/client"
	"github.com/keyturn/keyturn/mockserver/store"
	"github.com/keyturn/keyturn/mockserver/store/memory"
)

func create(t *testing.T, s *memory.Store, i int) client.Client {
	t.Helper()
	c, err := s.Create(context.Background(), numbered(i))
	if err != nil {
		t.Fatal(err)
	}
	return c
}

// serials are those of the list, less an epoch where they are above it.
func serials(t *testing.T, s *memory.Store) []string {
	t.Helper()
	page, err := s.List(context.Background(), store.Query{Realm: "realm"})
	if err != nil {
		t.Fatal(err)
	}
	shown := []string{}
	for i := range page.Clients {
		c := page.Clients[i]
		shown = append(shown, fmt.Sprintf("%d:%d", c.Serial>>32, c.Serial&(1<<32-1)))
		for name, read := range map[string]func() (client.Client, error){
			"Get":  func() (client.Client, error) { return s.Get(context.Background(), c.Key) },
			"Find": func() (client.Client, error) { return s.Find(context.Background(), c.Realm, c.ClientID) },
			"Update": func() (client.Client, error) {
				return s.Update(context.Background(), c.Key, func(draft *client.Client) error {
					if draft.Serial != c.Serial {
						t.Errorf("an update saw the serial %d, the list has %d", draft.Serial, c.Serial)
					}
					return nil
				})
			},
		} {
			if same, err := read(); err != nil || same.Serial != c.Serial {
				t.Errorf("%s shows the serial %d (%v), the list %d", name, same.Serial, err, c.Serial)
			}
		}
	}
	return shown
}

// TestSerials follows one world through renewals and restorations.
func TestSerials(t *testing.T) {
	t.Parallel()
	seed := memory.New()
	create(t, seed, 1)
	create(t, seed, 2)

	namespace := memory.New()
	namespace.Renew(seed, 3)
	before := create(t, namespace, 3)
	saved := namespace.Fork()
	lost := create(t, namespace, 4)
	steps := []struct {
		name string
		do   func()
		want []string
	}{
		{"renewed", func() {}, []string{"3:1", "3:2", "3:3", "3:4"}},
		{"restored", func() { namespace.Restore(saved, 5) }, []string{"3:1", "3:2", "3:3"}},
		{"created again", func() { create(t, namespace, 4) }, []string{"3:1", "3:2", "3:3", "5:4"}},
		{"restored again", func() { namespace.Restore(saved, 6); create(t, namespace, 4) }, []string{"3:1", "3:2", "3:3", "6:4"}},
		{"from itself", func() { namespace.Renew(namespace, 8); create(t, namespace, 5) }, []string{"8:1", "8:2", "8:3", "8:4", "8:5"}},
		{"replaced", func() {
			if err := namespace.Replace(context.Background(), []client.Client{numbered(9)}); err != nil {
				t.Fatal(err)
			}
		}, []string{"8:6"}},
		{"restored at last", func() { namespace.Restore(saved, 9); create(t, namespace, 4) }, []string{"3:1", "3:2", "3:3", "9:4"}},
	}
	for _, step := range steps {
		step.do()
		if diff := cmp.Diff(step.want, serials(t, namespace)); diff != "" {
			t.Fatalf("%s (-want +got):\n%s", step.name, diff)
		}
	}
	if diff := cmp.Diff([]string{"0:1", "0:2"}, serials(t, seed)); diff != "" {
		t.Errorf("the seed has changed (-want +got):\n%s", diff)
	}
	if before.Serial != 3<<32+3 || lost.Serial != 3<<32+4 {
		t.Errorf("Create showed the serials %d and %d, the lists other ones", before.Serial, lost.Serial)
	}
}

// TestSerialsEnd is a store that has given all the places there are.
func TestSerialsEnd(t *testing.T) {
	t.Parallel()
	s := memory.Spent()
	_, err := s.Create(context.Background(), numbered(1))
	if client.KindOf(err) != client.Limit {
		t.Errorf("Create returned %v, want a limit", err)
	}
	err = s.Replace(context.Background(), []client.Client{numbered(1)})
	if client.KindOf(err) != client.Limit {
		t.Errorf("Replace returned %v, want a limit", err)
	}
}

// TestConcurrentForks forks a seed that is read and written meanwhile; each fork has to
// be one state of it, and to stay as it is.
func TestConcurrentForks(t *testing.T) {
	t.Parallel()
	const forkers, each = 4, 100
	seed, all := filled(t, 50)
	ctx := context.Background()
	done := make(chan struct{})
	var writers, readers sync.WaitGroup
	writers.Go(func() {
		for i := 0; ; i++ {
			select {
			case <-done:
				return
			default:
			}
			for _, key := range []client.Key{all[0].Key, all[1].Key} {
				if _, err := seed.Update(ctx, key, func(c *client.Client) error { c.Alias, c.UpdatedAt = c.ID, time.Unix(int64(i), 0); return nil }); err != nil {
					t.Error(err)
				}
			}
		}
	})
	forks := make([][]*memory.Store, forkers)
	for f := range forkers {
		readers.Go(func() {
			for i := range each {
				fork := seed.Fork()
				forks[f] = append(forks[f], fork)
				if _, err := fork.Update(ctx, all[2].Key, func(c *client.Client) error { c.Alias = fmt.Sprint(f, "-", i); return nil }); err != nil {
					t.Error(err)
				}
				if err := fork.Delete(ctx, all[3].Key); err != nil {
					t.Error(err)
				}
				if _, err := seed.Get(ctx, all[3].Key); err != nil {
					t.Error(err)
				}
			}
		})
	}
	readers.Wait()
	close(done)
	writers.Wait()
	for f, own := range forks {
		for i, fork := range own {
			wantFork(t, fork, all, fmt.Sprint(f, "-", i))
		}
	}
}

func wantFork(t *testing.T, fork *memory.Store, all []client.Client, alias string) {
	t.Helper()
	page, err := fork.List(context.Background(), store.Query{Realm: "realm"})
	if err != nil || page.Total != len(all)-1 {
		t.Fatalf("a fork has %d clients (%v), want %d", page.Total, err, len(all)-1)
	}
	if page.Clients[2].Alias != alias {
		t.Errorf("the fork %s has the alias %s", alias, page.Clients[2].Alias)
	}
	// The seed's writer is at the same number with both, or one ahead with the first.
	if ahead := page.Clients[0].UpdatedAt.Sub(page.Clients[1].UpdatedAt); ahead != 0 && ahead != time.Second && !page.Clients[1].UpdatedAt.IsZero() {
		t.Errorf("a fork has a write to the first client %s ahead of the second's", ahead)
	}
	if !slices.IsSortedFunc(page.Clients, func(a, b client.Client) int { return int(a.Serial) - int(b.Serial) }) {
		t.Error("a fork's list is not in the order of the serials")
	}
}
