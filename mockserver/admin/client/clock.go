package client

import (
	"context"
	"encoding/json"
	"net/http"
	"time"
)

// Clock is what the clock of a namespace shows. Secrets expire by it, and tokens,
// signed requests and the journal are dated by it.
type Clock struct {
	// Now is what it shows, and System what the system's clock does.
	Now, System time.Time
	// Frozen is whether it stands.
	Frozen bool
	// Offset is how far it is ahead of the system's clock, negative when behind.
	Offset time.Duration
}

// UnmarshalJSON reads a clock as the plane writes it.
func (c *Clock) UnmarshalJSON(text []byte) error {
	var reading struct {
		Now    time.Time `json:"now"`
		System time.Time `json:"system"`
		Frozen bool      `json:"frozen"`
		Offset duration  `json:"offset"`
	}
	if err := json.Unmarshal(text, &reading); err != nil {
		return err
	}
	*c = Clock{reading.Now, reading.System, reading.Frozen, time.Duration(reading.Offset)}
	return nil
}

// Clock reads the clock.
func (c *Client) Clock(ctx context.Context) (Clock, error) {
	var clock Clock
	err := c.do(ctx, call{method: http.MethodGet, path: "clock", receive: into(&clock)})
	return clock, err
}

// SetClock moves the clock forward to a time. It stands or runs as before. A time
// before what it shows is refused.
func (c *Client) SetClock(ctx context.Context, at time.Time) (Clock, error) {
	return c.putClock(ctx, "at", at)
}

// AdvanceClock moves the clock forward. It stands or runs as before.
func (c *Client) AdvanceClock(ctx context.Context, by time.Duration) (Clock, error) {
	return c.putClock(ctx, "advance", duration(by))
}

// FreezeClock stops the clock where it stands.
func (c *Client) FreezeClock(ctx context.Context) (Clock, error) {
	return c.putClock(ctx, "freeze", true)
}

// RunClock lets a clock that was stopped go on from where it stands.
func (c *Client) RunClock(ctx context.Context) (Clock, error) {
	return c.putClock(ctx, "freeze", false)
}

// ReleaseClock lets the clock follow the system's again, wherever it stood.
func (c *Client) ReleaseClock(ctx context.Context) (Clock, error) {
	return c.putClock(ctx, "release", true)
}

func (c *Client) putClock(ctx context.Context, member string, value any) (Clock, error) {
	var clock Clock
	err := c.do(ctx, call{method: http.MethodPut, path: "clock", send: map[string]any{member: value}, receive: into(&clock)})
	return clock, err
}
