package admin

import (
	"context"
	"slices"

	"github.com/keyturn/keyturn/mockserver/client"
	"github.com/keyturn/keyturn/mockserver/defect"
	"github.com/keyturn/keyturn/mockserver/namespace"
	"github.com/keyturn/keyturn/mockserver/provider"
	"github.com/keyturn/keyturn/mockserver/wire"
)

func (plane) listDefects(_ context.Context, space *namespace.Namespace, _ *provider.Call) (provider.Reply, error) {
	on := space.Defects()
	defects := wire.Array{}
	for _, one := range defect.All() {
		defects = append(defects, wire.Object{
			"id": one.ID, "about": one.About, "providers": wire.Strings(one.Providers), "on": slices.Contains(on, one.ID),
		})
	}
	sets := wire.Array{}
	for _, set := range defect.Sets() {
		sets = append(sets, wire.Object{"id": set.ID, "about": set.About, "defects": wire.Strings(set.Defects)})
	}
	return provider.OK(wire.Object{"defects": defects, "sets": sets}), nil
}

func (p plane) setDefects(ctx context.Context, space *namespace.Namespace, call *provider.Call) (provider.Reply, error) {
	if err := p.standIn("defects"); err != nil {
		return provider.Reply{}, err
	}
	items, _ := call.Object()["on"].(wire.Array)
	ids := make([]string, 0, len(items))
	for _, item := range items {
		id, _ := item.(string) // the document has seen to it
		ids = append(ids, id)
	}
	if err := space.SetDefects(ctx, ids...); err != nil {
		return provider.Reply{}, client.AsError(err).At("/on")
	}
	return provider.OK(wire.Object{"on": wire.Strings(space.Defects())}), nil
}
