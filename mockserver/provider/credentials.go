package provider

import (
	"net/http"
	"strings"

	"github.com/keyturn/keyturn/mockserver/client"
)

// Credentials are what the Authorization header of a request says.
type Credentials struct {
	// Scheme is the first word as it was written, Rest what follows it.
	Scheme, Rest string
}

// CredentialsOf reads the header; without one, the credentials are empty. Errors:
// InvalidCredentials for a header that is given more than once, of which a proxy and
// a server could each take another.
func CredentialsOf(r *http.Request) (Credentials, error) {
	switch headers := r.Header.Values("Authorization"); len(headers) {
	case 0:
		return Credentials{}, nil
	case 1:
		scheme, rest, _ := strings.Cut(strings.TrimSpace(headers[0]), " ")
		return Credentials{Scheme: scheme, Rest: strings.TrimSpace(rest)}, nil
	default:
		return Credentials{}, client.Errorf(client.InvalidCredentials, "the Authorization header is given %d times", len(headers))
	}
}

// Are reports whether the credentials are of the scheme (RFC 9110 section 11.1: in
// any case).
func (c Credentials) Are(scheme string) bool { return strings.EqualFold(c.Scheme, scheme) }
