package defect

import (
	"context"

	"github.com/keyturn/keyturn/mockserver/client"
	"github.com/keyturn/keyturn/mockserver/provider"
	"github.com/keyturn/keyturn/mockserver/store"
)

// changed changes what an update by operations in these roles makes of a client;
// without any, every update. before must not be written to.
func changed(change func(call *provider.Call, before client.Client, after *client.Client), roles ...role) Hooks {
	return Hooks{Call: func(call *provider.Call) {
		call.Store = changing{Store: call.Store, change: func(before client.Client, after *client.Client) {
			if len(roles) == 0 || in(call, roles...) {
				change(call, before, after)
			}
		}}
	}}
}

// created changes what is registered.
func created(change func(*client.Client)) Hooks {
	return Hooks{Call: func(call *provider.Call) {
		call.Store = creating{Store: call.Store, change: change}
	}}
}

// creating is a store whose registrations go wrong.
type creating struct {
	store.Store

	change func(*client.Client)
}

// Create implements store.Store.
func (s creating) Create(ctx context.Context, c client.Client) (client.Client, error) {
	s.change(&c)
	return s.Store.Create(ctx, c)
}

// changing is a store whose updates go wrong.
type changing struct {
	store.Store

	change func(before client.Client, after *client.Client)
}

// Update implements store.Store.
func (s changing) Update(ctx context.Context, key client.Key, change func(*client.Client) error) (client.Client, error) {
	return s.Store.Update(ctx, key, func(c *client.Client) error {
		before := c.Clone()
		if err := change(c); err != nil {
			return err
		}
		s.change(before, c)
		return nil
	})
}

// found changes what is read of a client, by itself or in a list.
func found(change func(*provider.Call, *client.Client)) Hooks {
	return Hooks{Call: func(call *provider.Call) {
		call.Store = finding{Store: call.Store, change: func(c *client.Client) { change(call, c) }}
	}}
}

// finding is a store whose reads go wrong.
type finding struct {
	store.Store

	change func(*client.Client)
}

// Get implements store.Store.
func (s finding) Get(ctx context.Context, key client.Key) (client.Client, error) {
	return s.changed(s.Store.Get(ctx, key))
}

// Find implements store.Store.
func (s finding) Find(ctx context.Context, realm, clientID string) (client.Client, error) {
	return s.changed(s.Store.Find(ctx, realm, clientID))
}

// List implements store.Store.
func (s finding) List(ctx context.Context, q store.Query) (store.Page, error) {
	page, err := s.Store.List(ctx, q)
	for i := range page.Clients {
		s.change(&page.Clients[i])
	}
	return page, err
}

func (s finding) changed(c client.Client, err error) (client.Client, error) {
	if err == nil {
		s.change(&c)
	}
	return c, err
}
