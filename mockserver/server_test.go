package mockserver_test

import (
	"context"
	"io"
	"net"
	"net/http"
	"net/http/httptest"
	"strings"
	"sync"
	"testing"
	"time"

	"github.com/keyturn/keyturn/fixtures"
	"github.com/keyturn/keyturn/mockserver"
	"github.com/keyturn/keyturn/mockserver/client"
	"github.com/keyturn/keyturn/mockserver/internal/apitest"
	"github.com/keyturn/keyturn/mockserver/mocktest"
	"github.com/keyturn/keyturn/mockserver/store"
)

func parseWorld(t *testing.T, text string) *fixtures.World {
	t.Helper()
	world, err := fixtures.ParseWorld("test.yaml", []byte(text))
	if err != nil {
		t.Fatal(err)
	}
	return &world
}

const smallWorld = `version: 1
realms:
  authing:
    tenants: [{id: pool}]
    principals: [{name: me, token: me, role: admin, tenants: [pool]}]
    clients:
      - id: app
        tenant: pool
        secrets: [{value: first}]
        attributes: {name: App}
`

// brokenStore hands out applications with a member of the wrong type.
type brokenStore struct{ store.Content }

func (s brokenStore) Get(ctx context.Context, key client.Key) (client.Client, error) {
	c, err := s.Content.Get(ctx, key)
	c.Attributes = c.Attributes.With(map[string]any{"redirectUris": "no-list"})
	return c, err
}

// TestReplyThatBreaksItsDocument gives an application a member of the wrong type:
// the reply that would show it never leaves.
func TestReplyThatBreaksItsDocument(t *testing.T) {
	t.Parallel()
	options := mockserver.Options{World: parseWorld(t, smallWorld), State: around(func(c store.Content) store.Content { return brokenStore{c} })}
	api := apitest.New(t, mocktest.Start(t, mocktest.WithOptions(func(o *mockserver.Options) { *o = options })).BaseURL()).Bearer("me")
	got := api.Send("GET", "/api/v2/applications/app")
	if got.Status != http.StatusInternalServerError || got.Header.Get("Keyturn-Problem") != "reply-violation" ||
		got.Header.Get("Content-Type") != "application/problem+json" {
		t.Fatalf("HTTP %d %v %s, want a problem", got.Status, got.Header, got.Text)
	}
	if detail := got.TextAt("detail"); !strings.Contains(detail, "getApplication") || !strings.Contains(detail, "must be an array") || strings.Contains(got.Text, "first") {
		t.Errorf("the problem names neither operation nor place, or shows a secret: %s", got.Text)
	}
	options.Unchecked = true
	unchecked := apitest.New(t, mocktest.Start(t, mocktest.WithOptions(func(o *mockserver.Options) { *o = options })).BaseURL()).Bearer("me")
	if got := unchecked.Send("GET", "/api/v2/applications/app"); got.Status != http.StatusOK {
		t.Errorf("with the checks off: HTTP %d %s", got.Status, got.Text)
	}
}

func TestViolationHeader(t *testing.T) {
	t.Parallel()
	api := apitest.New(t, mocktest.Start(t).BaseURL()).Bearer("token")
	for want, got := range map[string]apitest.Reply{
		`missing: a body of application/json is required`:                                                       api.Send("POST", "/api/v3/refresh-application-secret"),
		`invalid: /appId: property "appId" is missing`:                                                          api.JSON("POST", "/api/v3/refresh-application-secret", map[string]any{}),
		`wrong-media-type: the body must be application/json`:                                                   api.Raw("POST", "/api/v3/refresh-application-secret", "text/plain", "x"),
		`no-route: no operation answers at this path`:                                                           api.Send("GET", "/api/v3/nothing"),
		`wrong-method: the method PUT is not allowed here`:                                                      api.Send("PUT", "/api/v3/refresh-application-secret"),
		`malformed: the body cannot be read as application/json: a name appears twice in one object at byte 12`: api.Raw("POST", "/api/v3/refresh-application-secret", "application/json", `{"appId":"","appId":""}`),
	} {
		if header := got.Header.Get("Keyturn-Violation"); header != want {
			t.Errorf("Keyturn-Violation is %q, want %q", header, want)
		}
	}
	if got := api.Send("PATCH", "/api/v2/application/61df925846bed781f5757166/refresh-secret"); got.Header.Get("Keyturn-Violation") != "" {
		t.Errorf("a success has a violation: %v", got.Header)
	}
}

