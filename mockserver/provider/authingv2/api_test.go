package authingv2_test

import (
	"net/http"
	"strings"
	"testing"
	"time"

	"github.com/keyturn/keyturn/fixtures"
	"github.com/keyturn/keyturn/mockserver"
	"github.com/keyturn/keyturn/mockserver/internal/apitest"
	"github.com/keyturn/keyturn/mockserver/mocktest"
)

const (
	app        = "61df925846bed781f5757166"
	appSecret  = "2b0f6a7c9d4e4f1e8a35c7d21b96e0f4"
	foreign    = "62a0c2b7f05e4c1d9a8b7c6d"
	pool       = "61b95d6c96d42670da568408"
	poolSecret = "5f1d9c3be47a40c2a6d80e95b71c2f34"
	refresh    = "/api/v2/application/" + app + "/refresh-secret"
	detail     = "/api/v2/applications/" + app
)

func start(t *testing.T, options mockserver.Options) apitest.API {
	t.Helper()
	return apitest.New(t, mocktest.Start(t, mocktest.WithOptions(func(o *mockserver.Options) { *o = options })).BaseURL())
}

func wantSuccess(t *testing.T, got apitest.Reply) apitest.Reply {
	t.Helper()
	if got.Status != http.StatusOK || got.At("code") != 200.0 {
		t.Fatalf("HTTP %d, code %v, want 200 and 200: %s", got.Status, got.At("code"), got.Text)
	}
	return got
}

// wantRefusal demands what SDKs of either age read.
func wantRefusal(t *testing.T, got apitest.Reply, statusCode, code float64) {
	t.Helper()
	if got.Status != http.StatusOK || got.At("code") != code || got.At("statusCode") != statusCode {
		t.Fatalf("HTTP %d %s, want 200, code %v, statusCode %v", got.Status, got.Text, code, statusCode)
	}
	if data, there := got.JSON.(map[string]any)["data"]; !there || data != nil || got.TextAt("message") == "" {
		t.Fatalf("the failure has data or no message: %s", got.Text)
	}
}

func works(api apitest.API, secret string) bool {
	return api.Form("/oauth/token", map[string]string{"grant_type": "client_credentials", "client_id": app, "client_secret": secret}).Status == http.StatusOK
}

func TestRefresh(t *testing.T) {
	t.Parallel()
	now := time.Date(2026, 5, 6, 7, 8, 9, 123_000_000, time.UTC)
	api := start(t, mockserver.Options{Clock: func() time.Time { return now }}).Bearer("token")
	before := wantSuccess(t, api.Send("GET", detail))
	if !works(api, appSecret) {
		t.Fatal("the seeded secret does not work")
	}
	got := wantSuccess(t, api.Send("PATCH", refresh))
	if got.TextAt("data", "updatedAt") != "2026-05-06T07:08:09.123Z" || got.TextAt("data", "createdAt") != before.TextAt("data", "createdAt") {
		t.Errorf("times: %v and %v", got.At("data", "createdAt"), got.At("data", "updatedAt"))
	}
	after := wantSuccess(t, api.Send("GET", detail))
	secret := after.TextAt("data", "secret")
	if secret == appSecret || len(secret) != 32 {
		t.Fatalf("the new secret has %d characters, or is the old one", len(secret))
	}
	if strings.Contains(got.Text, secret) || strings.Contains(got.Text, appSecret) || got.At("data", "secret") != nil {
		t.Error("the refresh shows a secret")
	}
	for _, place := range [][]any{{"data", "oidcConfig", "client_secret"}, {"data", "oauthConfig", "client_secret"}} {
		if after.At(place...) != secret {
			t.Errorf("%v is %v, want the secret", place, after.At(place...))
		}
	}
	if works(api, appSecret) || !works(api, secret) {
		t.Errorf("old works: %t, new works: %t, want false and true", works(api, appSecret), works(api, secret))
	}
}

// TestRefreshAsClientsSendIt covers the content types that official clients put on
// the empty body, and members that nobody documents.
func TestRefreshAsClientsSendIt(t *testing.T) {
	t.Parallel()
	api := start(t, mockserver.Options{}).Bearer("token")
	for _, test := range []struct{ contentType, body string }{
		{"application/x-www-form-urlencoded", ""},
		{"application/json", ""},
		{"application/json", `{"secret":"chosen-by-the-caller"}`},
		{"", ""},
	} {
		wantSuccess(t, api.Raw("PATCH", refresh, test.contentType, test.body))
	}
	if works(api, "chosen-by-the-caller") {
		t.Error("the caller chose the secret")
	}
}

