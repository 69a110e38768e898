package angusgm

import (
	"fmt"
	"net/http"

	"github.com/keyturn/keyturn/mockserver/client"
	"github.com/keyturn/keyturn/mockserver/provider"
	"github.com/keyturn/keyturn/mockserver/wire"
)

const keyHeader = "XC-E-Key"

// refusal is the wire form of a kind of failure.
type refusal struct {
	status int
	key    string
	// message is the same for every failure of the kind; where it is empty, the
	// failure's own words are the message.
	message string
	// challenge marks the entry point, which answers with WWW-Authenticate and
	// without the key header.
	challenge string
}

// refusals is the vendor's error map. Every kind that a request can end in is here.
var refusals = map[client.Kind]refusal{
	client.NoRoute:            {status: http.StatusNotFound, key: "handler_not_found"},
	client.WrongMethod:        {status: http.StatusMethodNotAllowed, key: "method_not_supported"},
	client.TooLarge:           {status: http.StatusRequestEntityTooLarge, key: "protocol_error"},
	client.Unauthenticated:    {status: http.StatusUnauthorized, key: "unauthorized", message: "Unauthorized access", challenge: "Bearer"},
	client.InvalidCredentials: {status: http.StatusUnauthorized, key: "invalid_token", message: "Unauthorized access", challenge: `Bearer error="invalid_token"`},
	client.Forbidden:          {status: http.StatusForbidden, key: "forbidden", message: "Access is forbidden"},
	client.WrongMedia:         {status: http.StatusUnsupportedMediaType, key: "media_type_not_supported"},
	client.Malformed:          {status: http.StatusBadRequest, key: "param_parsing_error"},
	client.Missing:            {status: http.StatusBadRequest, key: "param_missing"},
	client.Invalid:            {status: http.StatusBadRequest, key: "param_validation_error"},
	client.NotFound:           {status: http.StatusNotFound, key: "resource_not_found"},
	client.Conflict:           {status: http.StatusConflict, key: "resource_already_exists"},
	client.Limit:              {status: http.StatusBadRequest, key: "protocol_error"},
	// The vendor's page lists 429 and shows no key of its own for it.
	client.Throttled:   {status: http.StatusTooManyRequests, key: "protocol_error"},
	client.Unavailable: {status: http.StatusServiceUnavailable, key: "service_unavailable"},
}

// gatewayTimeout is the one status that has a key and no kind.
const gatewayTimeout = "gateway_timeout"

// formOf is the wire form of a failure, with the status that it may ask for.
func formOf(failure *client.Error) refusal {
	form, known := refusals[failure.Kind]
	if !known {
		form = refusal{status: http.StatusInternalServerError, key: "unknown_error", message: "Unknown exceptions, please contact us"}
	}
	if failure.Status == 0 {
		return form
	}
	if form.status = failure.Status; form.status == http.StatusGatewayTimeout {
		form.key, form.message = gatewayTimeout, ""
	}
	return form
}

// codeOf is the envelope's code: the server's failures have one of their own.
func codeOf(status int) string {
	if status >= http.StatusInternalServerError {
		return codeSystem
	}
	return codeProtocol
}

// refuse puts a failure into the envelope.
func refuse(call *provider.Call, failure *client.Error) provider.Reply {
	form := formOf(failure)
	detail := explain(call, failure)
	message := form.message
	if message == "" {
		message = detail
	}
	reply := provider.Reply{
		Status: form.status,
		Header: http.Header{},
		Body:   envelope(codeOf(form.status), message, detail, wire.Object{"eKey": form.key}, call.Now),
	}
	if form.challenge != "" {
		reply.Header.Set("WWW-Authenticate", form.challenge)
	} else {
		reply.Header.Set(keyHeader, form.key)
	}
	return reply
}

// explain is the failure in words. The path of an unknown route is shown escaped,
// because it may hold anything, and without its query, which may hold a token; of the
// method, which may be as long as a header, only as much as any method has.
func explain(call *provider.Call, failure *client.Error) string {
	if failure.Kind == client.NoRoute {
		return fmt.Sprintf("Not found handler %.16s %s", call.HTTP.Method, call.HTTP.URL.EscapedPath())
	}
	return failure.Located()
}

func notFound(name string) *client.Error {
	return client.Errorf(client.NotFound, "Not found resource Client[%s]", name)
}

func alreadyExists(name string) *client.Error {
	return client.Errorf(client.Conflict, "Already exists resource Client[%s]", name)
}
