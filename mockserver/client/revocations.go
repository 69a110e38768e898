package client

import (
	"iter"
	"maps"
	"time"
)

// Revocations are a client's issued tokens that were revoked before they expired.
// They are immutable, so that copies of a client share them however many there are.
type Revocations struct{ expiry map[string]time.Time }

// NewRevocations takes ownership of the tokens, each with the time at which it would have
// expired.
func NewRevocations(expiry map[string]time.Time) Revocations { return Revocations{expiry: expiry} }

// Has reports whether the token was revoked.
func (r Revocations) Has(tokenID string) bool {
	_, revoked := r.expiry[tokenID]
	return revoked
}

// With returns a copy that remembers the token until it expires, and forgets those
// that have expired by now.
func (r Revocations) With(tokenID string, expires, now time.Time) Revocations {
	if r.Has(tokenID) {
		return r
	}
	live := make(map[string]time.Time, len(r.expiry)+1)
	maps.Copy(live, r.expiry)
	maps.DeleteFunc(live, func(_ string, expires time.Time) bool { return !expires.After(now) })
	live[tokenID] = expires
	return Revocations{expiry: live}
}

// All yields the tokens with the time at which each would have expired.
func (r Revocations) All() iter.Seq2[string, time.Time] { return maps.All(r.expiry) }

// Len is the number of tokens.
func (r Revocations) Len() int { return len(r.expiry) }
