package namespace_test

import (
	"context"
	"sync"
	"testing"
	"time"

	"github.com/keyturn/keyturn/mockserver/fault"
	"github.com/keyturn/keyturn/mockserver/namespace"
	"github.com/keyturn/keyturn/mockserver/propagation"
	"github.com/keyturn/keyturn/mockserver/wire"
)

var refusal = fault.Fault{Effect: fault.Effect{Status: 503}, Times: 1}

func addFault(ctx context.Context, n *namespace.Namespace) error {
	return n.Change(ctx, func() error { _, err := n.Faults().Add(refusal, n.Random()); return err })
}

// A name is free everywhere once its namespace was deleted anywhere.
func TestANameThatWasGivenBackElsewhere(t *testing.T) {
	common := newTable(t)
	a, _ := serverAt(t, common)
	b, _ := serverAt(t, common)
	create(t, a, namespace.Plan{Name: "x"})
	if _, err := b.Find(t.Context(), "x"); err != nil {
		t.Fatal(err)
	}
	if err := a.Delete(t.Context(), "x"); err != nil {
		t.Fatal(err)
	}
	if _, err := b.Create(t.Context(), namespace.Plan{Name: "x"}); err != nil {
		t.Error(err)
	}
}

// What has expired is forgotten, and not what has its name now.
func TestExpiryTakesNoSuccessor(t *testing.T) {
	t.Parallel()
	common := newTable(t)
	a, _ := serverAt(t, common)
	b, _ := serverAt(t, common)
	second, never := time.Second, time.Duration(0)
	create(t, a, namespace.Plan{Name: "x", Idle: &second})
	if err := b.Delete(t.Context(), "x"); err != nil {
		t.Fatal(err)
	}
	create(t, b, namespace.Plan{Name: "x", Idle: &never})
	time.Sleep(5 * time.Second)
	n, err := b.Find(t.Context(), "x")
	if err == nil {
		err = n.Refresh(t.Context())
	}
	if err != nil {
		t.Errorf("a namespace that never expires is gone: %v", err)
	}
}

// A server that another one was faster than goes on with what is on its way here.
func TestAConflictLeavesPropagationAlone(t *testing.T) {
	common := newTable(t)
	a, at := serverAt(t, common)
	b, _ := serverAt(t, common)
	if err := a.Default().SetPropagation(t.Context(), propagation.Settings{AcceptNewAfter: wire.Duration(time.Hour)}); err != nil {
		t.Fatal(err)
	}
	before := a.Default().Propagation()
	var once sync.Once
	at.beforePut = func() {
		once.Do(func() {
			if err := addFault(context.Background(), b.Default()); err != nil {
				t.Error(err)
			}
		})
	}
	if err := addFault(t.Context(), a.Default()); err != nil {
		t.Fatal(err)
	}
	if got := len(a.Default().Faults().List()); got != 2 {
		t.Errorf("%d faults", got)
	}
	if a.Default().Propagation() != before {
		t.Error("a conflict over a fault begins the propagation anew")
	}
}
