package vendortest

import (
	"fmt"
	"net/http"
	"strings"
	"testing"

	"github.com/keyturn/keyturn/mockserver/internal/apitest"
)

// Call is a request of a vendor's management API. Its body is JSON, or empty.
type Call struct{ Method, Path, Body string }

// With returns a call with another text for one that stands in its path or its body.
func (c Call) With(old, text string) Call {
	return Call{c.Method, strings.ReplaceAll(c.Path, old, text), strings.ReplaceAll(c.Body, old, text)}
}

// Send sends it.
func (c Call) Send(api apitest.API) apitest.Reply {
	if c.Body == "" {
		return api.Send(c.Method, c.Path)
	}
	return api.Raw(c.Method, c.Path, "application/json", c.Body)
}

// Nth returns a vendor whose Rotation and Creation name what the caller has to think of by
// n. Without it each of them names the same every time.
func (v Vendor) Nth(n any) Vendor {
	v.Rotation, v.Creation = v.Rotation.With("-nth", fmt.Sprint("-", n)), v.Creation.With("-nth", fmt.Sprint("-", n))
	return v
}

// Rotated makes a new secret that has to come to be, and returns it.
func (v Vendor) Rotated(tb testing.TB, api apitest.API) string {
	tb.Helper()
	reply := v.Rotation.Send(api)
	secret := v.Made(reply, api.Send(http.MethodGet, v.Held))
	if reply.Status != http.StatusOK || secret == "" || secret == v.Secret {
		tb.Fatalf("%s: rotate: HTTP %d %s", v.Name, reply.Status, reply.Text)
	}
	return secret
}

// Replaced is Rotated, after which the secret before works nowhere: where it would go on
// working it is deleted.
func (v Vendor) Replaced(tb testing.TB, api apitest.API) string {
	tb.Helper()
	if v.Forgotten == "" {
		return v.Rotated(tb, api)
	}
	held := api.Send(http.MethodGet, v.Held)
	secret := v.Rotated(tb, api)
	all, _ := held.JSON.([]any)
	if len(all) == 0 {
		return secret
	}
	id := held.TextAt(len(all)-1, "clientSecretId")
	if got := api.Send(http.MethodDelete, v.Forgotten+id); got.Status >= http.StatusMultipleChoices {
		tb.Fatalf("%s: delete %q: HTTP %d %s", v.Name, id, got.Status, got.Text)
	}
	return secret
}

// Asked asks for a token.
func (v Vendor) Asked(api apitest.API, secret string) apitest.Reply {
	return api.Form(v.Token, map[string]string{"grant_type": "client_credentials", "client_id": v.ClientID, "client_secret": secret})
}

// Works reports whether the secret gets a token, and fails for any answer but the two.
func (v Vendor) Works(tb testing.TB, api apitest.API, secret string) bool {
	tb.Helper()
	got := v.Asked(api, secret)
	if got.Status != http.StatusOK && got.Status != v.Refused {
		tb.Fatalf("%s: HTTP %d %s", v.Name, got.Status, got.Text)
	}
	return got.Status == http.StatusOK
}

// Issued is a token that has to be given.
func (v Vendor) Issued(tb testing.TB, api apitest.API, secret string) string {
	tb.Helper()
	got := v.Asked(api, secret)
	if got.Status != http.StatusOK {
		tb.Fatalf("%s: HTTP %d %s", v.Name, got.Status, got.Text)
	}
	return got.TextAt("access_token")
}

// Inspected asks about a token, and fails for an answer that does not say whether it is
// good.
func (v Vendor) Inspected(tb testing.TB, api apitest.API, secret, token string) apitest.Reply {
	tb.Helper()
	got := api.Form(v.Introspection, map[string]string{"client_id": v.ClientID, "client_secret": secret, "token": token})
	if _, is := got.At("active").(bool); !is || got.Status != http.StatusOK {
		tb.Fatalf("%s: HTTP %d %s", v.Name, got.Status, got.Text)
	}
	return got
}

// Active reports whether a token is good.
func (v Vendor) Active(tb testing.TB, api apitest.API, secret, token string) bool {
	tb.Helper()
	return v.Inspected(tb, api, secret, token).At("active") == true
}
