package postgres

import (
	"context"
	"maps"
	"math"
	"slices"
	"sync"
	"time"
)

// nanoseconds is a time as it is in a column, as near as a BIGINT comes: those before 1678
// and after 2262 are at its ends.
func nanoseconds(t time.Time) int64 {
	switch year := t.Year(); {
	case year < 1678:
		return math.MinInt64
	case year >= 2262:
		return math.MaxInt64
	default:
		return t.UnixNano()
	}
}

// Uses implements store.Shared.
func (b *Backend) Uses(ctx context.Context, here map[string]time.Time) (map[string]time.Time, error) {
	if err := ctx.Err(); err != nil {
		return nil, err
	}
	names, times := byteses(len(here)), integers(len(here))
	for _, name := range slices.Sorted(maps.Keys(here)) { // in one order for all servers
		names.bytes(key(name))
		times.integer(nanoseconds(here[name]))
	}
	if len(here) > 0 {
		if err := b.exec(ctx, usesNote, names.sent(), times.sent()); err != nil {
			return nil, err
		}
	}
	anywhere := map[string]time.Time{}
	err := b.pool.read(ctx, func(c *conn) error {
		_, err := c.run(usesGet, func(r row) error {
			anywhere[string(r[0])] = time.Unix(0, r.integer(1)).UTC()
			return nil
		})
		return err
	})
	return anywhere, err
}

// forgetter says when it is time to forget tokens.
type forgetter struct {
	mu   sync.Mutex
	last time.Time
}

// remembered is how long a token is at least, whatever the clocks of namespaces show.
const remembered = 24 * time.Hour

// forgetting is how often tokens are forgotten.
const forgetting = time.Minute

func (f *forgetter) due(now time.Time) bool {
	f.mu.Lock()
	defer f.mu.Unlock()
	if now.Sub(f.last) < forgetting {
		return false
	}
	f.last = now
	return true
}

// Once implements store.Shared. A use that is not the first counts as the last one.
func (b *Backend) Once(ctx context.Context, token string, at, since time.Time) (bool, error) {
	if err := ctx.Err(); err != nil {
		return false, err
	}
	first := false
	err := b.pool.write(ctx, func(c *conn) error {
		_, err := c.run(onceNote, func(r row) error {
			first = r[0] == nil || r.integer(0) < nanoseconds(since)
			return nil
		}, key(token), integer(nanoseconds(at)), integer(nanoseconds(b.system())))
		return err
	})
	if err != nil {
		return false, err
	}
	if now := b.system(); b.onces.due(now) {
		b.exec(ctx, onceForget, integer(nanoseconds(now.Add(-remembered)))) //nolint:errcheck // another time, then
	}
	return first, nil
}
