package identityservice_test

import (
	"encoding/base64"
	"encoding/json"
	"net/http"
	"net/url"
	"strings"
	"testing"
	"time"

	"github.com/go-jose/go-jose/v4"
	"github.com/go-jose/go-jose/v4/jwt"
	"github.com/google/go-cmp/cmp"
)

func basic(id, secret string) string {
	return "Basic " + base64.StdEncoding.EncodeToString([]byte(id+":"+secret))
}

func TestTokenIsSigned(t *testing.T) {
	t.Parallel()
	s := start(t)
	got := s.token("my-app", seededSecret)
	if got.status != http.StatusOK {
		t.Fatalf("got status %d, want 200: %s", got.status, got.text)
	}
	answer := got.object()
	if answer["token_type"] != "Bearer" || answer["expires_in"] != 3600.0 || answer["scope"] != "email profile" {
		t.Errorf("got %v, want a Bearer token for 3600 s and the application's scopes", answer)
	}
	discovery := s.ok(http.MethodGet, "/.well-known/openid-configuration", "").object()
	keysURL, _ := discovery["jwks_uri"].(string)
	var keys jose.JSONWebKeySet
	if err := json.Unmarshal([]byte(s.ok(http.MethodGet, strings.TrimPrefix(keysURL, s.url), "").text), &keys); err != nil {
		t.Fatal(err)
	}
	parsed, err := jwt.ParseSigned(got.member("access_token"), []jose.SignatureAlgorithm{jose.RS256})
	if err != nil {
		t.Fatal(err)
	}
	var claims jwt.Claims
	if err := parsed.Claims(keys, &claims); err != nil {
		t.Fatalf("the published keys do not verify the token: %v", err)
	}
	if claims.Issuer != discovery["issuer"] || claims.Subject != "my-app" {
		t.Errorf("got issuer %q and subject %q, want %v and my-app", claims.Issuer, claims.Subject, discovery["issuer"])
	}
	if want := noon.Add(time.Hour); !claims.Expiry.Time().Equal(want) {
		t.Errorf("got expiry %s, want %s", claims.Expiry.Time(), want)
	}
	for name, path := range map[string]string{
		"token_endpoint": "/connect/token", "introspection_endpoint": "/connect/introspect", "revocation_endpoint": "/connect/revoke",
	} {
		if discovery[name] != s.url+path {
			t.Errorf("%s: got %v, want %s", name, discovery[name], s.url+path)
		}
	}
}

func TestTokenRefusals(t *testing.T) {
	t.Parallel()
	s := start(t)
	const grant = "client_credentials"
	for _, test := range []struct {
		name, authorization      string
		id, secret, grant, scope string
		status                   int
		code, number             string
	}{
		{"post", "", "my-app", seededSecret, grant, "", 200, "", ""},
		{"basic", basic("my-app", seededSecret), "", "", grant, "", 200, "", ""},
		{"a scope of its own", "", "my-app", seededSecret, grant, "email", 200, "", ""},
		{"wrong secret", "", "my-app", "wrong", grant, "", 401, "invalid_client", "ID2055"},
		{"wrong secret, basic", basic("my-app", "wrong"), "", "", grant, "", 401, "invalid_client", "ID2055"},
		{"other application's secret", "", "my-app", otherSecret, grant, "", 401, "invalid_client", "ID2055"},
		{"unknown client", "", "nobody", "wrong", grant, "", 401, "invalid_client", "ID2052"},
		{"no client_id", "", "", "", grant, "", 400, "invalid_request", "ID2029"},
		{"no client_id, code", "", "", "", "authorization_code", "", 400, "invalid_request", "ID2029"},
		{"no client_id, other grant", "", "", "", "refresh_token", "", 401, "invalid_client", "ID2029"},
		{"no secret", "", "my-app", "", grant, "", 400, "invalid_request", "ID2057"},
		{"no secret, other grant", "", "my-app", "", "refresh_token", "", 401, "invalid_client", "ID2054"},
		{"broken basic", "Basic !", "", "", grant, "", 401, "invalid_client", ""},
		{"grant not permitted", "", "web-only", "seeded-secret-of-web-only", grant, "", 400, "unauthorized_client", "ID2064"},
		{"public application", "", "public-app", "seeded-secret-of-public-app", grant, "", 400, "unauthorized_client", "ID2064"},
		{"scope not permitted", "", "my-app", seededSecret, grant, "email admin", 400, "invalid_request", "ID2051"},
		{"unsupported grant", "", "my-app", seededSecret, "password", "", 400, "unsupported_grant_type", ""},
		{"no grant", "", "my-app", seededSecret, "", "", 400, "invalid_request", ""},
	} {
		t.Run(test.name, func(t *testing.T) {
			form := url.Values{}
			for name, value := range map[string]string{"client_id": test.id, "client_secret": test.secret, "grant_type": test.grant, "scope": test.scope} {
				if value != "" {
					form.Set(name, value)
				}
			}
			got := s.send(request{Method: http.MethodPost, Path: "/connect/token", Authorization: test.authorization, Form: form})
			if test.number != "" {
				test.number = "https://documentation.openiddict.com/errors/" + test.number
			}
			if got.status != test.status || got.member("error") != test.code || got.member("error_uri") != test.number {
				t.Errorf("got %d %q %q, want %d %q %q", got.status, got.member("error"), got.member("error_uri"), test.status, test.code, test.number)
			}
			challenge := got.header.Get("WWW-Authenticate")
			if wanted := `Basic error="` + test.code + `", `; test.status == 401 && !strings.HasPrefix(challenge, wanted) {
				t.Errorf("got challenge %q, want one that begins %q", challenge, wanted)
			}
			if test.status != 401 && challenge != "" {
				t.Errorf("got challenge %q, want none", challenge)
			}
		})
	}
}

