//go:build !keyturn_state

package namespace_test

import (
	"testing"

	"github.com/keyturn/keyturn/mockserver/store"
	"github.com/keyturn/keyturn/mockserver/store/memory"
)

func backend(testing.TB) store.Backend { return memory.Backend{} }