func TestSettings(t *testing.T) {
	t.Parallel()
	world, err := fixtures.Default()
	if err != nil {
		t.Fatal(err)
	}
	text, err := world.Marshal()
	if err != nil {
		t.Fatal(err)
	}
	changed, err := fixtures.ParseWorld("changed.yaml", []byte(strings.Replace(string(text), "authing:\n", "authing:\n        settings: {strict_http: true, refresh_shows_secret: true}\n", 1)))
	if err != nil {
		t.Fatal(err)
	}
	api := start(t, mockserver.Options{World: &changed}).Bearer("token")
	if secret := wantSuccess(t, api.Send("PATCH", refresh)).TextAt("data", "secret"); !works(api, secret) {
		t.Error("refresh_shows_secret: the refresh does not show the secret that works")
	}
	for path, want := range map[string]int{"/api/v2/applications/nobody": 404, "/api/v2/nothing": 404, "/api/v2/applications?page=x": 400} {
		if got := api.Send("GET", path); got.Status != want || got.At("statusCode") != float64(want) {
			t.Errorf("strict_http: %s answers HTTP %d %s, want %d", path, got.Status, got.Text, want)
		}
	}
}

func TestApplications(t *testing.T) {
	t.Parallel()
	api := start(t, mockserver.Options{}).Bearer("token")
	for name, uris := range map[string]any{"one-text": "https://example.com/a", "a-list": []string{"https://example.com/a"}} {
		got := wantSuccess(t, api.JSON("POST", "/api/v2/applications", map[string]any{"name": name, "identifier": name, "redirectUris": uris}))
		if got.TextAt("data", "redirectUris", 0) != "https://example.com/a" || len(got.TextAt("data", "secret")) != 32 {
			t.Errorf("%s: %s", name, got.Text)
		}
	}
	wantRefusal(t, api.JSON("POST", "/api/v2/applications", map[string]any{"name": "x", "identifier": "a-list"}), 409, 2039)
	wantRefusal(t, api.JSON("POST", "/api/v2/applications", map[string]any{"name": "x"}), 400, 400)
	wantRefusal(t, api.JSON("POST", "/api/v2/applications", map[string]any{"name": "x", "identifier": "y", "oidcConfig": map[string]any{"grant_types": "z"}}), 400, 400)

	first := wantSuccess(t, api.Send("GET", "/api/v2/applications?page=1&limit=3"))
	if first.At("data", "totalCount") != 4.0 || first.TextAt("data", "list", 0, "secret") != appSecret || first.At("data", "list", 3) != nil {
		t.Errorf("the first page: %s", first.Text)
	}
	last := wantSuccess(t, api.Send("GET", "/api/v2/applications?page=2&limit=3"))
	id := last.TextAt("data", "list", 0, "id")
	wantSuccess(t, api.JSON("POST", "/api/v2/applications/"+id, map[string]any{
		"appType": "INTEGRATE", "name": nil, "isDeleted": true, "oidcConfig": map[string]any{"client_secret": "planted", "skip_consent": false},
	}))
	changed := wantSuccess(t, api.Send("GET", "/api/v2/applications/"+id))
	if changed.TextAt("data", "appType") != "INTEGRATE" || changed.At("data", "isDeleted") != false || changed.TextAt("data", "name") == "" ||
		changed.At("data", "oidcConfig", "skip_consent") != false || strings.Contains(changed.Text, "planted") {
		t.Errorf("after the change: %s", changed.Text)
	}
	wantSuccess(t, api.Send("DELETE", "/api/v2/applications/"+id))
	wantRefusal(t, api.Send("GET", "/api/v2/applications/"+id), 404, 2011)
	wantRefusal(t, api.Send("DELETE", "/api/v2/applications/"+id), 404, 2011)
}

