package journal

import (
	"crypto/sha256"
	"fmt"
	"strings"
	"unicode/utf8"
)

// rewriter walks an exchange and rewrites its texts. Finding secrets and replacing
// them is the same walk with another treatment, so neither can know a place that
// the other does not.
type rewriter struct {
	treatment
	// graphQL is set for requests in which any value may be a secret.
	graphQL bool
}

// treatment says what becomes of the texts.
type treatment interface {
	// named rewrites what stands where secrets stand.
	named(value string) string
	// hidden rewrites what must not be shown in its place and may be elsewhere.
	hidden(value string) string
	// plain rewrites any other text.
	plain(text string) string
	// overfull ends a part of the entry, and reports whether so much of it was
	// named that it has to be withheld.
	overfull() bool
	// fingerprint tells a secret by its digest.
	fingerprint(digest [sha256.Size]byte) string
}

const tooMany = "with too many secrets"

func (rw rewriter) entry(e *Entry) Shown {
	rw.graphQL = servesGraphQL(e.Target)
	shown := Shown{
		ID: e.ID, At: e.At, Took: e.Duration, Provider: e.Provider, Operation: e.Operation, Status: e.Status,
		Method: valid(rw.plain(e.Method)),
		URL:    valid(rw.url(e.Target)),
	}
	if rw.overfull() {
		shown.URL = withheld(len(e.Target), tooMany)
	}
	shown.Request.Header = rw.header(e.RequestHeader)
	shown.Request.Body = rw.body(e.RequestHeader, e.RequestBody, e.requestSize)
	shown.Reply.Header = rw.header(e.ReplyHeader)
	shown.Reply.Body = rw.body(e.ReplyHeader, e.ReplyBody, e.replySize)
	shown.Violation, shown.Fault = rw.note(e.Violation), rw.note(e.Fault)
	shown.RequestID, shown.Proto = rw.note(e.RequestID), rw.note(e.Proto)
	for i := range e.Uses {
		shown.Uses = append(shown.Uses, rw.use(&e.Uses[i]))
	}
	for i := range e.Changes {
		shown.Changes = append(shown.Changes, rw.change(&e.Changes[i]))
	}
	return shown
}

// note rewrites a text that is a part by itself.
func (rw rewriter) note(text string) string {
	shown := valid(rw.text(text))
	if rw.overfull() {
		return withheld(len(text), tooMany)
	}
	return shown
}

// The names of clients and secrets are rewritten too: a client may have put a
// secret where its id belongs.

func (rw rewriter) use(u *Use) ShownUse {
	return ShownUse{
		Realm: u.Realm, Client: rw.note(u.Client), Secret: rw.note(u.Secret), Fingerprint: rw.fingerprint(u.Digest), Outcome: u.Outcome,
	}
}

func (rw rewriter) change(c *Change) ShownChange {
	return ShownChange{
		Realm: c.Realm, Client: rw.note(c.Client), Secret: rw.note(c.Secret), Fingerprint: rw.fingerprint(c.Digest), Kind: c.Kind, ExpiresAt: c.ExpiresAt,
	}
}

// valid makes text fit for JSON, whatever bytes a client sent.
func valid(text string) string { return strings.ToValidUTF8(text, string(utf8.RuneError)) }

func withheld(size int, why string) string {
	return fmt.Sprintf("[withheld: %d bytes, %s]", size, why)
}
