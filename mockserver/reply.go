package mockserver

import (
	"bytes"
	"maps"
	"net/http"
	"strconv"
	"strings"
	"sync"

	"github.com/keyturn/keyturn/mockserver/client"
	"github.com/keyturn/keyturn/mockserver/contract"
	"github.com/keyturn/keyturn/mockserver/provider"
	"github.com/keyturn/keyturn/mockserver/wire"
)

// violationHeader says what is wrong with a request in one line, whatever shape and
// language the emulated refusal has.
const violationHeader = "Keyturn-Violation"

// Replies may hold secrets, so nobody may keep them (RFC 6749 section 5.1).
var (
	noStore = []string{"no-store"}
	noCache = []string{"no-cache"}
	noSniff = []string{"nosniff"}
)

var contentTypes = map[string][]string{
	contract.JSON: {"application/json; charset=utf-8"},
	"text/html":   {"text/html; charset=utf-8"},
}

// requestIDHeader is by what the log and the journal know the request. It stands where
// somebody may go and look: on each answer it would take 2 % of the throughput.
const requestIDHeader = "Keyturn-Request-Id"

// send journals the reply and writes it. Whoever has read it finds it in the journal.
func (x *exchange) send(reply provider.Reply) {
	reply, body := x.prepare(reply)
	header := x.writer.Header()
	if x.outcome != nil {
		header = header.Clone() // the delivery sets a length in it, when others read the journal
	}
	x.record(reply, body, header)
	defer x.measure(reply.Status)
	if x.holds {
		defer func() { <-x.server.held }()
	}
	switch {
	case reply.Stream != nil:
		x.stream(reply)
	case x.outcome != nil:
		if x.outcome.Delivery.Write(x.writer, x.call.HTTP, reply.Status, body) {
			panic(http.ErrAbortHandler)
		}
	default:
		x.writer.WriteHeader(reply.Status)
		if len(body) > 0 {
			_, _ = x.writer.Write(body) //nolint:gosec // a vendor's answer, with its media type; a client that is gone has nothing to be told
		}
	}
}

// failed reports whether the reply tells of a failure, which some vendors do with 200.
func (x *exchange) failed(reply provider.Reply) bool {
	return reply.Status >= http.StatusBadRequest || reply.Failed || x.violation != "" || x.outcome != nil
}

// prepare sets the header of the reply and returns it with its body.
func (x *exchange) prepare(reply provider.Reply) (provider.Reply, []byte) {
	if x.isForwarded() {
		return reply, x.pass()
	}
	body, err := encode(reply)
	if err != nil {
		x.server.logger.Error("reply cannot be written", "request_id", x.id, "operation", x.operationID(), "error", err)
		reply = x.problem(http.StatusInternalServerError, "reply-violation", "The stand-in's own reply is no JSON", "operation "+x.operationID())
		body, _ = encode(reply)
	}
	header := x.writer.Header()
	if x.space.Clock().Moved() {
		// Whoever compares it with what is in the body sees one time.
		header["Date"] = []string{x.space.Clock().Now().UTC().Format(http.TimeFormat)}
	}
	if x.failed(reply) {
		header[requestIDHeader] = []string{x.id}
	}
	maps.Copy(header, reply.Header)
	if header["Cache-Control"] == nil {
		header["Cache-Control"], header["Pragma"] = noStore, noCache
	}
	header["X-Content-Type-Options"] = noSniff
	if body != nil {
		contentType, known := contentTypes[reply.Media]
		if !known {
			contentType = []string{reply.Media}
		}
		header["Content-Type"] = contentType
	}
	if reply.Status != http.StatusNoContent && reply.Stream == nil {
		header["Content-Length"] = []string{strconv.Itoa(len(body))}
	}
	if reply.Stream != nil {
		header["Content-Type"] = []string{reply.Media}
	}
	x.defects.Header(&x.call, reply.Status, header)
	x.mark(header)
	return reply, body
}

func encode(reply provider.Reply) ([]byte, error) {
	if text, ok := reply.Body.(string); ok && !strings.HasSuffix(reply.Media, "json") {
		return []byte(text), nil
	}
	if reply.Body == nil {
		return nil, nil
	}
	// The text is written into a buffer that has grown before and copied out in its
	// exact size, because the journal keeps it.
	buffer := buffers.Get().(*[]byte)
	defer buffers.Put(buffer)
	text, err := appendBody((*buffer)[:0], reply)
	if cap(text) <= largestKept {
		*buffer = text
	}
	return bytes.Clone(text), err
}

func appendBody(dst []byte, reply provider.Reply) ([]byte, error) {
	if members, ok := reply.Body.(wire.Object); ok && reply.Last != "" {
		return wire.AppendLast(dst, members, reply.Last)
	}
	return wire.Append(dst, reply.Body)
}

// A buffer that one long list made larger than this is not kept.
const largestKept = 64 << 10

var buffers = sync.Pool{New: func() any { return new([]byte) }}

// problem is one of Keyturn's own complaints, which the journal gets to know too.
func (x *exchange) problem(status int, kind, title, detail string) provider.Reply {
	x.own = true
	x.violation = printable(kind + ": " + detail)
	return provider.Problem(status, kind, title, detail)
}

// statusOf is the plain HTTP meaning of a kind, for replies that are no vendor's.
func statusOf(kind client.Kind) int {
	switch kind {
	case client.WrongMethod:
		return http.StatusMethodNotAllowed
	case client.NoRoute, client.NotFound:
		return http.StatusNotFound
	default:
		return http.StatusBadRequest
	}
}

// printable makes text fit for a header: visible ASCII, and not long.
func printable(text string) string {
	const longest = 300
	var b strings.Builder
	for _, r := range text {
		if b.Len() >= longest {
			b.WriteString("...")
			break
		}
		if r < ' ' || r > '~' {
			r = '?'
		}
		b.WriteRune(r)
	}
	return b.String()
}
