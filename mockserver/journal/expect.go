package journal

import (
	"fmt"
	"net/http"
	"strings"
)

// Expectation is what should have happened. Exactly one of Exactly, AtLeast, Never
// and InOrder is set.
type Expectation struct {
	// Match selects what is counted. Its zero value selects every request.
	Match Match
	// Exactly and AtLeast are numbers of requests.
	Exactly, AtLeast *int
	Never            bool
	// InOrder are requests that should have been recorded one after the other, others
	// in between allowed. It takes no Match beside it.
	InOrder []Match
	// After is the id after which requests count; zero for all since the last Clear.
	After uint64
}

// FieldError is a part of an expectation that makes no sense.
type FieldError struct {
	// Field is a JSON pointer into the expectation, as in /in_order/1/status.
	Field   string
	Message string
}

// Error implements error.
func (e *FieldError) Error() string { return strings.TrimPrefix(e.Field, "/") + ": " + e.Message }

// check refuses what has no meaning or could not fail.
func (x *Expectation) check(last uint64) error {
	modes := 0
	for _, set := range []bool{x.Exactly != nil, x.AtLeast != nil, x.Never, x.InOrder != nil} {
		if set {
			modes++
		}
	}
	switch {
	case modes != 1:
		return &FieldError{Message: fmt.Sprintf("%d of exactly, at_least, never and in_order are given, want one", modes)}
	case x.Exactly != nil && *x.Exactly < 0:
		return &FieldError{"/exactly", fmt.Sprintf("is %d, want 0 or more", *x.Exactly)}
	case x.AtLeast != nil && *x.AtLeast < 1:
		return &FieldError{"/at_least", fmt.Sprintf("is %d, want 1 or more, as anything else is always so", *x.AtLeast)}
	case x.InOrder != nil && len(x.InOrder) == 0:
		return &FieldError{"/in_order", "is empty, want the requests that are expected"}
	case x.InOrder != nil && x.Match != (Match{}):
		return &FieldError{"/match", "stands beside in_order, which has its own"}
	case x.After > last:
		return &FieldError{"/after", fmt.Sprintf("is %d, but the latest request has the id %d", x.After, last)}
	}
	for i := range x.InOrder {
		if err := x.InOrder[i].check(fmt.Sprintf("/in_order/%d", i)); err != nil {
			return err
		}
	}
	return x.Match.check("/match")
}

// methods are those that everybody writes in capitals, as they are on the wire.
var methods = map[string]bool{
	http.MethodGet: true, http.MethodHead: true, http.MethodPost: true, http.MethodPut: true, http.MethodPatch: true,
	http.MethodDelete: true, http.MethodConnect: true, http.MethodOptions: true, http.MethodTrace: true,
}

func (m *Match) check(at string) error {
	upper := strings.ToUpper(m.Method)
	switch {
	case m.Method != upper && methods[upper]:
		return &FieldError{at + "/method", fmt.Sprintf("is %q, want %s: methods are case-sensitive", m.Method, upper)}
	case m.Path != "" && !strings.HasPrefix(m.Path, "/") && m.Path != "*":
		return &FieldError{at + "/path", fmt.Sprintf("is %q, want a path that begins with a slash", m.Path)}
	case strings.Contains(m.Path, "?"):
		return &FieldError{at + "/path", "has a query, want the path alone"}
	case m.Status != 0 && (m.Status < 100 || m.Status > 599):
		return &FieldError{at + "/status", fmt.Sprintf("is %d, want an HTTP status, 100 to 599", m.Status)}
	}
	return nil
}
