package angusgm

import (
	"context"
	"strings"

	"github.com/keyturn/keyturn/mockserver/client"
	"github.com/keyturn/keyturn/mockserver/provider"
	"github.com/keyturn/keyturn/mockserver/wire"
)

// change is what a request asks of a client that exists.
type change struct {
	members wire.Object
	secret  credential
	// enabled decides the flag from what it was.
	enabled func(before bool) bool
}

// updateClient changes what is given and leaves what is absent or null.
func updateClient(ctx context.Context, call *provider.Call) (provider.Reply, error) {
	body := call.Object()
	secret, err := readCredential(body)
	if err != nil {
		return provider.Reply{}, err
	}
	_, err = change{
		members: given(body), secret: secret,
		enabled: func(before bool) bool { return enabled(body, before) },
	}.apply(ctx, call)
	if err != nil {
		return provider.Reply{}, err
	}
	return ok(call, nil), nil
}

// replaceClient gives every changeable member the value in the body, or none. The
// secret alone survives its absence: it cannot be empty in the vendor's database.
// Without an id there is nothing to replace and the client is registered.
func replaceClient(ctx context.Context, call *provider.Call) (provider.Reply, error) {
	body := call.Object()
	if wire.Text(body, "id") == "" {
		if strings.TrimSpace(wire.Text(body, "clientId")) == "" {
			return provider.Reply{}, client.Errorf(client.Invalid, "a clientId is required to register a client").At("/clientId")
		}
		c, err := register(ctx, call)
		if err != nil {
			return provider.Reply{}, err
		}
		return ok(call, named(c)), nil
	}
	secret, err := readCredential(body)
	if err != nil {
		return provider.Reply{}, err
	}
	secret.setsExpiry = true
	c, err := change{
		members: whole(body), secret: secret,
		enabled: func(bool) bool { return enabled(body, true) },
	}.apply(ctx, call)
	if err != nil {
		return provider.Reply{}, err
	}
	return ok(call, named(c)), nil
}

// apply makes the change in one step. Errors: NotFound, Invalid, Conflict for a
// client name that is taken.
func (ch change) apply(ctx context.Context, call *provider.Call) (client.Client, error) {
	id := wire.Text(call.Object(), "id")
	var draft client.Client
	c, err := call.Store.Update(ctx, call.Key(id), func(c *client.Client) error {
		if !call.Principal.In(c.Tenant) {
			return notFound(id)
		}
		c.Enabled = ch.enabled(c.Enabled)
		c.Attributes = c.Attributes.With(ch.members).With(modifiedBy(call))
		c.Alias = c.Attributes.Text("clientName")
		c.UpdatedAt = call.Now
		if err := ch.secret.applyTo(c, call.Now); err != nil {
			return err
		}
		draft = c.Clone()
		return checkRedirects(*c)
	})
	if client.KindOf(err) == client.NotFound {
		return client.Client{}, notFound(id)
	}
	return c, taken(err, draft)
}
