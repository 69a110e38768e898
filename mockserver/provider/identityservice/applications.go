package identityservice

import (
	"context"

	"github.com/keyturn/keyturn/mockserver/client"
	"github.com/keyturn/keyturn/mockserver/provider"
	"github.com/keyturn/keyturn/mockserver/wire"
)

// registrable are the members that a registration sets, besides clientId. Any
// other is ignored: a caller chooses neither a secret nor a tenant.
var registrable = []string{
	"displayName", "applicationType", "theme", "consentType", "type", "homepageUrl", "additionalLinks",
	"redirectUris", "postLogoutRedirectUris", "grantTypes", "endpoints", "scopes", "roles", "definedRoles",
	"allowUnregisteredUsersToSignIn", "hideTenantDisplayNameDuringLogIn", "allowRegister", "disableLoginAlerts",
}

func register(ctx context.Context, call *provider.Call) (provider.Reply, error) {
	tenant, err := ownTenant(call)
	if err != nil {
		return provider.Reply{}, err
	}
	secret, value, err := newSecret(call)
	if err != nil {
		return provider.Reply{}, err
	}
	asked := call.Object()
	clientID := wire.Text(asked, "clientId")
	c := client.Client{
		Key: call.Key(clientID), ClientID: clientID, Tenant: tenant, Enabled: true,
		CreatedAt: call.Now, UpdatedAt: call.Now, Attributes: attributesOf(asked),
	}
	if err := c.Add(secret, policyOf(call), call.Now); err != nil {
		return provider.Reply{}, err
	}
	created, err := call.Store.Create(ctx, c)
	switch {
	case err == nil:
		return provider.OK(wire.Object{"clientId": created.ClientID, "clientSecret": value.Reveal()}), nil
	case client.KindOf(err) == client.Conflict:
		return provider.Reply{}, client.Errorf(client.Conflict, "the name is taken").At("/clientId")
	default:
		return provider.Reply{}, err
	}
}

func attributesOf(asked wire.Object) client.Attributes {
	members := make(map[string]any, len(registrable))
	for _, name := range registrable {
		if value, given := asked[name]; given {
			members[name] = value
		}
	}
	return client.NewAttributes(members)
}

func application(ctx context.Context, call *provider.Call) (provider.Reply, error) {
	found, err := find(ctx, call)
	if err != nil {
		return provider.Reply{}, err
	}
	return provider.OK(shown(found, "")), nil
}
