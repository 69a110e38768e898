package report

import (
	"encoding/json"
	"fmt"
)

// History is what several workers did to one client at the same time, where no order of
// it, in keeping with who finished before whom, explains what each was told. Times are
// since its first call.
type History struct {
	Client     string      `json:"client"`
	StartMS    float64     `json:"start_ms"`   // of the first call, since the run began
	Operations []Operation `json:"operations"` // in the order of their calls
	Order      []int       `json:"order"`      // numbers of operations: an order that explains all that was answered before the illegal one
	Reason     string      `json:"reason"`     // why the illegal one does not fit after that order
}

// Operation is one call of a History.
type Operation struct {
	Number   int    `json:"n"`      // within the history, from 1
	Lane     int    `json:"lane"`   // the worker, which does one thing at a time; 0 looks when all others are done
	Client   string `json:"client"` // about which it is
	Name     string `json:"name"`   // what was asked for, in neutral words: rotate, probe
	Argument string `json:"argument,omitempty"`
	Result   string `json:"result"` // what was told, in words
	CallUS   int64  `json:"call_us"`
	ReturnUS *int64 `json:"return_us,omitempty"` // absent where no answer came
	Open     bool   `json:"open"`                // it may have taken effect at any time after its call, or never
	Illegal  bool   `json:"illegal,omitempty"`   // the first that no order explains
	Exchange int    `json:"exchange,omitempty"`  // number of the exchange within the check
}

// MarshalJSON is there for the lists, of which an empty one is no null.
func (h History) MarshalJSON() ([]byte, error) {
	type plain History
	h.Operations, h.Order = orEmpty(h.Operations), orEmpty(h.Order)
	return json.Marshal(plain(h))
}

// end is when an operation was over as far as is known: where no answer came, its call.
func (o *Operation) end() int64 {
	if o.ReturnUS == nil {
		return o.CallUS
	}
	return max(*o.ReturnUS, o.CallUS)
}

// lasts reports whether an operation may still take effect at the end of the history.
func (o *Operation) lasts() bool { return o.Open || o.ReturnUS == nil }

// worker is the lane in words.
func (o *Operation) worker() string {
	if o.Lane == 0 {
		return "afterwards"
	}
	return fmt.Sprintf("worker %d", o.Lane)
}

// Words are what was asked for.
func (o *Operation) Words() string {
	if o.Argument == "" {
		return o.Name
	}
	return o.Name + " " + o.Argument
}

// illegal is the operation that no order explains, nil where none is marked.
func (h *History) illegal() *Operation {
	for i := range h.Operations {
		if h.Operations[i].Illegal {
			return &h.Operations[i]
		}
	}
	return nil
}

// span is the time from the first call to the last answer, in microseconds.
func (h *History) span() int64 {
	last := int64(0)
	for i := range h.Operations {
		last = max(last, h.Operations[i].end())
	}
	return last
}
