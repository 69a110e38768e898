package file_test

import (
	"context"
	"errors"
	"slices"
	"sync"
	"testing"
	"time"

	"github.com/keyturn/keyturn/mockserver/client"
	"github.com/keyturn/keyturn/mockserver/store"
	"github.com/keyturn/keyturn/mockserver/store/file"
)

const long = 20_000

// listed wants the content to have so many clients, in order and each by its names.
func listed(t *testing.T, c store.Content, n int) {
	t.Helper()
	ctx := context.Background()
	page, err := c.List(ctx, store.Query{Realm: "realm"})
	if err != nil || page.Total != n || len(page.Clients) != n {
		t.Fatalf("%d of %d clients are listed, want %d (%v)", len(page.Clients), page.Total, n, err)
	}
	for i := range page.Clients {
		want := &page.Clients[i]
		if got, err := c.Find(ctx, "realm", want.ClientID); err != nil || got.Serial != want.Serial {
			t.Fatalf("client %d is found as %d (%v), want %d", i, got.Serial, err, want.Serial)
		}
	}
}

// TestLongCallsAreWhole replaces, copies and drops many clients while others read and
// write: they see all or nothing, and are not held up.
func TestLongCallsAreWhole(t *testing.T) {
	t.Parallel()
	ctx := context.Background()
	b := mustOpen(t, fresh(t))
	c, busy := newContent(t, b), newContent(t, b)
	fill(t, c, 10)
	all := fill(t, busy, 10)
	done := make(chan struct{})
	var others sync.WaitGroup
	var waits []time.Duration
	others.Go(func() {
		for {
			select {
			case <-done:
				return
			default:
			}
			page, err := c.List(ctx, store.Query{Realm: "realm", Limit: 1})
			if err != nil || page.Total != 10 && page.Total != long && page.Total != long-1 {
				t.Errorf("%d clients are listed (%v)", page.Total, err)
				return
			}
			begin := time.Now()
			if _, err := busy.Update(ctx, all[0].Key, func(c *client.Client) error { c.Enabled = !c.Enabled; return nil }); err != nil {
				t.Error(err)
				return
			}
			waits = append(waits, time.Since(begin))
		}
	})
	begin := time.Now()
	fill(t, c, long)
	copied, err := c.Renew(ctx, 9)
	if err != nil {
		t.Fatal(err)
	}
	if err := c.Delete(ctx, all[0].Key); err != nil { // the same key, in the other content
		t.Fatal(err)
	}
	listed(t, copied, long)
	took := time.Since(begin)
	if err := copied.Drop(ctx); err != nil {
		t.Fatal(err)
	}
	fill(t, c, 10)
	waitUntil(t, func() bool { return file.Loose(b) == 0 })
	close(done)
	others.Wait()
	slices.Sort(waits)
	t.Logf("%s; of %d other calls the longest took %s", took, len(waits), waits[len(waits)-1])
	if len(waits) < 20 {
		t.Errorf("only %d other calls were carried out meanwhile", len(waits))
	}
	listed(t, c, 10)
}

// TestALongCallThatEnds leaves nothing behind, whether it ends in the process or with it.
func TestALongCallThatEnds(t *testing.T) {
	t.Parallel()
	path := fresh(t)
	b := mustOpen(t, path)
	c := newContent(t, b)
	fill(t, c, long)
	ctx, cancel := context.WithCancel(context.Background())
	stopped := make(chan error)
	go func() {
		for {
			if _, err := c.Fork(ctx, 1); err != nil {
				stopped <- err
				return
			}
		}
	}()
	waitUntil(t, func() bool { return file.Unfinished(b) > 0 })
	cancel()
	if err := <-stopped; !errors.Is(err, context.Canceled) {
		t.Errorf("got %v", err)
	}
	waitUntil(t, func() bool { return file.Unfinished(b) == 0 && file.Loose(b) == 0 })
	listed(t, c, long)
}

func TestPrune(t *testing.T) {
	t.Parallel()
	ctx := context.Background()
	path := fresh(t)
	now := time.Unix(1_700_000_000, 0)
	open := func() *file.Backend {
		b, err := file.Open(path, file.Options{System: func() time.Time { return now }})
		if err != nil {
			t.Fatal(err)
		}
		t.Cleanup(func() { b.Close() })
		return b
	}
	there := func(b *file.Backend, id string) bool {
		_, err := b.Open(ctx, id)
		if err != nil && client.KindOf(err) != client.NotFound {
			t.Fatal(err)
		}
		return err == nil
	}
	prune := func(b *file.Backend, keep ...string) {
		if err := b.Prune(ctx, keep); err != nil {
			t.Fatal(err)
		}
	}
	b := open()
	kept, young, left := newContent(t, b).ID(), newContent(t, b), newContent(t, b)
	fill(t, young, 3_000)
	prune(b, kept)
	if !there(b, kept) || !there(b, young.ID()) {
		t.Error("a content that was just made was dropped")
	}
	now = now.Add(time.Hour)
	prune(b, kept, left.ID())
	if !there(b, kept) || there(b, young.ID()) {
		t.Error("an hour later it was not dropped, or another one was")
	}
	if _, err := young.Get(ctx, client.Key{}); client.KindOf(err) != client.NotFound {
		t.Errorf("a dropped content says %v", err)
	}
	if err := b.Close(); err != nil {
		t.Fatal(err)
	}
	b = open()
	prune(b, kept)
	if !there(b, kept) || there(b, left.ID()) {
		t.Error("what another process has left was not dropped, or another one was")
	}
}

// TestACrashIsTheCallers has one of many changes panic after others of its batch.
func TestACrashIsTheCallers(t *testing.T) {
	t.Parallel()
	ctx := context.Background()
	c := newContent(t, mustOpen(t, fresh(t)))
	all := fill(t, c, 40)
	var calls sync.WaitGroup
	for i := range all {
		calls.Go(func() {
			defer func() {
				if got := recover(); (got == "on purpose") != (i%4 == 0) {
					t.Errorf("call %d: %v", i, got)
				}
			}()
			_, err := c.Update(ctx, all[i].Key, func(c *client.Client) error {
				if c.Enabled = false; i%4 == 0 {
					panic("on purpose")
				}
				return nil
			})
			if err != nil {
				t.Error(err)
			}
		})
	}
	calls.Wait()
	for i := range all {
		if got, err := c.Get(ctx, all[i].Key); err != nil || got.Enabled != (i%4 == 0) {
			t.Errorf("call %d: enabled is %t (%v)", i, got.Enabled, err)
		}
	}
}
