package mockserver_test

import (
	"fmt"
	"net/http"
	"strings"
	"testing"

	"github.com/keyturn/keyturn/fixtures"
	"github.com/keyturn/keyturn/mockserver"
	"github.com/keyturn/keyturn/mockserver/internal/apitest"
	"github.com/keyturn/keyturn/mockserver/mocktest"
)

// clientsOf is a world of one realm whose clients begin in line 6.
func clientsOf(realm, clients string) string {
	return "version: 1\nrealms:\n  " + realm + ":\n    tenants: [{id: a}, {id: b}]\n    clients:\n" + clients
}

func TestWorldsThatCannotBe(t *testing.T) {
	t.Parallel()
	for want, text := range map[string]string{
		"test.yaml:3:3: realms.nowhere: there is no such realm, want one of":               "version: 1\nrealms:\n  nowhere: {tenants: []}\n",
		`test.yaml:4:16: realms.authing.settings: unknown setting "strict"`:                "version: 1\nrealms:\n  authing:\n    settings: {strict: true}\n",
		`test.yaml:6:46: realms.angusgm.clients[0].secrets[0].value: the encoding is not`:  clientsOf("angusgm", "      - {id: x, tenant: a, secrets: [{value: \"{md5}x\"}]}\n"),
		`test.yaml:7:14: realms.authing.clients[1].id: "x" is taken by clients[0]`:         clientsOf("authing", "      - {id: x, tenant: a}\n      - {id: x, tenant: a}\n"),
		`test.yaml:7:28: realms.authing.clients[1].client_id: "x" is taken by clients[0]`:  clientsOf("authing", "      - {id: x, tenant: a}\n      - {id: y, client_id: x, tenant: a}\n"),
		`test.yaml:7:14: realms.authing.clients[1].id: "y" is taken by clients[0]`:         clientsOf("authing", "      - {id: x, client_id: y, tenant: a}\n      - {id: y, tenant: a}\n"),
		`test.yaml:8:35: realms.authing.clients[2].alias: "n" is taken by clients[0]`:      clientsOf("authing", "      - {id: x, tenant: a, alias: n}\n      - {id: y, tenant: b, alias: n}\n      - {id: z, tenant: a, alias: n}\n"),
		`test.yaml:6:43: realms.identity-service.clients[0].secrets[0].id: want a uuid`:    clientsOf("identity-service", "      - {id: x, tenant: a, secrets: [{id: nouuid, value: y}]}\n"),
		`test.yaml:6:59: realms.authing.clients[0].secrets[1].id: another secret`:          clientsOf("authing", "      - {id: x, tenant: a, secrets: [{id: \"2\", value: y}, {value: z}]}\n"),
		`test.yaml:8:42: realms.identity-service.clients[0].secrets[0].expires_at: want a`: clientsOf("identity-service", "      - id: x\n        tenant: a\n        secrets: [{value: y, expires_at: 9999-12-31T23:59:59-10:00}]\n"),
		`test.yaml:6:40: realms.authing.clients[0].created_at: want a time in the years 1`: clientsOf("authing", "      - {id: x, tenant: a, created_at: 0001-01-01T00:00:00+10:00}\n"),
		`realms.angusgm.clients[0].updated_at: want a time in the years 1 to 9999 (As`:     clientsOf("angusgm", "      - {id: x, tenant: a, updated_at: 9999-12-31T23:59:59Z}\n"),
		`realms.identity-service.clients[0].secrets[0].deleted_at: want a time`:            clientsOf("identity-service", "      - {id: x, tenant: a, secrets: [{value: y, deleted_at: 9999-12-31T23:59:59-10:00}]}\n"),
	} {
		if _, err := mockserver.New(t.Context(), mockserver.Options{World: parseWorld(t, text)}); err == nil || !strings.Contains(err.Error(), want) {
			t.Errorf("%v, want an error with %q", err, want)
		}
	}
}

