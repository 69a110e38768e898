package authing

import (
	"context"
	"slices"
	"strings"

	"github.com/keyturn/keyturn/mockserver/client"
	"github.com/keyturn/keyturn/mockserver/provider"
	"github.com/keyturn/keyturn/mockserver/store"
)

const (
	idBytes     = 12 // 24 hexadecimal digits
	secretBytes = 16 // 32 hexadecimal digits
	// currentSecret is the id of the one secret that an application has.
	currentSecret = "current"
)

// Application returns an application of the caller's pools. Another pool's is
// NotFound, like one that does not exist.
func Application(ctx context.Context, call *provider.Call, appID string) (client.Client, error) {
	c, err := call.Store.Get(ctx, call.Key(appID))
	if err != nil {
		return client.Client{}, sameForAll(err)
	}
	return c, own(call, c)
}

// own refuses an application that is outside the caller's pools, or outside the one
// that the request names.
func own(call *provider.Call, c client.Client) error {
	named := namedPool(call)
	if !call.Principal.In(c.Tenant) || named != "" && named != c.Tenant {
		return noApplication()
	}
	return nil
}

// pool is where the caller lists and creates: the pool that the request names, or
// the caller's first.
func pool(call *provider.Call) string {
	if named := namedPool(call); named != "" {
		return named
	}
	return call.Principal.Home()
}

func noApplication() *client.Error {
	return client.Errorf(client.NotFound, "there is no such application")
}

// sameForAll keeps an unknown application from being told apart from a foreign one.
func sameForAll(err error) error {
	if err != nil && client.KindOf(err) == client.NotFound {
		return noApplication()
	}
	return err
}

// Filter chooses applications; nil chooses all.
type Filter func(client.Client) bool

// List returns a page of the caller's applications that the filter chooses,
// counted from 1. Without a filter its cost does not grow with the pool.
func List(ctx context.Context, call *provider.Call, page, limit int, filter Filter) (store.Page, error) {
	query := store.Query{Realm: call.Realm.Kind.Name, Tenant: pool(call)}
	first := (page - 1) * limit
	if filter == nil {
		query.Offset, query.Limit = first, limit
		return call.Store.List(ctx, query)
	}
	all, err := call.Store.List(ctx, query)
	if err != nil {
		return store.Page{}, err
	}
	chosen := slices.DeleteFunc(all.Clients, func(c client.Client) bool { return !filter(c) })
	first = min(first, len(chosen))
	return store.Page{Clients: chosen[first:min(first+limit, len(chosen))], Total: len(chosen)}, nil
}

// Create registers an application with a random id and secret. identifier may be
// empty; otherwise it must be free in the pool, or the error is a Conflict.
func Create(ctx context.Context, call *provider.Call, identifier string, attributes map[string]any) (client.Client, error) {
	id, err := client.RandomHex(call.Random, idBytes)
	if err != nil {
		return client.Client{}, err
	}
	secret, err := newSecret(call)
	if err != nil {
		return client.Client{}, err
	}
	created, err := call.Store.Create(ctx, client.Client{
		Key: call.Key(id), ClientID: id, Tenant: pool(call), Alias: identifier, Enabled: true,
		Secrets: []client.Secret{secret}, Attributes: client.NewAttributes(attributes),
		CreatedAt: call.Now, UpdatedAt: call.Now,
	})
	return created, identifierTaken(err)
}

// identifierTaken keeps the store's own names out of the message.
func identifierTaken(err error) error {
	if err != nil && client.KindOf(err) == client.Conflict {
		return client.Errorf(client.Conflict, "the identifier is taken by another application of the pool")
	}
	return err
}

func newSecret(call *provider.Call) (client.Secret, error) {
	value, err := client.RandomHex(call.Random, secretBytes)
	if err != nil {
		return client.Secret{}, err
	}
	return client.NewSecret(currentSecret, value, call.Now), nil
}

// Refresh replaces the secret: the old one stops working at once.
func Refresh(ctx context.Context, call *provider.Call, appID string) (client.Client, error) {
	secret, err := newSecret(call)
	if err != nil {
		return client.Client{}, err
	}
	return update(ctx, call, appID, func(c *client.Client) { c.Replace(secret, call.Now) })
}

func update(ctx context.Context, call *provider.Call, appID string, change func(*client.Client)) (client.Client, error) {
	c, err := call.Store.Update(ctx, call.Key(appID), func(c *client.Client) error {
		if err := own(call, *c); err != nil {
			return err
		}
		change(c)
		return nil
	})
	return c, identifierTaken(sameForAll(err))
}

// Change updates an application's own members. identifier renames it when it is
// not empty.
func Change(ctx context.Context, call *provider.Call, appID, identifier string, attributes map[string]any) (client.Client, error) {
	return update(ctx, call, appID, func(c *client.Client) {
		if identifier != "" {
			c.Alias = identifier
		}
		c.Attributes = c.Attributes.With(attributes)
		c.UpdatedAt = call.Now
	})
}

// Delete removes an application for good.
func Delete(ctx context.Context, call *provider.Call, appID string) error {
	if _, err := Application(ctx, call, appID); err != nil {
		return err
	}
	return sameForAll(call.Store.Delete(ctx, call.Key(appID)))
}

// SecretOf returns the secret that works now, empty when there is none.
func SecretOf(call *provider.Call, c client.Client) string {
	secret, _ := c.Current(call.Now)
	return secret.Stored.Reveal()
}

// WithoutSecrets returns the configuration without members that hold a secret: those
// are shown from the secret itself, to whom may see it, and never kept or shown from
// a copy.
func WithoutSecrets(config map[string]any) map[string]any {
	kept := make(map[string]any, len(config))
	for name, value := range config {
		if !strings.Contains(strings.ToLower(name), "secret") {
			kept[name] = value
		}
	}
	return kept
}