func TestOAuthShapeOfRoutingRefusals(t *testing.T) {
	t.Parallel()
	s := start(t)
	for _, test := range []struct {
		name   string
		asked  request
		status int
	}{
		{"wrong method", request{Method: "GET", Path: "/connect/token"}, 405},
		{"no route", request{Method: "POST", Path: "/connect/authorize"}, 404},
		{"JSON", request{Method: "POST", Path: "/connect/token", Body: `{"grant_type":"client_credentials"}`}, 415},
		{"no body", request{Method: "POST", Path: "/connect/token"}, 400},
		{"keys, wrong method", request{Method: "POST", Path: "/.well-known/jwks"}, 405},
		{"discovery, wrong method", request{Method: "POST", Path: "/.well-known/openid-configuration"}, 405},
	} {
		t.Run(test.name, func(t *testing.T) {
			got := s.send(test.asked)
			if got.status != test.status || got.member("error") != "invalid_request" {
				t.Errorf("got %d %s, want %d and invalid_request", got.status, got.text, test.status)
			}
		})
	}
}

func TestIntrospectionAndRevocation(t *testing.T) {
	t.Parallel()
	s := start(t)
	access := s.token("my-app", seededSecret).member("access_token")
	about := func(path, id, secret, token string) reply {
		return s.send(request{Method: http.MethodPost, Path: path, Authorization: basic(id, secret), Form: url.Values{"token": {token}}})
	}
	active := func(id, secret, token string) any {
		return about("/connect/introspect", id, secret, token).object()["active"]
	}
	if got := active("my-app", seededSecret, access); got != true {
		t.Errorf("a live token: got active %v, want true", got)
	}
	inactive := map[string]any{"active": false}
	for name, got := range map[string]reply{
		"another tenant's caller": about("/connect/introspect", "other-app", otherSecret, access),
		"a forged token":          about("/connect/introspect", "my-app", seededSecret, access+"x"),
	} {
		if diff := cmp.Diff(inactive, got.object()); diff != "" {
			t.Errorf("%s: differs (-want +got):\n%s", name, diff)
		}
	}
	if got := about("/connect/introspect", "my-app", "wrong", access); got.status != http.StatusUnauthorized {
		t.Errorf("introspection with a wrong secret: got status %d, want 401", got.status)
	}
	// Only at the token endpoint does a grant change the words of a refusal.
	nameless := s.send(request{
		Method: http.MethodPost, Path: "/connect/introspect", Form: url.Values{"token": {access}, "grant_type": {"client_credentials"}},
	})
	if nameless.status != http.StatusUnauthorized || !strings.HasSuffix(nameless.member("error_uri"), "/ID2029") {
		t.Errorf("introspection without credentials: got %d %s, want 401 and ID2029", nameless.status, nameless.text)
	}
	if got := about("/connect/revoke", "other-app", otherSecret, access); got.status != http.StatusBadRequest {
		t.Errorf("revocation by another client: got status %d, want 400", got.status)
	}
	if got := active("my-app", seededSecret, access); got != true {
		t.Errorf("after somebody else's revocation: got active %v, want true", got)
	}
	for range 2 {
		if got := about("/connect/revoke", "my-app", seededSecret, access); got.status != http.StatusOK {
			t.Errorf("revocation: got status %d, want 200: %s", got.status, got.text)
		}
	}
	if got := active("my-app", seededSecret, access); got != false {
		t.Errorf("a revoked token: got active %v, want false", got)
	}
	next := s.token("my-app", seededSecret).member("access_token")
	s.setClock(noon.Add(time.Hour))
	if got := active("my-app", seededSecret, next); got != false {
		t.Errorf("an expired token: got active %v, want false", got)
	}
}