func TestAttributesThatCannotBe(t *testing.T) {
	t.Parallel()
	for _, test := range []struct{ realm, attribute, want string }{
		{"authing", "name: 5", "name: want a text"},
		{"authing", "name: null", "name: want a text"},
		{"authing", "redirectUris: 5", "redirectUris: want a list of texts"},
		{"authing", "redirectUris: [x, 5]", "redirectUris: want a list of texts"},
		{"authing", "ssoEnabled: 1", "ssoEnabled: want true or false"},
		{"authing", "loginConfig: []", "loginConfig: want an object"},
		{"authing", "ext: x", "ext: want an object or null"},
		{"authing", "oidcConfig: {id_token_expire: 1.5}", "oidcConfig: want an object with, if at all, access_token_expire a whole number"},
		{"authing", "nmae: x", "nmae: there is no such attribute, want one of agreementEnabled, "},
		{"authing", "qrcodeScanning: {interval: .inf}", "qrcodeScanning: want a value that JSON has"},
		{"identity-service", "scopes: x", "scopes: want a list of texts or null"},
		{"identity-service", "displayName: {1: x}", "displayName: want a value that JSON has"},
		{"identity-service", "allowRegister: null", "allowRegister: want true or false"},
		{"identity-service", "definedRoles: {}", "definedRoles: want a list or null"},
		{"angusgm", "scopes: x", "scopes: want a list of texts or null"},
		{"angusgm", "tokenSettings: 5", "tokenSettings: want an object or null"},
		{"angusgm", "platform: 5", "platform: want a text or an object or null"},
		{"angusgm", "clientSecretExpiresAt: 2026-01-01", "clientSecretExpiresAt: want a date of the form"},
	} {
		world := parseWorld(t, clientsOf(test.realm, "      - id: x\n        tenant: a\n        attributes:\n          "+test.attribute+"\n"))
		name, _, _ := strings.Cut(test.attribute, " ")
		column := len("          ") + 1
		if !strings.Contains(test.want, "no such attribute") {
			column += len(name + " ") // the value and not the name is wrong
		}
		want := fmt.Sprintf("test.yaml:9:%d: realms.%s.clients[0].attributes.%s", column, test.realm, test.want)
		if _, err := mockserver.New(t.Context(), mockserver.Options{World: world}); err == nil || !strings.Contains(err.Error(), want) {
			t.Errorf("%s: %v, want an error with %q", test.attribute, err, want)
		}
	}
}

// TestAttributesBecomeJSON gives attributes the types that only YAML has, and some
// that only Go has.
func TestAttributesBecomeJSON(t *testing.T) {
	t.Parallel()
	const attributes = "{name: 2026-01-02, qrcodeScanning: {redirect: false, interval: 7}, oidcConfig: {id_token_expire: 60}}"
	world := parseWorld(t, strings.Replace(smallWorld, "{name: App}", attributes, 1))
	for range 2 {
		got := apitest.New(t, mocktest.Start(t, mocktest.WithOptions(func(o *mockserver.Options) { o.World = world })).BaseURL()).Bearer("me").Send("GET", "/api/v2/applications/app")
		if got.Status != http.StatusOK || got.TextAt("data", "name")+got.TextAt("name") != "2026-01-02" {
			t.Fatalf("HTTP %d %s", got.Status, got.Text)
		}
		if !strings.Contains(got.Text, `"interval":7`) || !strings.Contains(got.Text, `"id_token_expire":60`) {
			t.Errorf("the numbers are not what was written: %s", got.Text)
		}
		world.Realms["authing"].Clients[0].Attributes = fixtures.Attributes{
			"name": "2026-01-02", "qrcodeScanning": map[string]any{"interval": int64(7)}, "oidcConfig": map[string]any{"id_token_expire": uint64(60)},
		}
	}
}

