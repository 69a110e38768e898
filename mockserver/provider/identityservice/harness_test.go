package identityservice_test

import (
	"encoding/json"
	"io"
	"net/http"
	"net/url"
	"strings"
	"testing"
	"time"

	"github.com/keyturn/keyturn/fixtures"
	"github.com/keyturn/keyturn/mockserver"
	"github.com/keyturn/keyturn/mockserver/internal/apitest"
	"github.com/keyturn/keyturn/mockserver/mocktest"
)

const (
	secretsPath  = "/api/tenants/acme/applications/my-app/secrets"
	seededID     = "3f0c6b1e-8a52-4d7f-9c36-5e1b7a90d248"
	seededSecret = "seeded-secret-of-my-app"
	otherSecret  = "seeded-secret-of-other-app"
)

var noon = time.Date(2026, time.June, 1, 12, 0, 0, 0, time.UTC)

const worldText = `
version: 1
realms:
  identity-service:
    settings: {SETTINGS}
    tenants: [{id: acme}, {id: globex}]
    principals:
      - {name: administrator, token: token, role: admin, tenants: [acme]}
      - {name: reader, token: reader, role: reader, tenants: [acme]}
      - {name: other administrator, token: other, role: admin, tenants: [globex]}
    clients:
      - id: my-app
        tenant: acme
        secrets: [{id: 3f0c6b1e-8a52-4d7f-9c36-5e1b7a90d248, value: seeded-secret-of-my-app}]
        attributes: {type: confidential, grantTypes: [client_credentials], scopes: [email, profile]}
      - id: web-only
        tenant: acme
        secrets: [{id: 9c2d0f43-1b7e-4e58-8f60-aa31c7d924e5, value: seeded-secret-of-web-only}]
        attributes: {type: confidential, grantTypes: [authorization_code]}
      - id: public-app
        tenant: acme
        secrets: [{id: 55e3a1b8-7d20-4c19-b6f4-0e9d82c7a351, value: seeded-secret-of-public-app}]
        attributes: {type: public, grantTypes: [client_credentials]}
      - id: other-app
        tenant: globex
        secrets: [{id: 9a4e17d2-60c5-4b8a-b3f1-2d7c58e0a694, value: seeded-secret-of-other-app}]
        attributes: {grantTypes: [client_credentials]}
`

// standIn is a running server whose clock only moves when it is told to.
type standIn struct {
	tb    testing.TB
	url   string
	clock *apitest.Clock
}

func start(tb testing.TB) *standIn { return startWith(tb, "") }

func startWith(tb testing.TB, settings string) *standIn {
	tb.Helper()
	world, err := fixtures.ParseWorld("test.yaml", []byte(strings.Replace(worldText, "SETTINGS", settings, 1)))
	if err != nil {
		tb.Fatal(err)
	}
	return startWorld(tb, &world)
}

func startWorld(tb testing.TB, world *fixtures.World) *standIn {
	tb.Helper()
	s := &standIn{tb: tb, clock: apitest.NewClock(noon)}
	s.url = mocktest.Start(tb, mocktest.WithOptions(func(o *mockserver.Options) { o.World, o.Clock = world, s.clock.Now })).BaseURL()
	return s
}

func (s *standIn) setClock(now time.Time) {
	s.clock.Set(now)
}

type reply struct {
	status int
	header http.Header
	text   string
	body   any
}

func (r reply) object() map[string]any {
	object, _ := r.body.(map[string]any)
	return object
}

func (r reply) member(name string) string {
	text, _ := r.object()[name].(string)
	return text
}

// request is one call. Body is sent as JSON and Form as a form; an empty Media is
// the one that fits.
type request struct {
	Method, Path, Authorization, Media, Body string
	Form                                     url.Values
}

func (s *standIn) send(asked request) reply {
	s.tb.Helper()
	text, media := asked.Body, "application/json"
	if asked.Form != nil {
		text, media = asked.Form.Encode(), "application/x-www-form-urlencoded"
	}
	if asked.Media != "" {
		media = asked.Media
	}
	r, err := http.NewRequestWithContext(s.tb.Context(), asked.Method, s.url+asked.Path, strings.NewReader(text))
	if err != nil {
		s.tb.Fatal(err)
	}
	if text != "" {
		r.Header.Set("Content-Type", media)
	}
	if asked.Authorization != "" {
		r.Header.Set("Authorization", asked.Authorization)
	}
	response, err := http.DefaultClient.Do(r)
	if err != nil {
		s.tb.Fatal(err)
	}
	defer response.Body.Close()
	data, err := io.ReadAll(response.Body)
	if err != nil {
		s.tb.Fatal(err)
	}
	got := reply{status: response.StatusCode, header: response.Header, text: string(data)}
	if strings.Contains(response.Header.Get("Content-Type"), "json") {
		if err := json.Unmarshal(data, &got.body); err != nil {
			s.tb.Fatalf("%s %s: the body is no JSON: %v", asked.Method, asked.Path, err)
		}
	}
	return got
}

// ok sends as the administrator and demands a 200.
func (s *standIn) ok(method, path, body string) reply {
	s.tb.Helper()
	got := s.send(request{Method: method, Path: path, Authorization: "Bearer token", Body: body})
	if got.status != http.StatusOK {
		s.tb.Fatalf("%s %s: got status %d, want 200: %s", method, path, got.status, got.text)
	}
	return got
}

// add adds a secret to my-app and returns its value.
func (s *standIn) add(body string) string {
	s.tb.Helper()
	return s.ok(http.MethodPost, secretsPath, body).member("clientSecret")
}

type listed struct {
	ID      string  `json:"clientSecretId"`
	Expiry  *string `json:"clientSecretExpirationDate"`
	Deleted bool    `json:"deleted"`
}

func (s *standIn) list() []listed {
	s.tb.Helper()
	var all []listed
	if err := json.Unmarshal([]byte(s.ok(http.MethodGet, secretsPath, "").text), &all); err != nil {
		s.tb.Fatal(err)
	}
	return all
}

// token asks for an access token with the credentials in the form.
func (s *standIn) token(clientID, secret string) reply {
	s.tb.Helper()
	return s.send(request{Method: http.MethodPost, Path: "/connect/token", Form: url.Values{
		"grant_type": {"client_credentials"}, "client_id": {clientID}, "client_secret": {secret},
	}})
}

// wantToken demands that a secret of my-app works, or is refused as a wrong one.
func (s *standIn) wantToken(what, secret string, want int) {
	s.tb.Helper()
	if got := s.token("my-app", secret); got.status != want {
		s.tb.Errorf("a token for %s: got status %d, want %d: %s", what, got.status, want, got.text)
	}
}
