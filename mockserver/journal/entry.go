package journal

import (
	"net/http"
	"strings"
	"time"
)

// Entry is one exchange as it was on the wire. It holds secrets: show only what
// Redact returns.
type Entry struct {
	ID       uint64
	At       time.Time
	Duration time.Duration
	// Provider and Operation are empty when no operation answers at the path.
	Provider  string
	Operation string
	Method    string
	// Target is the path and the query as the client wrote them.
	Target        string
	RequestHeader http.Header
	RequestBody   []byte
	Status        int
	ReplyHeader   http.Header
	ReplyBody     []byte
	// Violation says why the request was refused or the reply withheld.
	Violation string

	requestSize, replySize int // of bodies that were too long to be kept
	size                   int // as far as the bound on bytes goes
}

const (
	// maxText is how long a body, a path or a query may be to be kept and looked
	// into. It is far above what a request for one client needs, and keeps a few
	// large bodies from driving everything else out.
	maxText = 16 << 10
	// maxMethod is longer than any method there is.
	maxMethod = 32
)

const tooLong = "longer than what is kept"

// cut takes out what is too long. A part of a body would be of little use: it can
// no longer be read for what it is, so nothing could tell the secrets in it.
func (e *Entry) cut() {
	if len(e.Method) > maxMethod {
		e.Method = strings.Clone(e.Method[:maxMethod])
	}
	if len(e.Target) > maxText {
		path, query, found := strings.Cut(e.Target, "?")
		if e.Target = cutText(path); found {
			e.Target += "?" + cutText(query)
		}
	}
	if len(e.RequestBody) > maxText {
		e.RequestBody, e.requestSize = nil, len(e.RequestBody)
	}
	if len(e.ReplyBody) > maxText {
		e.ReplyBody, e.replySize = nil, len(e.ReplyBody)
	}
}

func cutText(text string) string {
	if len(text) > maxText {
		return withheld(len(text), tooLong)
	}
	return text
}

// measure counts everything that the entry keeps alive. The names of providers and
// operations are the server's own and shared.
func (e *Entry) measure() int {
	const overhead = 512 // bookkeeping, roughly
	return overhead + len(e.Method) + len(e.Target) + len(e.Violation) + len(e.RequestBody) + len(e.ReplyBody) +
		headerSize(e.RequestHeader) + headerSize(e.ReplyHeader)
}

func headerSize(header http.Header) int {
	const (
		overhead = 64 // of a map entry with its slice, roughly
		word     = 16 // of a string
	)
	size := 0
	for name, values := range header {
		size += overhead + len(name)
		for _, value := range values {
			size += word + len(value)
		}
	}
	return size
}
