package angusgm_test

import (
	"maps"
	"net/http"
	"net/url"
	"testing"
	"time"

	"golang.org/x/crypto/bcrypt"
)

// token asks for a token that must be granted.
func (s standIn) token(id, secret string) string {
	s.t.Helper()
	got := s.oauth("token", credentials(id, secret))
	s.wantStatus(got, http.StatusOK)
	token, _ := got.body["access_token"].(string)
	return token
}

// wantDead demands that the secret is refused in the vendor's few words.
func (s standIn) wantDead(id, secret string) {
	s.t.Helper()
	got := s.oauth("token", credentials(id, secret))
	if got.status != http.StatusUnauthorized || got.text != `{"error":"invalid_client"}` {
		s.t.Errorf("want 401 and invalid_client alone, got %d %s", got.status, got.text)
	}
	if challenge := got.header.Get("WWW-Authenticate"); challenge != "" {
		s.t.Errorf("want no challenge to credentials in the body, got %q", challenge)
	}
}

// wantActive introspects a token as the client of the world.
func (s standIn) wantActive(token string, want bool) answer {
	s.t.Helper()
	form := credentials("example-service", "example-service-secret")
	form.Set("token", token)
	got := s.oauth("introspect", form)
	s.wantStatus(got, http.StatusOK)
	if got.body["active"] != want {
		s.t.Errorf("want active %v, got %s", want, got.text)
	}
	return got
}

func TestRotation(t *testing.T) {
	shared := start(t)
	for method, body := range map[string]object{
		http.MethodPatch: {"id": "new-id", "clientSecret": "{noop}second"},
		http.MethodPut:   registration(object{"clientSecret": "{noop}second"}),
	} {
		t.Run(method, func(t *testing.T) {
			s := shared.fresh(t)
			s.register(nil)
			before := s.token("new-client", "first")
			s.wantDead("new-client", "second")
			s.wantStatus(s.call(method, clients, admin, body), http.StatusOK)
			s.wantDead("new-client", "first")
			after := s.token("new-client", "second")
			s.wantActive(before, true) // a token outlives the secret it was bought with
			s.wantActive(after, true)
			s.wantMember(s.detail("new-id"), "clientSecret", "{noop}second")
		})
	}
}

func TestARefusedRotationChangesNothing(t *testing.T) {
	s := start(t)
	s.register(nil)
	body := object{"id": "new-id", "clientSecret": "{noop}second", "clientName": "Example service"}
	s.wantRefused(s.call(http.MethodPatch, clients, admin, body), 409, "resource_already_exists")
	s.token("new-client", "first")
	s.wantDead("new-client", "second")
}

func TestReplaceWithoutASecretKeepsIt(t *testing.T) {
	s := start(t)
	s.register(nil)
	for _, none := range []any{absent, nil, ""} {
		s.wantStatus(s.call(http.MethodPut, clients, admin, registration(object{"clientSecret": none})), http.StatusOK)
		s.token("new-client", "first")
	}
}

func TestStoredForms(t *testing.T) {
	shared := start(t)
	hash, err := bcrypt.GenerateFromPassword([]byte("plain"), bcrypt.MinCost)
	if err != nil {
		t.Fatalf("hash a secret: %v", err)
	}
	for name, stored := range map[string]string{"noop": "{noop}plain", "bcrypt": "{bcrypt}" + string(hash), "no prefix": "plain"} {
		t.Run(name, func(t *testing.T) {
			s := shared.fresh(t)
			s.register(object{"clientSecret": stored})
			s.token("new-client", "plain")
			s.wantDead("new-client", "other")
			if name != "no prefix" {
				s.wantDead("new-client", stored) // the stored form is no password
			}
			s.wantMember(s.detail("new-id"), "clientSecret", stored)
		})
	}
}

func TestAClientWithoutASecretGetsNoToken(t *testing.T) {
	s := start(t)
	s.register(object{"clientSecret": absent})
	s.wantDead("new-client", "first")
	s.wantStatus(s.call(http.MethodPatch, clients, admin, object{"id": "new-id", "clientSecret": "{noop}first"}), http.StatusOK)
	s.token("new-client", "first")
}

func TestSecretExpiry(t *testing.T) {
	s := start(t)
	s.register(object{"clientSecretExpiresAt": "2025-08-01 13:00:00"})
	bought := s.token("new-client", "first")
	s.clock.Advance(time.Hour - time.Second)
	s.token("new-client", "first")
	s.clock.Advance(time.Second)
	s.wantDead("new-client", "first")
	s.wantActive(bought, false) // its own five minutes are over

	// The expiry is the client's: a new secret inherits it.
	patch := object{"id": "new-id", "clientSecret": "{noop}second"}
	s.wantStatus(s.call(http.MethodPatch, clients, admin, patch), http.StatusOK)
	s.wantDead("new-client", "second")
	patch = object{"id": "new-id", "clientSecretExpiresAt": "2025-08-01 14:00:00"}
	s.wantStatus(s.call(http.MethodPatch, clients, admin, patch), http.StatusOK)
	s.token("new-client", "second")
	s.wantDead("new-client", "first")

	// A date in the past is taken as it is.
	patch = object{"id": "new-id", "clientSecretExpiresAt": "2025-07-31 00:00:00"}
	s.wantStatus(s.call(http.MethodPatch, clients, admin, patch), http.StatusOK)
	s.wantDead("new-client", "second")

	// A replacement without an expiry takes it away.
	s.wantStatus(s.call(http.MethodPut, clients, admin, registration(object{"clientSecret": "{noop}third"})), http.StatusOK)
	s.token("new-client", "third")
}

