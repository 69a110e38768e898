package memory_test

import (
	"testing"

	"github.com/keyturn/keyturn/mockserver/store"
	"github.com/keyturn/keyturn/mockserver/store/memory"
	"github.com/keyturn/keyturn/mockserver/store/storetest"
)

func TestContract(t *testing.T) {
	storetest.Run(t, func(testing.TB) store.Store { return memory.New() })
}
