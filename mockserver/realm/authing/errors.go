package authing

import (
	"net/http"
	"strconv"

	"github.com/keyturn/keyturn/mockserver/client"
	"github.com/keyturn/keyturn/mockserver/provider"
)

// Outcome is a failure in the vendor's numbers: the class that mirrors an HTTP
// status, and the finer API code, 0 where there is none.
type Outcome struct {
	Status  int
	APICode int
	// asked says that the failure demands the class as its HTTP status.
	asked bool
}

// outcomes pairs the kinds with the vendor's error table. The numbers are
// documented; most pairings are not and are declared readings.
var outcomes = map[client.Kind]Outcome{
	client.NoRoute:            {Status: http.StatusNotFound},
	client.WrongMethod:        {Status: http.StatusMethodNotAllowed},
	client.TooLarge:           {Status: http.StatusRequestEntityTooLarge},
	client.Unauthenticated:    {Status: http.StatusUnauthorized, APICode: 2020},
	client.InvalidCredentials: {Status: http.StatusUnauthorized, APICode: 2020},
	client.Forbidden:          {Status: http.StatusForbidden, APICode: 2020},
	client.WrongMedia:         {Status: http.StatusBadRequest},
	client.Malformed:          {Status: http.StatusBadRequest},
	client.Missing:            {Status: http.StatusBadRequest},
	client.Invalid:            {Status: http.StatusBadRequest},
	client.NotFound:           {Status: http.StatusNotFound, APICode: 2011},
	client.Conflict:           {Status: http.StatusConflict, APICode: 2039},
	client.Limit:              {Status: http.StatusUnprocessableEntity},
	client.Throttled:          {Status: http.StatusTooManyRequests},
	client.Unavailable:        {Status: http.StatusServiceUnavailable},
}

// OutcomeOf returns the vendor's numbers for a failure.
func OutcomeOf(err *client.Error) Outcome {
	outcome := outcomes[err.Kind]
	if code, convErr := strconv.Atoi(err.Code); convErr == nil {
		outcome.APICode = code
	}
	if err.Status != 0 {
		outcome.Status, outcome.asked = err.Status, true
	}
	return outcome
}

// HTTPStatus is the status line of a failure: 200 by the vendor's documents, or
// what the failure means where the settings or the failure itself ask for it. A wrong method is 405
// either way, because the Allow header it must carry means nothing elsewhere
// (RFC 9110 section 15.5.6).
func HTTPStatus(call *provider.Call, outcome Outcome) int {
	strict := call.Realm != nil && SettingsOf(call).StrictHTTP
	if strict || outcome.asked || outcome.Status == http.StatusMethodNotAllowed {
		return outcome.Status
	}
	return http.StatusOK
}