func TestAnExpiryWaitsForItsSecret(t *testing.T) {
	s := start(t)
	s.register(object{"clientSecret": absent, "clientSecretExpiresAt": "2025-08-01 13:00:00"})
	s.wantStatus(s.call(http.MethodPatch, clients, admin, object{"id": "new-id", "clientSecret": "{noop}first"}), http.StatusOK)
	s.wantMember(s.detail("new-id"), "clientSecretExpiresAt", "2025-08-01 13:00:00")
	s.token("new-client", "first")
	s.clock.Advance(time.Hour)
	s.wantDead("new-client", "first")
}

func TestADisabledClient(t *testing.T) {
	s := start(t)
	s.register(nil)
	bought := s.token("new-client", "first")
	s.wantStatus(s.call(http.MethodPatch, clients, admin, object{"id": "new-id", "enabled": false}), http.StatusOK)
	s.wantDead("new-client", "first")
	s.wantActive(bought, false)
	s.wantStatus(s.call(http.MethodPatch, clients, admin, object{"id": "new-id", "enabled": "true"}), http.StatusOK)
	s.token("new-client", "first")
}

func TestTokensDieWithTheirClient(t *testing.T) {
	s := start(t)
	s.register(nil)
	bought := s.token("new-client", "first")
	s.wantActive(bought, true)
	s.wantStatus(s.call(http.MethodDelete, clients+"?ids=new-client", admin, nil), http.StatusNoContent)
	s.wantActive(bought, false)
	s.wantDead("new-client", "first")
	s.register(nil)
	s.wantActive(bought, false) // the client of the same name is another one
}

func TestRevocation(t *testing.T) {
	s := start(t)
	token := s.token("example-service", "example-service-secret")
	form := credentials("example-service", "example-service-secret")
	form.Set("token", token)
	for range 2 {
		got := s.oauth("revoke", form)
		s.wantStatus(got, http.StatusOK)
		if got.text != "" {
			t.Errorf("want no body, got %q", got.text)
		}
	}
	s.wantActive(token, false)
	s.wantStatus(s.call(http.MethodGet, clients, token, nil), http.StatusUnauthorized)
	form.Set("token", "never was a token")
	s.wantStatus(s.oauth("revoke", form), http.StatusOK)
	form.Set("client_secret", "wrong")
	s.wantStatus(s.oauth("revoke", form), http.StatusUnauthorized)
	s.wantStatus(s.oauth("introspect", form), http.StatusUnauthorized)
}

func TestIntrospectionDescribesTheClient(t *testing.T) {
	s := start(t)
	got := s.wantActive(s.token("example-service", "example-service-secret"), true)
	s.wantMember(got.body, "grant_type", "client_credentials")
	s.wantMember(got.body, "client_id", "example-service")
	s.wantMember(got.body, "scope", "example.read example.write")
	s.wantMember(got.body, "principal", object{
		"client_id": "example-service", "client_name": "Example service", "client_id_issued_at": "2025-07-15 10:00:00",
		"client_secret_expires_at": nil, "scopes": []any{"example.read", "example.write"},
		"description": "A service that asks for tokens in its own name", "platform": "XCAN_TP", "client_source": "XCAN_SYS_TOKEN",
		"biz_tag": nil, "tenant_id": "1", "tenant_name": "Example tenant",
	})
	s.wantActive(s.token("another-service", "another-service-secret"), false) // another tenant's
}

func TestLifetimes(t *testing.T) {
	shared := start(t)
	for name, c := range map[string]struct {
		setting any
		want    float64
	}{
		"number": {7200, 7200}, "text": {"7200", 7200}, "absent": {absent, 300}, "null": {nil, 300}, "words": {"PT1H", 300},
		"zero": {0, 300}, "negative": {-5, 300}, "fraction": {1.5, 300}, "huge": {1e300, 300}, "object": {object{}, 300},
	} {
		t.Run(name, func(t *testing.T) {
			s := shared.fresh(t)
			tokenSettings := changed(object{"other": 1}, object{"settings.token.access-token-time-to-live": c.setting})
			s.register(object{"tokenSettings": tokenSettings})
			got := s.oauth("token", credentials("new-client", "first"))
			s.wantStatus(got, http.StatusOK)
			s.wantMember(got.body, "expires_in", c.want)
			s.wantMember(got.body, "token_type", "Bearer")
		})
	}
}

