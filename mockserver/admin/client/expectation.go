package client

import (
	"encoding/json"
	"fmt"
	"slices"
	"strings"
)

// RequestMatch are the requests that an expectation is about. Every field that is set
// narrows them, and the zero value is all.
type RequestMatch struct {
	// Provider is an emulated API, such as "authing-v2", and Operation an operationId
	// of its document.
	Provider  string `json:"provider,omitempty"`
	Operation string `json:"operation,omitempty"`
	// Client is the one that the request is about.
	Client string `json:"client,omitempty"`
	Method string `json:"method,omitempty"`
	// Path is the whole path without a namespace and without a query. How it is escaped
	// makes no difference.
	Path string `json:"path,omitempty"`
	// Status is that of the reply.
	Status int `json:"status,omitempty"`
}

// String says which requests they are, for people.
func (m RequestMatch) String() string {
	var parts []string
	for _, part := range []struct{ name, value string }{
		{"provider", m.Provider}, {"operation", m.Operation}, {"client", m.Client}, {"method", m.Method}, {"path", m.Path},
	} {
		if part.value != "" {
			parts = append(parts, part.name+" "+part.value)
		}
	}
	if m.Status != 0 {
		parts = append(parts, fmt.Sprintf("status %d", m.Status))
	}
	if parts == nil {
		return "any request"
	}
	return "a request with " + strings.Join(parts, ", ")
}

// Expectation is what is expected of the journal. Exactly, AtLeast, Never and InOrder
// make one.
type Expectation struct {
	match            *RequestMatch
	exactly, atLeast *int
	never            bool
	inOrder          []RequestMatch
	after            uint64
}

// Exactly expects that many requests, neither more nor fewer.
func Exactly(count int, match RequestMatch) Expectation {
	return Expectation{match: &match, exactly: &count}
}

// AtLeast expects that many requests or more.
func AtLeast(count int, match RequestMatch) Expectation {
	return Expectation{match: &match, atLeast: &count}
}

// Never expects no such request.
func Never(match RequestMatch) Expectation { return Expectation{match: &match, never: true} }

// InOrder expects one request for each match, in this order, with others in between or
// not.
func InOrder(matches ...RequestMatch) Expectation {
	return Expectation{inOrder: slices.Clone(matches)}
}

// After returns the expectation of the requests with a higher ID than this, which is
// that of a request that there was.
func (e Expectation) After(id uint64) Expectation {
	e.after = id
	return e
}

// MarshalJSON writes the expectation as the plane reads it.
func (e Expectation) MarshalJSON() ([]byte, error) {
	return json.Marshal(struct {
		Match   *RequestMatch  `json:"match,omitempty"`
		Exactly *int           `json:"exactly,omitempty"`
		AtLeast *int           `json:"at_least,omitempty"`
		Never   bool           `json:"never,omitempty"`
		InOrder []RequestMatch `json:"in_order,omitempty"`
		After   uint64         `json:"after,omitempty"`
	}{e.match, e.exactly, e.atLeast, e.never, e.inOrder, e.after})
}

// String says what is expected, for people.
func (e Expectation) String() string {
	var text string
	switch {
	case e.exactly != nil:
		text = "exactly " + times(*e.exactly) + e.match.String()
	case e.atLeast != nil:
		text = "at least " + times(*e.atLeast) + e.match.String()
	case e.never:
		text = "never " + e.match.String()
	default:
		steps := make([]string, len(e.inOrder))
		for i, match := range e.inOrder {
			steps[i] = match.String()
		}
		text = strings.Join(steps, ", then ")
	}
	if e.after != 0 {
		text += fmt.Sprintf(", after #%d", e.after)
	}
	return text
}

func times(count int) string {
	if count == 1 {
		return "once "
	}
	return fmt.Sprintf("%d times ", count)
}
