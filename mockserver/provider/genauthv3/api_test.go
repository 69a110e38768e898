package genauthv3_test

import (
	"encoding/base64"
	"net/http"
	"strings"
	"testing"
	"time"

	"github.com/keyturn/keyturn/mockserver"
	"github.com/keyturn/keyturn/mockserver/internal/apitest"
	"github.com/keyturn/keyturn/mockserver/mocktest"
)

const (
	app       = "6229ffaxxxxxxxxcade3e3d9"
	appSecret = "9c1e5b7d3f2a4680b4d6e8f01a3c5e7f"
	foreign   = "62a0c2b7f05e4c1d9a8b7c6d"
	pool      = "61b95d6c96d42670da568408"
)

func start(t *testing.T) apitest.API {
	t.Helper()
	return apitest.New(t, mocktest.Start(t).BaseURL())
}

func administrator(t *testing.T) apitest.API {
	t.Helper()
	return start(t).Bearer("token")
}

// statusCode demands the envelope of a failure, on HTTP 200.
func wantRefusal(t *testing.T, got apitest.Reply, statusCode, apiCode float64) {
	t.Helper()
	if got.Status != http.StatusOK || got.At("statusCode") != statusCode {
		t.Fatalf("HTTP %d, statusCode %v, want 200 and %v: %s", got.Status, got.At("statusCode"), statusCode, got.Text)
	}
	if code, _ := got.At("apiCode").(float64); code != apiCode {
		t.Fatalf("apiCode %v, want %v: %s", got.At("apiCode"), apiCode, got.Text)
	}
	if got.TextAt("message") == "" || got.TextAt("requestId") == "" || got.At("data") != nil {
		t.Fatalf("the failure lacks a message or a requestId, or has data: %s", got.Text)
	}
}

func wantSuccess(t *testing.T, got apitest.Reply) apitest.Reply {
	t.Helper()
	if got.Status != http.StatusOK || got.At("statusCode") != 200.0 {
		t.Fatalf("HTTP %d, statusCode %v, want 200 and 200: %s", got.Status, got.At("statusCode"), got.Text)
	}
	return got
}

func refresh(t *testing.T, api apitest.API, appID string) string {
	t.Helper()
	return wantSuccess(t, api.JSON("POST", "/api/v3/refresh-application-secret", map[string]any{"appId": appID})).TextAt("data", "secret")
}

func token(api apitest.API, appID, secret string) apitest.Reply {
	return api.Form("/oidc/token", map[string]string{"grant_type": "client_credentials", "client_id": appID, "client_secret": secret})
}

func wantInvalidClient(t *testing.T, got apitest.Reply, status int) {
	t.Helper()
	if got.Status != status || got.TextAt("error") != "invalid_client" {
		t.Fatalf("HTTP %d %s, want %d invalid_client", got.Status, got.Text, status)
	}
}

func TestRotation(t *testing.T) {
	t.Parallel()
	api := administrator(t)
	if got := token(api, app, appSecret); got.Status != http.StatusOK {
		t.Fatalf("the seeded secret: HTTP %d %s", got.Status, got.Text)
	}
	first := refresh(t, api, app)
	wantInvalidClient(t, token(api, app, appSecret), http.StatusBadRequest)
	second := refresh(t, api, app)
	if first == second {
		t.Fatal("two rotations gave one secret")
	}
	wantInvalidClient(t, token(api, app, first), http.StatusBadRequest)
	if got := token(api, app, second); got.Status != http.StatusOK {
		t.Fatalf("the new secret: HTTP %d %s", got.Status, got.Text)
	}
	if got := wantSuccess(t, api.Send("GET", "/api/v3/get-application-secret?appId="+app)); got.TextAt("data", "secret") != second {
		t.Fatal("get-application-secret does not show the new secret")
	}
}

// TestTwoDoors rotates through each door and looks through the other.
func TestTwoDoors(t *testing.T) {
	t.Parallel()
	api := administrator(t)
	v3 := refresh(t, api, app)
	if got := api.Send("GET", "/api/v2/applications/"+app).TextAt("data", "secret"); got != v3 {
		t.Errorf("V2 shows another secret than V3 made")
	}
	api.Send("PATCH", "/api/v2/application/"+app+"/refresh-secret")
	v2 := api.Send("GET", "/api/v2/applications/"+app).TextAt("data", "secret")
	if got := api.Send("GET", "/api/v3/get-application-secret?appId="+app).TextAt("data", "secret"); got != v2 || got == v3 {
		t.Errorf("V3 shows another secret than V2 made")
	}
	if got := api.Form("/oauth/token", map[string]string{"grant_type": "client_credentials", "client_id": app, "client_secret": v2}); got.Status != http.StatusOK {
		t.Errorf("V2's token endpoint refuses the secret: %s", got.Text)
	}
}

