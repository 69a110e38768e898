package storetest

import (
	"bytes"
	"context"
	"errors"
	"fmt"
	"slices"
	"sync"
	"testing"

	"github.com/google/go-cmp/cmp"

	"github.com/keyturn/keyturn/mockserver/client"
	"github.com/keyturn/keyturn/mockserver/store"
)

// OpenDurable returns what opens a backend over a place that is empty at first and has
// afterwards what the last one left. Only one is open at a time. What is still open when
// the test ends has to be closed by whoever gave it.
type OpenDurable func(tb testing.TB) (open func() store.Durable)

// RunDurable proves the contract of store.Durable, but for what happens when the process
// is killed: see RunCrash.
func RunDurable(t *testing.T, open OpenDurable) {
	t.Helper()
	for _, promise := range durablePromises {
		t.Run(promise.name, func(t *testing.T) {
			t.Parallel()
			promise.prove(t, open(t))
		})
	}
}

var durablePromises = []struct {
	name  string
	prove func(t *testing.T, open func() store.Durable)
}{
	{"a content is there when it is opened again", contentsSurvive},
	{"a content that was dropped cannot be opened", droppedIsGone},
	{"prune keeps what is to be kept", pruneKeeps},
	{"numbers only grow", numbersGrow},
	{"a secret is made once", secretsAreMadeOnce},
	{"records survive, in one version after the other", recordsSurvive},
	{"of two who put a record one succeeds", recordsAreCompared},
	{"versions are never used again", versionsAreFresh},
	{"what is closed is unavailable", closedIsUnavailable},
}

func mustNew(t *testing.T, b store.Backend) store.Content {
	t.Helper()
	c, err := b.New(context.Background())
	if err != nil {
		t.Fatal(err)
	}
	return c
}

func mustOpen(t *testing.T, b store.Durable, id string) store.Content {
	t.Helper()
	c, err := b.Open(context.Background(), id)
	if err != nil {
		t.Fatalf("open %s: %v", id, err)
	}
	return c
}

func mustClose(t *testing.T, b store.Durable) {
	t.Helper()
	if err := b.Close(); err != nil {
		t.Fatal(err)
	}
}

func contentsSurvive(t *testing.T, open func() store.Durable) {
	ctx := context.Background()
	b := open()
	original := mustNew(t, b)
	mustCreate(t, original, full("a"))
	copied := renew(t, original, 3)
	mustCreate(t, copied, full("b"))
	last := mustCreate(t, copied, full("c"))
	if err := copied.Delete(ctx, last.Key); err != nil {
		t.Fatal(err)
	}
	if _, err := copied.Update(ctx, full("a").Key, func(c *client.Client) error { c.Alias = "moved"; return nil }); err != nil {
		t.Fatal(err)
	}
	originalID, copiedID := original.ID(), copied.ID()
	if originalID == copiedID || originalID == "" {
		t.Fatalf("the contents have the IDs %q and %q", originalID, copiedID)
	}
	mustClose(t, b)

	b = open()
	original, copied = mustOpen(t, b, originalID), mustOpen(t, b, copiedID)
	if diff := cmp.Diff(full("a"), withoutSerial(mustGet(t, original, full("a").Key)), compareClients); diff != "" {
		t.Errorf("the original (-want +got):\n%s", diff)
	}
	if got := mustGet(t, copied, full("a").Key); got.Alias != "moved" {
		t.Errorf("the copy has the alias %q", got.Alias)
	}
	mustCreate(t, copied, full("d"))
	if diff := cmp.Diff([]string{"3:1", "3:2", "3:4"}, shown(t, copied)); diff != "" {
		t.Errorf("the serials of the copy (-want +got):\n%s", diff)
	}
	page, err := copied.List(ctx, store.Query{Realm: "realm", Tenant: "tenant", Offset: 1, Limit: 1})
	if err != nil || page.Total != 3 || !slices.Equal(ids(page), []string{"b"}) {
		t.Errorf("a page has %v of %d (%v)", ids(page), page.Total, err)
	}
	wantSameContent(t, b, copiedID)
}

