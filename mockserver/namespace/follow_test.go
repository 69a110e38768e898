package namespace_test

import (
	"testing"

	"github.com/keyturn/keyturn/mockserver/journal"
	"github.com/keyturn/keyturn/mockserver/namespace"
)

// TestFollowersShareAndForget has one session for all who follow at a time, and another
// for those who come when nobody does.
func TestFollowersShareAndForget(t *testing.T) {
	t.Parallel()
	n := create(t, newRegistry(t, 1, nil), namespace.Plan{Name: "a"})
	redactor := journal.NewRedactor()
	follow := func() (*journal.Session, func()) {
		t.Helper()
		session, done, err := n.Follow(t.Context(), redactor)
		if err != nil {
			t.Fatal(err)
		}
		return session, done
	}
	first, firstDone := follow()
	second, secondDone := follow()
	firstDone()
	firstDone() // once is enough
	third, thirdDone := follow()
	if first != second || second != third {
		t.Error("those who follow together do not share")
	}
	secondDone()
	thirdDone()
	if fourth, done := follow(); fourth == first {
		t.Error("what was learned is kept for nobody")
	} else {
		done()
	}
}