func TestCheckAppIDSecret(t *testing.T) {
	t.Parallel()
	api := start(t)
	for name, test := range map[string]struct {
		id, secret string
		valid      bool
	}{
		"the pair":               {app, appSecret, true},
		"a wrong secret":         {app, "0" + appSecret[1:], false},
		"a prefix of the secret": {app, appSecret[:31], false},
		"another app's secret":   {foreign, appSecret, false},
		"an unknown application": {"nobody", appSecret, false},
		"an empty secret":        {app, "", false},
	} {
		got := wantSuccess(t, api.JSON("POST", "/api/v3/check-app-id-secret", map[string]any{"appId": test.id, "appSecret": test.secret}))
		if got.At("data", "valid") != test.valid {
			t.Errorf("%s: valid is %v, want %v", name, got.At("data", "valid"), test.valid)
		}
	}
}

func TestApplications(t *testing.T) {
	t.Parallel()
	api := administrator(t)
	made := wantSuccess(t, api.JSON("POST", "/api/v3/create-application", map[string]any{
		"appName": "Rehearsal", "appIdentifier": "rehearsal", "redirectUris": []string{"https://example.com/back"},
		// What an official client sends for everything it was not told.
		"oidcConfig": map[string]any{}, "samlConfig": map[string]any{}, "enabledBasicRegisterMethods": nil, "defaultRegisterMethod": "",
	}))
	id := made.TextAt("data", "appId")
	if made.At("data", "secret") != nil || made.TextAt("data", "appIdentifier") != "rehearsal" || made.TextAt("data", "userPoolId") != pool {
		t.Fatalf("the new application: %s", made.Text)
	}
	wantRefusal(t, api.JSON("POST", "/api/v3/create-application", map[string]any{"appName": "Again", "appIdentifier": "rehearsal"}), 409, 2039)

	wantSuccess(t, api.JSON("POST", "/api/v3/update-application", map[string]any{"appId": id, "appName": "Renamed", "ssoEnabled": true}))
	read := wantSuccess(t, api.Send("GET", "/api/v3/get-application?appId="+id))
	if read.TextAt("data", "appName") != "Renamed" || read.At("data", "ssoEnabled") != true || read.TextAt("data", "redirectUris", 0) != "https://example.com/back" {
		t.Fatalf("after the update: %s", read.Text)
	}
	if got := api.Send("GET", "/api/v2/applications/"+id).TextAt("data", "name"); got != "Renamed" {
		t.Errorf("V2 calls it %q", got)
	}

	for query, want := range map[string]float64{
		"": 3,
		"?page=1&limit=2&isIntegrateApp=false&isSelfBuiltApp=false&ssoEnabled=false": 3,
		"?isIntegrateApp=true":   0,
		"?ssoEnabled=true":       1,
		"?keywords=renam":        1,
		"?keywords=nothing":      0,
		"?page=5":                3,
		"?keywords=renam&page=3": 1,
	} {
		if got := wantSuccess(t, api.Send("GET", "/api/v3/list-applications"+query)).At("data", "totalCount"); got != want {
			t.Errorf("list-applications%s counts %v, want %v", query, got, want)
		}
	}

	wantSuccess(t, api.JSON("POST", "/api/v3/delete-application", map[string]any{"appId": id}))
	wantRefusal(t, api.Send("GET", "/api/v3/get-application?appId="+id), 404, 2011)
	wantRefusal(t, api.JSON("POST", "/api/v3/refresh-application-secret", map[string]any{"appId": id}), 404, 2011)
	wantRefusal(t, api.JSON("POST", "/api/v3/delete-application", map[string]any{"appId": id}), 404, 2011)
}

