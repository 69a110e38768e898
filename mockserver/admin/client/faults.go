package client

import (
	"context"
	"encoding/json"
	"net/http"
)

// Fault is something that goes wrong between an emulated API and its callers.
type Fault struct {
	// ID, Hits and Seen are the plane's to say: how many requests have met it, and how
	// many have matched, Nth and Probability left aside.
	ID         string
	Hits, Seen int
	// Match are the requests that are meant, and Effect what happens to them.
	Match  Match
	Effect Effect
	// Times is how many requests may meet it, 0 for no end.
	Times int
}

// Match are the requests that a fault is meant for. Every field that is set narrows
// them, and the zero value is all.
type Match struct {
	// Provider is an emulated API, such as "authing-v2", and Operation an operationId
	// of its document.
	Provider  string `json:"provider,omitempty"`
	Operation string `json:"operation,omitempty"`
	// Client is the one that the request is about.
	Client string `json:"client,omitempty"`
	Method string `json:"method,omitempty"`
	// Path is the whole path as it is escaped, without a namespace and without a query.
	// An asterisk at its end stands for any rest.
	Path string `json:"path,omitempty"`
	// Nth is only this one of the requests that match otherwise; the first is 1.
	Nth int `json:"nth,omitempty"`
	// Probability, up to 1, is how likely each of the requests that match otherwise is to
	// meet the fault; with 0 all do. Seed makes all that is left to chance, latencies
	// included, the same each time.
	Probability float64 `json:"probability,omitempty"`
	Seed        *uint64 `json:"seed,omitempty"`
}

// When is on which side of the operation an effect happens.
type When string

// The two sides.
const (
	// Before has a request that the fault answers never reach its operation, so that
	// nothing happened.
	Before When = "before"
	// After has everything happen, and only the answer suffer.
	After When = "after"
)

// Effect is what happens. At least one field beside When is set.
type Effect struct {
	// When is Before where nothing is said, or After where only the body suffers.
	When When `json:"when,omitempty"`
	// Status is that of the answer, from 400 to 599, whose body is a failure as the
	// emulated API writes it.
	Status   int       `json:"status,omitempty"`
	Latency  *Latency  `json:"latency,omitempty"`
	Throttle *Throttle `json:"throttle,omitempty"`
	// Reset has the connection reset in the place of an answer, and Empty has the body
	// left out.
	Reset bool `json:"reset,omitempty"`
	Empty bool `json:"empty,omitempty"`
	// Truncate is how many bytes of the body are sent before the connection is closed,
	// nil for all of them.
	Truncate *int  `json:"truncate,omitempty"`
	Drip     *Drip `json:"drip,omitempty"`
}

type faultText struct {
	ID     string `json:"id,omitempty"`
	Hits   int    `json:"hits,omitempty"`
	Seen   int    `json:"seen,omitempty"`
	Match  Match  `json:"match,omitzero"`
	Effect Effect `json:"effect"`
	Times  int    `json:"times,omitempty"`
}

// MarshalJSON writes the fault as the plane takes a new one, without what the plane says.
func (f Fault) MarshalJSON() ([]byte, error) {
	return json.Marshal(faultText{Match: f.Match, Effect: f.Effect, Times: f.Times})
}

// UnmarshalJSON reads a fault as the plane writes it.
func (f *Fault) UnmarshalJSON(text []byte) error {
	var read faultText
	if err := json.Unmarshal(text, &read); err != nil {
		return err
	}
	*f = Fault(read)
	return nil
}

// Faults lists those of the namespace, in the order in which they were added.
func (c *Client) Faults(ctx context.Context) ([]Fault, error) {
	var reply struct {
		Faults []Fault `json:"faults"`
	}
	err := c.do(ctx, call{method: http.MethodGet, path: "faults", receive: into(&reply)})
	return reply.Faults, err
}

// AddFault has the requests that match meet the fault, from the next one on, and
// returns it with its ID. A fault that could match nothing is refused.
func (c *Client) AddFault(ctx context.Context, fault Fault) (Fault, error) {
	var added Fault
	err := c.do(ctx, call{method: http.MethodPost, path: "faults", send: fault, receive: into(&added), created: true})
	return added, err
}

// RemoveFault takes the fault with the ID away.
func (c *Client) RemoveFault(ctx context.Context, id string) error {
	return c.do(ctx, call{method: http.MethodDelete, path: "faults/{name}", name: id})
}

// ClearFaults takes every fault away.
func (c *Client) ClearFaults(ctx context.Context) error {
	return c.do(ctx, call{method: http.MethodDelete, path: "faults"})
}
