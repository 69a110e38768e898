package defect

import (
	"context"
	"encoding/hex"
	"net/http"
	"slices"
	"strings"

	"github.com/google/uuid"

	"github.com/keyturn/keyturn/mockserver/client"
	"github.com/keyturn/keyturn/mockserver/provider"
	"github.com/keyturn/keyturn/mockserver/realm"
	"github.com/keyturn/keyturn/mockserver/store"
	"github.com/keyturn/keyturn/mockserver/wire"
)

// subject finds the client that a request is about, whether the request was taken or
// refused: the first thing that the path, the body or the query names and that exists.
func subject(ctx context.Context, call *provider.Call) (client.Client, bool) {
	for _, name := range named(call) {
		if c, err := call.Store.Get(ctx, call.Key(name)); err == nil {
			return c, true
		}
		if c, err := call.Store.Find(ctx, call.Realm.Kind.Name, name); err == nil {
			return c, true
		}
	}
	return client.Client{}, false
}

// named are the words of a request that could be a client's name. The last segments of
// a path come first, as they are the most particular.
func named(call *provider.Call) []string {
	var names []string
	for segment := range strings.SplitSeq(strings.Trim(call.HTTP.URL.Path, "/"), "/") {
		names = append([]string{segment}, names...)
	}
	for _, member := range []string{"appId", "id", "clientId"} {
		if name := wire.Text(sent(call), member); name != "" {
			names = append(names, name)
		}
	}
	for _, values := range call.HTTP.URL.Query() {
		names = append(names, values...)
	}
	return names
}

// sent is the body as it came, an empty object when it is none.
func sent(call *provider.Call) wire.Object {
	if body := call.Object(); len(body) > 0 {
		return body
	}
	value, err := wire.Decode(call.Raw)
	if err != nil {
		return nil
	}
	body, _ := value.(wire.Object)
	return body
}

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

// newID is a random UUID.
func newID() string { return uuid.NewString() }

// digestText is what a digest looks like where a secret should be.
func digestText(secret string) string { return hexDigest(client.DigestOf(secret)) }

func hexDigest(digest client.Digest) string { return hex.EncodeToString(digest[:]) }

// withMethod is the request with another method.
func withMethod(r *http.Request, method string) *http.Request {
	changed := r.Clone(r.Context())
	changed.Method = method
	return changed
}

// ownerOf finds the client that a secret's id belongs to.
func ownerOf(ctx context.Context, call *provider.Call, id string) (client.Key, bool) {
	page, err := call.Store.List(ctx, store.Query{Realm: call.Realm.Kind.Name})
	for _, c := range page.Clients {
		if err == nil && slices.ContainsFunc(c.Secrets, func(s client.Secret) bool { return s.ID == id }) {
			return c.Key, true
		}
	}
	return client.Key{}, false
}
