package angusgm

import (
	"context"
	"sort"

	"github.com/keyturn/keyturn/mockserver/client"
	"github.com/keyturn/keyturn/mockserver/provider"
	"github.com/keyturn/keyturn/mockserver/store"
	"github.com/keyturn/keyturn/mockserver/wire"
)

func getClient(ctx context.Context, call *provider.Call) (provider.Reply, error) {
	id := call.Params.Text("id")
	c, err := visible(call, id)(call.Store.Get(ctx, call.Key(id)))
	if err != nil {
		return provider.Reply{}, err
	}
	return ok(call, detail(call, c)), nil
}

// visible turns the result of a look-up into what the caller may know: a client of
// a foreign tenant is not found, in the same words as one that does not exist.
func visible(call *provider.Call, name string) func(client.Client, error) (client.Client, error) {
	return func(c client.Client, err error) (client.Client, error) {
		if err != nil && client.KindOf(err) != client.NotFound {
			return client.Client{}, err
		}
		if err != nil || !call.Principal.In(c.Tenant) {
			return client.Client{}, notFound(name)
		}
		return c, nil
	}
}

func listClients(ctx context.Context, call *provider.Call) (provider.Reply, error) {
	filters, _ := call.Params["dto"].(wire.Object)
	wanted := filter{id: wire.Text(filters, "id"), clientID: wire.Text(filters, "clientId"), tenant: wire.Text(filters, "tenantId")}
	found, err := wanted.candidates(ctx, call)
	if err != nil {
		return provider.Reply{}, err
	}
	list := wire.Array{}
	for _, c := range found {
		if wanted.matches(c) {
			list = append(list, detail(call, c))
		}
	}
	return ok(call, list), nil
}

// filter narrows a list down. Empty members do not.
type filter struct{ id, clientID, tenant string }

func (f filter) matches(c client.Client) bool {
	return (f.id == "" || f.id == c.ID) && (f.clientID == "" || f.clientID == c.ClientID) && (f.tenant == "" || f.tenant == c.Tenant)
}

// candidates reads as few clients as the filter allows, none of them foreign.
func (f filter) candidates(ctx context.Context, call *provider.Call) ([]client.Client, error) {
	switch {
	case f.id != "":
		return atMostOne(visible(call, f.id)(call.Store.Get(ctx, call.Key(f.id))))
	case f.clientID != "":
		return atMostOne(visible(call, f.clientID)(call.Store.Find(ctx, Name, f.clientID)))
	}
	var all []client.Client
	for _, tenant := range call.Principal.Tenants {
		if f.tenant != "" && f.tenant != tenant {
			continue
		}
		page, err := call.Store.List(ctx, store.Query{Realm: Name, Tenant: tenant})
		if err != nil {
			return nil, err
		}
		all = append(all, page.Clients...)
	}
	sort.Slice(all, func(i, j int) bool { return all[i].Serial < all[j].Serial })
	return all, nil
}

func atMostOne(c client.Client, err error) ([]client.Client, error) {
	switch {
	case err == nil:
		return []client.Client{c}, nil
	case client.KindOf(err) == client.NotFound:
		return nil, nil
	default:
		return nil, err
	}
}
