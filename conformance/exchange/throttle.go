package exchange

import (
	"context"
	"fmt"
	"net/http"
	"strconv"
	"strings"
	"sync"
	"time"
)

const (
	minPause = 125 * time.Millisecond // for a target that asks for no pause at all, too
	maxPause = 24 * time.Hour         // stands for anything longer, which no run waits out
)

// gate is shut for as long as the target asked everybody to wait: what it announces to
// one request holds for all of them.
type gate struct {
	mu    sync.Mutex
	until time.Time
	by    Throttle // the answer that shut it
}

// Throttle is the error of the kind ErrThrottled: what the answer was, to this request or
// to another one, that asked to wait for longer than the patience.
type Throttle struct {
	Status     int           // 429 or 503
	RetryAfter string        // as the target wrote it; "" where it wrote none
	Left       time.Duration // still to be waited; a day stands for anything longer
	Waited     time.Duration // by this request before
}

func (t *Throttle) Error() string {
	return fmt.Sprintf("%v: HTTP %d asks for %s more after %s of waiting", ErrThrottled, t.Status, inWords(t.Left), t.Waited.Round(time.Millisecond))
}

// Unwrap is the kind.
func (*Throttle) Unwrap() error { return ErrThrottled }

// shut never shortens what another answer asked for.
func (g *gate) shut(until time.Time, by Throttle) {
	g.mu.Lock()
	defer g.mu.Unlock()
	if until.After(g.until) {
		g.until, g.by = until, by
	}
}

// left tells how long it stays shut, and by which answer.
func (g *gate) left(now time.Time) Throttle {
	g.mu.Lock()
	defer g.mu.Unlock()
	by := g.by
	by.Left = g.until.Sub(now)
	return by
}

// hold waits for the gate. What a request waited before counts, so that a target which
// asks for a little again and again does not hold it for longer than the patience.
func (c *Client) hold(ctx context.Context, waited *time.Duration) error {
	for {
		throttle := c.gate.left(c.options.Now())
		if throttle.Left <= 0 {
			return nil
		}
		if throttle.Left > c.options.Patience-*waited {
			throttle.Waited = *waited
			return &throttle
		}
		*waited += throttle.Left
		if err := Sleep(ctx, throttle.Left); err != nil {
			return err
		}
	}
}

func inWords(pause time.Duration) string {
	if pause > maxPause-time.Minute {
		return "a day or longer"
	}
	return pause.Round(time.Millisecond).String()
}

// asks reads how long an answer asks to wait before the request is repeated. Without a
// Retry-After that can be read, a 429 makes the wait double from a quarter second and a
// 503 is an answer like any other.
func asks(answer *Response, now time.Time, attempt int) (time.Duration, bool) {
	if answer.Status != http.StatusTooManyRequests && answer.Status != http.StatusServiceUnavailable {
		return 0, false
	}
	if pause, ok := retryAfter(answer.Header.Get("Retry-After"), now); ok {
		return min(max(pause, minPause), maxPause), true
	}
	return minPause << min(attempt, 8), answer.Status == http.StatusTooManyRequests
}

// retryAfter reads RFC 9110 section 10.2.3: seconds or a date.
func retryAfter(value string, now time.Time) (time.Duration, bool) {
	if value != "" && strings.Trim(value, "0123456789") == "" {
		seconds, err := strconv.Atoi(value)
		if err != nil || seconds > int(maxPause/time.Second) {
			return maxPause, true // before the product, which could overflow
		}
		return time.Duration(seconds) * time.Second, true
	}
	at, err := http.ParseTime(value)
	return at.Sub(now), err == nil
}

// Sleep waits, or ends with the context.
func Sleep(ctx context.Context, pause time.Duration) error {
	timer := time.NewTimer(pause)
	defer timer.Stop()
	select {
	case <-timer.C:
		return nil
	case <-ctx.Done():
		return ctx.Err()
	}
}
