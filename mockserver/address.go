package mockserver

import (
	"errors"
	"fmt"
	"net"
	"net/http"
	"net/url"
	"strconv"
	"strings"
)

// CheckPublicURL reports why the text cannot be the base of addresses. The error does
// not show a text with an "@", as what stands before it can be a password.
func CheckPublicURL(text string) error {
	u, err := url.Parse(text)
	want := ""
	switch {
	// A mark with nothing behind it would swallow the path that is put there.
	case err != nil || u.Scheme != "http" && u.Scheme != "https" || u.Hostname() == "" || strings.ContainsAny(text, "?#"):
		want = "an http or https URL with a host and without a query"
	case u.User != nil:
		// Replies show the addresses to everybody.
		want = "an http or https URL without a user and a password"
	case !isHost(u.Host) || strings.Contains(u.Hostname(), "]"):
		want = `a host of letters, digits, "-", "_" and ".", or an IP address`
	case !isPort(u):
		want = "a port from 1 to 65535, or neither a port nor a colon"
	case !strings.HasSuffix(text, u.Host+u.EscapedPath()):
		want = `a path with what cannot stand in a URL escaped, as "%20" for a space`
	default:
		return nil
	}
	if strings.Contains(text, "@") {
		return errors.New("public URL: want " + want)
	}
	return fmt.Errorf("public URL %q: want %s", text, want)
}

func isPort(u *url.URL) bool {
	port, err := strconv.ParseUint(u.Port(), 10, 16)
	return u.Port() == "" && !strings.HasSuffix(u.Host, ":") || err == nil && port > 0
}

// PublicURL returns the base of the addresses in replies, without a slash at its
// end. It is empty where they follow the Host header of each request.
func (s *Server) PublicURL() string { return *s.publicURL.Load() }

// SetPublicURL has replies name the server by another address from the next request
// on, or by their Host header again when the address is empty. A reset leaves it
// alone. Errors are those of CheckPublicURL; nothing changes then.
func (s *Server) SetPublicURL(address string) error {
	if address != "" {
		if err := CheckPublicURL(address); err != nil {
			return err
		}
		address = strings.TrimRight(address, "/")
	}
	s.publicURL.Store(&address)
	return nil
}

// CA returns the certificate of the server's own authority as PEM, empty where there
// is none.
func (s *Server) CA() []byte { return s.options.CA }

// baseURL is the address by which the caller reached the server.
func (s *Server) baseURL(r *http.Request) string {
	if public := s.PublicURL(); public != "" {
		return public
	}
	if r.TLS != nil {
		return "https://" + hostOf(r)
	}
	return "http://" + hostOf(r)
}

// hostOf is the host and the port as the caller wrote them. HTTP/1.0 has no Host
// header, and what cannot be a host is not to be repeated to anybody; the address of
// the connection will do then.
func hostOf(r *http.Request) string {
	if isHost(r.Host) {
		return r.Host
	}
	if local, known := r.Context().Value(http.LocalAddrContextKey).(net.Addr); known {
		return local.String()
	}
	return "localhost"
}

// isHost reports whether the text holds nothing but what names, addresses and ports
// are made of. It is much stricter than net/http, which lets through all that RFC
// 3986 section 3.2.2 allows, so that no reader of a reply can take the host for
// something else: no percent sign, no quote, nothing that ends a host.
func isHost(text string) bool {
	for i := range len(text) {
		switch c := text[i]; {
		case 'a' <= c && c <= 'z', 'A' <= c && c <= 'Z', '0' <= c && c <= '9':
		case strings.IndexByte("-._:[]", c) >= 0:
		default:
			return false
		}
	}
	return text != ""
}

// CheckAdminToken reports why the text cannot be the token of the admin plane. The
// error does not show it.
func CheckAdminToken(token string) error {
	const shortest = 8
	unfit := func(r rune) bool { return r <= ' ' || r > '~' }
	if len(token) < shortest || strings.ContainsFunc(token, unfit) {
		return errors.New("admin token: want at least 8 visible ASCII characters, and no space among them")
	}
	return nil
}
