package replicatest_test

import (
	"net/http"
	"strings"
	"testing"

	"github.com/keyturn/keyturn/mockserver/internal/apitest"
)

// vendor is one emulated API, as far as the tests need it.
type vendor struct {
	name string
	// clientID and secret get a token in the default world.
	clientID, secret string
	// rotation is the operation that makes a new secret, with {n} where the caller has to
	// think of one, and held the path that shows what there is.
	rotation, method, path, body, held string
	made                               func(rotated, held apitest.Reply) string
	token, introspection, revocation   string
	keys                               string
	// refused is the status for a secret that does not work.
	refused int
	// old is where a secret is deleted by its id, empty where a rotation replaces it.
	old string
	// creation, its body with {n} and where the new client's id is; deletion with {id}.
	create, delete []string
	created        []any
	// list is where all are, total the way to their number.
	list  string
	total []any
}

const (
	authingApp = "61df925846bed781f5757166"
	authingKey = "2b0f6a7c9d4e4f1e8a35c7d21b96e0f4"
	angusID    = "00000000-0000-4000-8000-000000000001"
	identity   = "/api/tenants/acme/applications/my-new-app"
)

var vendors = []vendor{
	{
		name: "identity-service", clientID: "my-new-app", secret: "hQ7v2Zk0sXwB9rTnE4uYc1LpJ6mDfGa8oViK3NxR5Sg",
		rotation: "addSecret", method: http.MethodPost, path: identity + "/secrets", body: `{}`, held: identity + "/secrets",
		made:  func(rotated, _ apitest.Reply) string { return rotated.TextAt("clientSecret") },
		token: "/connect/token", introspection: "/connect/introspect", revocation: "/connect/revoke", keys: "/.well-known/jwks",
		refused: http.StatusUnauthorized, old: identity + "/secrets/",
	},
	{
		name: "angusgm", clientID: "example-service", secret: "example-service-secret",
		rotation: "updateClient", method: http.MethodPatch, path: "/api/v1/auth/client",
		body: `{"id":"` + angusID + `","clientSecret":"{noop}a-secret-of-the-callers-{n}"}`, held: "/api/v1/auth/client/" + angusID,
		made: func(_, held apitest.Reply) string {
			return strings.TrimPrefix(held.TextAt("data", "clientSecret"), "{noop}")
		},
		token: "/oauth2/token", introspection: "/oauth2/introspect", revocation: "/oauth2/revoke", keys: "/oauth2/jwks", refused: http.StatusUnauthorized,
	},
	{
		name: "authing-v2", clientID: authingApp, secret: authingKey,
		rotation: "refreshSecret", method: http.MethodPatch, path: "/api/v2/application/" + authingApp + "/refresh-secret", held: "/api/v2/applications/" + authingApp,
		made:  func(_, held apitest.Reply) string { return held.TextAt("data", "secret") },
		token: "/oauth/token", introspection: "/oauth/token/introspection", revocation: "/oauth/token/revocation",
		refused: http.StatusBadRequest,
		create:  []string{http.MethodPost, "/api/v2/applications", `{"name":"n","identifier":"made-{n}","redirectUris":"https://a.example"}`}, created: []any{"data", "id"},
		delete: []string{http.MethodDelete, "/api/v2/applications/{id}", ""}, list: "/api/v2/applications", total: []any{"data", "totalCount"},
	},
	{
		name: "genauth-v3", clientID: authingApp, secret: authingKey,
		rotation: "refreshApplicationSecret", method: http.MethodPost, path: "/api/v3/refresh-application-secret",
		body: `{"appId":"` + authingApp + `"}`, held: "/api/v3/get-application-secret?appId=" + authingApp,
		made:  func(rotated, _ apitest.Reply) string { return rotated.TextAt("data", "secret") },
		token: "/oidc/token", introspection: "/oidc/token/introspection", revocation: "/oidc/token/revocation", keys: "/oidc/.well-known/jwks.json",
		refused: http.StatusBadRequest,
		create:  []string{http.MethodPost, "/api/v3/create-application", `{"appName":"n","appIdentifier":"made-{n}"}`}, created: []any{"data", "appId"},
		delete: []string{http.MethodPost, "/api/v3/delete-application", `{"appId":"{id}"}`}, list: "/api/v3/list-applications", total: []any{"data", "totalCount"},
	},
}

// forVendors runs a test in a namespace of its own for each vendor.
func forVendors(t *testing.T, run func(s stage, v vendor)) {
	t.Helper()
	for _, v := range vendors {
		t.Run(v.name, func(t *testing.T) {
			t.Parallel()
			run(newStage(t), v)
		})
	}
}

// rotate makes a new secret, the n-th, and returns the answer.
func (v vendor) rotate(api apitest.API, n string) apitest.Reply {
	if v.body == "" {
		return api.Send(v.method, v.path)
	}
	return api.Raw(v.method, v.path, jsonMedia, strings.ReplaceAll(v.body, "{n}", n))
}

// rotated makes a new secret that has to come to be, and returns it. Where the one before
// goes on working it is deleted.
func (v vendor) rotated(t *testing.T, api apitest.API, n string) string {
	t.Helper()
	var old []any
	if v.old != "" {
		old, _ = api.Send(http.MethodGet, v.held).JSON.([]any)
	}
	reply := v.rotate(api, n)
	secret := v.made(reply, api.Send(http.MethodGet, v.held))
	if reply.Status != http.StatusOK || secret == "" || secret == v.secret {
		t.Fatalf("%s: rotate: HTTP %d %s", v.name, reply.Status, reply.Text)
	}
	if len(old) > 0 {
		latest, _ := old[len(old)-1].(map[string]any)
		id, _ := latest["clientSecretId"].(string)
		if got := api.Send(http.MethodDelete, v.old+id); got.Status >= http.StatusMultipleChoices {
			t.Fatalf("%s: delete %q: HTTP %d %s", v.name, id, got.Status, got.Text)
		}
	}
	return secret
}

// asked asks for a token.
func (v vendor) asked(api apitest.API, secret string) apitest.Reply {
	return api.Form(v.token, map[string]string{"grant_type": "client_credentials", "client_id": v.clientID, "client_secret": secret})
}

// works reports whether the secret gets a token, and fails for any answer but the two.
func (v vendor) works(t *testing.T, api apitest.API, secret string) bool {
	t.Helper()
	got := v.asked(api, secret)
	if got.Status != http.StatusOK && got.Status != v.refused {
		t.Fatalf("%s: HTTP %d %s", v.name, got.Status, got.Text)
	}
	return got.Status == http.StatusOK
}

// issued is a token that has to be given.
func (v vendor) issued(t *testing.T, api apitest.API, secret string) string {
	t.Helper()
	got := v.asked(api, secret)
	if got.Status != http.StatusOK {
		t.Fatalf("%s: HTTP %d %s", v.name, got.Status, got.Text)
	}
	return got.TextAt("access_token")
}

// active reports whether a token is good.
func (v vendor) active(t *testing.T, api apitest.API, secret, token string) bool {
	t.Helper()
	got := api.Form(v.introspection, map[string]string{"client_id": v.clientID, "client_secret": secret, "token": token})
	active, is := got.At("active").(bool)
	if !is || got.Status != http.StatusOK {
		t.Fatalf("%s: HTTP %d %s", v.name, got.Status, got.Text)
	}
	return active
}
