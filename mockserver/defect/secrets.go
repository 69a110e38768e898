package defect

import (
	"context"
	"encoding/hex"
	"slices"

	"github.com/google/uuid"

	"github.com/keyturn/keyturn/mockserver/client"
	"github.com/keyturn/keyturn/mockserver/provider"
	"github.com/keyturn/keyturn/mockserver/realm"
)

// renew gives the client another secret, in the way of its provider: beside those it
// has, or in their place.
func renew(call *provider.Call, c *client.Client) {
	value, err := client.RandomHex(call.Random, 24)
	if err != nil {
		return
	}
	give(call, c, value)
}

// give gives the client a secret of this value as renew does.
func give(call *provider.Call, c *client.Client, value string) {
	if call.Realm.Kind.Secrets == realm.Sealed {
		secret := client.NewSecret(newID(), value, call.Now).Sealed()
		_ = c.Add(secret, client.Policy{}, call.Now) // it asks for no expiry and no bound
		return
	}
	id := "1"
	if len(c.Secrets) > 0 {
		id = c.Secrets[0].ID
	}
	c.Replace(client.NewSecret(id, value, call.Now), call.Now)
}

// renewed is renew for changed: an update makes a secret more than it says.
func renewed(call *provider.Call, _ client.Client, after *client.Client) { renew(call, after) }

// renewStored renews the secret of a client in the store.
func renewStored(ctx context.Context, call *provider.Call, key client.Key) error {
	_, err := call.Store.Update(ctx, key, func(c *client.Client) error {
		renew(call, c)
		return nil
	})
	return err
}

// deleteStored deletes a secret of a client in the store: the one that the call names.
func deleteStored(ctx context.Context, call *provider.Call, key client.Key) error {
	_, err := call.Store.Update(ctx, key, func(c *client.Client) error {
		return c.SoftDelete(call.Params.Text("id"), client.Policy{}, call.Now)
	})
	return err
}

// retired are the secrets that an update took away from the client.
func retired(before, after client.Client) []client.Secret {
	var gone []client.Secret
	for _, old := range before.Secrets {
		if !holds(after, old.Digest) {
			gone = append(gone, old)
		}
	}
	return gone
}

func holds(c client.Client, digest client.Digest) bool {
	return slices.ContainsFunc(c.Secrets, func(own client.Secret) bool { return own.Digest == digest })
}

// justDeleted is the index of the secret that the update has marked, -1 for none.
func justDeleted(before, after client.Client) int {
	if len(before.Secrets) != len(after.Secrets) {
		return -1
	}
	for i := range after.Secrets {
		if after.Secrets[i].Deleted() && !before.Secrets[i].Deleted() {
			return i
		}
	}
	return -1
}

// newest is the secret that was made last. The client has one.
func newest(c *client.Client) *client.Secret { return &c.Secrets[len(c.Secrets)-1] }

// newID is a random UUID.
func newID() string { return uuid.NewString() }

// digestText is what a digest looks like where a secret should be.
func digestText(secret string) string {
	digest := client.DigestOf(secret)
	return hex.EncodeToString(digest[:])
}
