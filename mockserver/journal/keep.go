package journal

import (
	"net/http"
	"strings"
	"unsafe"
)

const (
	// maxText is how long a body, a path or a query may be to be kept and looked
	// into. It is far above what a request for one client needs, and keeps a few
	// large bodies from driving everything else out.
	maxText = 16 << 10
	// maxMethod is longer than any method there is.
	maxMethod = 32
	// maxRequestID is far above what identifies a request.
	maxRequestID = 256
)

const tooLong = "longer than what is kept"

// loss says what of an entry was not kept as it was, beside the bodies, so that
// nobody takes it for something that was not there.
type loss uint8

const (
	lostMethod loss = 1 << iota
	lostPath
	lostQuery
	lostRequestHeader
	lostSecrets // Uses and Changes
)

// cut takes out what is too long. A part of a body would be of little use: it can
// no longer be read for what it is, so nothing could tell the secrets in it.
func (e *Entry) cut() {
	if len(e.Method) > maxMethod {
		e.Method = strings.Clone(e.Method[:maxMethod])
		e.lost |= lostMethod
	}
	if len(e.RequestID) > maxRequestID {
		e.RequestID = strings.Clone(e.RequestID[:maxRequestID])
	}
	if len(e.Target) > maxText {
		e.cutTarget(maxText, maxText)
	}
	if len(e.RequestBody) > maxText {
		e.dropRequestBody()
	}
	if len(e.ReplyBody) > maxText {
		e.dropReplyBody()
	}
	e.Violation, e.Fault = cutText(e.Violation, maxText), cutText(e.Fault, maxText)
}

func (e *Entry) cutTarget(maxPath, maxQuery int) {
	path, query, found := strings.Cut(e.Target, "?")
	if len(path) > maxPath {
		e.lost |= lostPath
	}
	e.Target = cutText(path, maxPath)
	if !found {
		return
	}
	if len(query) > maxQuery {
		e.lost |= lostQuery
	}
	e.Target += "?" + cutText(query, maxQuery)
}

func cutText(text string, most int) string {
	if len(text) > most {
		return withheld(len(text), tooLong)
	}
	return text
}

func (e *Entry) dropRequestBody() { e.requestSize, e.RequestBody = len(e.RequestBody), nil }

func (e *Entry) dropReplyBody() { e.replySize, e.ReplyBody = len(e.ReplyBody), nil }

// The parts that an entry gives up for the bound on bytes, in this order.
const (
	partReplyBody = iota
	partRequestBody
	partReplyHeader
	partRequestHeader
	partQuery
	partSecrets
	partPath
	partReasons
	parts
)

// shortText is what is never given up, as a note of its absence is hardly shorter.
const shortText = 64

// shed takes out as much as is needed for the entry to keep to the bound.
func (e *Entry) shed(bound int) {
	e.size = e.measure()
	for part := 0; part < parts && e.size > bound; part++ {
		e.drop(part)
		e.size = e.measure()
	}
}

func (e *Entry) drop(part int) {
	switch part {
	case partReplyBody:
		if len(e.ReplyBody) > 0 {
			e.dropReplyBody()
		}
	case partRequestBody:
		if len(e.RequestBody) > 0 {
			e.dropRequestBody()
		}
	case partReplyHeader:
		e.ReplyHeader = withheldHeader(e.ReplyHeader)
	case partRequestHeader:
		e.RequestHeader = withheldHeader(e.RequestHeader)
		e.lost |= lostRequestHeader
	case partQuery:
		e.cutTarget(maxText, shortText)
	case partSecrets:
		e.Uses, e.Changes = nil, nil
		e.lost |= lostSecrets
	case partPath:
		e.cutTarget(shortText, shortText)
	case partReasons:
		e.Violation, e.Fault = cutText(e.Violation, shortText), cutText(e.Fault, shortText)
	}
}

func withheldHeader(header http.Header) http.Header {
	return http.Header{"Keyturn-Withheld": {withheld(headerSize(header), tooLong)}}
}

// bookkeeping is what an entry costs before it holds anything: its place in a ring
// that may be half empty, and the maps of two headers.
const bookkeeping = 2*int(unsafe.Sizeof(Entry{})) + 128

// measure counts everything that the entry keeps alive. The names of providers,
// operations, realms and outcomes are the server's own and shared.
func (e *Entry) measure() int {
	size := bookkeeping + len(e.Method) + len(e.Proto) + len(e.Target) + len(e.Violation) + len(e.RequestID) + len(e.Fault) +
		cap(e.RequestBody) + cap(e.ReplyBody) + headerSize(e.RequestHeader) + headerSize(e.ReplyHeader) +
		cap(e.Uses)*int(unsafe.Sizeof(Use{})) + cap(e.Changes)*int(unsafe.Sizeof(Change{}))
	for i := range e.Uses {
		size += len(e.Uses[i].Client) + len(e.Uses[i].Secret)
	}
	for i := range e.Changes {
		size += len(e.Changes[i].Client) + len(e.Changes[i].Secret)
	}
	return size
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