func TestOAuthRefusals(t *testing.T) {
	shared := start(t)
	good := credentials("example-service", "example-service-secret")
	for name, c := range map[string]struct {
		id, secret string
		change     url.Values
		status     int
		code       string
	}{
		"wrong secret":      {"example-service", "wrong", nil, 401, "invalid_client"},
		"unknown client":    {"unknown", "wrong", nil, 401, "invalid_client"},
		"no client":         {"", "", nil, 401, "invalid_client"},
		"no secret":         {"example-service", "", nil, 401, "invalid_client"},
		"the primary id":    {serviceID, "example-service-secret", nil, 401, "invalid_client"},
		"grant not allowed": {"example-website", "example-website-secret", nil, 400, "unauthorized_client"},
		"unknown grant":     {"example-service", "example-service-secret", url.Values{"grant_type": {"password"}}, 400, "unsupported_grant_type"},
		"no grant":          {"example-service", "example-service-secret", url.Values{"grant_type": {""}}, 400, "invalid_request"},
		"scope not allowed": {"example-service", "example-service-secret", url.Values{"scope": {"admin"}}, 400, "invalid_scope"},
	} {
		t.Run(name, func(t *testing.T) {
			s := shared.fresh(t)
			form := url.Values{"grant_type": good["grant_type"], "client_id": {c.id}, "client_secret": {c.secret}}
			maps.Copy(form, c.change)
			got := s.oauth("token", form)
			if got.status != c.status || got.body["error"] != c.code {
				t.Fatalf("want %d %s, got %d %s", c.status, c.code, got.status, got.text)
			}
			if _, described := got.body["error_description"]; described != (c.status == 400) {
				t.Errorf("want a description with 400 and none with 401, got %s", got.text)
			}
		})
	}
}

func TestBasicCredentials(t *testing.T) {
	s := start(t)
	for secret, want := range map[string]struct {
		status    int
		challenge string
	}{
		"example-service-secret": {http.StatusOK, ""},
		"wrong":                  {http.StatusUnauthorized, `Basic realm="angusgm"`},
	} {
		request := s.request(http.MethodPost, "/oauth2/token", "application/x-www-form-urlencoded", "grant_type=client_credentials&scope=example.read")
		request.SetBasicAuth("example-service", secret)
		got := s.do(request)
		if got.status != want.status || got.header.Get("WWW-Authenticate") != want.challenge {
			t.Errorf("want %d with challenge %q, got %d with %q", want.status, want.challenge, got.status, got.header.Get("WWW-Authenticate"))
		}
	}
}

// RFC 6749 section 2.3: one way to authenticate in a request.
func TestTwoProofs(t *testing.T) {
	s := start(t)
	for form, status := range map[string]int{"client_id=example-service": 200, "client_id=example-service&client_secret=example-service-secret": 400} {
		request := s.request(http.MethodPost, "/oauth2/token", "application/x-www-form-urlencoded", "grant_type=client_credentials&"+form)
		request.SetBasicAuth("example-service", "example-service-secret")
		if got := s.do(request); got.status != status || status == 400 && got.body["error"] != "invalid_request" {
			t.Errorf("%s beside the header: want %d, got %d %s", form, status, got.status, got.text)
		}
	}
}

func TestOAuthDoors(t *testing.T) {
	s := start(t)
	for path, status := range map[string]int{
		"/oauth2/nothing": 404, "/oauth2/token": 405, "/.well-known/oauth-authorization-server/x": 404,
		"/oauth2/jwks?%zz": 400, "/.well-known/oauth-authorization-server?%zz": 400,
	} {
		got := s.call(http.MethodGet, path, nobody, nil)
		if got.status != status || got.body["error"] != "invalid_request" {
			t.Errorf("GET %s: want %d invalid_request, got %d %s", path, status, got.status, got.text)
		}
	}
	got := s.send(http.MethodPost, "/oauth2/token", nobody, "application/json", "{}")
	if got.status != http.StatusUnsupportedMediaType || got.body["error"] != "invalid_request" {
		t.Errorf("want 415 invalid_request, got %d %s", got.status, got.text)
	}
}

func TestDiscoveryAndKeys(t *testing.T) {
	s := start(t)
	metadata := s.call(http.MethodGet, "/.well-known/oauth-authorization-server", nobody, nil)
	s.wantStatus(metadata, http.StatusOK)
	for member, path := range map[string]string{
		"issuer": "", "token_endpoint": "/oauth2/token", "introspection_endpoint": "/oauth2/introspect",
		"revocation_endpoint": "/oauth2/revoke", "jwks_uri": "/oauth2/jwks",
	} {
		s.wantMember(metadata.body, member, s.url+path)
	}
	keys := s.call(http.MethodGet, "/oauth2/jwks", nobody, nil)
	s.wantStatus(keys, http.StatusOK)
	s.wantMember(keys.body, "keys", []any{object{"kty": "RSA", "kid": "$string", "n": "$string", "e": "$string"}})
}
