package realm

import (
	"sync"
	"time"
)

// maxNonces bounds the memory of signed requests. Past it the oldest half is
// forgotten, which a rehearsal never notices and a flood cannot abuse.
const maxNonces = 100_000

// Nonces remembers which signatures were used, for as long as their dates would
// still be accepted.
type Nonces struct {
	mu      sync.Mutex
	current map[string]struct{}
	last    map[string]struct{}
	turned  time.Time
}

// NewNonces returns an empty memory.
func NewNonces() *Nonces { return &Nonces{current: map[string]struct{}{}} }

// Use records the nonce and reports whether it is its first use within the window.
// A nonce is remembered for one to two windows.
func (n *Nonces) Use(nonce string, now time.Time, window time.Duration) bool {
	n.mu.Lock()
	defer n.mu.Unlock()
	if now.Sub(n.turned) > window || len(n.current) >= maxNonces/2 {
		n.last, n.current, n.turned = n.current, map[string]struct{}{}, now
	}
	_, recent := n.current[nonce]
	_, older := n.last[nonce]
	if recent || older {
		return false
	}
	n.current[nonce] = struct{}{}
	return true
}
