package proxy

import (
	"context"
	"crypto/tls"
	"errors"
	"io"
	"net"
	"net/http"
	"os"
	"syscall"
)

// Failure is why a request got no reply of the deployment's, for a problem document. Its
// text names the deployment and repeats nothing that was sent or received.
type Failure struct {
	// Status is 502 or 504 (RFC 9110 sections 15.6.3 and 15.6.5).
	Status int
	// Kind is the value of the header Keyturn-Problem.
	Kind   string
	Detail string

	cause error
}

func (f *Failure) Error() string { return f.Detail }

func (f *Failure) Unwrap() error { return f.cause }

func (u *Upstream) failure(status int, kind, reason string, cause error) *Failure {
	return &Failure{Status: status, Kind: kind, Detail: "upstream " + u.base + ": " + reason, cause: cause}
}

// explain tells the caller who went away from the deployment that does not answer.
func (u *Upstream) explain(ctx context.Context, err error) error {
	if ended := ctx.Err(); ended != nil {
		return ended
	}
	if timeout, is := errors.AsType[net.Error](err); is && timeout.Timeout() || errors.Is(err, os.ErrDeadlineExceeded) {
		return u.failure(http.StatusGatewayTimeout, "upstream-timeout", "there was no whole reply within "+u.limits.Total.String()+", or no connection within "+u.limits.Dial.String(), err)
	}
	return u.failure(http.StatusBadGateway, "upstream-unreachable", reasonOf(err), err)
}

// reasonOf is in words of our own: those of the transport can hold what was received.
func reasonOf(err error) string {
	if _, is := errors.AsType[*net.DNSError](err); is {
		return "its name cannot be resolved"
	}
	if _, is := errors.AsType[*tls.CertificateVerificationError](err); is {
		return "its certificate is not trusted; give the authority's certificate with --ca-cert"
	}
	if _, is := errors.AsType[tls.RecordHeaderError](err); is {
		return "it does not speak TLS; is it an http address?"
	}
	for _, known := range []struct {
		err    error
		reason string
	}{
		{http.ErrSchemeMismatch, "it does not speak TLS; is it an http address?"},
		{syscall.ECONNREFUSED, "connection refused"},
		{syscall.ECONNRESET, "connection reset"},
		{io.ErrUnexpectedEOF, "it closed the connection in the midst of a reply"},
		{io.EOF, "it closed the connection without a reply"},
	} {
		if errors.Is(err, known.err) {
			return known.reason
		}
	}
	if _, is := errors.AsType[*net.OpError](err); is {
		return "the connection failed"
	}
	return "what it answered is no HTTP"
}
