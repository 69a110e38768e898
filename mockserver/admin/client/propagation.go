package client

import (
	"context"
	"encoding/json"
	"net/http"
	"time"
)

// Propagation is how long a change of secrets takes to be known everywhere. The zero
// value switches it off.
type Propagation struct {
	// AcceptNewAfter is how long a new secret is still refused.
	AcceptNewAfter time.Duration
	// RefuseOldAfter is how long a secret that is gone is still accepted.
	RefuseOldAfter time.Duration
	// Replicas is 2 to have requests go in turn to one that knows of each change at
	// once and to one that learns of it with the delays. 0 is written as 1.
	Replicas int
}

type propagationText struct {
	AcceptNewAfter duration `json:"accept_new_after"`
	RefuseOldAfter duration `json:"refuse_old_after"`
	Replicas       int      `json:"replicas"`
}

// MarshalJSON writes it as the plane reads it.
func (p Propagation) MarshalJSON() ([]byte, error) {
	replicas := p.Replicas
	if replicas == 0 {
		replicas = 1
	}
	return json.Marshal(propagationText{duration(p.AcceptNewAfter), duration(p.RefuseOldAfter), replicas})
}

// UnmarshalJSON reads it as the plane writes it.
func (p *Propagation) UnmarshalJSON(text []byte) error {
	var read propagationText
	if err := json.Unmarshal(text, &read); err != nil {
		return err
	}
	*p = Propagation{time.Duration(read.AcceptNewAfter), time.Duration(read.RefuseOldAfter), read.Replicas}
	return nil
}

// Propagation returns the delays of now.
func (c *Client) Propagation(ctx context.Context) (Propagation, error) {
	var propagation Propagation
	err := c.do(ctx, call{method: http.MethodGet, path: "propagation", receive: into(&propagation)})
	return propagation, err
}

// SetPropagation puts these delays in the place of those of now.
func (c *Client) SetPropagation(ctx context.Context, propagation Propagation) error {
	return c.do(ctx, call{method: http.MethodPut, path: "propagation", send: propagation, receive: into(new(Propagation))})
}
