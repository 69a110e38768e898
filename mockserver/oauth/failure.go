package oauth

import (
	"errors"
	"net/http"
	"strings"

	"github.com/keyturn/keyturn/mockserver/client"
	"github.com/keyturn/keyturn/mockserver/provider"
	"github.com/keyturn/keyturn/mockserver/wire"
)

// The error codes of RFC 6749 section 5.2 that the token side uses.
const (
	InvalidRequest     = "invalid_request"
	InvalidClient      = "invalid_client"
	InvalidGrant       = "invalid_grant"
	InvalidScope       = "invalid_scope"
	UnauthorizedClient = "unauthorized_client"
	UnsupportedGrant   = "unsupported_grant_type"
	ServerError        = "server_error"
	// TemporarilyUnavailable is section 4.1.2.1's, for the overload that section 5.2
	// has no code for.
	TemporarilyUnavailable = "temporarily_unavailable"
)

// Reason is finer than an error code, for vendors who say more.
type Reason uint8

// The reasons.
const (
	// Other failures have no reason of their own.
	Other Reason = iota
	// NoClientID: no client identifier was sent.
	NoClientID
	// NoSecret: a client identifier without a secret.
	NoSecret
	// UnknownClient: nobody is registered under the identifier.
	UnknownClient
	// WrongSecret: the secret is wrong, superseded, expired or deleted.
	WrongSecret
	// WrongGrant: the client is not registered for the grant.
	WrongGrant
	// WrongScope: the client may not ask for the scope.
	WrongScope
)

// Failure is a refusal of the token side. It is an error.
type Failure struct {
	Code        string
	Reason      Reason
	Description string
	// Basic reports that the client used the Authorization header, which asks
	// for 401 and a challenge (RFC 6749 section 5.2).
	Basic bool
	// Status is set where HTTP itself decides it, such as 405.
	Status int
}

func (f *Failure) Error() string { return f.Code + ": " + f.Description }

// RefuseCall is the Refuse of a door behind which OAuth is spoken.
func (d Dialect) RefuseCall(_ *provider.Call, err *client.Error) provider.Reply {
	var failure *Failure
	if !errors.As(err, &failure) {
		failure = translate(err)
	}
	said := *failure
	said.Description = printable(said.Description)
	reply := d.Refuse(said)
	reply.Failed = true
	return reply
}

// translate puts what the pipeline found wrong into OAuth's few codes. An error that
// asks for a status gets it, with the challenge that a 401 must carry (RFC 9110
// section 15.5.2).
func translate(err *client.Error) *Failure {
	f := codeOf(err)
	if err.Status == 0 {
		return f
	}
	f.Status, f.Basic = err.Status, err.Status == http.StatusUnauthorized
	if err.Kind == client.Forbidden {
		f.Code = UnauthorizedClient
	}
	return f
}

func codeOf(err *client.Error) *Failure {
	f := &Failure{Code: InvalidRequest, Description: err.Located()}
	switch err.Kind {
	case client.NoRoute, client.NotFound:
		f.Status = http.StatusNotFound
	case client.WrongMethod:
		f.Status = http.StatusMethodNotAllowed
	case client.TooLarge:
		f.Status = http.StatusRequestEntityTooLarge
	case client.WrongMedia:
		f.Status = http.StatusUnsupportedMediaType
	case client.Unauthenticated, client.InvalidCredentials, client.Forbidden:
		f.Code = InvalidClient
	case client.Internal:
		f.Code, f.Status, f.Description = ServerError, http.StatusInternalServerError, "the server failed"
	case client.Throttled:
		f.Code, f.Status = TemporarilyUnavailable, http.StatusTooManyRequests
	case client.Unavailable:
		f.Code, f.Status = TemporarilyUnavailable, http.StatusServiceUnavailable
	case client.Malformed, client.Missing, client.Invalid, client.Conflict, client.Limit:
	}
	return f
}

// printable leaves in a description what RFC 6749 section 5.2 lets it have: ASCII without
// the quote and the backslash, which would also end a value of a challenge.
func printable(description string) string {
	return strings.Map(func(r rune) rune {
		switch {
		case r == '"' || r == '\\':
			return '\''
		case r < ' ' || r > '~':
			return '?'
		}
		return r
	}, description)
}

// StatusOf is the HTTP status that RFC 6749 section 5.2 gives a failure: 401 for a
// client that tried the Authorization header, 400 for all else.
func (f Failure) StatusOf() int {
	switch {
	case f.Status != 0:
		return f.Status
	case f.Code == InvalidClient && f.Basic:
		return http.StatusUnauthorized
	default:
		return http.StatusBadRequest
	}
}

// Challenge returns the header that a 401 must carry.
func Challenge(realm string) http.Header {
	return http.Header{"Www-Authenticate": {`Basic realm="` + realm + `"`}}
}

// Body returns the error document of RFC 6749 section 5.2.
func (f Failure) Body() wire.Object {
	return wire.Object{"error": f.Code, "error_description": f.Description}
}
