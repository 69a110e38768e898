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

// Verdict is what becomes of a presented secret.
type Verdict struct {
	// Digest is that of what was presented.
	Digest Digest
	// Secret is the id of the one that it is, live or not. Empty when it is none.
	Secret  string
	Outcome Outcome
}

// Outcome says whether a presented secret authenticates, or why not.
type Outcome string

// The outcomes. Refused is what would authenticate, had not something else decided
// otherwise.
const (
	Accepted Outcome = "accepted"
	Expired  Outcome = "expired"
	Deleted  Outcome = "deleted"
	Disabled Outcome = "disabled"
	Unknown  Outcome = "unknown"
	Refused  Outcome = "refused"
)

// Judge says whether the presented secret authenticates the client at now, and which
// of its secrets it is. It takes the same time for every wrong value of one length.
func (c Client) Judge(presented string, now time.Time) Verdict {
	verdict := Verdict{Digest: DigestOf(presented), Outcome: Unknown}
	if presented == "" {
		return verdict
	}
	for i := range c.Secrets {
		if s := &c.Secrets[i]; verdict.Outcome != Accepted && s.matches(presented, verdict.Digest) {
			verdict.Secret, verdict.Outcome = s.ID, s.outcome(now)
		}
	}
	if !c.Enabled && verdict.Outcome == Accepted {
		verdict.Outcome = Disabled
	}
	return verdict
}

func (s *Secret) outcome(now time.Time) Outcome {
	switch {
	case s.Deleted():
		return Deleted
	case s.Expired(now):
		return Expired
	default:
		return Accepted
	}
}

// Accepts reports whether the presented secret authenticates the client at now.
func (c Client) Accepts(presented string, now time.Time) bool {
	return c.Judge(presented, now).Outcome == Accepted
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
