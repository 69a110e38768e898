package postgres_test

import (
	"context"
	"errors"
	"fmt"
	"log/slog"
	"sync"
	"sync/atomic"
	"testing"
	"time"

	"github.com/keyturn/keyturn/mockserver/client"
	"github.com/keyturn/keyturn/mockserver/store"
	"github.com/keyturn/keyturn/mockserver/store/postgres"
	"github.com/keyturn/keyturn/mockserver/store/storetest"
)

func TestCrash(t *testing.T) {
	storetest.RunCrash(t, storetest.Crash{
		Place: func(tb testing.TB) string { return server.Get(tb).Database(tb) },
		Open: func(place string) (store.Durable, error) {
			b, err := postgres.Open(context.Background(), place, postgres.Options{})
			if err != nil {
				return nil, err
			}
			return b, nil
		},
	})
}

func one(id string) client.Client {
	return client.Client{Key: client.Key{Realm: "realm", ID: id}, ClientID: "client-" + id, Tenant: "tenant", Alias: "alias-" + id}
}

func mustCreate(tb testing.TB, s store.Store, c client.Client) client.Client {
	tb.Helper()
	created, err := s.Create(context.Background(), c)
	if err != nil {
		tb.Fatal(err)
	}
	return created
}

// add appends a secret with the id.
func add(id string) func(*client.Client) error {
	return func(c *client.Client) error {
		c.Secrets = append(c.Secrets, client.Secret{ID: id})
		return nil
	}
}

// TestARotationIsInForceEverywhere reads with caches that have the version before.
func TestARotationIsInForceEverywhere(t *testing.T) {
	t.Parallel()
	ctx := context.Background()
	both := several(t, server.Get(t).Database(t), 2)
	here := content(t, both[0])
	there, err := both[1].Open(ctx, here.ID())
	if err != nil {
		t.Fatal(err)
	}
	c := mustCreate(t, here, one("a"))
	for i := range 100 {
		from, to := here, there
		if i%2 == 1 {
			from, to = there, here
		}
		if _, err := from.Update(ctx, c.Key, add(fmt.Sprint(i))); err != nil {
			t.Fatal(err)
		}
		for name, read := range map[string]func() (client.Client, error){
			"Get":  func() (client.Client, error) { return to.Get(ctx, c.Key) },
			"Find": func() (client.Client, error) { return to.Find(ctx, c.Realm, c.ClientID) },
		} {
			for range 2 {
				if got, err := read(); err != nil || len(got.Secrets) != i+1 {
					t.Fatalf("%s after rotation %d: %d secrets, %v", name, i, len(got.Secrets), err)
				}
			}
		}
	}
}

// TestARefusalIsAboutThePresent has a change refused for what the client was before
// another server wrote.
func TestARefusalIsAboutThePresent(t *testing.T) {
	t.Parallel()
	ctx := context.Background()
	both := several(t, server.Get(t).Database(t), 2)
	here := content(t, both[0])
	there, err := both[1].Open(ctx, here.ID())
	if err != nil {
		t.Fatal(err)
	}
	c := mustCreate(t, here, one("a"))
	if _, err := there.Get(ctx, c.Key); err != nil {
		t.Fatal(err)
	}
	if _, err := here.Update(ctx, c.Key, func(c *client.Client) error { c.Enabled = true; return nil }); err != nil {
		t.Fatal(err)
	}
	refusal := errors.New("disabled")
	if _, err := there.Update(ctx, c.Key, func(c *client.Client) error {
		if !c.Enabled {
			return refusal
		}
		return add("1")(c)
	}); err != nil {
		t.Errorf("the change was refused for what is past: %v", err)
	}
}

