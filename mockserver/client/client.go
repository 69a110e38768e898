package client

import (
	"slices"
	"time"
)

// Key names a client in a store. Realm is the state some providers share
// ("authing"), ID the primary identifier the management API uses.
type Key struct {
	Realm string
	ID    string
}

// Client is the aggregate: one registered OAuth client and all its secrets. It is
// a value; Clone before changing one that somebody else can see.
type Client struct {
	Key

	// ClientID is what the client presents at the token endpoint. Most vendors
	// use the primary identifier for it; AngusGM keeps the two apart.
	ClientID string
	// Tenant is the user pool, tenant or organisation that owns the client.
	Tenant string
	// Alias is a second name that must be unique within the tenant, such as
	// Authing's application identifier. Empty means none.
	Alias string

	Enabled bool
	// Secrets are in creation order, soft-deleted ones included.
	Secrets []Secret
	// RevokedTokens are issued tokens that were revoked before they expired.
	RevokedTokens Revocations
	Attributes    Attributes

	CreatedAt time.Time
	UpdatedAt time.Time

	// Serial is given by the store on creation, counts up and is never used
	// again, so that a client created under a deleted one's identifier is a
	// different client, and a list has an order.
	Serial uint64
}

// Clone returns a copy that shares no mutable memory with c.
func (c Client) Clone() Client {
	c.Secrets = slices.Clone(c.Secrets)
	return c
}

// Accepts reports whether the presented secret authenticates the client at now.
// It takes the same time for every wrong value of one length.
func (c Client) Accepts(presented string, now time.Time) bool {
	if !c.Enabled || presented == "" {
		return false
	}
	digest := DigestOf(presented)
	accepted := false
	for i := range c.Secrets {
		if c.Secrets[i].Live(now) && c.Secrets[i].matches(presented, digest) {
			accepted = true
		}
	}
	return accepted
}

// Current returns the newest live secret.
func (c Client) Current(now time.Time) (Secret, bool) {
	for _, s := range slices.Backward(c.Secrets) {
		if s.Live(now) {
			return s, true
		}
	}
	return Secret{}, false
}

// LiveSecrets counts the secrets that authenticate at now.
func (c Client) LiveSecrets(now time.Time) int {
	live := 0
	for i := range c.Secrets {
		if c.Secrets[i].Live(now) {
			live++
		}
	}
	return live
}
