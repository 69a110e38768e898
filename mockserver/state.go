//go:build !keyturn_state

package mockserver

import (
	"context"

	"github.com/keyturn/keyturn/mockserver/store"
	"github.com/keyturn/keyturn/mockserver/store/memory"
)

// ownState is that of a server which is given none.
func ownState(context.Context) (store.Backend, error) { return memory.Backend{}, nil }
