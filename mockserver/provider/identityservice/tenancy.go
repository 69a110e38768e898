package identityservice

import (
	"context"

	"github.com/keyturn/keyturn/mockserver/client"
	"github.com/keyturn/keyturn/mockserver/provider"
)

// ownTenant returns the tenant of the path when it is one of the caller's. A tenant
// that does not exist is refused in the same words as somebody else's.
func ownTenant(call *provider.Call) (string, error) {
	tenant := call.Params.Text("tenant")
	if !call.Principal.In(tenant) {
		return "", client.Errorf(client.Forbidden, "the tenant is not one of the caller's")
	}
	return tenant, nil
}

// unknownApplication is said of an application that does not exist and of one that
// belongs to another tenant, so that the two cannot be told apart.
func unknownApplication() error {
	return client.Errorf(client.NotFound, "the tenant has no such application").At("clientId")
}

// find returns the application of the path.
func find(ctx context.Context, call *provider.Call) (client.Client, error) {
	tenant, err := ownTenant(call)
	if err != nil {
		return client.Client{}, err
	}
	c, err := call.Store.Get(ctx, call.Key(call.Params.Text("clientId")))
	switch {
	case err == nil && c.Tenant == tenant:
		return c, nil
	case err == nil || client.KindOf(err) == client.NotFound:
		return client.Client{}, unknownApplication()
	default:
		return client.Client{}, err
	}
}

// change applies a transition to the application of the path.
func change(ctx context.Context, call *provider.Call, transition func(*client.Client) error) (client.Client, error) {
	tenant, err := ownTenant(call)
	if err != nil {
		return client.Client{}, err
	}
	reached := false
	changed, err := call.Store.Update(ctx, call.Key(call.Params.Text("clientId")), func(c *client.Client) error {
		reached = true
		if c.Tenant != tenant {
			return unknownApplication()
		}
		return transition(c)
	})
	if !reached && client.KindOf(err) == client.NotFound {
		return client.Client{}, unknownApplication()
	}
	return changed, err
}
