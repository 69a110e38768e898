package exchange

import (
	"context"
	"net/http"
	"strconv"
	"time"
)

// retryAfter reads how long a throttled target asks to wait (RFC 9110 section
// 10.2.3): seconds or a date. Without it the wait doubles from a quarter second.
func retryAfter(header http.Header, now time.Time, attempt int) time.Duration {
	value := header.Get("Retry-After")
	if seconds, err := strconv.Atoi(value); err == nil && seconds >= 0 {
		return time.Duration(seconds) * time.Second
	}
	if at, err := http.ParseTime(value); err == nil {
		return max(0, at.Sub(now))
	}
	return 125 * time.Millisecond << min(attempt, 8)
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