func TestCallers(t *testing.T) {
	t.Parallel()
	anyone := start(t, mockserver.Options{})
	wantRefusal(t, anyone.Send("PATCH", refresh), 401, 2020)
	wantRefusal(t, anyone.Bearer("guess").Send("PATCH", refresh), 401, 2020)
	wantRefusal(t, anyone.Bearer("reader").Send("PATCH", refresh), 403, 2020)
	wantRefusal(t, anyone.Bearer("other").Send("PATCH", refresh), 404, 2011)
	wantRefusal(t, anyone.Bearer("token").Send("PATCH", "/api/v2/application/"+foreign+"/refresh-secret"), 404, 2011)
	wantRefusal(t, anyone.Bearer("other").With("x-authing-userpool-id", pool).Send("PATCH", refresh), 403, 2020)
	if !works(anyone, appSecret) {
		t.Fatal("a refused refresh rotated all the same")
	}
	read := wantSuccess(t, anyone.Bearer("reader").Send("GET", detail))
	if strings.Contains(read.Text, appSecret) {
		t.Error("a reader sees the secret")
	}
}

func TestTokens(t *testing.T) {
	t.Parallel()
	api := start(t, mockserver.Options{})
	rest := api.JSON("POST", "/api/v2/userpools/access-token", map[string]any{"userPoolId": pool, "secret": poolSecret})
	wantSuccess(t, api.Bearer(rest.TextAt("accessToken")).Send("PATCH", refresh))
	wantRefusal(t, api.JSON("POST", "/api/v2/userpools/access-token", map[string]any{"userPoolId": pool, "secret": "wrong"}), 401, 2020)

	const query = `query accessToken($userPoolId: String!, $secret: String!) {
		accessToken(userPoolId: $userPoolId, secret: $secret) { accessToken exp iat }
	}`
	variables := map[string]any{"userPoolId": pool, "secret": poolSecret}
	got := api.JSON("POST", "/graphql/v2", map[string]any{"query": query, "variables": variables})
	exp, _ := got.At("data", "accessToken", "exp").(float64)
	iat, _ := got.At("data", "accessToken", "iat").(float64)
	if exp-iat != 14*24*3600 {
		t.Errorf("the token lives %v s: %s", exp-iat, got.Text)
	}
	wantSuccess(t, api.Bearer(got.TextAt("data", "accessToken", "accessToken")).Send("PATCH", refresh))

	aliased := api.JSON("POST", "/graphql/v2", map[string]any{
		"query": `{ t: accessToken(userPoolId: "` + pool + `", secret: "` + poolSecret + `") { text: accessToken } }`,
	})
	wantSuccess(t, api.Bearer(aliased.TextAt("data", "t", "text")).Send("PATCH", refresh))

	for name, body := range map[string]map[string]any{
		"a wrong secret":      {"query": query, "variables": map[string]any{"userPoolId": pool, "secret": "wrong"}},
		"another query":       {"query": `{ users { id } }`},
		"a mutation":          {"query": `mutation { accessToken(userPoolId: "a", secret: "b") { exp } }`},
		"no GraphQL":          {"query": `select * from users`},
		"an unknown member":   {"query": strings.Replace(query, "iat", "id", 1), "variables": variables},
		"an unknown name":     {"query": query, "operationName": "other", "variables": variables},
		"no query at all":     {"variables": variables},
		"a fragment":          {"query": `{ accessToken(userPoolId: "a", secret: "b") { ...x } } fragment x on T { exp }`},
		"variables no object": {"query": query, "variables": []string{"x"}},
	} {
		got := api.JSON("POST", "/graphql/v2", body)
		if got.Status != http.StatusOK || got.At("errors", 0, "message", "code") == nil || got.TextAt("errors", 0, "message", "message") == "" {
			t.Errorf("%s: HTTP %d %s, want 200 with the error as an object", name, got.Status, got.Text)
		}
	}
}

func TestLanguages(t *testing.T) {
	t.Parallel()
	api := start(t, mockserver.Options{}).Bearer("token")
	for lang, want := range map[string]string{"": "刷新应用 secret 成功!", "zh-CN": "刷新应用 secret 成功!", "en-US": "Application secret refreshed"} {
		if got := api.With("x-authing-lang", lang).Send("PATCH", refresh).TextAt("message"); got != want {
			t.Errorf("x-authing-lang %q: message %q, want %q", lang, got, want)
		}
	}
}
