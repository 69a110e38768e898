//go:build keyturn_state

package mockserver

import (
	"context"
	"os"

	"github.com/keyturn/keyturn/mockserver/store"
	"github.com/keyturn/keyturn/mockserver/store/statetest"
)

func ownState(ctx context.Context) (store.Backend, error) {
	return statetest.Open(ctx, os.Getenv(statetest.Variable))
}
