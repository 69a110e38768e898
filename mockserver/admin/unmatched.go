package admin

import (
	"context"

	"github.com/keyturn/keyturn/mockserver/journal"
	"github.com/keyturn/keyturn/mockserver/namespace"
	"github.com/keyturn/keyturn/mockserver/provider"
	"github.com/keyturn/keyturn/mockserver/wire"
)

func (p plane) listUnmatched(ctx context.Context, space *namespace.Namespace, call *provider.Call) (provider.Reply, error) {
	held, err := space.Secrets(ctx)
	if err != nil {
		return provider.Reply{}, err
	}
	snapshot := space.Journal().Snapshot()
	limit, after := call.Params.Int("limit", defaultLimit), uint64(call.Params.Int("after", 0))
	wanted := map[uint64]*journal.Entry{}
	for i := len(snapshot.Entries) - 1; i >= 0 && len(wanted) < limit; i-- {
		if e := &snapshot.Entries[i]; e.Operation == "" && e.ID > after {
			wanted[e.ID] = e
		}
	}
	entries := wire.Array{}
	for _, shown := range p.control.Redactor().Redact(snapshot.Entries, held, func(e *journal.Entry) bool { return wanted[e.ID] != nil }) {
		tree := entryTree(&shown)
		tree["nearest"] = nil
		// What it says may quote what is shown, and nothing else.
		nearest, reason := journal.Nearest(p.control.Operations(), shown.Method, shown.URL)
		if nearest.ID != "" {
			tree["nearest"] = wire.Object{"provider": nearest.Provider, "operation": nearest.ID, "method": nearest.Method, "path": nearest.Path}
		}
		if reason == "" {
			reason = "no operation has a path like this one"
		}
		tree["reason"] = reason
		entries = append(entries, tree)
	}
	return provider.OK(wire.Object{"entries": entries, "evicted": int64(snapshot.Evicted)}), nil
}
