package timeline_test

import (
	"testing"
	"time"

	"github.com/keyturn/keyturn/mockserver/client"
	"github.com/keyturn/keyturn/mockserver/console/internal/timeline"
	"github.com/keyturn/keyturn/mockserver/journal"
)

// year is a client whose secret was made two years ago, was rotated in seconds, and
// expires in a year.
func year() timeline.Timeline {
	now := at(3)
	return timeline.Of(timeline.Past{
		Key: key, Now: now,
		Secrets: []client.Secret{
			held("old", "a", start.AddDate(-2, 0, 0), time.Time{}, at(2)), held("new", "b", at(1), start.AddDate(1, 0, 0), time.Time{}),
		},
		Entries: []journal.Entry{
			change(1, journal.ChangeIssued, "new", "b", start.AddDate(1, 0, 0)), change(2, journal.ChangeDeleted, "old", "a", time.Time{}), use(3, "old", "a", journal.UseDeleted),
		},
	})
}

// TestEverythingFits holds the axis to what it is for: nothing is outside, the order is
// kept, and a second can be told from the next beside a year.
func TestEverythingFits(t *testing.T) {
	t.Parallel()
	axis := year().Axis
	times := []time.Time{start.AddDate(-2, 0, 0), at(1), at(2), at(3), start.AddDate(1, 0, 0)}
	last := 0.0
	for i, moment := range times {
		place := axis.Place(moment)
		if place < last+1.5 || place > 98.5 {
			t.Errorf("landmark %d is at %.2f after %.2f, want it apart and inside", i, place, last)
		}
		last = place
	}
}

func TestPlace(t *testing.T) {
	t.Parallel()
	axis := year().Axis
	for name, test := range map[string]struct {
		at       time.Time
		from, to float64
	}{
		"long before":   {start.AddDate(-9, 0, 0), 0, 0},
		"long after":    {start.AddDate(9, 0, 0), 100, 100},
		"half way":      {at(1).Add(500 * time.Millisecond), axis.Place(at(1)) + 0.1, axis.Place(at(2)) - 0.1},
		"exactly there": {at(2), axis.Place(at(2)), axis.Place(at(2))},
	} {
		if got := axis.Place(test.at); got < test.from || got > test.to {
			t.Errorf("%s: %.2f, want %.2f to %.2f", name, got, test.from, test.to)
		}
	}
}

func TestTicks(t *testing.T) {
	t.Parallel()
	for _, apart := range []float64{5, 15, 44} {
		ticks := year().Axis.Ticks(apart)
		first, last := ticks[0], ticks[len(ticks)-1]
		if !first.At.Equal(start.AddDate(-2, 0, 0)) || !last.At.Equal(start.AddDate(1, 0, 0)) {
			t.Errorf("the ticks go from %v to %v, want both ends", first.At, last.At)
		}
		for i, tick := range ticks[1:] {
			if tick.Place-ticks[i].Place < apart {
				t.Errorf("two ticks are %.2f apart, want %.0f", tick.Place-ticks[i].Place, apart)
			}
			if tick.Since != tick.At.Sub(ticks[i].At) {
				t.Errorf("%v after the tick before it, want %v", tick.Since, tick.At.Sub(ticks[i].At))
			}
		}
	}
}

// TestOneMoment has nothing to stretch.
func TestOneMoment(t *testing.T) {
	t.Parallel()
	got := timeline.Of(timeline.Past{Key: key, Now: at(0)})
	if place := got.Axis.Place(at(0)); place != 50 {
		t.Errorf("now is at %v, want the middle", place)
	}
	if ticks := got.Axis.Ticks(15); len(ticks) != 1 {
		t.Errorf("%d ticks, want one", len(ticks))
	}
}
