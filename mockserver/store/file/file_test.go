package file_test

import (
	"context"
	"path/filepath"
	"testing"

	"github.com/keyturn/keyturn/mockserver/client"
	"github.com/keyturn/keyturn/mockserver/store"
	"github.com/keyturn/keyturn/mockserver/store/file"
	"github.com/keyturn/keyturn/mockserver/store/storetest"
)

func mustOpen(tb testing.TB, path string) *file.Backend {
	tb.Helper()
	b, err := file.Open(path, file.Options{})
	if err != nil {
		tb.Fatal(err)
	}
	tb.Cleanup(func() { b.Close() })
	return b
}

func fresh(tb testing.TB) string {
	tb.Helper()
	return filepath.Join(tb.TempDir(), "state")
}

func newContent(tb testing.TB, b store.Backend) store.Content {
	tb.Helper()
	c, err := b.New(context.Background())
	if err != nil {
		tb.Fatal(err)
	}
	return c
}

func emptyContent(tb testing.TB) store.Content {
	tb.Helper()
	return newContent(tb, mustOpen(tb, fresh(tb)))
}

func TestContract(t *testing.T) {
	t.Parallel()
	storetest.Run(t, func(tb testing.TB) store.Store { return emptyContent(tb) })
}

func TestContents(t *testing.T) {
	t.Parallel()
	storetest.RunContents(t, emptyContent)
}

func TestModel(t *testing.T) {
	t.Parallel()
	storetest.RunModel(t, storetest.Amount{Runs: 4, Steps: 1_500}, emptyContent)
}

func TestDurable(t *testing.T) {
	t.Parallel()
	storetest.RunDurable(t, func(tb testing.TB) func() store.Durable {
		path := fresh(tb)
		return func() store.Durable { return mustOpen(tb, path) }
	})
}

// TestCrash kills processes that write.
func TestCrash(t *testing.T) {
	t.Parallel()
	storetest.RunCrash(t, storetest.Crash{
		Place: fresh,
		Open: func(place string) (store.Durable, error) {
			return file.Open(place, file.Options{})
		},
	})
}

func fill(tb testing.TB, c store.Content, n int) []client.Client {
	tb.Helper()
	all := make([]client.Client, n)
	for i := range all {
		all[i] = storetest.Numbered(i)
	}
	if err := c.Replace(context.Background(), all); err != nil {
		tb.Fatal(err)
	}
	return all
}
