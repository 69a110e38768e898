package mockserver_test

import (
	"net/http"
	"strings"
	"testing"
	"time"

	"github.com/keyturn/keyturn/mockserver/internal/vendortest"
)

func TestTheClockMovesSignatures(t *testing.T) {
	t.Parallel()
	s := newStage(t, "a")
	s.clock(`{"freeze":true}`)
	s.clock(`{"at":"2045-06-07T08:00:00Z"}`)
	now := s.now()
	for name, test := range map[string]struct {
		date time.Time
		code float64
	}{
		"the clock's own date": {now, 200}, "the system's": {time.Now(), 1305}, "a quarter of an hour before": {now.Add(-15 * time.Minute), 200},
		"a second more": {now.Add(-15*time.Minute - time.Second), 1305}, "as much ahead": {now.Add(15 * time.Minute), 200}, "too far ahead": {now.Add(15*time.Minute + 2*time.Second), 1305},
	} {
		if got := vendortest.SignedCode(s.API, test.date, strings.ReplaceAll(name, " ", "-")); got != test.code {
			t.Errorf("%s: got %v, want %v", name, got, test.code)
		}
	}
	if got := vendortest.SignedCode(s.API, now, "again"); got != 200 {
		t.Fatalf("got %v", got)
	}
	if got := vendortest.SignedCode(s.API, now, "again"); got != 1306 {
		t.Errorf("the second time: got %v, want 1306", got)
	}
	s.clock(`{"advance":"16m"}`)
	if got := vendortest.SignedCode(s.API, now, "late"); got != 1305 {
		t.Errorf("16 minutes later: got %v, want 1305", got)
	}
}

// TestNoncesAreOfANamespace sends one signature to two, and again after a reset and a
// restored snapshot, where it was never used.
func TestNoncesAreOfANamespace(t *testing.T) {
	t.Parallel()
	a := newStage(t, "a")
	b := a.in(t, "b")
	a.put(http.MethodPost, "/snapshots", `{"name":"unused"}`, http.StatusCreated)
	now := time.Now()
	for i, step := range []struct {
		s      stage
		before string
		code   float64
	}{{a, "", 200}, {a, "", 1306}, {b, "", 200}, {b, "", 1306}, {a, "/reset", 200}, {a, "", 1306}, {b, "", 1306}, {a, "/snapshots/unused/restore", 200}} {
		if step.before != "" {
			step.s.put(http.MethodPost, step.before, "", http.StatusNoContent)
		}
		if got := vendortest.SignedCode(step.s.API, now, "nonce"); got != step.code {
			t.Errorf("step %d: got %v, want %v", i, got, step.code)
		}
	}
}
