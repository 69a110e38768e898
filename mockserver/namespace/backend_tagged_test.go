//go:build keyturn_state

package namespace_test

import (
	"os"
	"testing"

	"github.com/keyturn/keyturn/mockserver/store"
	"github.com/keyturn/keyturn/mockserver/store/statetest"
)

func backend(tb testing.TB) store.Backend {
	tb.Helper()
	b, err := statetest.Open(tb.Context(), os.Getenv(statetest.Variable))
	if err != nil {
		tb.Fatal(err)
	}
	tb.Cleanup(func() { _ = b.Close() })
	return b
}
