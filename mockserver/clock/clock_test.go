package clock_test

import (
	"sync"
	"testing"
	"time"

	"github.com/google/go-cmp/cmp"

	"github.com/keyturn/keyturn/mockserver/client"
	"github.com/keyturn/keyturn/mockserver/clock"
	"github.com/keyturn/keyturn/mockserver/internal/apitest"
)

var noon = time.Date(2026, 3, 29, 12, 0, 0, 0, time.UTC)

func TestMoves(t *testing.T) {
	t.Parallel()
	type step struct {
		name string
		do   func(c *clock.Clock) error
		want time.Time
	}
	always := func(do func(*clock.Clock)) func(*clock.Clock) error {
		return func(c *clock.Clock) error { do(c); return nil }
	}
	advance := func(by time.Duration) func(*clock.Clock) error {
		return func(c *clock.Clock) error { return c.Advance(by) }
	}
	set := func(at time.Time) func(*clock.Clock) error { return func(c *clock.Clock) error { return c.Set(at) } }
	system := apitest.NewClock(noon)
	c := clock.New(system.Now)
	for _, step := range []step{
		{"follows", always(func(*clock.Clock) {}), noon},
		{"advances", advance(36 * time.Hour), noon.Add(36 * time.Hour)},
		{"runs", always(func(*clock.Clock) { system.Advance(time.Minute) }), noon.Add(36*time.Hour + time.Minute)},
		{"freezes", always((*clock.Clock).Freeze), noon.Add(36*time.Hour + time.Minute)},
		{"stands", always(func(*clock.Clock) { system.Advance(time.Hour) }), noon.Add(36*time.Hour + time.Minute)},
		{"advances while it stands", advance(time.Second), noon.Add(36*time.Hour + time.Minute + time.Second)},
		{"is set while it stands", set(noon.AddDate(0, 3, 0)), noon.AddDate(0, 3, 0)},
		{"still stands", always(func(*clock.Clock) { system.Advance(time.Hour) }), noon.AddDate(0, 3, 0)},
		{"runs on", always((*clock.Clock).Run), noon.AddDate(0, 3, 0)},
		{"from where it stood", always(func(*clock.Clock) { system.Advance(time.Second) }), noon.AddDate(0, 3, 0).Add(time.Second)},
		{"runs while it runs", always((*clock.Clock).Run), noon.AddDate(0, 3, 0).Add(time.Second)},
		{"is set to the end of a century", set(time.Date(2099, 1, 2, 0, 0, 0, 0, time.UTC)), time.Date(2099, 1, 2, 0, 0, 0, 0, time.UTC)},
		{"is released", always((*clock.Clock).Release), noon.Add(2*time.Hour + time.Minute + time.Second)},
	} {
		if err := step.do(c); err != nil || !c.Now().Equal(step.want) {
			t.Fatalf("%s: got %v, %v, want %v", step.name, c.Now(), err, step.want)
		}
	}
}

func TestNotBackwardsAndNotTooFar(t *testing.T) {
	t.Parallel()
	for name, test := range map[string]struct {
		move  func(*clock.Clock) error
		field string
	}{
		"before":     {func(c *clock.Clock) error { return c.Set(noon.Add(-time.Nanosecond)) }, "/at"},
		"negative":   {func(c *clock.Clock) error { return c.Advance(-1) }, "/advance"},
		"year 10000": {func(c *clock.Clock) error { return c.Set(time.Date(10000, 1, 1, 0, 0, 0, 0, time.UTC)) }, "/at"},
		"centuries":  {func(c *clock.Clock) error { return c.Set(time.Date(2400, 1, 1, 0, 0, 0, 0, time.UTC)) }, "/at"},
	} {
		for _, prepare := range []func(*clock.Clock){func(*clock.Clock) {}, (*clock.Clock).Freeze} {
			c := clock.New(func() time.Time { return noon })
			prepare(c)
			err := test.move(c)
			if client.KindOf(err) != client.Invalid || client.AsError(err).Field != test.field {
				t.Errorf("%s: got %v", name, err)
			}
			if !c.Now().Equal(noon) {
				t.Errorf("%s: it moved to %v", name, c.Now())
			}
		}
	}
}

func TestStateComesBack(t *testing.T) {
	t.Parallel()
	system := apitest.NewClock(noon)
	c := clock.New(system.Now)
	for _, prepare := range []func(){c.Release, func() { _ = c.Advance(time.Hour) }, c.Freeze} {
		prepare()
		state, want := c.State(), c.Read()
		if err := c.Advance(time.Hour); err != nil {
			t.Fatal(err)
		}
		c.SetState(state)
		if diff := cmp.Diff(want, c.Read()); diff != "" {
			t.Errorf("(-want +got)\n%s", diff)
		}
	}
	if got := c.Read(); !got.Frozen || got.Offset() != time.Hour {
		t.Errorf("got %+v", got)
	}
}

func TestMovesTogether(t *testing.T) {
	t.Parallel()
	c := clock.New(func() time.Time { return noon })
	var all sync.WaitGroup
	for range 100 {
		all.Go(func() {
			before := c.Now()
			if err := c.Advance(time.Second); err != nil || c.Now().Before(before.Add(time.Second)) {
				t.Errorf("%v: from %v to %v", err, before, c.Now())
			}
		})
	}
	all.Wait()
	if got := c.Now().Sub(noon); got != 100*time.Second {
		t.Errorf("it advanced by %v", got)
	}
}
