package admin

import (
	"context"
	"crypto/sha256"
	"fmt"
	"net/http"

	"github.com/keyturn/keyturn/mockserver/client"
	"github.com/keyturn/keyturn/mockserver/namespace"
	"github.com/keyturn/keyturn/mockserver/provider"
	"github.com/keyturn/keyturn/mockserver/snapshot"
	"github.com/keyturn/keyturn/mockserver/wire"
)

func (plane) listSnapshots(_ context.Context, space *namespace.Namespace, _ *provider.Call) (provider.Reply, error) {
	list := wire.Array{}
	for _, info := range space.Snapshots() {
		list = append(list, snapshotTree(info))
	}
	return provider.OK(wire.Object{"snapshots": list}), nil
}

func snapshotTree(info namespace.SnapshotInfo) wire.Object {
	return wire.Object{"name": info.Name, "taken_at": timeText(info.At)}
}

func (plane) saveSnapshot(ctx context.Context, space *namespace.Namespace, call *provider.Call) (provider.Reply, error) {
	info, err := space.SaveSnapshot(ctx, wire.Text(call.Object(), "name"))
	if err != nil {
		return provider.Reply{}, err
	}
	reply := provider.OK(snapshotTree(info))
	reply.Status = http.StatusCreated
	return reply, nil
}

func (plane) getSnapshot(ctx context.Context, space *namespace.Namespace, call *provider.Call) (provider.Reply, error) {
	document, err := space.ExportSnapshot(ctx, call.Params.Text("name"))
	if err != nil {
		return provider.Reply{}, err
	}
	tree, err := snapshot.Tree(document)
	if err != nil {
		return provider.Reply{}, err
	}
	return provider.OK(tree), nil
}

func (p plane) putSnapshot(ctx context.Context, space *namespace.Namespace, call *provider.Call) (provider.Reply, error) {
	document, err := snapshot.Decode("body", call.Raw)
	if err != nil {
		return provider.Reply{}, err
	}
	for i, f := range document.Faults {
		if err := meets(p.control.Operations(), f.Match); err != nil {
			failure := client.AsError(err)
			return provider.Reply{}, failure.At(fmt.Sprintf("/faults/%d%s", i, failure.Field))
		}
	}
	return done, space.ImportSnapshot(ctx, call.Params.Text("name"), document, len(call.Raw))
}

func (plane) deleteSnapshot(ctx context.Context, space *namespace.Namespace, call *provider.Call) (provider.Reply, error) {
	return done, space.DeleteSnapshot(ctx, call.Params.Text("name"))
}

func (plane) restoreSnapshot(ctx context.Context, space *namespace.Namespace, call *provider.Call) (provider.Reply, error) {
	return done, space.RestoreSnapshot(ctx, call.Params.Text("name"))
}

func (p plane) diffSnapshot(ctx context.Context, space *namespace.Namespace, call *provider.Call) (provider.Reply, error) {
	before, err := space.ExportSnapshot(ctx, call.Params.Text("name"))
	if err != nil {
		return provider.Reply{}, err
	}
	after, err := space.ExportSnapshot(ctx, call.Params.Text("with"))
	if err != nil {
		return provider.Reply{}, client.AsError(err).At("/with")
	}
	changes, err := snapshot.Diff(before, after, func(secret string) string {
		return p.control.Redactor().Fingerprint(sha256.Sum256([]byte(secret)))
	})
	if err != nil {
		return provider.Reply{}, err
	}
	list := wire.Array{}
	for _, change := range changes {
		tree, err := treeOf(change)
		if err != nil {
			return provider.Reply{}, err
		}
		list = append(list, tree)
	}
	return provider.OK(wire.Object{"changes": list}), nil
}
