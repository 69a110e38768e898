package angusgm

import (
	"context"
	"maps"

	"github.com/google/uuid"

	"github.com/keyturn/keyturn/mockserver/client"
	"github.com/keyturn/keyturn/mockserver/provider"
	"github.com/keyturn/keyturn/mockserver/wire"
)

func createClient(ctx context.Context, call *provider.Call) (provider.Reply, error) {
	c, err := register(ctx, call)
	if err != nil {
		return provider.Reply{}, err
	}
	return created(call, named(c)), nil
}

// named is what a client that was stored is reported as.
func named(c client.Client) wire.Object { return wire.Object{"id": c.ID, "key": c.ClientID} }

// register stores a new client. It never makes up a secret: a client whose body
// names none has none.
func register(ctx context.Context, call *provider.Call) (client.Client, error) {
	draft, err := draftOf(call)
	if err != nil {
		return client.Client{}, err
	}
	stored, err := call.Store.Create(ctx, draft)
	return stored, taken(err, draft)
}

func draftOf(call *provider.Call) (client.Client, error) {
	body := call.Object()
	tenant, err := homeOf(call)
	if err != nil {
		return client.Client{}, err
	}
	secret, err := readCredential(body)
	if err != nil {
		return client.Client{}, err
	}
	id := wire.Text(body, "id")
	if id == "" {
		random, err := uuid.NewRandomFromReader(call.Random)
		if err != nil {
			return client.Client{}, client.Wrap(client.Internal, err, "read randomness")
		}
		id = random.String()
	}
	members := whole(body)
	maps.Copy(members, wire.Object{
		"platform": platforms.read(body["platform"]), "source": sources.read(body["source"]), "tenantName": tenantName(call, tenant),
		"createdBy": call.Principal.Name, "createdByName": call.Principal.Name,
	})
	maps.Copy(members, modifiedBy(call))
	draft := client.Client{
		Key: call.Key(id), ClientID: wire.Text(body, "clientId"), Tenant: tenant, Alias: wire.Text(body, "clientName"),
		Enabled: enabled(body, true), Attributes: client.NewAttributes(members), CreatedAt: call.Now, UpdatedAt: call.Now,
	}
	if err := secret.applyTo(&draft, call.Now); err != nil {
		return client.Client{}, err
	}
	return draft, checkRedirects(draft)
}

// homeOf is the tenant that the new client belongs to. Errors: Forbidden for a
// tenant that is not the caller's, whether it exists or not.
func homeOf(call *provider.Call) (string, error) {
	asked := wire.Text(call.Object(), "tenantId")
	switch {
	case asked != "" && call.Principal.In(asked):
		return asked, nil
	case asked == "" && call.Principal.Home() != "":
		return call.Principal.Home(), nil
	default:
		return "", client.Errorf(client.Forbidden, "the tenant is not one of the caller's").At("/tenantId")
	}
}

func tenantName(call *provider.Call, id string) any {
	if name := wire.Text(call.Object(), "tenantName"); name != "" {
		return name
	}
	tenant, _ := call.Realm.Tenant(id)
	if tenant.Name == "" {
		return nil
	}
	return tenant.Name
}

func modifiedBy(call *provider.Call) wire.Object {
	return wire.Object{"lastModifiedBy": call.Principal.Name, "lastModifiedByName": call.Principal.Name}
}

// taken names the identifier of the draft that belongs to another client.
func taken(err error, draft client.Client) error {
	if err == nil || client.KindOf(err) != client.Conflict {
		return err
	}
	switch client.AsError(err).Field {
	case "id":
		return alreadyExists(draft.ID)
	case "alias":
		return alreadyExists(draft.Alias)
	default:
		return alreadyExists(draft.ClientID)
	}
}
