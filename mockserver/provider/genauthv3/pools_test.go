package genauthv3_test

import (
	"net/http"
	"strings"
	"testing"

	"github.com/keyturn/keyturn/fixtures"
	"github.com/keyturn/keyturn/mockserver"
	"github.com/keyturn/keyturn/mockserver/internal/apitest"
	"github.com/keyturn/keyturn/mockserver/mocktest"
)

const twoPools = `version: 1
realms:
  authing:
    tenants: [{id: one}, {id: two}]
    principals:
      - {name: both, token: both-pools, role: admin, tenants: [one, two]}
      - {name: reader, token: only-reads, role: reader, tenants: [one, two]}
    access_keys: [{id: key, secret: key-secret, tenant: one}]
    clients:
      - id: first
        tenant: one
        secrets: [{value: secret-of-first}]
        attributes: {name: First, oidcConfig: {client_secret: planted-in-the-world}}
      - {id: second, tenant: two, secrets: [{value: secret-of-second}], attributes: {name: Second}}
`

func startTwoPools(t *testing.T) (*mocktest.Server, apitest.API) {
	t.Helper()
	world, err := fixtures.ParseWorld("pools.yaml", []byte(twoPools))
	if err != nil {
		t.Fatal(err)
	}
	server := mocktest.Start(t, mocktest.WithOptions(func(o *mockserver.Options) { o.World = &world }))
	return server, apitest.New(t, server.BaseURL())
}

// TestNamedPool holds a caller of two pools to the one that the request names.
func TestNamedPool(t *testing.T) {
	t.Parallel()
	_, anyone := startTwoPools(t)
	both := anyone.Bearer("both-pools")
	inTwo := both.With("x-authing-userpool-id", "two")
	for _, test := range []struct {
		name string
		api  apitest.API
		app  string
		want float64
	}{
		{"no pool named, the first", both, "first", 200},
		{"no pool named, the second", both, "second", 200},
		{"the second named, the first", inTwo, "first", 404},
		{"the second named, the second", inTwo, "second", 200},
	} {
		if got := test.api.Send("GET", "/api/v3/get-application?appId="+test.app); got.At("statusCode") != test.want {
			t.Errorf("%s: %s, want %v", test.name, got.Text, test.want)
		}
	}
	if got := inTwo.Send("GET", "/api/v3/list-applications"); got.At("data", "totalCount") != 1.0 || got.TextAt("data", "list", 0, "appId") != "second" {
		t.Errorf("the list of the named pool: %s", got.Text)
	}
	made := inTwo.JSON("POST", "/api/v3/create-application", map[string]any{"appName": "New"})
	if made.TextAt("data", "userPoolId") != "two" {
		t.Errorf("created in %q, want the named pool", made.TextAt("data", "userPoolId"))
	}
}

// TestReaderSeesNoSecrets looks through both doors, after a client sent back what it
// had read, at everything that a reader may read.
func TestReaderSeesNoSecrets(t *testing.T) {
	t.Parallel()
	_, anyone := startTwoPools(t)
	both := anyone.Bearer("both-pools")
	read := both.Send("GET", "/api/v2/applications/first")
	if read.TextAt("data", "secret") != "secret-of-first" {
		t.Fatalf("an administrator sees %s", read.Text)
	}
	config, _ := read.At("data", "oidcConfig").(map[string]any)
	if got := both.JSON("POST", "/api/v2/applications/first", map[string]any{"oidcConfig": config}); got.At("code") != 200.0 {
		t.Fatalf("sending back what was read: %s", got.Text)
	}
	reader := anyone.Bearer("only-reads")
	for _, path := range []string{
		"/api/v2/applications", "/api/v2/applications/first", "/api/v3/list-applications", "/api/v3/get-application?appId=first",
		"/api/v3/get-application-secret?appId=first",
	} {
		got := reader.Send("GET", path)
		for _, hidden := range []string{"secret-of-first", "secret-of-second", "planted-in-the-world", `"d":`, `"p":`, `"dp":`} {
			if strings.Contains(got.Text, hidden) {
				t.Errorf("a reader of %s sees %s", path, hidden)
			}
		}
	}
	if got := both.Send("GET", "/api/v3/get-application?appId=first"); strings.Contains(got.Text, `"client_secret":`) {
		t.Errorf("V3 shows a secret in a configuration: %s", got.Text)
	}
}

// TestShownKeySignsNothing compares the key in an application's document with those
// that tokens are verified by.
func TestShownKeySignsNothing(t *testing.T) {
	t.Parallel()
	_, anyone := startTwoPools(t)
	shown := anyone.Bearer("both-pools").Send("GET", "/api/v2/applications/first").TextAt("data", "jwks", "keys", 0, "n")
	published := anyone.Send("GET", "/oidc/.well-known/jwks.json")
	if shown == "" || strings.Contains(published.Text, shown) {
		t.Errorf("the private key that is shown verifies tokens: %s", published.Text)
	}
}

// TestManagementTokenDiesWithItsKey replaces the world by ones that differ in the
// access key.
func TestManagementTokenDiesWithItsKey(t *testing.T) {
	t.Parallel()
	for name, test := range map[string]struct {
		old, replacement string
		want             float64
	}{
		"the same key":     {"name: First", "name: Renamed", 200},
		"no key":           {"access_keys: [{id: key, secret: key-secret, tenant: one}]", "access_keys: []", 401},
		"another secret":   {"secret: key-secret", "secret: changed", 401},
		"another pool":     {"secret: key-secret, tenant: one", "secret: key-secret, tenant: two", 401},
		"another key's id": {"id: key,", "id: other,", 401},
	} {
		server, anyone := startTwoPools(t)
		token := anyone.JSON("POST", "/api/v3/get-management-token", map[string]any{"accessKeyId": "key", "accessKeySecret": "key-secret"}).TextAt("data", "access_token")
		const path = "/api/v3/get-application-secret?appId=first"
		if got := anyone.Bearer(token).Send("GET", path); got.Status != http.StatusOK || got.TextAt("data", "secret") != "secret-of-first" {
			t.Fatalf("%s: before: %s", name, got.Text)
		}
		world, err := fixtures.ParseWorld("changed.yaml", []byte(strings.Replace(twoPools, test.old, test.replacement, 1)))
		if err != nil {
			t.Fatal(err)
		}
		if err := server.ReplaceWorld(t.Context(), world); err != nil {
			t.Fatal(err)
		}
		if got := anyone.Bearer(token).Send("GET", path); got.At("statusCode") != test.want {
			t.Errorf("%s: %s, want %v", name, got.Text, test.want)
		}
	}
}