// wantSameContent opens a content twice.
func wantSameContent(t *testing.T, b store.Durable, id string) {
	t.Helper()
	one, other := mustOpen(t, b, id), mustOpen(t, b, id)
	created := mustCreate(t, one, full("e"))
	if got := mustGet(t, other, created.Key); got.Serial != created.Serial {
		t.Errorf("opened twice, one has the serial %d and the other %d", created.Serial, got.Serial)
	}
	page, err := other.List(context.Background(), store.Query{Realm: "realm"})
	if err != nil || !slices.Contains(ids(page), "e") {
		t.Errorf("opened twice, the other lists %v (%v)", ids(page), err)
	}
}

func droppedIsGone(t *testing.T, open func() store.Durable) {
	ctx := context.Background()
	b := open()
	c := mustNew(t, b)
	id := c.ID()
	if err := c.Drop(ctx); err != nil {
		t.Fatal(err)
	}
	for _, unknown := range []string{id, "", "999999", "no id"} {
		_, err := b.Open(ctx, unknown)
		wantKind(t, err, client.NotFound)
	}
}

func pruneKeeps(t *testing.T, open func() store.Durable) {
	ctx := context.Background()
	b := open()
	kept, forgotten := mustNew(t, b), mustNew(t, b)
	mustCreate(t, kept, full("a"))
	mustCreate(t, forgotten, full("a"))
	if err := b.Prune(ctx, []string{kept.ID()}); err != nil {
		t.Fatal(err)
	}
	mustGet(t, mustOpen(t, b, kept.ID()), full("a").Key)
}

func numbersGrow(t *testing.T, open func() store.Durable) {
	var last uint64
	for range 3 {
		b := open()
		numbers := make([][]uint64, 4)
		var all sync.WaitGroup
		for i := range numbers {
			all.Go(func() {
				for range 200 {
					n, err := b.Next(context.Background())
					if err != nil {
						t.Error(err)
					}
					numbers[i] = append(numbers[i], n)
				}
			})
		}
		all.Wait()
		joined := slices.Concat(numbers...)
		slices.Sort(joined)
		if joined[0] <= last || len(slices.Compact(slices.Clone(joined))) != len(joined) {
			t.Fatalf("numbers were given again: %d after %d", joined[0], last)
		}
		for _, own := range numbers {
			if !slices.IsSorted(own) {
				t.Error("numbers did not grow")
			}
		}
		last = joined[len(joined)-1]
		mustClose(t, b)
	}
}

func secretsAreMadeOnce(t *testing.T, open func() store.Durable) {
	ctx := context.Background()
	b := open()
	failure := errors.New("no randomness")
	if _, err := b.Secret(ctx, "key", func() ([]byte, error) { return nil, failure }); !errors.Is(err, failure) {
		t.Errorf("got %v, want what make returned", err)
	}
	given := make([][]byte, 8)
	var all sync.WaitGroup
	for i := range given {
		all.Go(func() {
			var err error
			if given[i], err = b.Secret(ctx, "key", func() ([]byte, error) { return []byte{0, byte(i), 255}, nil }); err != nil {
				t.Error(err)
			}
		})
	}
	all.Wait()
	mustClose(t, b)
	again, err := open().Secret(ctx, "key", func() ([]byte, error) { return []byte("another"), nil })
	if err != nil {
		t.Fatal(err)
	}
	for _, one := range given {
		if !bytes.Equal(one, again) {
			t.Errorf("got %v once and %v later", one, again)
		}
	}
}

func mustPut(t *testing.T, b store.Durable, name, data string, known uint64) uint64 {
	t.Helper()
	version, err := b.Put(context.Background(), name, []byte(data), known)
	if err != nil {
		t.Fatalf("put %s: %v", name, err)
	}
	return version
}

func recordsSurvive(t *testing.T, open func() store.Durable) {
	ctx := context.Background()
	b := open()
	_, err := b.Record(ctx, "a", 0)
	wantKind(t, err, client.NotFound)
	wantKind(t, b.Remove(ctx, "a", 1), client.NotFound)
	first := mustPut(t, b, "a", "one", 0)
	mustPut(t, b, "b", "other", 0)
	third := mustPut(t, b, "c", "gone", 0)
	second := mustPut(t, b, "a", "two", first)
	if second <= first {
		t.Errorf("version %d came after %d", second, first)
	}
	wantKind(t, b.Remove(ctx, "c", second), client.Conflict)
	if err := b.Remove(ctx, "c", third); err != nil {
		t.Fatal(err)
	}
	for range 2 {
		names, err := b.Names(ctx)
		if diff := cmp.Diff([]string{"a", "b"}, names); diff != "" || err != nil {
			t.Fatalf("the names (-want +got, %v):\n%s", err, diff)
		}
		for known, want := range map[uint64]string{0: "two", first: "two", second: ""} {
			if got, err := b.Record(ctx, "a", known); err != nil || got.Version != second || string(got.Data) != want || (got.Data == nil) != (want == "") {
				t.Errorf("knowing version %d: got %+v, %v", known, got, err)
			}
		}
		mustClose(t, b)
		b = open()
	}
}

