package clock

import (
	"sync"
	"sync/atomic"
	"time"

	"github.com/keyturn/keyturn/mockserver/client"
)

// Clock is safe for concurrent use.
type Clock struct {
	system func() time.Time

	// setting is held by whoever moves the clock.
	setting sync.Mutex
	// state is nil while the clock follows the system's.
	state atomic.Pointer[State]
}

// State is in what a clock differs from the system's. The zero value is one that
// follows it.
type State struct {
	// Offset is how far ahead of the system's clock this one runs.
	Offset time.Duration
	// Frozen is where it stands; zero while it runs.
	Frozen time.Time
}

// Reading is what a clock shows.
type Reading struct {
	Now, System time.Time
	Frozen      bool
}

// Offset is how far ahead of the system's clock it is, negative when behind.
func (r Reading) Offset() time.Duration { return r.Now.Sub(r.System) }

// New returns a clock that follows the system's.
func New(system func() time.Time) *Clock { return &Clock{system: system} }

// latest is the end of what every API can show: years have four digits, and one day
// is left for the zone of a vendor's servers.
var latest = time.Date(9999, 12, 30, 0, 0, 0, 0, time.UTC)

// Now is the time.
func (c *Clock) Now() time.Time { return c.state.Load().at(c.system()) }

// At is what the clock shows when the system's shows this.
func (c *Clock) At(system time.Time) time.Time { return c.state.Load().at(system) }

func (s *State) at(system time.Time) time.Time {
	switch {
	case s == nil:
		return system
	case !s.Frozen.IsZero():
		return s.Frozen
	default:
		return system.Add(s.Offset)
	}
}

// Moved reports whether it is another than the system's.
func (c *Clock) Moved() bool { return c.state.Load() != nil }

// Read shows the clock.
func (c *Clock) Read() Reading {
	state, system := c.state.Load(), c.system()
	return Reading{Now: state.at(system), System: system, Frozen: state != nil && !state.Frozen.IsZero()}
}

// State returns what SetState brings back.
func (c *Clock) State() State {
	if state := c.state.Load(); state != nil {
		return *state
	}
	return State{}
}

// SetState puts the clock into the state, also backwards: what it belongs to, such as
// a snapshot, goes back with it.
func (c *Clock) SetState(state State) {
	c.setting.Lock()
	defer c.setting.Unlock()
	if state == (State{}) {
		c.state.Store(nil)
		return
	}
	state.Frozen = state.Frozen.Round(0)
	c.state.Store(&state)
}

// Freeze stops the clock where it stands.
func (c *Clock) Freeze() {
	c.setting.Lock()
	defer c.setting.Unlock()
	c.state.Store(&State{Frozen: c.Now().Round(0)})
}

// Run lets a clock that was stopped go on from where it stands.
func (c *Clock) Run() {
	c.setting.Lock()
	defer c.setting.Unlock()
	if state := c.state.Load(); state != nil && !state.Frozen.IsZero() {
		c.state.Store(&State{Offset: state.Frozen.Sub(c.system())})
	}
}

// Release lets the clock follow the system's again, wherever it stood.
func (c *Clock) Release() { c.SetState(State{}) }

// Advance moves the clock forward. It stands or runs as before. Errors: Invalid for a
// duration below zero and for one too far ahead, at the field "/advance".
func (c *Clock) Advance(by time.Duration) error {
	if by < 0 {
		return client.Errorf(client.Invalid, "%s would set the clock backwards, want a duration of 0s or more", by).At("/advance")
	}
	return c.move("/advance", func(now time.Time) time.Time { return now.Add(by) })
}

// Set moves the clock forward to the time. It stands or runs as before. Errors:
// Invalid for a time before what it shows and for one too far ahead, at the field "/at".
func (c *Clock) Set(at time.Time) error {
	return c.move("/at", func(time.Time) time.Time { return at })
}

// farthest is how far ahead of the system's clock another may be: a duration holds 292
// years.
const farthest = 290 * 365 * 24 * time.Hour

func (c *Clock) move(field string, to func(now time.Time) time.Time) error {
	c.setting.Lock()
	defer c.setting.Unlock()
	system, state := c.system(), c.state.Load()
	now := state.at(system)
	at := to(now)
	switch {
	case at.Before(now):
		return client.Errorf(client.Invalid, "%s would set the clock backwards, it is %s; release it, or reset the namespace",
			at.UTC().Format(time.RFC3339Nano), now.UTC().Format(time.RFC3339Nano)).At(field)
	case at.After(latest), at.Sub(system) > farthest:
		return client.Errorf(client.Invalid, "that is too far ahead, want a time within 290 years and in a year of four digits").At(field)
	case state != nil && !state.Frozen.IsZero():
		c.state.Store(&State{Frozen: at.Round(0)})
	default:
		c.state.Store(&State{Offset: at.Sub(system)})
	}
	return nil
}
