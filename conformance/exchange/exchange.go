package exchange

import (
	"errors"
	"fmt"
	"net/http"
	"time"
)

// Request is what is to be sent.
type Request struct {
	Label  string // the neutral operation, for rates and reports
	Method string
	URL    string // absolute; its host has to be one of the target's
	Header http.Header
	Body   []byte
	Fresh  bool // over a connection of its own
	Leave  bool // hang up once the request is written, without reading the answer
}

// Response is what came back, whole.
type Response struct {
	Status int
	Proto  string
	Header http.Header
	Body   []byte
}

// Exchange is a request and its answer, or the reason why there is none.
type Exchange struct {
	Number   int // within its recorder, from 1
	Request  Request
	Response *Response // nil where Err is set
	Err      error
	Start    time.Duration // since the run began
	End      time.Duration // when the answer was there, whole
	Waits    int           // answers before this one that asked to wait
}

// Took is how long the answer took.
func (e *Exchange) Took() time.Duration { return e.End - e.Start }

// Kinds of failure, for errors.Is.
var (
	ErrBudget    = errors.New("the budget of the run is used up")
	ErrThrottled = errors.New("the target asks to wait for longer than this run may")
	ErrLeft      = errors.New("hung up before the answer, on purpose")
	ErrHost      = errors.New("the request is for a host that is not the target's")
	ErrBroken    = errors.New("the target stopped answering")
	// ErrClosed says little about the target: what is harmless to repeat may be repeated.
	// Whether the request was acted on is not known.
	ErrClosed = errors.New("a kept connection was closed before any answer")
)

var errTooLarge = fmt.Errorf("%w: the answers are too large: more than %d MiB were kept", ErrBudget, maxKept>>20)
