package namespace_test

import (
	"fmt"
	"strings"
	"sync"
	"testing"
	"time"

	"github.com/keyturn/keyturn/mockserver/client"
	"github.com/keyturn/keyturn/mockserver/clock"
	"github.com/keyturn/keyturn/mockserver/fault"
	"github.com/keyturn/keyturn/mockserver/journal"
	"github.com/keyturn/keyturn/mockserver/namespace"
	"github.com/keyturn/keyturn/mockserver/propagation"
	"github.com/keyturn/keyturn/mockserver/snapshot"
	"github.com/keyturn/keyturn/mockserver/wire"
)

// TestRandomness follows what is drawn through all that begins it anew.
func TestRandomness(t *testing.T) {
	t.Parallel()
	r := newRegistry(t, 1, nil)
	a, b := create(t, r, namespace.Plan{Name: "a", Seed: new(uint64(7))}), create(t, r, namespace.Plan{Name: "b", Seed: new(uint64(7))})
	other := create(t, r, namespace.Plan{Name: "other", Seed: new(uint64(8))})
	first, second := drawn(t, a), drawn(t, a)
	if drawn(t, b) != first || drawn(t, b) != second || first == second || drawn(t, other) == first {
		t.Error("a seed does not decide")
	}
	if _, err := a.SaveSnapshot(t.Context(), "two-drawn"); err != nil {
		t.Fatal(err)
	}
	third := drawn(t, a)
	copied := create(t, r, namespace.Plan{Name: "copied", From: "a", Snapshot: "two-drawn"})
	seeded := create(t, r, namespace.Plan{Name: "seeded", From: "a", Snapshot: "two-drawn", Seed: new(uint64(8))})
	if got := drawn(t, copied); got != third {
		t.Errorf("a copy draws %s, want %s", got, third)
	}
	reset := func(n *namespace.Namespace) string {
		t.Helper()
		if err := n.Reset(t.Context()); err != nil {
			t.Fatal(err)
		}
		return drawn(t, n)
	}
	for name, pair := range map[string][2]string{
		"a reset": {reset(a), first}, "a reset of a copy": {reset(copied), third}, "a copy with a seed of its own": {drawn(t, seeded), drawn(t, create(t, r, namespace.Plan{Name: "eight", Seed: new(uint64(8))}))},
	} {
		if pair[0] != pair[1] {
			t.Errorf("after %s it draws %s, want %s", name, pair[0], pair[1])
		}
	}
	if err := a.RestoreSnapshot(t.Context(), "two-drawn"); err != nil {
		t.Fatal(err)
	}
	if got := drawn(t, a); got != third {
		t.Errorf("a restored snapshot draws %s, want %s", got, third)
	}
	if plain := create(t, r, namespace.Plan{Name: "plain"}); drawn(t, plain) == reset(plain) {
		t.Error("without a seed a reset repeats itself")
	}
}

// TestManySaveOneSnapshot has one of them succeed.
func TestManySaveOneSnapshot(t *testing.T) {
	t.Parallel()
	r := newRegistry(t, 1, nil)
	n := create(t, r, namespace.Plan{Name: "a"})
	var mu sync.Mutex
	saved := 0
	var all sync.WaitGroup
	for range 20 {
		all.Go(func() {
			_, err := n.SaveSnapshot(t.Context(), "same")
			mu.Lock()
			defer mu.Unlock()
			if err == nil {
				saved++
			} else if client.KindOf(err) != client.Conflict {
				t.Error(err)
			}
		})
	}
	all.Wait()
	if saved != 1 || len(n.Snapshots()) != 1 {
		t.Errorf("%d were saved, and there are %d", saved, len(n.Snapshots()))
	}
}

func TestThereIsAnEndToSnapshots(t *testing.T) {
	t.Parallel()
	r := newRegistry(t, 1, nil)
	n := create(t, r, namespace.Plan{Name: "a"})
	var err error
	for i := range 101 {
		if err != nil {
			t.Fatal(err)
		}
		_, err = n.SaveSnapshot(t.Context(), fmt.Sprintf("s%d", i))
	}
	if client.KindOf(err) != client.Limit {
		t.Errorf("the 101st: %v", err)
	}
	if err := n.DeleteSnapshot(t.Context(), "s0"); err != nil {
		t.Error(err)
	}
	if err := n.DeleteSnapshot(t.Context(), "s0"); client.KindOf(err) != client.NotFound {
		t.Errorf("a second time: %v", err)
	}
	if _, err := n.SaveSnapshot(t.Context(), "s100"); err != nil {
		t.Error(err)
	}
}

// TestCopiesShareNothing changes one and looks at the other, both ways.
func TestCopiesShareNothing(t *testing.T) {
	t.Parallel()
	r := newRegistry(t, 3, nil)
	a := create(t, r, namespace.Plan{Name: "a"})
	if err := rename(t.Context(), a, "c0", "before"); err != nil {
		t.Fatal(err)
	}
	b := create(t, r, namespace.Plan{Name: "b", From: "a"})
	for n, alias := range map[*namespace.Namespace]string{a: "of a", b: "of b"} {
		if err := rename(t.Context(), n, "c0", alias); err != nil {
			t.Fatal(err)
		}
	}
	if got := aliasOf(t, a, "c0") + ", " + aliasOf(t, b, "c0") + ", " + aliasOf(t, r.Default(), "c0"); got != "of a, of b, " {
		t.Errorf("got %s", got)
	}
	ofA, _ := a.Store().Get(t.Context(), key("c0"))
	ofB, _ := b.Store().Get(t.Context(), key("c0"))
	if ofA.Serial == ofB.Serial {
		t.Error("a client of one is the other's")
	}
	if err := b.Reset(t.Context()); err != nil {
		t.Fatal(err)
	}
	if got := aliasOf(t, b, "c0"); got != "before" {
		t.Errorf("a reset goes back to %q, want what was copied", got)
	}
}

