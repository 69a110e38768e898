package client

import (
	"context"
	"encoding/json"
	"errors"
	"net/http"
	"net/url"
	"time"
)

// SnapshotInfo is what is told of a snapshot.
type SnapshotInfo struct {
	Name string `json:"name"`
	// TakenAt is when it was saved, by the clock of the namespace.
	TakenAt time.Time `json:"taken_at"`
}

// SnapshotChange is one place in which two snapshots differ. Secrets are shown as
// fingerprints.
type SnapshotChange struct {
	// Path is the place, such as "realms.authing.clients[61df].secrets[1].deleted_at":
	// what has an id stands under it.
	Path string `json:"path"`
	// Before and After are JSON values, nil where there is nothing at the place.
	Before json.RawMessage `json:"before"`
	After  json.RawMessage `json:"after"`
}

// Snapshots lists those of the namespace, by name.
func (c *Client) Snapshots(ctx context.Context) ([]SnapshotInfo, error) {
	var reply struct {
		Snapshots []SnapshotInfo `json:"snapshots"`
	}
	err := c.do(ctx, call{method: http.MethodGet, path: "snapshots", receive: into(&reply)})
	return reply.Snapshots, err
}

// SaveSnapshot keeps the present state under a name: all of the namespace but its
// journal. A name that is taken is refused.
func (c *Client) SaveSnapshot(ctx context.Context, name string) (SnapshotInfo, error) {
	var info SnapshotInfo
	err := c.do(ctx, call{
		method: http.MethodPost, path: "snapshots", receive: into(&info), created: true,
		send: struct {
			Name string `json:"name"`
		}{name},
	})
	return info, err
}

// Snapshot returns a snapshot as a JSON document, secrets included. PutSnapshot takes
// it, in this namespace or another, also of another server.
func (c *Client) Snapshot(ctx context.Context, name string) ([]byte, error) {
	var document []byte
	err := c.do(ctx, call{method: http.MethodGet, path: "snapshots/{name}", name: name, receive: func(text []byte) error {
		if err := object(text, "version"); err != nil {
			return err
		}
		document = text
		return nil
	}})
	return document, err
}

// PutSnapshot keeps a document as the snapshot of this name, in the place of one of the
// same name. The present state stays: RestoreSnapshot replaces it.
func (c *Client) PutSnapshot(ctx context.Context, name string, document []byte) error {
	return c.do(ctx, call{method: http.MethodPut, path: "snapshots/{name}", name: name, send: json.RawMessage(document)})
}

// DeleteSnapshot forgets a snapshot.
func (c *Client) DeleteSnapshot(ctx context.Context, name string) error {
	return c.do(ctx, call{method: http.MethodDelete, path: "snapshots/{name}", name: name})
}

// RestoreSnapshot goes back to a snapshot. Tokens of then are good again, and the
// journal begins anew.
func (c *Client) RestoreSnapshot(ctx context.Context, name string) error {
	return c.do(ctx, call{method: http.MethodPost, path: "snapshots/{name}/restore", name: name})
}

// DiffSnapshot lists what another snapshot has in the place of what this one has. An
// empty name is the present state.
func (c *Client) DiffSnapshot(ctx context.Context, name, with string) ([]SnapshotChange, error) {
	query := url.Values{}
	if with != "" {
		query.Set("with", with)
	}
	var reply struct {
		Changes []SnapshotChange `json:"changes"`
	}
	err := c.do(ctx, call{method: http.MethodGet, path: "snapshots/{name}/diff", name: name, query: query, receive: into(&reply)})
	return reply.Changes, err
}

// object looks whether the text is a JSON object that has the member.
func object(text []byte, member string) error {
	var members map[string]json.RawMessage
	if err := json.Unmarshal(text, &members); err != nil {
		return err
	}
	if members[member] == nil {
		return errors.New("the member " + member + " is missing")
	}
	return nil
}
