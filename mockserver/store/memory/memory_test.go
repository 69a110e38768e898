package memory_test

import (
	"testing"

	"github.com/keyturn/keyturn/mockserver/store"
	"github.com/keyturn/keyturn/mockserver/store/memory"
	"github.com/keyturn/keyturn/mockserver/store/storetest"
)

func TestContract(t *testing.T) {
	t.Parallel()
	storetest.Run(t, func(testing.TB) store.Store { return memory.New() })
	storetest.RunContents(t, func(testing.TB) store.Content { return memory.New() })
}

// TestModel has weak hashes too, which let names collide that are not the same.
func TestModel(t *testing.T) {
	t.Parallel()
	for name, open := range map[string]func() *memory.Store{"hashes": memory.New, "weak hashes": memory.Weak} {
		t.Run(name, func(t *testing.T) {
			t.Parallel()
			storetest.RunModel(t, storetest.Amount{Runs: 6, Steps: 4_000}, func(testing.TB) store.Content { return open() })
		})
	}
}

func must(c store.Content, err error) store.Content {
	if err != nil {
		panic(err) // memory fails only where a context has ended
	}
	return c
}
