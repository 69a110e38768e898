package admin

import (
	"context"
	"net/http"

	"github.com/keyturn/keyturn/mockserver/contract"
	"github.com/keyturn/keyturn/mockserver/journal"
	"github.com/keyturn/keyturn/mockserver/namespace"
	"github.com/keyturn/keyturn/mockserver/provider"
	"github.com/keyturn/keyturn/mockserver/wire"
)

const defaultLimit = 100

func (p plane) listRequests(ctx context.Context, space *namespace.Namespace, call *provider.Call) (provider.Reply, error) {
	// Before the snapshot, as a secret that is replaced in between may be in it.
	secrets, err := space.Secrets(ctx)
	if err != nil {
		return provider.Reply{}, err
	}
	snapshot := space.Journal().Snapshot()
	wanted := selection(snapshot.Entries, call.Params)
	shown := p.control.Redactor().Redact(snapshot.Entries, secrets, func(e *journal.Entry) bool { return wanted[e.ID] })
	entries := make(wire.Array, len(shown))
	for i := range shown {
		entries[i] = entryTree(&shown[i])
	}
	return provider.OK(wire.Object{
		"entries": entries,
		"evicted": int64(snapshot.Evicted),
		"bounds":  wire.Object{"entries": snapshot.Bounds.Entries, "bytes": snapshot.Bounds.Bytes},
	}), nil
}

func (plane) clearRequests(_ context.Context, space *namespace.Namespace, _ *provider.Call) (provider.Reply, error) {
	if err := space.Journal().Clear(); err != nil {
		return provider.Reply{}, err
	}
	return done, nil
}

// selection returns the ids of the newest entries that match.
func selection(entries []journal.Entry, params contract.Values) map[uint64]bool {
	limit := params.Int("limit", defaultLimit)
	wanted := map[uint64]bool{}
	for i := len(entries) - 1; i >= 0 && len(wanted) < limit; i-- {
		if matches(&entries[i], params) {
			wanted[entries[i].ID] = true
		}
	}
	return wanted
}

func matches(e *journal.Entry, params contract.Values) bool {
	if name, asked := params["provider"]; asked && e.Provider != name {
		return false
	}
	if name, asked := params["operation"]; asked && e.Operation != name {
		return false
	}
	if violations, asked := params["violations"]; asked && (e.Violation != "") != violations {
		return false
	}
	status := params.Int("status", e.Status)
	return e.Status == status && e.ID > uint64(params.Int("after", 0))
}

func entryTree(e *journal.Shown) wire.Object {
	return wire.Object{
		"id":         int64(e.ID),
		"request_id": e.RequestID,
		"at":         timeText(e.At),
		"took_ms":    float64(e.Took.Microseconds()) / 1000,
		"provider":   e.Provider,
		"operation":  e.Operation,
		"method":     e.Method,
		"url":        e.URL,
		"request":    messageTree(e.Request),
		"status":     e.Status,
		"reply":      messageTree(e.Reply),
		"violation":  e.Violation,
		"fault":      e.Fault,
		"uses":       useTrees(e.Uses),
		"changes":    changeTrees(e.Changes),
	}
}

func useTrees(uses []journal.ShownUse) wire.Array {
	trees := wire.Array{}
	for _, u := range uses {
		trees = append(trees, wire.Object{
			"realm": u.Realm, "client": u.Client, "secret": u.Secret, "fingerprint": u.Fingerprint, "outcome": u.Outcome,
		})
	}
	return trees
}

func changeTrees(changes []journal.ShownChange) wire.Array {
	trees := wire.Array{}
	for _, c := range changes {
		tree := wire.Object{
			"realm": c.Realm, "client": c.Client, "secret": c.Secret, "fingerprint": c.Fingerprint, "kind": c.Kind,
		}
		if !c.ExpiresAt.IsZero() {
			tree["expires_at"] = timeText(c.ExpiresAt)
		}
		trees = append(trees, tree)
	}
	return trees
}

func messageTree(m journal.Message) wire.Object {
	return wire.Object{"headers": headerTree(m.Header), "body": m.Body}
}

func headerTree(header http.Header) wire.Object {
	tree := make(wire.Object, len(header))
	for name, values := range header {
		tree[name] = wire.Strings(values)
	}
	return tree
}
