package genauthv3_test

import (
	"encoding/base64"
	"net/http"
	"strings"
	"testing"
	"time"

	"github.com/go-jose/go-jose/v4"
	"github.com/go-jose/go-jose/v4/jwt"

	"github.com/keyturn/keyturn/mockserver"
	"github.com/keyturn/keyturn/mockserver/internal/apitest"
	"github.com/keyturn/keyturn/mockserver/mocktest"
)

func basic(id, secret string) string {
	return "Basic " + base64.StdEncoding.EncodeToString([]byte(id+":"+secret))
}

func TestClientAuthentication(t *testing.T) {
	t.Parallel()
	api := start(t)
	grant := map[string]string{"grant_type": "client_credentials"}
	in := func(id, secret string) map[string]string {
		return map[string]string{"grant_type": "client_credentials", "client_id": id, "client_secret": secret}
	}
	for _, test := range []struct {
		name   string
		api    apitest.API
		form   map[string]string
		status int
		code   string
	}{
		{"post", api, in(app, appSecret), 200, ""},
		{"basic", api.With("Authorization", basic(app, appSecret)), grant, 200, ""},
		{"both, the same", api.With("Authorization", basic(app, appSecret)), in(app, appSecret), 200, ""},
		{"basic, percent-encoded", api.With("Authorization", basic(app, "%39"+appSecret[1:])), grant, 200, ""},
		{"both, different", api.With("Authorization", basic(app, appSecret)), in(app, "x"), 400, "invalid_request"},
		{"nothing", api, grant, 400, "invalid_client"},
		{"no secret", api, in(app, ""), 400, "invalid_client"},
		{"wrong, post", api, in(app, "wrong"), 400, "invalid_client"},
		{"wrong, basic", api.With("Authorization", basic(app, "wrong")), grant, 401, "invalid_client"},
		{"upper case", api, in(app, strings.ToUpper(appSecret)), 400, "invalid_client"},
		{"a space more", api, in(app, appSecret+" "), 400, "invalid_client"},
		{"unknown client", api, in("nobody", appSecret), 400, "invalid_client"},
		{"another client's secret", api, in(foreign, appSecret), 400, "invalid_client"},
		{"broken basic", api.With("Authorization", "Basic !"), grant, 401, "invalid_client"},
		{"another grant", api, map[string]string{"grant_type": "password", "client_id": app, "client_secret": appSecret}, 400, "unsupported_grant_type"},
		{"no grant", api, map[string]string{"client_id": app, "client_secret": appSecret}, 400, "invalid_request"},
	} {
		got := test.api.Form("/oidc/token", test.form)
		if got.Status != test.status || got.TextAt("error") != test.code {
			t.Errorf("%s: HTTP %d %s, want %d %s", test.name, got.Status, got.Text, test.status, test.code)
		}
		if challenged := got.Header.Get("WWW-Authenticate") != ""; challenged != (test.status == http.StatusUnauthorized) {
			t.Errorf("%s: challenge %q with status %d", test.name, got.Header.Get("WWW-Authenticate"), got.Status)
		}
		if got.Header.Get("Cache-Control") != "no-store" {
			t.Errorf("%s: Cache-Control is %q", test.name, got.Header.Get("Cache-Control"))
		}
	}
	if got := api.With("Authorization", basic(app, appSecret)).Add("Authorization", basic(app, "wrong")).Form("/oidc/token", grant); got.TextAt("error") != "invalid_request" {
		t.Errorf("two Authorization headers: %s", got.Text)
	}
	if got := api.Raw("POST", "/oidc/token?client_id="+app+"&client_secret="+appSecret, "application/x-www-form-urlencoded", "grant_type=client_credentials"); got.TextAt("error") != "invalid_client" {
		t.Errorf("credentials in the query: %s", got.Text)
	}
	if got := api.Raw("POST", "/oidc/token", "application/x-www-form-urlencoded", "grant_type=client_credentials&grant_type=x"); got.TextAt("error") != "invalid_request" {
		t.Errorf("a repeated parameter: %s", got.Text)
	}
}

