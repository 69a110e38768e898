package identityservice

import (
	"net/http"

	"github.com/keyturn/keyturn/mockserver/client"
	"github.com/keyturn/keyturn/mockserver/provider"
)

// serviceErrors are the operations whose failures the vendor's pages show as the
// service's error object. Everything else is refused with problem details.
var serviceErrors = map[string]bool{
	registerOperation:    true,
	applicationOperation: true,
	listOperation:        true,
}

// refuse is the Refuse of the management API's door.
func refuse(call *provider.Call, failure *client.Error) provider.Reply {
	var reply provider.Reply
	if call.Operation != nil && serviceErrors[call.Operation.ID] {
		reply = serviceError(call, failure)
	} else {
		reply = problem(call, failure)
	}
	reply.Header = http.Header{}
	if challenge := challenges[failure.Kind]; challenge != "" {
		reply.Header.Set("WWW-Authenticate", challenge)
	}
	return reply
}

// challenges are those of RFC 6750 section 3: one without a code for a request
// that carries no token.
var challenges = map[client.Kind]string{
	client.Unauthenticated:    "Bearer",
	client.InvalidCredentials: `Bearer error="invalid_token"`,
}
