package identityservice

import (
	"cmp"
	"net/http"

	"github.com/keyturn/keyturn/mockserver/client"
	"github.com/keyturn/keyturn/mockserver/provider"
	"github.com/keyturn/keyturn/mockserver/wire"
)

const problemMedia = "application/problem+json"

type problemForm struct {
	status int
	title  string
}

// problems is how problem details put each kind. 400 is the only refusal that the
// vendor's page documents for a change, so what another service would answer with
// 404 or 409 is a 400 here, told apart by its title.
var problems = map[client.Kind]problemForm{
	client.NoRoute:            {http.StatusNotFound, "Not Found"},
	client.WrongMethod:        {http.StatusMethodNotAllowed, "Method Not Allowed"},
	client.TooLarge:           {http.StatusRequestEntityTooLarge, "Content Too Large"},
	client.Unauthenticated:    {http.StatusUnauthorized, "Unauthorized"},
	client.InvalidCredentials: {http.StatusUnauthorized, "Unauthorized"},
	client.Forbidden:          {http.StatusForbidden, "Forbidden"},
	client.WrongMedia:         {http.StatusUnsupportedMediaType, "Unsupported Media Type"},
	client.Malformed:          {http.StatusBadRequest, "Unreadable request"},
	client.Missing:            {http.StatusBadRequest, "Incomplete request"},
	client.Invalid:            {http.StatusBadRequest, "Invalid request"},
	client.NotFound:           {http.StatusBadRequest, "Unknown application or secret"},
	client.Conflict:           {http.StatusBadRequest, "Conflict with the present state"},
	client.Limit:              {http.StatusBadRequest, "Limit reached"},
	client.Throttled:          {http.StatusTooManyRequests, "Too Many Requests"},
	client.Unavailable:        {http.StatusServiceUnavailable, "Service Unavailable"},
	client.Internal:           {http.StatusInternalServerError, "Internal Server Error"},
}

// problemFormOf is the form of a failure, with the status that it may ask for. RFC 9457
// section 4.2.1 wants the status's own phrase as the title of about:blank.
func problemFormOf(failure *client.Error) problemForm {
	form := problems[failure.Kind]
	if failure.Status == 0 || failure.Status == form.status {
		return form
	}
	return problemForm{failure.Status, cmp.Or(http.StatusText(failure.Status), form.title)}
}

// problem is the ProblemDetails of RFC 9457. Its type is about:blank: no page
// names a type of the vendor's own.
func problem(call *provider.Call, failure *client.Error) provider.Reply {
	form := problemFormOf(failure)
	return provider.Reply{
		Status: form.status,
		Media:  problemMedia,
		Body: wire.Object{
			"type": "about:blank", "title": form.title, "status": form.status, "detail": failure.Located(),
			// Escaped, so that it is a URI reference whatever the path holds.
			"instance": call.HTTP.URL.EscapedPath(),
		},
	}
}