func TestBaseURL(t *testing.T) {
	t.Parallel()
	const path = "/oidc/.well-known/openid-configuration"
	server := mocktest.Start(t)
	if got := apitest.New(t, server.BaseURL()).Send("GET", path).TextAt("issuer"); got != server.BaseURL()+"/oidc" {
		t.Errorf("issuer %q, want the caller's address %s", got, server.BaseURL())
	}
	public := mocktest.Start(t, mocktest.WithPublicURL("https://id.example/base/"))
	if got := apitest.New(t, public.BaseURL()).Send("GET", path).TextAt("token_endpoint"); got != "https://id.example/base/oidc/token" {
		t.Errorf("token_endpoint %q", got)
	}
	conn, err := net.Dial("tcp", strings.TrimPrefix(server.BaseURL(), "http://"))
	if err != nil {
		t.Fatal(err)
	}
	defer conn.Close()
	if _, err := io.WriteString(conn, "GET "+path+" HTTP/1.0\r\n\r\n"); err != nil {
		t.Fatal(err)
	}
	if old, err := io.ReadAll(conn); err != nil || !strings.Contains(string(old), `"issuer":"`+server.BaseURL()+`/oidc"`) {
		t.Errorf("HTTP/1.0 without a Host: %v %s", err, old)
	}
	if _, err := mockserver.New(t.Context(), mockserver.Options{PublicURL: "id.example"}); err == nil || !strings.Contains(err.Error(), "want an http or https URL") {
		t.Errorf("a public URL without a scheme: %v", err)
	}
}

// TestConcurrentRotations rotates one application from many sides at once: every
// caller gets a secret of its own, and one of them is left.
func TestConcurrentRotations(t *testing.T) {
	t.Parallel()
	const callers, each = 8, 10
	api := apitest.New(t, mocktest.Start(t, mocktest.WithOptions(func(o *mockserver.Options) { o.World = parseWorld(t, smallWorld) })).BaseURL()).Bearer("me")
	secrets := make(chan string, callers*each)
	var group sync.WaitGroup
	for range callers {
		group.Go(func() {
			for range each {
				secrets <- api.JSON("POST", "/api/v3/refresh-application-secret", map[string]any{"appId": "app"}).TextAt("data", "secret")
			}
		})
	}
	group.Wait()
	close(secrets)
	seen, working := map[string]bool{}, 0
	for secret := range secrets {
		if seen[secret] {
			t.Fatal("two rotations gave one secret")
		}
		seen[secret] = true
		if api.JSON("POST", "/api/v3/check-app-id-secret", map[string]any{"appId": "app", "appSecret": secret}).At("data", "valid") == true {
			working++
		}
	}
	if len(seen) != callers*each || working != 1 {
		t.Fatalf("%d secrets, %d of them work, want %d and 1", len(seen), working, callers*each)
	}
}

