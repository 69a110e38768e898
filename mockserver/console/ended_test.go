package console

import (
	"crypto/rand"
	"testing"
	"time"
)

// TestEndedSessionsAreForgotten when they would have ended anyway, and those that were never
// given at once.
func TestEndedSessionsAreForgotten(t *testing.T) {
	t.Parallel()
	now := time.Unix(1_800_000_000, 0)
	s := newSessions(Options{System: func() time.Time { return now }, Random: rand.Reader})
	begin := func() string {
		t.Helper()
		session, err := s.begin()
		if err != nil {
			t.Fatal(err)
		}
		return session
	}
	for want := 1; want <= 3; want++ {
		s.end(begin())
		s.end("nothing")
		if len(s.ended) != want {
			t.Errorf("%d are remembered, want %d", len(s.ended), want)
		}
	}
	old := begin()
	now = now.Add(lifetime)
	s.end(begin())
	s.end(old)
	if len(s.ended) != 1 {
		t.Errorf("%d are remembered after a lifetime, want 1", len(s.ended))
	}
}
