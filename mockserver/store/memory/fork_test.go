package memory_test

import (
	"context"
	"fmt"
	"slices"
	"sync"
	"testing"
	"time"

	"github.com/keyturn/keyturn/mockserver/client"
	"github.com/keyturn/keyturn/mockserver/store"
	"github.com/keyturn/keyturn/mockserver/store/memory"
	"github.com/keyturn/keyturn/mockserver/store/storetest"
)

// TestSerialsEnd is a store that has given all the places there are.
func TestSerialsEnd(t *testing.T) {
	t.Parallel()
	s := memory.Spent()
	_, err := s.Create(context.Background(), storetest.Numbered(1))
	if client.KindOf(err) != client.Limit {
		t.Errorf("Create returned %v, want a limit", err)
	}
	err = s.Replace(context.Background(), []client.Client{storetest.Numbered(1)})
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
	forks := make([][]store.Content, forkers)
	for f := range forkers {
		readers.Go(func() {
			for i := range each {
				fork := must(seed.Fork(ctx, 1))
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

func wantFork(t *testing.T, fork store.Store, all []client.Client, alias string) {
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