func TestAccessToken(t *testing.T) {
	t.Parallel()
	now := time.Date(2026, 5, 6, 7, 8, 9, 0, time.UTC)
	clock := now
	server := mocktest.Start(t, mocktest.WithOptions(func(o *mockserver.Options) { o.Clock = func() time.Time { return clock } }))
	api := apitest.New(t, server.BaseURL())
	issued := api.Form("/oidc/token", map[string]string{"grant_type": "client_credentials", "client_id": app, "client_secret": appSecret, "scope": "a b"})
	text := issued.TextAt("access_token")
	if issued.At("expires_in") != 3600.0 || issued.TextAt("scope") != "a b" || issued.TextAt("token_type") != "Bearer" {
		t.Fatalf("the token reply: %s", issued.Text)
	}

	var keys jose.JSONWebKeySet
	set := api.Send("GET", "/oidc/.well-known/jwks.json")
	if own := api.Send("GET", "/"+app+"/oidc/.well-known/jwks.json"); own.Text != set.Text {
		t.Errorf("the application's own path shows other keys")
	}
	if strings.Contains(set.Text, `"d"`) {
		t.Fatalf("the published key set is private: %s", set.Text)
	}
	if err := jsonUnmarshal(set.Text, &keys); err != nil {
		t.Fatal(err)
	}
	parsed, err := jwt.ParseSigned(text, []jose.SignatureAlgorithm{jose.RS256})
	if err != nil {
		t.Fatal(err)
	}
	var claims map[string]any
	if err := parsed.Claims(keys.Key(parsed.Headers[0].KeyID)[0], &claims); err != nil {
		t.Fatalf("the published key does not verify the token: %v", err)
	}
	discovered := api.Send("GET", "/oidc/.well-known/openid-configuration")
	if claims["iss"] != discovered.TextAt("issuer") || claims["aud"] != app || claims["exp"] != float64(now.Add(time.Hour).Unix()) {
		t.Errorf("claims %v, discovery %s", claims, discovered.Text)
	}

	introspect := func(caller, secret, text string) apitest.Reply {
		return api.Form("/oidc/token/introspection", map[string]string{"token": text, "client_id": caller, "client_secret": secret})
	}
	if got := introspect(app, appSecret, text); got.At("active") != true || got.TextAt("client_id") != app {
		t.Errorf("introspection: %s", got.Text)
	}
	if got := introspect(foreign, "4d8c0e2f6a1b4937b5c9d3e7f2a6081b", text); got.At("active") != false || len(got.Text) > len(`{"active":false}`) {
		t.Errorf("introspection by another pool's client: %s", got.Text)
	}
	if got := introspect(app, appSecret, "nonsense"); got.At("active") != false {
		t.Errorf("introspection of nonsense: %s", got.Text)
	}
	wantInvalidClient(t, introspect(app, "wrong", text), http.StatusBadRequest)
	clock = now.Add(time.Hour)
	if got := introspect(app, appSecret, text); got.At("active") != false {
		t.Errorf("introspection of an expired token: %s", got.Text)
	}
}

func TestRevocation(t *testing.T) {
	t.Parallel()
	api := administrator(t)
	first, second := token(api, app, appSecret).TextAt("access_token"), token(api, app, appSecret).TextAt("access_token")
	revoke := func(id, secret, text string) apitest.Reply {
		return api.Form("/oidc/token/revocation", map[string]string{"token": text, "client_id": id, "client_secret": secret})
	}
	active := func(text string) any {
		return api.Form("/oidc/token/introspection", map[string]string{"token": text, "client_id": app, "client_secret": appSecret}).At("active")
	}
	if got := revoke(app, appSecret, "random"); got.Status != http.StatusOK || got.Text != "" {
		t.Errorf("revoking what is no token: HTTP %d %q", got.Status, got.Text)
	}
	wantInvalidClient(t, revoke(app, "wrong", "random"), http.StatusBadRequest)
	if got := revoke(foreign, "4d8c0e2f6a1b4937b5c9d3e7f2a6081b", first); got.TextAt("error") != "invalid_grant" {
		t.Errorf("revoking another client's token: %s", got.Text)
	}
	if got := revoke(app, appSecret, first); got.Status != http.StatusOK {
		t.Errorf("revoking: %s", got.Text)
	}
	if active(first) != false || active(second) != true {
		t.Errorf("active: revoked %v, sibling %v", active(first), active(second))
	}
	// A token survives the rotation of the secret it was got with, not its client.
	secret := refresh(t, api, app)
	if got := api.Form("/oidc/token/introspection", map[string]string{"token": second, "client_id": app, "client_secret": secret}); got.At("active") != true {
		t.Errorf("after a rotation: %s", got.Text)
	}
	wantSuccess(t, api.JSON("POST", "/api/v3/delete-application", map[string]any{"appId": app}))
	wantInvalidClient(t, token(api, app, secret), http.StatusBadRequest)
}