// TestReset takes everything back, tokens included.
func TestReset(t *testing.T) {
	t.Parallel()
	server := mocktest.Start(t, mocktest.WithOptions(func(o *mockserver.Options) { o.World = parseWorld(t, smallWorld) }))
	api := apitest.New(t, server.BaseURL()).Bearer("me")
	grant := map[string]string{"grant_type": "client_credentials", "client_id": "app", "client_secret": "first"}
	token := api.Form("/oidc/token", grant).TextAt("access_token")
	api.Send("PATCH", "/api/v2/application/app/refresh-secret")
	if got := api.Form("/oidc/token", grant); got.Status != http.StatusBadRequest {
		t.Fatalf("the old secret: HTTP %d", got.Status)
	}
	if err := server.Reset(t.Context()); err != nil {
		t.Fatal(err)
	}
	if got := api.Form("/oidc/token", grant); got.Status != http.StatusOK {
		t.Errorf("after the reset the seeded secret: HTTP %d %s", got.Status, got.Text)
	}
	if got := api.Form("/oidc/token/introspection", map[string]string{"token": token, "client_id": "app", "client_secret": "first"}); got.At("active") != false {
		t.Errorf("a token from before the reset: %s", got.Text)
	}
	if entries := server.Journal().Snapshot().Entries; len(entries) != 2 {
		t.Errorf("the journal has %d entries, want the 2 since the reset", len(entries))
	}
}

// TestWorldSurvivesExport starts a second stand-in from the first one's state.
func TestWorldSurvivesExport(t *testing.T) {
	t.Parallel()
	first := mocktest.Start(t)
	api := apitest.New(t, first.BaseURL()).Bearer("token")
	added := api.JSON("POST", "/api/tenants/acme/applications/my-new-app/secrets", map[string]any{}).TextAt("clientSecret")
	rotated := api.JSON("POST", "/api/v3/refresh-application-secret", map[string]any{"appId": "6229ffaxxxxxxxxcade3e3d9"}).TextAt("data", "secret")
	world, err := first.World(t.Context())
	if err != nil {
		t.Fatal(err)
	}
	text, err := world.Marshal()
	if err != nil {
		t.Fatal(err)
	}
	if strings.Contains(string(text), added) {
		t.Error("a secret that is shown once can be read back from the export")
	}
	second := apitest.New(t, mocktest.Start(t, mocktest.WithOptions(func(o *mockserver.Options) { o.World = parseWorld(t, string(text)) })).BaseURL())
	for _, login := range [][3]string{{"/connect/token", "my-new-app", added}, {"/oidc/token", "6229ffaxxxxxxxxcade3e3d9", rotated}} {
		got := second.Form(login[0], map[string]string{"grant_type": "client_credentials", "client_id": login[1], "client_secret": login[2]})
		if got.Status != http.StatusOK {
			t.Errorf("%s: HTTP %d %s", login[1], got.Status, got.Text)
		}
	}
}

// slowBody is a body during whose arrival something happens.
type slowBody struct {
	io.Reader
	happens func()
}

func (b slowBody) Read(p []byte) (int, error) {
	b.happens()
	return b.Reader.Read(p)
}

// TestExpiryDuringUpload lets a secret expire after the head of a request and before
// its body.
func TestExpiryDuringUpload(t *testing.T) {
	t.Parallel()
	now := time.Date(2026, 5, 6, 7, 8, 9, 0, time.UTC)
	clock := apitest.NewClock(now)
	world := parseWorld(t, strings.Replace(smallWorld, "{value: first}", "{value: first, expires_at: 2026-05-06T08:00:00Z}", 1))
	server, err := mockserver.New(t.Context(), mockserver.Options{World: world, Clock: clock.Now})
	if err != nil {
		t.Fatal(err)
	}
	const form = "grant_type=client_credentials&client_id=app&client_secret=first"
	for _, test := range []struct {
		name    string
		happens func()
		want    int
	}{
		{"nothing", func() {}, http.StatusOK},
		{"the expiry", func() { clock.Set(now.Add(time.Hour)) }, http.StatusBadRequest},
	} {
		request := httptest.NewRequest(http.MethodPost, "/oidc/token", slowBody{strings.NewReader(form), test.happens})
		request.Header.Set("Content-Type", "application/x-www-form-urlencoded")
		reply := httptest.NewRecorder()
		server.ServeHTTP(reply, request)
		if reply.Code != test.want {
			t.Errorf("%s: HTTP %d %s, want %d", test.name, reply.Code, reply.Body, test.want)
		}
	}
}
