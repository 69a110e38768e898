package client

import (
	"errors"
	"fmt"
	"net/http"
	"strings"
)

// Kind classifies a failure. A vendor's table turns each kind into its wire form;
// Internal is what is left when nothing else was decided, and is a defect.
type Kind uint8

// The kinds, in the order in which a request meets them.
const (
	Internal Kind = iota
	// NoRoute: no operation answers at this path.
	NoRoute
	// WrongMethod: the path exists, not with this method.
	WrongMethod
	// TooLarge: the body is larger than the server reads.
	TooLarge
	// Unauthenticated: no credentials, or none of a kind the operation takes.
	Unauthenticated
	// InvalidCredentials: credentials that are wrong, unknown or expired.
	InvalidCredentials
	// Forbidden: a known caller who may not do this.
	Forbidden
	// WrongMedia: a body of a media type that the operation does not take.
	WrongMedia
	// Malformed: a body or parameter that cannot be read at all.
	Malformed
	// Missing: a required parameter is absent.
	Missing
	// Invalid: readable, but not what the document or the rules allow.
	Invalid
	// NotFound: the named thing does not exist, or not for this caller.
	NotFound
	// Conflict: the state forbids it, such as a name that is taken.
	Conflict
	// Limit: a bound of the vendor's policy is reached.
	Limit
	// Throttled: too many requests in too short a time.
	Throttled
	// Unavailable: the service cannot answer for the moment.
	Unavailable
	kinds
)

var kindNames = [kinds]string{
	Internal: "internal", NoRoute: "no-route", WrongMethod: "wrong-method", TooLarge: "too-large",
	Unauthenticated: "unauthenticated", InvalidCredentials: "invalid-credentials", Forbidden: "forbidden",
	WrongMedia: "wrong-media-type", Malformed: "malformed", Missing: "missing", Invalid: "invalid",
	NotFound: "not-found", Conflict: "conflict", Limit: "limit", Throttled: "throttled", Unavailable: "unavailable",
}

// String is the kind in lower-case words joined by hyphens.
func (k Kind) String() string {
	if k < kinds {
		return kindNames[k]
	}
	return fmt.Sprintf("kind(%d)", uint8(k))
}

// Kinds lists every kind but Internal, for tests that demand complete tables.
func Kinds() []Kind {
	all := make([]Kind, 0, kinds-1)
	for k := Internal + 1; k < kinds; k++ {
		all = append(all, k)
	}
	return all
}

// Error is a classified failure. Its message is written for the caller of the
// API: it names the thing and what was expected, and never holds a secret.
type Error struct {
	Kind Kind
	// Field is where it happened: a JSON pointer into the body, or a parameter.
	Field string
	// Code is a vendor's own finer code, for the few failures that have one.
	Code string
	// Status is the HTTP status that the refusal must have, 400 to 599, whatever the
	// vendor answers with the kind. 0 leaves it to the vendor.
	Status  int
	Message string
	// Err is the cause, for the log only.
	Err error
}

// Located is the message after the place it is about, for the caller.
func (e *Error) Located() string {
	if e.Field == "" {
		return e.Message
	}
	return strings.TrimPrefix(e.Field, "/") + ": " + e.Message
}

func (e *Error) Error() string {
	text := e.Located()
	if e.Err != nil {
		text += ": " + e.Err.Error()
	}
	return text
}

func (e *Error) Unwrap() error { return e.Err }

// Errorf makes an Error of a kind.
func Errorf(kind Kind, format string, args ...any) *Error {
	return &Error{Kind: kind, Message: fmt.Sprintf(format, args...)}
}

// Wrap makes an Error of a kind around a cause.
func Wrap(kind Kind, err error, message string) *Error {
	return &Error{Kind: kind, Message: message, Err: err}
}

// At returns a copy of the error that names the field.
func (e *Error) At(field string) *Error {
	named := *e
	named.Field = field
	return &named
}

// WithCode returns a copy of the error with a vendor's own code.
func (e *Error) WithCode(code string) *Error {
	coded := *e
	coded.Code = code
	return &coded
}

// WithStatus returns a copy of the error that asks for an HTTP status.
func (e *Error) WithStatus(status int) *Error {
	asked := *e
	asked.Status = status
	return &asked
}

// byStatus is the kind that is nearest to a status.
var byStatus = map[int]Kind{
	http.StatusUnauthorized:          InvalidCredentials,
	http.StatusForbidden:             Forbidden,
	http.StatusNotFound:              NotFound,
	http.StatusMethodNotAllowed:      WrongMethod,
	http.StatusConflict:              Conflict,
	http.StatusRequestEntityTooLarge: TooLarge,
	http.StatusUnsupportedMediaType:  WrongMedia,
	http.StatusTooManyRequests:       Throttled,
	http.StatusServiceUnavailable:    Unavailable,
}

// NearestKind returns the kind whose meaning is nearest to an HTTP status: Invalid for
// a 4xx and Internal for a 5xx that no kind is about.
func NearestKind(status int) Kind {
	if kind, known := byStatus[status]; known {
		return kind
	}
	if status >= http.StatusInternalServerError {
		return Internal
	}
	return Invalid
}

// AsError returns err as an Error. What was never classified is Internal.
func AsError(err error) *Error {
	if e, ok := errors.AsType[*Error](err); ok {
		return e
	}
	return Wrap(Internal, err, "internal error")
}

// KindOf returns the kind of err, Internal for none.
func KindOf(err error) Kind {
	if e, ok := errors.AsType[*Error](err); ok {
		return e.Kind
	}
	return Internal
}
