//go:build !keyturn_state

// What a namespace costs is told of those that live in memory.

package namespace_test

import (
	"fmt"
	"runtime"
	"testing"
	"time"

	"github.com/keyturn/keyturn/mockserver/namespace"
)

// TestJournalsOfManyNamespaces fills each journal as soon as its namespace is there, when
// its share is the largest.
func TestJournalsOfManyNamespaces(t *testing.T) {
	const (
		count = 10_000
		limit = 256 << 20
	)
	r := newRegistry(t, 3, nil)
	before := heap()
	for i := range count {
		made := create(t, r, namespace.Plan{Name: fmt.Sprintf("n%d", i)})
		for size, last := made.Journal().Size(), -1; size.Evicted == 0 && size.Entries != last; size = made.Journal().Size() {
			last = size.Entries
			fill(made.Journal(), 20)
		}
	}
	total := r.JournalSize()
	if kept := heap() - before; kept > limit || total.Evicted < count {
		t.Errorf("%d namespaces with full journals keep %d MiB, want %d at most; %+v", count, kept>>20, limit>>20, total)
	} else {
		t.Logf("%d namespaces with full journals keep %d MiB: %+v", count, kept>>20, total)
	}
	runtime.KeepAlive(r)
}

// TestWhatANamespaceCosts is the same for a world of ten clients and for one of 100,000.
// The bound is generous: what would grow with the world would be ten thousand times more.
func TestWhatANamespaceCosts(t *testing.T) {
	const clients, rounds, ratio = 100_000, 50, 20
	small, large := newRegistry(t, 10, nil), newRegistry(t, clients, nil)
	for what, run := range map[string]func(*namespace.Registry, int) error{
		"a creation": func(r *namespace.Registry, i int) error {
			_, err := r.Create(t.Context(), namespace.Plan{Name: fmt.Sprintf("n%d", i)})
			return err
		},
		"a reset": func(r *namespace.Registry, _ int) error {
			if err := rename(t.Context(), r.Default(), "c0", "x"); err != nil {
				return err
			}
			return r.Default().Reset(t.Context())
		},
		"a snapshot and its restoration": func(r *namespace.Registry, i int) error {
			if _, err := r.Default().SaveSnapshot(t.Context(), fmt.Sprintf("s%d", i)); err != nil {
				return err
			}
			if err := rename(t.Context(), r.Default(), "c0", "x"); err != nil {
				return err
			}
			return r.Default().RestoreSnapshot(t.Context(), fmt.Sprintf("s%d", i))
		},
	} {
		if a, b := fastest(t, small, rounds, run), fastest(t, large, rounds, run); b > ratio*max(a, 50*time.Microsecond) {
			t.Errorf("%s takes %v with 10 clients and %v with %d", what, a, b, clients)
		} else {
			t.Logf("%s takes %v with 10 clients and %v with %d", what, a, b, clients)
		}
	}
}

// fastest is the shortest of so many runs, which is what something costs.
func fastest(t *testing.T, r *namespace.Registry, rounds int, run func(*namespace.Registry, int) error) time.Duration {
	t.Helper()
	least := time.Hour
	for i := range rounds {
		begun := time.Now()
		if err := run(r, i); err != nil {
			t.Fatal(err)
		}
		least = min(least, time.Since(begun))
	}
	return least
}

// TestACrowdComesAndGoes keeps within two budgets, also after most have gone.
func TestACrowdComesAndGoes(t *testing.T) {
	const budget = 8 << 20
	r := newRegistry(t, 1, func(o *namespace.Options) { o.JournalBudget = budget })
	for round := range 3 {
		for i := range 256 {
			fill(create(t, r, namespace.Plan{Name: fmt.Sprintf("n%d", i)}).Journal(), 8000/(i+1)+30)
			if got := r.JournalSize().Bytes; got > 2*budget {
				t.Fatalf("round %d: %d namespaces hold %d bytes", round, i+1, got)
			}
		}
		for i := range 256 {
			if err := r.Delete(t.Context(), fmt.Sprintf("n%d", i)); err != nil {
				t.Fatal(err)
			}
		}
	}
}
