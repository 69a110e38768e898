package admin

import (
	"net/http"
	"strings"

	"github.com/keyturn/keyturn/mockserver/client"
	"github.com/keyturn/keyturn/mockserver/provider"
	"github.com/keyturn/keyturn/mockserver/wire"
)

// statuses is what each kind of failure means here.
var statuses = map[client.Kind]int{
	client.NoRoute:            http.StatusNotFound,
	client.WrongMethod:        http.StatusMethodNotAllowed,
	client.TooLarge:           http.StatusRequestEntityTooLarge,
	client.Unauthenticated:    http.StatusUnauthorized,
	client.InvalidCredentials: http.StatusUnauthorized,
	client.Forbidden:          http.StatusForbidden,
	client.WrongMedia:         http.StatusUnsupportedMediaType,
	client.Malformed:          http.StatusBadRequest,
	client.Missing:            http.StatusBadRequest,
	client.Invalid:            http.StatusBadRequest,
	client.NotFound:           http.StatusNotFound,
	client.Conflict:           http.StatusConflict,
	client.Limit:              http.StatusConflict,
	client.Throttled:          http.StatusTooManyRequests,
	client.Unavailable:        http.StatusServiceUnavailable,
}

func refuse(_ *provider.Call, err *client.Error) provider.Reply {
	status, known := statuses[err.Kind]
	if !known {
		status = http.StatusInternalServerError
	}
	reply := provider.Problem(status, err.Kind.String(), "The admin plane refused the request", err.Located())
	if members, is := reply.Body.(wire.Object); is && err.Field != "" {
		members["field"] = strings.TrimPrefix(err.Field, "/")
	}
	if status == http.StatusUnauthorized {
		reply.Header.Set("WWW-Authenticate", "Bearer") // RFC 9110 section 15.5.2 demands it
	}
	return reply
}
