package fault

import (
	"time"

	"github.com/keyturn/keyturn/mockserver/wire"
)

// Fault is one way to fail, and what it has done so far.
type Fault struct {
	// ID is given by the Set.
	ID     string `json:"id"`
	Match  Match  `json:"match"`
	Effect Effect `json:"effect"`
	// Times bounds how many requests are hit, 0 for all that match. A fault that is
	// used up stays, and hits nothing.
	Times int `json:"times,omitzero"`
	// Hits is how many requests were hit.
	Hits int `json:"hits"`
	// Seen is how many requests matched, Nth and chance left aside.
	Seen uint64 `json:"seen"`
	// Window is where the throttle stands, nil before its first request.
	Window *Window `json:"window,omitzero"`
}

// Match chooses requests. A zero member stands for any.
type Match struct {
	Provider  string `json:"provider,omitzero"`
	Operation string `json:"operation,omitzero"`
	// Client is the id of a client that the request is about or that sends it.
	Client string `json:"client,omitzero"`
	Method string `json:"method,omitzero"`
	// Path is the whole escaped path, without the query. An asterisk at its end stands
	// for any rest.
	Path string `json:"path,omitzero"`
	// Nth chooses one of the requests that match the rest, counted from 1.
	Nth uint64 `json:"nth,omitzero"`
	// Probability of a hit, more than 0 and at most 1. 0 means always.
	Probability float64 `json:"probability,omitzero"`
	// Seed of everything that the fault leaves to chance, its latency included. The Set
	// chooses one where it is 0 and chance plays a part.
	Seed uint64 `json:"seed,omitzero"`
}

// When an effect happens.
type When string

const (
	// Before the handler, which is not asked where the effect ends the request.
	Before When = "before"
	// After the handler: what it did stands.
	After When = "after"
)

// Effect is what happens to a request. At least one member besides When is set.
type Effect struct {
	// When is Before if it is empty, save for an effect that only shapes the handler's
	// own answer, which is After.
	When When `json:"when,omitzero"`
	// Status answers with a failure of 400 to 599 in the vendor's shape.
	Status  int      `json:"status,omitzero"`
	Latency *Latency `json:"latency,omitzero"`
	// Throttle chooses which requests the rest happens to, and answers them with 429
	// where there is no Status.
	Throttle *Throttle `json:"throttle,omitzero"`
	// Reset cuts the connection, so that the peer gets no answer at all.
	Reset bool `json:"reset,omitzero"`
	// Empty leaves the body out.
	Empty bool `json:"empty,omitzero"`
	// Truncate sends this many bytes of the body, announces all of them and cuts the
	// connection. A body that is not longer goes out whole.
	Truncate *int  `json:"truncate,omitzero"`
	Drip     *Drip `json:"drip,omitzero"`
}

// Latency is one distribution of how long a request is held up, 5 minutes at most.
type Latency struct {
	Fixed     wire.Duration `json:"fixed,omitzero"`
	Uniform   *Uniform      `json:"uniform,omitzero"`
	LogNormal *LogNormal    `json:"log_normal,omitzero"`
}

// Uniform is as likely to be any duration from Min to Max.
type Uniform struct {
	Min wire.Duration `json:"min"`
	Max wire.Duration `json:"max"`
}

// LogNormal has a long tail, as networks do. Sigma is the standard deviation of the
// logarithm.
type LogNormal struct {
	Median wire.Duration `json:"median"`
	Sigma  float64       `json:"sigma"`
}

// Throttle lets Limit requests through in each window of length Per. A window begins
// with its first request.
type Throttle struct {
	Limit int           `json:"limit"`
	Per   wire.Duration `json:"per"`
}

// Window is one of a throttle.
type Window struct {
	Start time.Time `json:"start"`
	// Passed is how many requests it has let through.
	Passed int `json:"passed"`
}

// Drip sends the body in pieces of Bytes with a pause of Every between them. After 5
// minutes of pauses the connection is cut.
type Drip struct {
	Bytes int           `json:"bytes"`
	Every wire.Duration `json:"every"`
}

// ends reports whether the handler's own answer is not sent.
func (e Effect) ends() bool { return e.Status != 0 || e.Throttle != nil || e.Reset }

// shapes reports whether the effect is about how an answer is written.
func (e Effect) shapes() bool { return e.Empty || e.Truncate != nil || e.Drip != nil }

// resolved says when an effect happens that leaves it open.
func (e Effect) resolved() Effect {
	switch {
	case e.When != "":
	case e.shapes() && !e.ends():
		e.When = After
	default:
		e.When = Before
	}
	return e
}

// status is what an effect that ends a request answers with, 0 for nothing at all.
func (e Effect) status() int {
	if e.Status == 0 && e.Throttle != nil {
		return 429
	}
	return e.Status
}

// random reports whether anything is left to chance.
func (f Fault) random() bool {
	l := f.Effect.Latency
	return f.Match.Probability > 0 || l != nil && (l.Uniform != nil || l.LogNormal != nil)
}
