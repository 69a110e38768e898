package journal

import (
	"net/http"
	"time"
)

// Entry is one exchange as it was on the wire. It holds secrets: show only what
// Redact returns.
type Entry struct {
	ID uint64
	// RequestID is what the log calls the request and the reply's header carries.
	RequestID string
	At        time.Time
	Duration  time.Duration
	// Provider and Operation are empty when no operation answers at the path.
	Provider  string
	Operation string
	Method    string
	// Proto is the version of HTTP as net/http has it, such as HTTP/1.1.
	Proto string
	// Target is the path and the query as the client wrote them.
	Target        string
	RequestHeader http.Header
	RequestBody   []byte
	Status        int
	ReplyHeader   http.Header
	ReplyBody     []byte
	// Violation says why the request was refused or the reply withheld.
	Violation string
	// Fault is the id of the fault that the request met, or "prefer" for one that it
	// asked for itself, followed by what happened. Empty for none.
	Fault string
	// Uses are the secrets that were presented, and Changes what became of secrets.
	Uses    []Use
	Changes []Change

	requestSize, replySize int  // of bodies that were too long to be kept
	lost                   loss // what else was not kept as it was
	size                   int  // as far as the bound on bytes goes
}

// Use is one secret that was presented for a client.
type Use struct {
	// Realm and Client are the key of the client.
	Realm, Client string
	// Secret is the id of the one it matched, live or not. Empty for none.
	Secret string
	// Digest is the SHA-256 of what was presented, to tell a secret that is gone.
	Digest [32]byte
	// Outcome is one of the Use constants.
	Outcome string
}

// What became of a secret that was presented.
const (
	UseAccepted = "accepted"
	UseExpired  = "expired"
	UseDeleted  = "deleted"
	UseDisabled = "disabled"
	UseUnknown  = "unknown"
)

// Change is what a request did to a secret.
type Change struct {
	Realm, Client, Secret string
	Digest                [32]byte
	// Kind is one of the Change constants.
	Kind string
	// ExpiresAt is when it will expire, zero for never.
	ExpiresAt time.Time
}

// What can become of a secret. Superseded is gone because another took its place,
// removed because its client was; deleted is marked so and still listed.
const (
	ChangeIssued     = "issued"
	ChangeSuperseded = "superseded"
	ChangeDeleted    = "deleted"
	ChangeRemoved    = "removed"
)
