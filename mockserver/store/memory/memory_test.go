package memory_test

import (
	"context"
	"testing"

	"github.com/keyturn/keyturn/mockserver/client"
	"github.com/keyturn/keyturn/mockserver/store"
	"github.com/keyturn/keyturn/mockserver/store/memory"
	"github.com/keyturn/keyturn/mockserver/store/storetest"
)

// TestContract runs the suite on each way to get an empty store. Those that come from
// another one share trees with it, for what it had is deleted only afterwards.
func TestContract(t *testing.T) {
	t.Parallel()
	for name, open := range map[string]func(seed *memory.Store) *memory.Store{
		"new":    func(*memory.Store) *memory.Store { return memory.New() },
		"forked": (*memory.Store).Fork,
		"renewed": func(seed *memory.Store) *memory.Store {
			s := memory.New()
			s.Renew(seed, 7)
			return s
		},
		"restored": func(seed *memory.Store) *memory.Store {
			s := memory.New()
			s.Restore(seed, 7)
			return s
		},
		"the origin of a fork": func(seed *memory.Store) *memory.Store {
			seed.Fork()
			return seed
		},
	} {
		t.Run(name, func(t *testing.T) {
			t.Parallel()
			storetest.Run(t, func(tb testing.TB) store.Store { return emptied(tb, open) })
		})
	}
}

func emptied(tb testing.TB, open func(*memory.Store) *memory.Store) *memory.Store {
	tb.Helper()
	seed, all := filled(tb, 100)
	s := open(seed)
	for i := range all {
		if err := s.Delete(context.Background(), all[i].Key); err != nil && client.KindOf(err) != client.NotFound {
			tb.Fatal(err)
		}
	}
	return s
}
