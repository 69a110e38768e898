package checks

import (
	"testing"
	"time"
)

// TestClocksAgree has replies of one clock, however slow, and then one of another.
func TestClocksAgree(t *testing.T) {
	t.Parallel()
	began := time.Date(2026, 1, 1, 12, 0, 0, 900_000_000, time.UTC) // on the target's clock
	var ahead clocks
	for _, reply := range []struct{ start, made, end time.Duration }{
		{0, 50 * time.Millisecond, 60 * time.Millisecond},
		{60 * time.Millisecond, 110 * time.Millisecond, 9 * time.Second},
		{10 * time.Second, 14 * time.Second, 14 * time.Second},
		{20 * time.Second, 20 * time.Second, 21 * time.Second},
	} {
		if gap := ahead.take(began.Add(reply.made).Truncate(time.Second), reply.start, reply.end); gap > 0 {
			t.Errorf("a reply made at %s is %s away from those before", reply.made, gap)
		}
	}
	for _, off := range []time.Duration{4 * time.Second, -4 * time.Second} {
		another := ahead
		date := began.Add(30*time.Second + off).Truncate(time.Second)
		if gap := another.take(date, 30*time.Second, 30*time.Second); gap < 2*time.Second || gap > 4*time.Second {
			t.Errorf("a clock that is %s ahead is %s away, want 2s to 4s", off, gap)
		}
	}
}
