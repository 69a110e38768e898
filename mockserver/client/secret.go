package client

import (
	"crypto/sha256"
	"crypto/subtle"
	"encoding/hex"
	"io"
	"log/slog"
	"strings"
	"time"

	"golang.org/x/crypto/bcrypt"
)

// Digest is the SHA-256 of a secret. Secrets are random and the process is a
// test double, so a fast hash is right: a slow one would only cap how many
// tokens a second can be asked for.
type Digest [sha256.Size]byte

// DigestOf hashes a presented secret for comparison.
func DigestOf(plain string) Digest { return sha256.Sum256([]byte(plain)) }

// Equal compares in constant time.
func (d Digest) Equal(other Digest) bool { return subtle.ConstantTimeCompare(d[:], other[:]) == 1 }

// Value is a secret in the clear. It prints redacted wherever it ends up: fmt,
// slog and text encoders all get the placeholder. Reveal is the only way out.
type Value string

const redacted = "[redacted]"

// String implements fmt.Stringer.
func (Value) String() string { return redacted }

// GoString implements fmt.GoStringer.
func (Value) GoString() string { return redacted }

// LogValue implements slog.LogValuer.
func (Value) LogValue() slog.Value { return slog.StringValue(redacted) }

// MarshalText implements encoding.TextMarshaler.
func (Value) MarshalText() ([]byte, error) { return []byte(redacted), nil }

// Reveal returns the secret for the one reply that is meant to show it.
func (v Value) Reveal() string { return string(v) }

// Secret is one credential of a client.
type Secret struct {
	ID string
	// Stored is the value as it can be read back. It is empty where the vendor
	// shows a secret once and keeps only its digest.
	Stored    Value
	Digest    Digest
	CreatedAt time.Time
	// ExpiresAt is the first instant at which the secret no longer works. Zero
	// means never. Expiry is derived from it, not recorded.
	ExpiresAt time.Time
	// DeletedAt marks a soft deletion. Zero means not deleted.
	DeletedAt time.Time
}

// Live reports whether the secret authenticates at now.
func (s Secret) Live(now time.Time) bool { return !s.Deleted() && !s.Expired(now) }

// Deleted reports a soft deletion.
func (s Secret) Deleted() bool { return !s.DeletedAt.IsZero() }

// Expired reports whether now is at or past the expiry.
func (s Secret) Expired(now time.Time) bool {
	return !s.ExpiresAt.IsZero() && !now.Before(s.ExpiresAt)
}

// NewSecret makes a secret that can be read back.
func NewSecret(id, plain string, now time.Time) Secret {
	return Secret{ID: id, Stored: Value(plain), Digest: DigestOf(plain), CreatedAt: now}
}

// Sealed returns the secret without its readable value.
func (s Secret) Sealed() Secret {
	s.Stored = ""
	return s
}

const (
	bcryptPrefix = "{bcrypt}"
	noopPrefix   = "{noop}"
	// maxBcryptCost keeps one stored hash from holding a processor for minutes.
	maxBcryptCost = 14
)

// EncodedSecret makes a secret from a stored form that may name its own encoding,
// as Spring's DelegatingPasswordEncoder writes it: "{noop}plain" and
// "{bcrypt}$2a$…". A value without a prefix is taken to be the plain secret. Any
// other prefix is refused, because nothing could ever authenticate with it.
func EncodedSecret(id, stored string, now time.Time) (Secret, error) {
	s := Secret{ID: id, Stored: Value(stored), CreatedAt: now}
	switch {
	case strings.HasPrefix(stored, noopPrefix):
		s.Digest = DigestOf(strings.TrimPrefix(stored, noopPrefix))
	case strings.HasPrefix(stored, bcryptPrefix):
		cost, err := bcrypt.Cost([]byte(strings.TrimPrefix(stored, bcryptPrefix)))
		if err != nil || cost > maxBcryptCost {
			return Secret{}, Errorf(Invalid, "the value after %s is not a bcrypt hash of cost %d or less", bcryptPrefix, maxBcryptCost)
		}
	case strings.HasPrefix(stored, "{"):
		return Secret{}, Errorf(Invalid, "the encoding is not known: use %s, %s or a plain value", noopPrefix, bcryptPrefix)
	default:
		s.Digest = DigestOf(stored)
	}
	return s, nil
}

func (s Secret) matches(presented string, digest Digest) bool {
	if s.Digest != (Digest{}) {
		return s.Digest.Equal(digest)
	}
	// Only a caller who stored a bcrypt hash pays for bcrypt.
	hash, ok := strings.CutPrefix(s.Stored.Reveal(), bcryptPrefix)
	return ok && bcrypt.CompareHashAndPassword([]byte(hash), []byte(presented)) == nil
}

// RandomHex returns n random bytes as 2n lower-case hexadecimal digits, the form
// in which Authing shows its secrets.
func RandomHex(random io.Reader, n int) (string, error) {
	buf := make([]byte, n)
	if _, err := io.ReadFull(random, buf); err != nil {
		return "", Wrap(Internal, err, "read randomness")
	}
	return hex.EncodeToString(buf), nil
}
