package fault

import (
	"fmt"
	"strings"
	"time"

	"github.com/keyturn/keyturn/mockserver/wire"
)

// preferred stands in the place of an id for what a request asked for itself.
const preferred = "prefer"

// Outcome is what is to happen to one request.
type Outcome struct {
	// Wait is to pass before anything is decided.
	Wait time.Duration
	// Ends says that the handler is not asked (Before), or asked and its answer lost
	// (After). Empty means that its answer goes out.
	Ends When
	// Status is the failure in the place of the handler's answer, 400 to 599. It is 0
	// where nothing ends, and where the end is a reset.
	Status int
	// RetryAfter is for the header of that name, in seconds. 0 means that there is none.
	RetryAfter int
	// Delivery is how the answer is written, whoever gives it.
	Delivery Delivery

	said []string
}

// preempts reports whether an effect can do nothing any more: a request ends once, and
// an answer that is never sent has no shape.
func (o *Outcome) preempts(e Effect) bool {
	if o == nil || o.Ends == "" {
		return false
	}
	return e.ends() || o.Delivery.Reset && e.Latency == nil
}

// with adds an effect: how long the request is held up by it, and what is left of a
// throttle's window.
func (o *Outcome) with(e Effect, id string, held, left time.Duration) *Outcome {
	if o == nil {
		o = &Outcome{}
	}
	if e.When == After {
		o.Delivery.Wait = min(o.Delivery.Wait+held, MaxLatency-o.Wait)
	} else {
		o.Wait = min(o.Wait+held, MaxLatency-o.Delivery.Wait)
	}
	if e.ends() {
		o.Ends, o.Status, o.RetryAfter = e.When, e.status(), int((left+time.Second-1)/time.Second)
		o.Delivery.Reset = e.Reset
	}
	o.Delivery.Empty = o.Delivery.Empty || e.Empty
	if o.Delivery.Truncate == nil {
		o.Delivery.Truncate = e.Truncate
	}
	if o.Delivery.Drip == nil {
		o.Delivery.Drip = e.Drip
	}
	if e.Latency != nil {
		e.Latency = &Latency{Fixed: wire.Duration(held)}
	}
	if e.Throttle != nil {
		// What came of the throttle is told, not how it is set.
		e.Status, e.Throttle = e.status(), nil
	}
	o.said = append(o.said, id+" "+e.String())
	return o
}

// String is what happened in words: "f1 latency 203ms, f2 503 before". It is empty for
// nothing.
func (o *Outcome) String() string {
	if o == nil {
		return ""
	}
	return strings.Join(o.said, ", ")
}

// String is the effect in words, such as "503 before", "reset after" and "latency
// 200ms".
func (e Effect) String() string {
	e = e.resolved()
	var words []string
	if e.Latency != nil {
		words = append(words, e.Latency.String())
	}
	if e.Throttle != nil {
		words = append(words, fmt.Sprintf("%d above %d per %s", e.status(), e.Throttle.Limit, e.Throttle.Per))
	} else if e.Status != 0 {
		words = append(words, fmt.Sprintf("%d", e.Status))
	}
	if e.Reset {
		words = append(words, "reset")
	}
	if e.Empty {
		words = append(words, "empty")
	}
	if e.Truncate != nil {
		words = append(words, fmt.Sprintf("truncate %d", *e.Truncate))
	}
	if e.Drip != nil {
		words = append(words, fmt.Sprintf("drip %d per %s", e.Drip.Bytes, e.Drip.Every))
	}
	// To hold a request up ends nothing, so that before goes without saying; what shapes
	// an answer can only come after it.
	if e.ends() || e.When == After && e.Latency != nil {
		words = append(words, string(e.When))
	}
	return strings.Join(words, " ")
}

// String is the distribution in words: "latency 200ms".
func (l *Latency) String() string {
	switch {
	case l.Uniform != nil:
		return fmt.Sprintf("latency %s to %s", l.Uniform.Min, l.Uniform.Max)
	case l.LogNormal != nil:
		return fmt.Sprintf("latency about %s", l.LogNormal.Median)
	default:
		return "latency " + l.Fixed.String()
	}
}
