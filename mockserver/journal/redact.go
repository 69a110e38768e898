package journal

import (
	"crypto/hmac"
	"crypto/rand"
	"crypto/sha256"
	"encoding/hex"
	"net/http"
	"strings"
	"time"
)

// Redactor makes entries fit to be shown. Two rules work together:
//
//   - By name: what stands where secrets stand, in a header such as Authorization
//     or in a member or parameter such as client_secret, is replaced wherever it is
//     found, however short.
//   - By value: what was found by name in any entry, or is known beforehand, and is
//     long enough not to be an ordinary word, is replaced in all the others too,
//     wherever it stands and however it is escaped.
//
// The replacement carries a keyed digest, so that equal secrets stay recognisable
// and nobody can try guesses against it.
type Redactor struct{ key []byte }

// NewRedactor returns a redactor with a key of its own.
func NewRedactor() *Redactor {
	key := make([]byte, sha256.Size)
	_, _ = rand.Read(key) // it never fails: it ends the process instead
	return WithKey(key)
}

// WithKey returns a redactor that shows a secret as others with the same key do.
func WithKey(key []byte) *Redactor { return &Redactor{key: key} }

// Shown is an entry that is fit to be shown.
type Shown struct {
	ID        uint64
	At        time.Time
	Took      time.Duration
	Provider  string
	Operation string
	Method    string
	// URL is the path and the query. Escaped parts that had to be replaced are
	// shown unescaped.
	URL       string
	Request   Message
	Status    int
	Reply     Message
	Violation string
	RequestID string
	Proto     string
	Fault     string
	Uses      []ShownUse
	Changes   []ShownChange
}

// ShownUse is a Use that is fit to be shown.
type ShownUse struct {
	Realm, Client, Secret string
	// Fingerprint is the one of the redaction mark that stands wherever the secret
	// stood, as in "#1a2b3c4d". Empty when there is no digest.
	Fingerprint string
	Outcome     string
}

// ShownChange is a Change that is fit to be shown.
type ShownChange struct {
	Realm, Client, Secret string
	Fingerprint           string
	Kind                  string
	ExpiresAt             time.Time
}

// Message is one direction of an exchange.
type Message struct {
	Header http.Header
	// Body is a JSON value for a JSON body, a string for any other, and nil for
	// none. A body that cannot be read for what it claims to be is withheld.
	Body any
}

// Redact returns the entries for which keep is true. Those it drops are still
// searched for secrets, the newest first, and held are secrets that are known
// beforehand.
func (r *Redactor) Redact(entries []Entry, held []string, keep func(*Entry) bool) []Shown {
	known := newValues(r)
	for _, secret := range held {
		known.learn(secret)
	}
	for secret := range plainFirst(found(entries, newCollector())) {
		known.learn(secret)
	}
	show := rewriter{treatment: &shower{redactor: r, part: tally{}, known: layers{known}}}
	shown := []Shown{}
	for i := range entries {
		if keep(&entries[i]) {
			shown = append(shown, show.entry(&entries[i]))
		}
	}
	return shown
}

// found returns what the collector finds by name in the entries, the newest first.
func found(entries []Entry, collect *collector) map[string]bool {
	for i := len(entries) - 1; i >= 0; i-- {
		rewriter{treatment: collect}.entry(&entries[i])
	}
	return collect.found
}

const (
	markWord   = "[redacted "
	sharp      = "#"
	markStart  = markWord + sharp
	markEnd    = "]"
	markDigits = 8
)

// mark is what stands in place of the secret.
func (r *Redactor) mark(secret string) string {
	return markWord + r.Fingerprint(sha256.Sum256([]byte(secret))) + markEnd
}

// Fingerprint returns what the mark of a secret with this SHA-256 holds, as in
// "#1a2b3c4d": a keyed digest of the digest, so that a secret of which only the
// digest is known can be found among the marks. Empty for the zero digest, which
// stands for none.
func (r *Redactor) Fingerprint(digest [sha256.Size]byte) string {
	if digest == ([sha256.Size]byte{}) {
		return ""
	}
	mac := hmac.New(sha256.New, r.key)
	mac.Write(digest[:])
	return sharp + hex.EncodeToString(mac.Sum(nil))[:markDigits]
}

func isMark(text string) bool {
	return len(text) == len(markStart)+markDigits+len(markEnd) &&
		strings.HasPrefix(text, markStart) && strings.HasSuffix(text, markEnd)
}
