package client

import (
	"context"
	"encoding/json"
	"net/http"
	"time"
)

// NamespaceInfo is what is told of a namespace.
type NamespaceInfo struct {
	Name string
	// CreatedAt and UsedAt, when it was last chosen, are by the system's clock.
	CreatedAt, UsedAt time.Time
	// Idle is how long it may go unused before it is forgotten, 0 for ever.
	Idle time.Duration
}

// UnmarshalJSON reads a namespace as the plane writes it.
func (n *NamespaceInfo) UnmarshalJSON(text []byte) error {
	var info struct {
		Name      string    `json:"name"`
		CreatedAt time.Time `json:"created_at"`
		UsedAt    time.Time `json:"used_at"`
		Idle      duration  `json:"idle"`
	}
	if err := json.Unmarshal(text, &info); err != nil {
		return err
	}
	*n = NamespaceInfo{info.Name, info.CreatedAt, info.UsedAt, time.Duration(info.Idle)}
	return nil
}

// Forever is the Idle of a namespace that is kept until it is deleted.
const Forever time.Duration = -1

// NewNamespace says what a namespace begins as. Only its name is needed.
type NewNamespace struct {
	// Name has 1 to 63 of a-z, 0-9 and -, and no - at its ends.
	Name string
	// From is a namespace to copy: its present state, or the Snapshot of it. Without
	// From it begins with the world of the server's start.
	From, Snapshot string
	// Seed makes its secrets and identifiers the same each time. Nil draws them. The
	// plane takes whole numbers below 2^53.
	Seed *uint64
	// Idle is how long it may go unused before it is forgotten: 0 leaves that to the
	// server, Forever keeps it.
	Idle time.Duration
}

// MarshalJSON writes it as the plane reads it.
func (n NewNamespace) MarshalJSON() ([]byte, error) {
	var idle *duration
	if n.Idle != 0 {
		wanted := duration(n.Idle)
		if n.Idle == Forever {
			wanted = 0
		}
		idle = &wanted
	}
	return json.Marshal(struct {
		Name     string    `json:"name"`
		From     string    `json:"from,omitempty"`
		Snapshot string    `json:"snapshot,omitempty"`
		Seed     *uint64   `json:"seed,omitempty"`
		Idle     *duration `json:"idle,omitempty"`
	}{n.Name, n.From, n.Snapshot, n.Seed, idle})
}

// Namespaces lists those that the server has, by name and the default one first.
func (c *Client) Namespaces(ctx context.Context) ([]NamespaceInfo, error) {
	var reply struct {
		Namespaces []NamespaceInfo `json:"namespaces"`
	}
	err := c.do(ctx, call{method: http.MethodGet, path: "namespaces", whole: true, receive: into(&reply)})
	return reply.Namespaces, err
}

// CreateNamespace begins a namespace. Namespace then returns a client that acts on it.
func (c *Client) CreateNamespace(ctx context.Context, namespace NewNamespace) (NamespaceInfo, error) {
	var info NamespaceInfo
	err := c.do(ctx, call{
		method: http.MethodPost, path: "namespaces", whole: true, send: namespace, receive: into(&info), created: true,
	})
	return info, err
}

// NamespaceInfo tells of one namespace. The plane refuses with 404 when there is none
// of the name.
func (c *Client) NamespaceInfo(ctx context.Context, name string) (NamespaceInfo, error) {
	var info NamespaceInfo
	err := c.do(ctx, call{method: http.MethodGet, path: "namespaces/{name}", name: name, whole: true, receive: into(&info)})
	return info, err
}

// DeleteNamespace forgets a namespace and all that it holds. The default one stays.
func (c *Client) DeleteNamespace(ctx context.Context, name string) error {
	return c.do(ctx, call{method: http.MethodDelete, path: "namespaces/{name}", name: name, whole: true})
}
