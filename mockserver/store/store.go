package store

import (
	"context"

	"github.com/keyturn/keyturn/mockserver/client"
)

// Store keeps clients. All methods are safe for concurrent use, return copies,
// and stop with the context's error when it is done before they begin to write.
//
// Errors are those of package client: NotFound for a key nobody holds, Conflict
// for an identifier that is taken.
type Store interface {
	// Get returns the client with this key.
	Get(ctx context.Context, key client.Key) (client.Client, error)

	// Find returns the client that presents clientID at the realm's token
	// endpoint.
	Find(ctx context.Context, realm, clientID string) (client.Client, error)

	// List returns a page of clients in creation order.
	List(ctx context.Context, q Query) (Page, error)

	// Create adds a client and gives it its Serial. The key and the ClientID
	// must be free in the realm, the Alias in the tenant.
	Create(ctx context.Context, c client.Client) (client.Client, error)

	// Update applies change to the client and keeps the result, as one step: no
	// other update of that client comes between. change may run more than once
	// and must not keep its argument. When it returns an error, nothing is kept
	// and Update returns that error. Key and Serial cannot be changed.
	Update(ctx context.Context, key client.Key, change func(*client.Client) error) (client.Client, error)

	// Delete removes all the clients, or none when one of them does not exist.
	Delete(ctx context.Context, keys ...client.Key) error

	// Replace swaps the whole content for these clients, in their order, or
	// leaves it as it was when two of them collide. It takes ownership of the
	// slice.
	Replace(ctx context.Context, clients []client.Client) error
}

// Query selects clients of one realm.
type Query struct {
	Realm string
	// Tenant restricts the list to one tenant. Empty means all.
	Tenant string
	// Offset skips as many clients; Limit bounds the page. A Limit of zero means
	// no bound.
	Offset, Limit int
}

// Page is part of a list.
type Page struct {
	Clients []client.Client
	// Total counts the clients that the query selects, on all pages.
	Total int
}
