package telemetry

import (
	"context"
	"encoding/hex"
	"net"
	"net/http"
	"strconv"
	"strings"
	"time"
	"unicode/utf8"
)

// Span is one request on its way. A nil one does nothing.
type Span struct {
	tracing *Tracing
	sampled bool
	record  record
}

// Exchange is what a span says of its request and reply. Empty texts are left out.
type Exchange struct {
	// Method, Path and Host are the request's: Path without a query, Host as in the
	// header, with or without a port.
	Method, Path, Host string
	// Scheme is http or https.
	Scheme string
	// Route is the path of the operation as its document writes it.
	Route string
	// Status is what was sent, and 0 where the connection was closed without an answer.
	Status int

	Provider, Operation, Namespace, RequestID string
	// Violation is a kind, a colon and a text. The text can repeat what the caller sent,
	// so only the kind is shown.
	Violation string
	// Fault is an id, and what follows it after a colon or a space is not shown.
	Fault string
}

// End closes the span. After the first time it does nothing.
func (s *Span) End(exchange *Exchange) {
	if s == nil || !s.sampled {
		return
	}
	s.sampled = false
	s.record.End = nanos(s.tracing.now())
	if exchange.Method != "" {
		s.record.Name = exchange.name()
	}
	s.record.Attributes = exchange.attributes()
	if exchange.Status >= 500 {
		s.record.Status.Code = statusError
	}
	s.tracing.batcher.add(&s.record)
}

// name is the method and the route, of which there are as many as operations.
func (x *Exchange) name() string {
	method, _ := knownMethod(x.Method)
	if method == methodOther {
		method = "HTTP"
	}
	return strings.TrimSpace(method + " " + x.Route)
}

// attributes follow the OpenTelemetry semantic conventions for HTTP servers.
func (x *Exchange) attributes() []attribute {
	all := make([]attribute, 0, 16)
	add := func(key, value string) {
		if value != "" {
			all = append(all, text(key, short(value)))
		}
	}
	method, original := knownMethod(x.Method)
	add("http.request.method", method)
	add("http.request.method_original", original)
	add("http.route", x.Route)
	if x.Status != 0 {
		all = append(all, number("http.response.status_code", int64(x.Status)))
	}
	if x.Status >= 500 {
		add("error.type", strconv.Itoa(x.Status))
	}
	add("url.path", x.Path)
	add("url.scheme", x.Scheme)
	host, port := splitHost(x.Host)
	add("server.address", host)
	if port != 0 {
		all = append(all, number("server.port", port))
	}
	add("keyturn.provider", x.Provider)
	add("keyturn.operation", x.Operation)
	kind, _, _ := strings.Cut(x.Violation, ":")
	add("keyturn.violation", kind)
	fault, _, _ := strings.Cut(x.Fault, ":")
	fault, _, _ = strings.Cut(fault, " ")
	add("keyturn.fault", fault)
	add("keyturn.namespace", x.Namespace)
	add("keyturn.request_id", x.RequestID)
	return all
}

// short bounds what one span can hold.
func short(value string) string {
	const most = 1024
	if len(value) > most {
		value = value[:most]
	}
	if !utf8.ValidString(value) {
		return strings.ToValidUTF8(value, "?")
	}
	return value
}

const methodOther = "_OTHER"

// knownMethod keeps the methods of RFC 9110 and RFC 5789. What else a caller writes is
// returned as original.
func knownMethod(method string) (known, original string) {
	switch method {
	case http.MethodGet, http.MethodHead, http.MethodPost, http.MethodPut, http.MethodPatch, http.MethodDelete,
		http.MethodConnect, http.MethodOptions, http.MethodTrace:
		return method, ""
	}
	return methodOther, method
}

func splitHost(written string) (host string, port int64) {
	host, digits, err := net.SplitHostPort(written)
	if err != nil {
		return strings.Trim(written, "[]"), 0
	}
	n, err := strconv.ParseUint(digits, 10, 16)
	if err != nil {
		return host, 0
	}
	return host, int64(n)
}

type spanKey struct{}

// TraceID returns the trace that the request belongs to, as 32 hexadecimal digits, or
// nothing when there is none.
func TraceID(ctx context.Context) string {
	span, _ := ctx.Value(spanKey{}).(*Span)
	if span == nil {
		return ""
	}
	return hex.EncodeToString(span.record.TraceID[:])
}

// Inject names the span of the context as the parent, for a request that is sent on. A
// context without one leaves the headers alone.
func Inject(ctx context.Context, header http.Header) {
	span, _ := ctx.Value(spanKey{}).(*Span)
	if span == nil {
		return
	}
	r := &span.record
	header.Set(parentHeader, "00-"+hex.EncodeToString(r.TraceID[:])+"-"+hex.EncodeToString(r.SpanID[:])+"-0"+strconv.Itoa(int(r.Flags&flagSampled)))
	header.Del(stateHeader)
	if r.TraceState != "" {
		header.Set(stateHeader, r.TraceState)
	}
}

func nanos(t time.Time) uint64 { return uint64(max(0, t.UnixNano())) }
