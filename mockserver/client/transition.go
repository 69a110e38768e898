package client

import (
	"slices"
	"time"
)

// Policy is what vendors differ on. The zero value keeps any number of live
// secrets and lets the last one go.
type Policy struct {
	// MaxLive refuses an addition that would exceed so many live secrets. Zero
	// means no bound.
	MaxLive int
	// KeepLast refuses to delete the last live secret.
	KeepLast bool
	// DefaultLifetime is given to a secret that asks for no expiry. Zero means
	// it never expires.
	DefaultLifetime time.Duration
}

// Replace makes s the only secret: what was there is gone at once. This is what
// Authing's refresh and AngusGM's update do.
func (c *Client) Replace(s Secret, now time.Time) {
	c.Secrets = []Secret{s}
	c.UpdatedAt = now
}

// Add appends s and leaves the others alone. Errors: Invalid for an expiry that
// is not in the future, Limit when the policy allows no further live secret.
func (c *Client) Add(s Secret, policy Policy, now time.Time) error {
	if !s.ExpiresAt.IsZero() && !s.ExpiresAt.After(now) {
		return Errorf(Invalid, "the expiry must be in the future")
	}
	if policy.MaxLive > 0 && c.LiveSecrets(now) >= policy.MaxLive {
		return Errorf(Limit, "the client already has %d live secrets, the most it may have", policy.MaxLive)
	}
	if s.ExpiresAt.IsZero() && policy.DefaultLifetime > 0 {
		s.ExpiresAt = now.Add(policy.DefaultLifetime)
	}
	c.Secrets = append(slices.Clip(c.Secrets), s)
	c.UpdatedAt = now
	return nil
}

// SoftDelete marks the secret deleted and keeps it listed. Deleting it again
// changes nothing (RFC 9110 section 9.2.2). Errors: NotFound, Conflict when the
// policy keeps the last live secret.
func (c *Client) SoftDelete(secretID string, policy Policy, now time.Time) error {
	i := slices.IndexFunc(c.Secrets, func(s Secret) bool { return s.ID == secretID })
	if i < 0 {
		return Errorf(NotFound, "the client has no secret with this id")
	}
	if c.Secrets[i].Deleted() {
		return nil
	}
	if policy.KeepLast && c.Secrets[i].Live(now) && c.LiveSecrets(now) == 1 {
		return Errorf(Conflict, "the last live secret cannot be deleted")
	}
	c.Secrets = slices.Clone(c.Secrets)
	c.Secrets[i].DeletedAt = now
	c.UpdatedAt = now
	return nil
}
