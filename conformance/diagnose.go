package conformance

import (
	"bytes"
	"context"
	"crypto/tls"
	"crypto/x509"
	"errors"
	"fmt"
	"net/http"
	"strconv"
	"strings"

	"github.com/keyturn/keyturn/conformance/exchange"
)

// diagnose says in words why the first calls came to nothing.
func (s *Session) diagnose() string {
	exchanges := s.recorder.All()
	if len(exchanges) == 0 {
		return s.incomplete
	}
	last := exchanges[len(exchanges)-1]
	if throttle, ok := errors.AsType[*exchange.Throttle](last.Err); ok {
		return fmt.Sprintf("%s %s answers %s, and a run waits for a minute at most: try again later, or send less with --rate",
			last.Request.Method, last.Request.URL, s.demand(throttle))
	}
	if last.Response == nil {
		return fmt.Sprintf("%s %s got no answer: %s", last.Request.Method, last.Request.URL, unanswered(last.Err))
	}
	return s.explain(s.reread(last), s.incomplete)
}

// unanswered adds to a failure of the network what its own words leave out: what to do.
func unanswered(err error) string {
	var (
		authority x509.UnknownAuthorityError
		name      x509.HostnameError
		header    tls.RecordHeaderError
	)
	switch {
	case errors.Is(err, context.Canceled):
		return "the run was interrupted"
	case errors.Is(err, http.ErrSchemeMismatch), errors.As(err, &header):
		return fmt.Sprintf("%v; is it an http address?", err)
	case errors.As(err, &authority):
		return fmt.Sprintf("%v; give the authority's certificate with --ca-cert", err)
	case errors.As(err, &name):
		return fmt.Sprintf("%v; give the address by the name that its certificate has", err)
	}
	return err.Error()
}

// strange reports an answer that the API would not give to anybody: a redirect, a
// success or a fault of the server that is no JSON, or that nothing is served there.
func strange(reply *Reply) bool {
	status := reply.HTTP()
	return status >= 300 && status < 400 || reply.JSON() == nil && (status < 300 || status >= 500) || wantsTLS(reply) || nowhere(reply)
}

// nowhere reports the 404 of a web server or a router, as against one for an id: a page
// for people, or what Go's router says of a path that nobody serves.
func nowhere(reply *Reply) bool {
	return reply.JSON() == nil && reply.HTTP() == http.StatusNotFound &&
		(strings.HasPrefix(reply.Response.Header.Get("Content-Type"), "text/html") || bytes.Contains(reply.Response.Body, []byte("404 page not found")))
}

// wantsTLS reports that plain HTTP was sent to a port of TLS, which the common servers
// answer in plain text.
func wantsTLS(reply *Reply) bool {
	text := bytes.ToLower(reply.Response.Body)
	return reply.JSON() == nil && reply.HTTP() == http.StatusBadRequest && strings.HasPrefix(reply.Request.URL, "http:") &&
		(bytes.Contains(text, []byte("https server")) || bytes.Contains(text, []byte("https port")) || bytes.Contains(text, []byte("ssl-enabled")))
}

// explain says what is wrong with an answer that nobody expects of the API, and
// otherwise what was known before.
func (s *Session) explain(reply *Reply, otherwise string) string {
	at, header := reply.Request.Method+" "+reply.Request.URL, reply.Response.Header
	switch status := reply.HTTP(); {
	case status >= 300 && status < 400:
		return fmt.Sprintf("%s is redirected to %q (HTTP %d); redirects are not followed, so give the address that answers", at, header.Get("Location"), status)
	case reply.Status == http.StatusUnauthorized:
		return fmt.Sprintf("%s answers %s: the credentials of admin are not taken", at, reply)
	case reply.Status == http.StatusForbidden:
		return fmt.Sprintf("%s answers %s: the credentials of admin are taken, but may not do this", at, reply)
	case status >= 500 || reply.Status >= 500 && reply.Status <= 599:
		return fmt.Sprintf("%s answers %s%s: the target, or what stands before it, fails by itself; its log says why", at, reply, s.quoted(reply))
	case wantsTLS(reply):
		return fmt.Sprintf("%s answers %q: is it an https address?", at, s.beginning(reply.Response.Body))
	case reply.JSON() == nil && len(reply.Response.Body) > 0:
		return fmt.Sprintf("%s answers HTTP %d with %q that is no JSON and begins %q: is this the base address of the API?",
			at, status, header.Get("Content-Type"), s.beginning(reply.Response.Body))
	case reply.Status == http.StatusNotFound && reply.JSON() != nil:
		return fmt.Sprintf("%s answers %s: is this the base address of the API, and are the values of the credentials right?", at, reply)
	case reply.JSON() == nil && status != http.StatusNoContent:
		return fmt.Sprintf("%s answers HTTP %d without a body: is this the base address of the API?", at, status)
	}
	return otherwise
}

// demand is an answer that asks to wait, and for how long (RFC 9110 section 10.2.3).
func (s *Session) demand(throttle *exchange.Throttle) string {
	after := throttle.RetryAfter
	if after == "" {
		return fmt.Sprintf("HTTP %d time and again", throttle.Status)
	}
	if _, err := strconv.Atoi(after); err == nil {
		after += " s"
	}
	return fmt.Sprintf("HTTP %d with a Retry-After of %s", throttle.Status, s.beginning([]byte(after)))
}

// quoted is how a body begins, behind the answer that it came with.
func (s *Session) quoted(reply *Reply) string {
	if begins := s.beginning(reply.Response.Body); begins != "" {
		return fmt.Sprintf(" with a body that begins %q", begins)
	}
	return ""
}

// beginning is enough of a body to tell what it is. Credentials are hidden before it
// is cut, as half of one could not be found again.
func (s *Session) beginning(body []byte) string {
	const searched, enough = 16 << 10, 60
	text := s.Hide(strings.ToValidUTF8(string(body[:min(len(body), searched)]), ""))
	text = strings.Join(strings.Fields(text), " ")
	if runes := []rune(text); len(runes) > enough {
		return string(runes[:enough]) + "…"
	}
	return text
}
