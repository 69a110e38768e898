package journal

import (
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
	shown.Violation = valid(rw.text(e.Violation))
	if rw.overfull() {
		shown.Violation = withheld(len(e.Violation), tooMany)
	}
	return shown
}

// valid makes text fit for JSON, whatever bytes a client sent.
func valid(text string) string { return strings.ToValidUTF8(text, string(utf8.RuneError)) }

func withheld(size int, why string) string {
	return fmt.Sprintf("[withheld: %d bytes, %s]", size, why)
}
