package proxy

import (
	"crypto/tls"
	"errors"
	"fmt"
	"net"
	"net/http"
	"net/url"
	"strings"
	"time"
)

// Limits bound what one exchange with the deployment may take. A zero value of any means
// its default.
type Limits struct {
	// Dial bounds the time until there is a connection, and TLS that until it is secure.
	Dial, TLS time.Duration
	// Total bounds the time from the first byte of the request to the last of the reply.
	Total time.Duration
	// Reply is how many bytes the body of a reply may have.
	Reply int64
}

func (l Limits) withDefaults() Limits {
	const large = 8 << 20
	for _, one := range []struct {
		limit    *time.Duration
		fallback time.Duration
	}{
		{&l.Dial, 5 * time.Second}, {&l.TLS, 5 * time.Second},
		// The server gives a reply 30 s until it is written.
		{&l.Total, 25 * time.Second},
	} {
		if *one.limit == 0 {
			*one.limit = one.fallback
		}
	}
	if l.Reply == 0 {
		l.Reply = large
	}
	return l
}

// Upstream is the deployment that requests are forwarded to. It is safe for concurrent
// use.
type Upstream struct {
	base      string
	host      string
	limits    Limits
	transport *http.Transport
}

// NewUpstream returns the deployment at an http or https address, which may have a path
// that comes before every other. The trust is nil for that of the system. Errors: an
// address that CheckURL refuses.
func NewUpstream(address string, trust *tls.Config, limits Limits) (*Upstream, error) {
	if err := CheckURL(address); err != nil {
		return nil, err
	}
	u, err := url.Parse(address)
	if err != nil {
		return nil, errors.New("upstream: want an http or https URL") // CheckURL has parsed it
	}
	limits = limits.withDefaults()
	const perHost = 64
	return &Upstream{
		base: strings.TrimRight(address, "/"), host: u.Host, limits: limits,
		// No proxy of the environment: what answers is to be what the address names.
		transport: &http.Transport{
			DialContext:           (&net.Dialer{Timeout: limits.Dial}).DialContext,
			TLSClientConfig:       trust,
			TLSHandshakeTimeout:   limits.TLS,
			ForceAttemptHTTP2:     true,
			MaxIdleConnsPerHost:   perHost,
			IdleConnTimeout:       time.Minute,
			ExpectContinueTimeout: time.Second,
			// A body is passed on as it came.
			DisableCompression: true,
		},
	}, nil
}

// CheckURL reports why the text cannot be the address of a deployment. The error does not
// show a text with an "@", as what stands before it can be a password.
func CheckURL(text string) error {
	u, err := url.Parse(text)
	want := ""
	switch {
	case err != nil || u.Scheme != "http" && u.Scheme != "https" || u.Hostname() == "" || strings.ContainsAny(text, "?#"):
		want = "an http or https URL with a host and without a query"
	case u.User != nil:
		want = "an http or https URL without a user and a password: callers send their own credentials, which are passed on"
	case !strings.HasSuffix(text, u.EscapedPath()):
		// Or else net/url escapes what comes after it anew.
		want = "an http or https URL with a path that is escaped"
	default:
		return nil
	}
	if strings.Contains(text, "@") {
		return errors.New("upstream: want " + want)
	}
	return fmt.Errorf("upstream %q: want %s", text, want)
}

// URL is the address of the deployment, which has no credentials.
func (u *Upstream) URL() string { return u.base }

// Close lets go of the connections that nobody uses.
func (u *Upstream) Close() { u.transport.CloseIdleConnections() }