// TestOthersAreNotHarmed runs good and bad changes of a few clients at the same time.
func TestOthersAreNotHarmed(t *testing.T) {
	t.Parallel()
	ctx := context.Background()
	s := content(t, open(t, server.Get(t).Database(t), postgres.Options{}))
	var keys []client.Key
	for i := range 3 {
		keys = append(keys, mustCreate(t, s, one(fmt.Sprint(i))).Key)
	}
	refusal := errors.New("refused")
	var good atomic.Int64
	var all sync.WaitGroup
	for i := range 300 {
		k := keys[i%len(keys)]
		all.Go(func() {
			switch i % 5 {
			case 0:
				defer func() {
					if got := recover(); got != "crash" {
						t.Errorf("the panic is %v", got)
					}
				}()
				s.Update(ctx, k, func(c *client.Client) error { c.Enabled = true; panic("crash") })
				t.Error("no panic")
			case 1:
				if _, err := s.Update(ctx, k, func(*client.Client) error { return refusal }); !errors.Is(err, refusal) {
					t.Errorf("got %v", err)
				}
			case 2:
				_, err := s.Update(ctx, k, func(c *client.Client) error { c.ClientID = "client-" + keys[(i+1)%len(keys)].ID; return nil })
				if client.KindOf(err) != client.Conflict {
					t.Errorf("got %v, want a conflict", err)
				}
			case 3:
				got, err := s.Update(ctx, k, func(c *client.Client) error { c.Tenant = fmt.Sprint(i); return add(fmt.Sprint(i))(c) })
				if err != nil || got.Tenant != fmt.Sprint(i) {
					t.Errorf("moved to %s: %v", got.Tenant, err)
				}
				good.Add(1)
			default:
				if _, err := s.Update(ctx, k, add(fmt.Sprint(i))); err != nil {
					t.Error(err)
				}
				good.Add(1)
			}
		})
	}
	all.Wait()
	page, err := s.List(ctx, store.Query{Realm: "realm"})
	if err != nil {
		t.Fatal(err)
	}
	kept := int64(0)
	for _, c := range page.Clients {
		kept += int64(len(c.Secrets))
		of, err := s.List(ctx, store.Query{Realm: "realm", Tenant: c.Tenant})
		if err != nil || of.Total < 1 || len(of.Clients) != of.Total || c.Enabled {
			t.Errorf("%s: tenant %s lists %d of %d (%v), enabled: %t", c.ID, c.Tenant, len(of.Clients), of.Total, err, c.Enabled)
		}
	}
	if kept != good.Load() || page.Total != 3 {
		t.Errorf("%d of %d updates of %d clients are kept", kept, good.Load(), page.Total)
	}
}

// TestWatchersAreWoken with notifications and without.
func TestWatchersAreWoken(t *testing.T) {
	t.Parallel()
	for name, open := range map[string]func(testing.TB, string, postgres.Options) *postgres.Backend{"notified": open, "polling": openDeaf} {
		t.Run(name, func(t *testing.T) {
			t.Parallel()
			ctx := context.Background()
			dsn := server.Get(t).Database(t)
			from, to := open(t, dsn, postgres.Options{}), open(t, dsn, postgres.Options{})
			if _, err := from.Put(ctx, "space", nil, 0); err != nil {
				t.Fatal(err)
			}
			if name == "notified" {
				await(t, "notifications", func() bool { return postgres.Notified(from) && postgres.Notified(to) })
			}
			woken := make(chan struct{}, 100)
			stop := to.Watch("space", func() {
				select {
				case woken <- struct{}{}:
				default:
				}
			})
			time.Sleep(300 * time.Millisecond)
			var slowest time.Duration
			for range 10 {
				for len(woken) > 0 {
					<-woken
				}
				began := time.Now()
				if err := from.Append(ctx, "space", store.Batch{Count: 1}, 10); err != nil {
					t.Fatal(err)
				}
				select {
				case <-woken:
				case <-time.After(5 * time.Second):
					t.Fatal("nobody was woken")
				}
				slowest = max(slowest, time.Since(began))
				time.Sleep(50 * time.Millisecond)
			}
			t.Logf("woken after %s at most", slowest)
			if slowest > 500*time.Millisecond {
				t.Errorf("it took %s", slowest)
			}
			stop()
			if postgres.Notified(to) != (name == "notified") {
				t.Error("it is not the case that was to be tested")
			}
		})
	}
}

func await(tb testing.TB, what string, is func() bool) {
	tb.Helper()
	for deadline := time.Now().Add(20 * time.Second); !is(); time.Sleep(5 * time.Millisecond) {
		if time.Now().After(deadline) {
			tb.Fatalf("no %s", what)
		}
	}
}

// counter counts what is logged.
type counter struct {
	slog.Handler

	warned, informed atomic.Int64
}

func (*counter) Enabled(context.Context, slog.Level) bool { return true }

func (c *counter) Handle(_ context.Context, r slog.Record) error {
	if r.Level == slog.LevelWarn {
		c.warned.Add(1)
	} else {
		c.informed.Add(1)
	}
	return nil
}

func openDeaf(tb testing.TB, dsn string, options postgres.Options) *postgres.Backend {
	tb.Helper()
	b, err := postgres.OpenDeaf(dsn, options)
	if err != nil {
		tb.Fatal(err)
	}
	tb.Cleanup(func() { b.Close() })
	return b
}
