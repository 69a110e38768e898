package identityservice

import (
	"cmp"
	"net/http"
	"strconv"
	"strings"

	"github.com/keyturn/keyturn/mockserver/client"
	"github.com/keyturn/keyturn/mockserver/provider"
	"github.com/keyturn/keyturn/mockserver/wire"
)

type serviceForm struct {
	status int
	kind   string
}

// serviceForms is how the service's error object puts each kind.
var serviceForms = map[client.Kind]serviceForm{
	client.NoRoute:            {http.StatusNotFound, "NotFound"},
	client.WrongMethod:        {http.StatusMethodNotAllowed, "MethodNotAllowed"},
	client.TooLarge:           {http.StatusRequestEntityTooLarge, "ContentTooLarge"},
	client.Unauthenticated:    {http.StatusUnauthorized, "Unauthorized"},
	client.InvalidCredentials: {http.StatusUnauthorized, "Unauthorized"},
	client.Forbidden:          {http.StatusForbidden, "Forbidden"},
	client.WrongMedia:         {http.StatusUnsupportedMediaType, "UnsupportedMediaType"},
	client.Malformed:          {http.StatusBadRequest, "BadRequest"},
	client.Missing:            {http.StatusBadRequest, "BadRequest"},
	client.Invalid:            {http.StatusBadRequest, "BadRequest"},
	client.NotFound:           {http.StatusNotFound, "NotFound"},
	client.Conflict:           {http.StatusBadRequest, "Conflict"},
	client.Limit:              {http.StatusBadRequest, "LimitReached"},
	client.Throttled:          {http.StatusTooManyRequests, "TooManyRequests"},
	client.Unavailable:        {http.StatusServiceUnavailable, "ServiceUnavailable"},
	client.Internal:           {http.StatusInternalServerError, "InternalServerError"},
}

// serviceFormOf is the form of a failure, with the status that it may ask for. The
// service's types are the phrases of statuses in one word.
func serviceFormOf(failure *client.Error) serviceForm {
	form := serviceForms[failure.Kind]
	if failure.Status == 0 || failure.Status == form.status {
		return form
	}
	word := wordless.Replace(http.StatusText(failure.Status))
	return serviceForm{failure.Status, cmp.Or(word, form.kind)}
}

// wordless takes out of a phrase what no type has.
var wordless = strings.NewReplacer(" ", "", "-", "", "'", "")

// serviceError is the service's own error object.
func serviceError(call *provider.Call, failure *client.Error) provider.Reply {
	form := serviceFormOf(failure)
	details := wire.Array{}
	if failure.Field != "" {
		details = append(details, failure.Located())
	}
	return provider.Reply{
		Status: form.status,
		Body: wire.Object{
			"type": form.kind, "identifier": call.NewID(), "message": failure.Message,
			"responseCode": strconv.Itoa(form.status), "errors": details,
		},
	}
}
