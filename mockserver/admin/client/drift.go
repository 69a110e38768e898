package client

import (
	"context"
	"net/http"
	"time"
)

// Drift is what in the exchanges with a deployment was different from its document, of
// a server that keyturn proxy started.
type Drift struct {
	// Upstream is the address of the deployment.
	Upstream string `json:"upstream"`
	// Exchanges is how many were looked at, and Drifted how many of them break the
	// document, in either direction.
	Exchanges uint64 `json:"exchanges"`
	Drifted   uint64 `json:"drifted"`
	// Unanswered is how many of them the deployment gave no answer to that could be
	// looked at.
	Unanswered uint64 `json:"unanswered"`
	// Dropped is how many findings there was no room left to tell apart.
	Dropped uint64 `json:"dropped"`
	// Findings are the violations first.
	Findings []DriftFinding `json:"findings"`
}

// DriftFinding is one rule that an operation's exchanges broke. It holds no values.
type DriftFinding struct {
	// Level is "violation", or "info" for what the document neither knows nor forbids.
	Level string `json:"level"`
	// Operation is empty where the document has none.
	Operation string `json:"operation"`
	// Direction is "request" or "reply", and In the part of it.
	Direction string `json:"direction"`
	In        string `json:"in"`
	// Member is a JSON pointer with * for each index, the name of a parameter or header,
	// or the status.
	Member string    `json:"member"`
	Rule   string    `json:"rule"`
	Count  uint64    `json:"count"`
	First  time.Time `json:"first"`
	Last   time.Time `json:"last"`
	// Example is the RequestID of the first exchange that had it.
	Example string `json:"example"`
}

// Drift returns what was found so far. A server that stands before no deployment refuses
// with 404.
func (c *Client) Drift(ctx context.Context) (Drift, error) {
	var drift Drift
	err := c.do(ctx, call{method: http.MethodGet, path: "drift", whole: true, receive: into(&drift)})
	return drift, err
}

// ClearDrift begins to count anew.
func (c *Client) ClearDrift(ctx context.Context) error {
	return c.do(ctx, call{method: http.MethodDelete, path: "drift", whole: true})
}
