package genauthv3

import (
	"context"

	"github.com/keyturn/keyturn/mockserver/provider"
	"github.com/keyturn/keyturn/mockserver/realm/authing"
	"github.com/keyturn/keyturn/mockserver/wire"
)

func createApplication(ctx context.Context, call *provider.Call) (provider.Reply, error) {
	body := call.Object()
	c, err := authing.Create(ctx, call, wire.Text(body, "appIdentifier"), members(body))
	if err != nil {
		return provider.Reply{}, err
	}
	return succeed(call, document(c)), nil
}

func getApplication(ctx context.Context, call *provider.Call) (provider.Reply, error) {
	c, err := authing.Application(ctx, call, call.Params.Text("appId"))
	if err != nil {
		return provider.Reply{}, err
	}
	return succeed(call, document(c)), nil
}

func listApplications(ctx context.Context, call *provider.Call) (provider.Reply, error) {
	page, err := authing.List(ctx, call, call.Params.Int("page", 1), call.Params.Int("limit", 10), filter(call.Params))
	if err != nil {
		return provider.Reply{}, err
	}
	list := make(wire.Array, 0, len(page.Clients))
	for _, c := range page.Clients {
		list = append(list, document(c))
	}
	return succeed(call, wire.Object{"list": list, "totalCount": page.Total}), nil
}

func updateApplication(ctx context.Context, call *provider.Call) (provider.Reply, error) {
	body := call.Object()
	if _, err := authing.Change(ctx, call, wire.Text(body, "appId"), wire.Text(body, "appIdentifier"), members(body)); err != nil {
		return provider.Reply{}, err
	}
	return succeed(call, wire.Object{"success": true}), nil
}

func deleteApplication(ctx context.Context, call *provider.Call) (provider.Reply, error) {
	if err := authing.Delete(ctx, call, wire.Text(call.Object(), "appId")); err != nil {
		return provider.Reply{}, err
	}
	return succeed(call, wire.Object{"success": true}), nil
}