// TestSecretsOfIdentityServiceNeedNoID lists a secret that the world did not name.
func TestSecretsOfIdentityServiceNeedNoID(t *testing.T) {
	t.Parallel()
	world := parseWorld(t, `version: 1
realms:
  identity-service:
    tenants: [{id: acme}]
    principals: [{name: me, token: me, role: admin, tenants: [acme]}]
    clients: [{id: my-new-app, tenant: acme, secrets: [{value: x}, {value: y}]}, {id: other, tenant: acme, secrets: [{value: x}]}]
`)
	ids := map[string]bool{}
	for range 2 {
		api := apitest.New(t, mocktest.Start(t, mocktest.WithOptions(func(o *mockserver.Options) { o.World = world })).BaseURL()).Bearer("me")
		for _, app := range []string{"my-new-app", "other"} {
			got := api.Send("GET", "/api/tenants/acme/applications/"+app+"/secrets")
			if got.Status != http.StatusOK {
				t.Fatalf("HTTP %d %s", got.Status, got.Text)
			}
			list, _ := got.JSON.([]any)
			for i := range list {
				ids[got.TextAt(i, "clientSecretId")] = true
			}
		}
	}
	if len(ids) != 3 {
		t.Errorf("got the ids %v, want 3 that are the same at every start", ids)
	}
}

// TestWhatCallersMakeCanBePutBack fills in every member that a caller may choose, as
// strangely as the documents allow, and starts again from the export.
func TestWhatCallersMakeCanBePutBack(t *testing.T) {
	t.Parallel()
	server := mocktest.Start(t)
	api := apitest.New(t, server.BaseURL()).Bearer("token")
	config := map[string]any{"id_token_expire": 60, "grant_types": []any{"x"}, "unknown": map[string]any{"a": 1.5}}
	for _, made := range []apitest.Reply{
		api.JSON("POST", "/api/v2/applications", map[string]any{
			"name": "a", "identifier": "a", "redirectUris": "https://a.example", "logoutRedirectUris": []any{}, "description": "d", "logo": "l",
			"initLoginUrl": "i", "css": "c", "protocol": "p", "appType": "t", "ssoEnabled": true, "isIntegrate": true, "oidcConfig": config, "oauthConfig": map[string]any{"grants": []any{"x"}},
		}),
		api.JSON("POST", "/api/v3/create-application", map[string]any{
			"appName": "b", "appIdentifier": "b", "appDescription": "d", "appLogo": "l", "appType": "t", "defaultProtocol": "p", "redirectUris": []any{"https://a.example"},
			"logoutRedirectUris": []any{}, "initLoginUri": "i", "ssoEnabled": true, "oidcConfig": config, "loginConfig": config, "registerConfig": config, "brandingConfig": config,
		}),
		api.JSON("POST", "/api/tenants/acme/applications", map[string]any{
			"clientId": "made", "displayName": nil, "applicationType": "web", "theme": "t", "consentType": "c", "type": nil, "homepageUrl": "h", "additionalLinks": "a",
			"redirectUris": nil, "postLogoutRedirectUris": []any{}, "grantTypes": []any{"x"}, "endpoints": nil, "scopes": nil, "roles": []any{"r"},
			"definedRoles": []any{map[string]any{"name": "r"}, 1, "x"}, "allowRegister": true,
		}),
		api.JSON("POST", "/api/v1/auth/client", map[string]any{
			"clientId": "made", "clientName": "made", "clientAuthenticationMethods": []any{"client_secret_basic"}, "authorizationGrantTypes": []any{"client_credentials"},
			"scopes": []any{"s"}, "clientSettings": map[string]any{"a": true, "b": nil}, "tokenSettings": map[string]any{"c": 5, "d": []any{1.5}}, "clientSecretExpiresAt": "2031-01-01 00:00:00",
			"bizTag": nil, "description": "2026-01-01", "platform": map[string]any{"value": "xcan_op"}, "redirectUris": nil,
		}),
	} {
		if made.Status >= http.StatusBadRequest || made.At("code") != nil && made.At("code") != "S" && made.At("code") != float64(http.StatusOK) {
			t.Errorf("HTTP %d %s %v", made.Status, made.Text, made.Header)
		}
	}
	text := api.Send("GET", "/__admin/world").Text
	if got := api.Raw("PUT", "/__admin/world", "application/json", text); got.Status != http.StatusNoContent {
		t.Fatalf("HTTP %d %s", got.Status, got.Text)
	}
	if again := api.Send("GET", "/__admin/world").Text; again != text {
		t.Errorf("what was put is another world:\n%s\n%s", text, again)
	}
}