func recordsAreCompared(t *testing.T, open func() store.Durable) {
	ctx := context.Background()
	b := open()
	for round := range 5 {
		known := uint64(0)
		if round > 0 {
			record, err := b.Record(ctx, "a", 0)
			if err != nil {
				t.Fatal(err)
			}
			known = record.Version
		}
		versions := make([]uint64, 6)
		var all sync.WaitGroup
		for i := range versions {
			all.Go(func() {
				version, err := b.Put(ctx, "a", fmt.Append(nil, round, i), known)
				switch {
				case err == nil:
					versions[i] = version
				case client.KindOf(err) != client.Conflict:
					t.Error(err)
				}
			})
		}
		all.Wait()
		winners := slices.DeleteFunc(slices.Clone(versions), func(v uint64) bool { return v == 0 })
		record, err := b.Record(ctx, "a", 0)
		if len(winners) != 1 || err != nil || record.Version != winners[0] {
			t.Fatalf("round %d: %v, the record has version %d (%v)", round, versions, record.Version, err)
		}
		if want := fmt.Sprint(round, slices.Index(versions, winners[0])); string(record.Data) != want {
			t.Errorf("round %d: the record is %s, want the winner's %s", round, record.Data, want)
		}
	}
	_, err := b.Put(ctx, "a", nil, 0)
	wantKind(t, err, client.Conflict)
	_, err = b.Put(ctx, "nobody", nil, 7)
	wantKind(t, err, client.Conflict)
}

func versionsAreFresh(t *testing.T, open func() store.Durable) {
	ctx := context.Background()
	b := open()
	last := uint64(0)
	for range 3 {
		version := mustPut(t, b, "a", "data", 0)
		if version <= last {
			t.Errorf("version %d came after %d", version, last)
		}
		last = version
		if err := b.Remove(ctx, "a", version); err != nil {
			t.Fatal(err)
		}
		mustClose(t, b)
		b = open()
	}
}

func closedIsUnavailable(t *testing.T, open func() store.Durable) {
	ctx := context.Background()
	b := open()
	c := mustNew(t, b)
	mustCreate(t, c, full("a"))
	mustClose(t, b)
	mustClose(t, b)
	for name, call := range map[string]func() error{
		"New":    func() error { _, err := b.New(ctx); return err },
		"Open":   func() error { _, err := b.Open(ctx, c.ID()); return err },
		"Next":   func() error { _, err := b.Next(ctx); return err },
		"Secret": func() error { _, err := b.Secret(ctx, "a", func() ([]byte, error) { return nil, nil }); return err },
		"Record": func() error { _, err := b.Record(ctx, "a", 0); return err },
		"Put":    func() error { _, err := b.Put(ctx, "a", nil, 0); return err },
		"Names":  func() error { _, err := b.Names(ctx); return err },
		"Get":    func() error { _, err := c.Get(ctx, full("a").Key); return err },
		"Find":   func() error { _, err := c.Find(ctx, "realm", "client-a"); return err },
		"List":   func() error { _, err := c.List(ctx, store.Query{Realm: "realm"}); return err },
		"Create": func() error { _, err := c.Create(ctx, full("b")); return err },
		"Update": func() error {
			_, err := c.Update(ctx, full("a").Key, func(*client.Client) error { return nil })
			return err
		},
		"Delete":  func() error { return c.Delete(ctx, full("a").Key) },
		"Replace": func() error { return c.Replace(ctx, nil) },
		"Fork":    func() error { _, err := c.Fork(ctx, 1); return err },
	} {
		if err := call(); err == nil || client.KindOf(err) != client.Unavailable {
			t.Errorf("%s of what is closed: %v", name, err)
		}
	}
}
