package exchange

import (
	"context"
	"time"
)

// Dry answers requests out of the air and sends none: what a plan is made with.
type Dry struct {
	Answer func(Request) *Response
}

// Do records the request.
func (d *Dry) Do(_ context.Context, recorder *Recorder, request Request) *Exchange {
	e := &Exchange{Request: request, Response: d.Answer(request)}
	recorder.add(e)
	return e
}

// Sent is none.
func (*Dry) Sent() int { return 0 }

// Throttled is none.
func (*Dry) Throttled() int { return 0 }

// Since stands still.
func (*Dry) Since() time.Duration { return 0 }

// Lift has nothing to lift.
func (*Dry) Lift() {}

// Close has nothing to do.
func (*Dry) Close() {}
