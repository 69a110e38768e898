package postgres_test

import (
	"context"
	"os"
	"testing"

	"github.com/keyturn/keyturn/mockserver/store"
	"github.com/keyturn/keyturn/mockserver/store/pgtest"
	"github.com/keyturn/keyturn/mockserver/store/postgres"
	"github.com/keyturn/keyturn/mockserver/store/storetest"
)

// server is one for all tests that leave it running.
var server pgtest.Shared

func TestMain(m *testing.M) { os.Exit(server.Main(m)) }

// open returns a backend that is closed when the test ends.
func open(tb testing.TB, dsn string, options postgres.Options) *postgres.Backend {
	tb.Helper()
	b, err := postgres.Open(context.Background(), dsn, options)
	if err != nil {
		tb.Fatal(err)
	}
	tb.Cleanup(func() { b.Close() })
	return b
}

func content(tb testing.TB, b store.Backend) store.Content {
	tb.Helper()
	c, err := b.New(context.Background())
	if err != nil {
		tb.Fatal(err)
	}
	return c
}

func TestStore(t *testing.T) {
	b := open(t, server.Get(t).Database(t), postgres.Options{})
	t.Run("promises", func(t *testing.T) {
		storetest.Run(t, func(tb testing.TB) store.Store { return content(tb, b) })
	})
	t.Run("contents", func(t *testing.T) {
		storetest.RunContents(t, func(tb testing.TB) store.Content { return content(tb, b) })
	})
	t.Run("model", func(t *testing.T) {
		storetest.RunModel(t, storetest.Amount{Runs: 3, Steps: 200}, func(tb testing.TB) store.Content { return content(tb, b) })
	})
}

func TestDurable(t *testing.T) {
	storetest.RunDurable(t, func(tb testing.TB) func() store.Durable {
		dsn := server.Get(tb).Database(tb)
		return func() store.Durable { return open(tb, dsn, postgres.Options{}) }
	})
}

// several returns backends over one database.
func several(tb testing.TB, dsn string, count int) []store.Shared {
	tb.Helper()
	all := make([]store.Shared, count)
	for i := range all {
		all[i] = open(tb, dsn, postgres.Options{})
	}
	return all
}

func TestShared(t *testing.T) {
	storetest.RunShared(t, func(tb testing.TB, count int) []store.Shared {
		return several(tb, server.Get(tb).Database(tb), count)
	})
}
