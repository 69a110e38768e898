package defect

import (
	"context"
	"encoding/base64"
	"net/http"
	"net/url"
	"slices"
	"strings"

	"github.com/keyturn/keyturn/mockserver/client"
	"github.com/keyturn/keyturn/mockserver/provider"
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

// pathKey names the client of a rotation before the request was read.
func pathKey(call *provider.Call) client.Key {
	for _, name := range named(call) {
		if c, err := call.Store.Get(context.WithoutCancel(call.HTTP.Context()), call.Key(name)); err == nil {
			return c.Key
		}
	}
	return client.Key{}
}

// requestKey names the client of a rotation by what the request says.
func requestKey(call *provider.Call) client.Key {
	return call.Key(call.Params.Text("clientId") + wire.Text(call.Object(), "appId"))
}

// ownKey names the client whose path a request to the identity service has.
func ownKey(call *provider.Call) client.Key { return call.Key(call.Params.Text("clientId")) }

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

// wellFormed reports whether the body is JSON at least.
func wellFormed(call *provider.Call) bool {
	_, err := wire.Decode(call.Raw)
	return err == nil
}

// presentedSecret is the secret that a client authenticates with, as it was sent.
func presentedSecret(call *provider.Call) string {
	_, secret := presented(call)
	return secret
}

// presented are the id and the secret that a client authenticates with, as they were
// sent.
func presented(call *provider.Call) (id, secret string) {
	if secret := wire.Text(call.Object(), "client_secret"); secret != "" {
		return wire.Text(call.Object(), "client_id"), secret
	}
	credentials, err := provider.CredentialsOf(call.HTTP)
	if err != nil || !credentials.Are("Basic") {
		return "", ""
	}
	text, err := base64.StdEncoding.DecodeString(credentials.Rest)
	if err != nil {
		return "", ""
	}
	id, secret, _ = strings.Cut(string(text), ":")
	return id, secret
}

// ownRequest makes the call's request one that may be written to: that which it came
// with is the server's.
func ownRequest(call *provider.Call) *http.Request {
	call.HTTP = call.HTTP.Clone(call.HTTP.Context())
	return call.HTTP
}

// withMethod is the request with another method.
func withMethod(r *http.Request, method string) *http.Request {
	changed := r.Clone(r.Context())
	changed.Method = method
	return changed
}

// formOf reads a form, an empty one where there is none.
func formOf(raw []byte) url.Values {
	form, err := url.ParseQuery(string(raw))
	if err != nil {
		return url.Values{}
	}
	return form
}
