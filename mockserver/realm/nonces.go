package realm

import (
	"context"
	"sync"
	"time"
)

// maxNonces bounds the memory of signed requests. Past it the oldest half is
// forgotten, which a rehearsal never notices and a flood cannot abuse.
const maxNonces = 100_000

// Nonces remembers which signatures were used, for as long as their dates would
// still be accepted.
type Nonces struct {
	elsewhere Once

	mu      sync.Mutex
	current map[string]struct{}
	last    map[string]struct{}
	turned  time.Time
}

// Once reports whether nobody has used the token since, in whatever several servers have
// in common, and notes its use.
type Once func(ctx context.Context, token string, at, since time.Time) (first bool, err error)

// NewNonces returns a memory that is asked here alone, or elsewhere unless that is nil.
func NewNonces(elsewhere Once) *Nonces {
	return &Nonces{elsewhere: elsewhere, current: map[string]struct{}{}}
}

// Use records the nonce and reports whether it is its first use within the window.
// A nonce is remembered for one to two windows. Errors: those of elsewhere.
func (n *Nonces) Use(ctx context.Context, nonce string, now time.Time, window time.Duration) (bool, error) {
	if n.elsewhere != nil {
		return n.elsewhere(ctx, nonce, now, now.Add(-window))
	}
	n.mu.Lock()
	defer n.mu.Unlock()
	if now.Sub(n.turned) > window || len(n.current) >= maxNonces/2 {
		n.last, n.current, n.turned = n.current, map[string]struct{}{}, now
	}
	_, recent := n.current[nonce]
	_, older := n.last[nonce]
	if recent || older {
		return false, nil
	}
	n.current[nonce] = struct{}{}
	return true, nil
}
