package admin

import (
	"context"
	"net/http"
	"time"

	"github.com/keyturn/keyturn/mockserver/client"
	"github.com/keyturn/keyturn/mockserver/namespace"
	"github.com/keyturn/keyturn/mockserver/provider"
	"github.com/keyturn/keyturn/mockserver/wire"
)

func (p plane) listNamespaces(ctx context.Context, _ *provider.Call) (provider.Reply, error) {
	registry := p.control.Namespaces()
	list := wire.Array{}
	all, err := registry.All(ctx)
	if err != nil {
		return provider.Reply{}, err
	}
	for _, space := range all {
		list = append(list, namespaceTree(space))
	}
	return provider.OK(wire.Object{"namespaces": list, "bounds": wire.Object{"count": registry.Max()}}), nil
}

func namespaceTree(space *namespace.Namespace) wire.Object {
	return wire.Object{
		"name": space.Name(), "created_at": timeText(space.MadeAt()), "used_at": timeText(space.UsedAt()), "idle": space.Idle().String(),
	}
}

func timeText(t time.Time) string { return t.UTC().Format(time.RFC3339Nano) }

func (p plane) createNamespace(ctx context.Context, call *provider.Call) (provider.Reply, error) {
	body := call.Object()
	plan := namespace.Plan{Name: wire.Text(body, "name"), From: wire.Text(body, "from"), Snapshot: wire.Text(body, "snapshot")}
	if seed, given := body["seed"].(float64); given {
		whole := uint64(seed)
		plan.Seed = &whole
	}
	if _, given := body["idle"]; given {
		idle, err := duration(body, "idle")
		if err != nil {
			return provider.Reply{}, err
		}
		plan.Idle = &idle
	}
	made, err := p.control.Namespaces().Create(ctx, plan)
	if err != nil {
		return provider.Reply{}, err
	}
	reply := provider.OK(namespaceTree(made))
	reply.Status = http.StatusCreated
	return reply, nil
}

// duration reads a member that is a duration as Go writes it. Errors: Invalid, at the
// member.
func duration(body wire.Object, name string) (time.Duration, error) {
	var read wire.Duration
	if err := read.UnmarshalText([]byte(wire.Text(body, name))); err != nil {
		return 0, client.Errorf(client.Invalid, "%s", err).At("/" + name)
	}
	return time.Duration(read), nil
}

func (p plane) getNamespace(ctx context.Context, call *provider.Call) (provider.Reply, error) {
	space, err := p.control.Namespaces().Find(ctx, call.Params.Text("name"))
	if err == nil {
		err = space.Refresh(ctx)
	}
	if err != nil {
		return provider.Reply{}, err
	}
	return provider.OK(namespaceTree(space)), nil
}

func (p plane) deleteNamespace(ctx context.Context, call *provider.Call) (provider.Reply, error) {
	return done, p.control.Namespaces().Delete(ctx, call.Params.Text("name"))
}
