package admin

import (
	"context"

	"github.com/keyturn/keyturn/mockserver/namespace"
	"github.com/keyturn/keyturn/mockserver/propagation"
	"github.com/keyturn/keyturn/mockserver/provider"
	"github.com/keyturn/keyturn/mockserver/wire"
)

func (plane) getPropagation(_ context.Context, space *namespace.Namespace, _ *provider.Call) (provider.Reply, error) {
	settings := space.Propagation().Settings()
	return provider.OK(wire.Object{
		"accept_new_after": settings.AcceptNewAfter.String(), "refuse_old_after": settings.RefuseOldAfter.String(), "replicas": settings.Replicas,
	}), nil
}

func (p plane) putPropagation(ctx context.Context, space *namespace.Namespace, call *provider.Call) (provider.Reply, error) {
	if err := p.standIn("a delay"); err != nil {
		return provider.Reply{}, err
	}
	settings := propagation.Settings{Replicas: 1}
	for name, target := range map[string]*wire.Duration{"accept_new_after": &settings.AcceptNewAfter, "refuse_old_after": &settings.RefuseOldAfter} {
		if _, given := call.Object()[name]; given {
			read, err := duration(call.Object(), name)
			if err != nil {
				return provider.Reply{}, err
			}
			*target = wire.Duration(read)
		}
	}
	if replicas, given := call.Object()["replicas"].(float64); given {
		settings.Replicas = int(replicas)
	}
	if err := space.SetPropagation(ctx, settings); err != nil {
		return provider.Reply{}, err
	}
	return p.getPropagation(ctx, space, call)
}