func TestCallers(t *testing.T) {
	t.Parallel()
	anyone := start(t)
	body := map[string]any{"appId": app}
	const path = "/api/v3/refresh-application-secret"
	applicationToken := token(anyone, app, appSecret).TextAt("access_token")
	for name, test := range map[string]struct {
		api                 apitest.API
		statusCode, apiCode float64
	}{
		"nobody":                       {anyone, 401, 2020},
		"an empty bearer":              {anyone.With("Authorization", "Bearer"), 401, 2020},
		"an unknown token":             {anyone.Bearer("guess"), 401, 2020},
		"basic credentials":            {anyone.With("Authorization", "Basic dG9rZW46dG9rZW4="), 401, 2020},
		"a reader":                     {anyone.Bearer("reader"), 403, 2020},
		"an application's own token":   {anyone.Bearer(applicationToken), 403, 2020},
		"another pool's administrator": {anyone.Bearer("other"), 404, 2011},
		"a foreign pool's name":        {anyone.Bearer("token").With("x-authing-userpool-id", "62a0c1f4e1d2b3a495867788"), 403, 2020},
	} {
		got := test.api.JSON("POST", path, body)
		if got.At("statusCode") != test.statusCode || got.At("apiCode") != test.apiCode {
			t.Errorf("%s: %s, want %v and %v", name, got.Text, test.statusCode, test.apiCode)
		}
	}
	if got := token(anyone, app, appSecret); got.Status != http.StatusOK {
		t.Fatal("a refused rotation rotated all the same")
	}
	for name, api := range map[string]apitest.API{
		"bearer in lower case": anyone.With("Authorization", "bearer token"),
		"the bare token":       anyone.With("Authorization", "token"),
		"with its own pool":    anyone.Bearer("token").With("x-authing-userpool-id", pool),
		"with an empty pool":   anyone.Bearer("token").With("x-authing-userpool-id", ""),
	} {
		if got := api.JSON("POST", path, body); got.At("statusCode") != 200.0 {
			t.Errorf("%s: %s", name, got.Text)
		}
	}
	wantRefusal(t, anyone.Bearer("reader").Send("GET", "/api/v3/get-application-secret?appId="+app), 403, 2020)
	wantSuccess(t, anyone.Bearer("reader").Send("GET", "/api/v3/get-application?appId="+app))
}

// TestForeignLooksUnknown compares the two refusals member by member.
func TestForeignLooksUnknown(t *testing.T) {
	t.Parallel()
	api := administrator(t)
	for _, path := range []string{"/api/v3/get-application", "/api/v3/get-application-secret"} {
		a, b := api.Send("GET", path+"?appId="+foreign), api.Send("GET", path+"?appId=000000000000000000000000")
		if a.TextAt("message") != b.TextAt("message") || a.At("apiCode") != b.At("apiCode") || a.Status != b.Status {
			t.Errorf("%s: foreign %s, unknown %s", path, a.Text, b.Text)
		}
	}
}

func TestManagementToken(t *testing.T) {
	t.Parallel()
	now := time.Date(2026, 5, 6, 7, 8, 9, 0, time.UTC)
	clock := now
	api := apitest.New(t, mocktest.Start(t, mocktest.WithOptions(func(o *mockserver.Options) { o.Clock = func() time.Time { return clock } })).BaseURL())
	wantRefusal(t, api.JSON("POST", "/api/v3/get-management-token", map[string]any{"accessKeyId": "GEN_AUTH_ACCESS_KEY_ID", "accessKeySecret": "wrong"}), 401, 2020)
	got := wantSuccess(t, api.JSON("POST", "/api/v3/get-management-token", map[string]any{
		"accessKeyId": "GEN_AUTH_ACCESS_KEY_ID", "accessKeySecret": "GEN_AUTH_ACCESS_KEY_SECRET",
	}))
	if got.At("data", "expires_in") != 7200.0 {
		t.Errorf("expires_in is %v, want 7200", got.At("data", "expires_in"))
	}
	text := got.TextAt("data", "access_token")
	parts := strings.Split(text, ".")
	if len(parts) != 3 {
		t.Fatalf("the token has %d parts, want 3", len(parts))
	}
	if strings.ContainsAny(parts[1], "-_") {
		t.Error("the payload has characters that one official client cannot decode")
	}
	payload, err := base64.RawURLEncoding.DecodeString(parts[1])
	if err != nil || !strings.Contains(string(payload), `"scoped_userpool_id":"`+pool+`"`) {
		t.Errorf("payload %s (%v) does not name the pool", payload, err)
	}
	refresh(t, api.Bearer(text), app)
	clock = now.Add(2 * time.Hour)
	wantRefusal(t, api.Bearer(text).JSON("POST", "/api/v3/refresh-application-secret", map[string]any{"appId": app}), 401, 2020)
}