// TestImportsThatCannotBe leave the snapshot of the same name as it is.
func TestImportsThatCannotBe(t *testing.T) {
	t.Parallel()
	now := time.Date(2026, 5, 6, 7, 8, 9, 0, time.UTC)
	r := newRegistry(t, 2, func(o *namespace.Options) { o.System = func() time.Time { return now } })
	n := create(t, r, namespace.Plan{Name: "a"})
	whole := func() snapshot.Document {
		document, err := n.ExportSnapshot(t.Context(), "")
		if err != nil {
			t.Fatal(err)
		}
		document.Faults = []fault.Fault{{ID: "f1", Effect: fault.Effect{Status: 503}}}
		document.Propagation = propagation.Settings{RefuseOldAfter: wire.Duration(time.Minute)}
		return document
	}
	for _, state := range []clock.State{{}, {Offset: time.Hour}, {Offset: -time.Hour}, {Frozen: now.AddDate(289, 0, 0)}, {Frozen: now.AddDate(-100, 0, 0)}} {
		document := whole()
		document.Clock = state
		if err := n.ImportSnapshot(t.Context(), "good", document, 1); err != nil {
			t.Errorf("%+v: %v", state, err)
		}
		if err := n.RestoreSnapshot(t.Context(), "good"); err != nil || n.Clock().State() != state {
			t.Errorf("%+v became %+v: %v", state, n.Clock().State(), err)
		}
	}
	for field, change := range map[string]func(*snapshot.Document){
		"/world":        func(d *snapshot.Document) { d.World = worldOf(1); d.World.Realms["vendors"] = d.World.Realms["vendor"] },
		"/defects":      func(d *snapshot.Document) { d.Defects = []string{"nothing"} },
		"/clock/offset": func(d *snapshot.Document) { d.Clock = clock.State{Offset: 291 * 365 * 24 * time.Hour} },
		"/clock/frozen": func(d *snapshot.Document) {
			d.Clock = clock.State{Frozen: time.Date(9999, 12, 31, 0, 0, 0, 0, time.UTC)}
		},
	} {
		document := whole()
		change(&document)
		if err := client.AsError(n.ImportSnapshot(t.Context(), "good", document, 1)); err == nil || err.Field != field {
			t.Errorf("%s: got %v", field, err)
		}
	}
	if err := n.ImportSnapshot(t.Context(), "No Name", whole(), 1); err == nil {
		t.Error("it has a name that cannot be")
	}
	if kept, err := n.ExportSnapshot(t.Context(), "good"); err != nil || len(kept.World.Realms) != 1 || kept.Faults[0].ID != "f1" {
		t.Errorf("got %+v, %v", kept, err)
	}
}

// TestSecretsThatAreHeld counts those of the operator and those of the newest clients.
func TestSecretsThatAreHeld(t *testing.T) {
	t.Parallel()
	r := newRegistry(t, 10_005, func(o *namespace.Options) { o.Secrets = []string{"the-token-of-the-operator"} })
	held, err := create(t, r, namespace.Plan{Name: "a"}).Secrets(t.Context())
	if err != nil {
		t.Fatal(err)
	}
	all := strings.Join(held, " ") + " "
	if !strings.Contains(all, "the-token-of-the-operator ") || !strings.Contains(all, "secret-10004 ") || strings.Contains(all, "secret-4 ") {
		t.Errorf("got %d secrets", len(held))
	}
}

// TestADeletedNamespaceHoldsNothing counts on what its journal had evicted.
func TestADeletedNamespaceHoldsNothing(t *testing.T) {
	t.Parallel()
	r := newRegistry(t, 1, func(o *namespace.Options) { o.Journal = journal.Bounds{Entries: 5} })
	n := create(t, r, namespace.Plan{Name: "a"})
	fill(n.Journal(), 12)
	before := r.JournalSize()
	if err := r.Delete(t.Context(), "a"); err != nil {
		t.Fatal(err)
	}
	fill(n.Journal(), 3) // of requests that are under way
	if after := r.JournalSize(); before.Entries != 5 || before.Evicted != 7 || after != (journal.Size{Evicted: 7}) {
		t.Errorf("got %+v, then %+v", before, after)
	}
	if err := r.Delete(t.Context(), "a"); client.KindOf(err) != client.NotFound {
		t.Error(err)
	}
}

// TestImportsHaveABound fills it, and makes room again in each way that there is.
func TestImportsHaveABound(t *testing.T) {
	t.Parallel()
	r := newRegistry(t, 1, nil)
	a := create(t, r, namespace.Plan{Name: "a"})
	const large = 100 << 20
	document, err := a.ExportSnapshot(t.Context(), "")
	if err != nil {
		t.Fatal(err)
	}
	put := func(n *namespace.Namespace, name string, want client.Kind) {
		t.Helper()
		err := n.ImportSnapshot(t.Context(), name, document, large)
		if (err == nil) != (want == 0) || err != nil && client.KindOf(err) != want {
			t.Fatalf("%s: got %v", name, err)
		}
	}
	put(r.Default(), "one", 0)
	put(a, "two", 0)
	put(a, "three", client.Limit)
	if err := r.Default().DeleteSnapshot(t.Context(), "one"); err != nil {
		t.Fatal(err)
	}
	put(a, "three", 0)
	put(a, "four", client.Limit)
	if err := r.Delete(t.Context(), "a"); err != nil {
		t.Fatal(err)
	}
	put(r.Default(), "one", 0)
	put(r.Default(), "two", 0)
}
