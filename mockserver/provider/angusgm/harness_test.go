package angusgm_test

import (
	"bytes"
	"encoding/json"
	"io"
	"maps"
	"net/http"
	"net/url"
	"slices"
	"strings"
	"testing"
	"time"

	"github.com/keyturn/keyturn/fixtures"
	"github.com/keyturn/keyturn/mockserver"
	"github.com/keyturn/keyturn/mockserver/internal/apitest"
	"github.com/keyturn/keyturn/mockserver/mocktest"
)

const (
	clients = "/api/v1/auth/client"
	// The clients of the default world.
	serviceID = "00000000-0000-4000-8000-000000000001"
	websiteID = "00000000-0000-4000-8000-000000000002"
	foreignID = "00000000-0000-4000-8000-000000000003"
	// The tokens of the default world, and none.
	admin   = "token"
	reader  = "reader"
	foreign = "other"
	nobody  = ""
	// A second administrator of the first tenant, which the tests add.
	deputy = "deputy"
)

type object = map[string]any

// noon is when every test starts, in Shanghai.
var noon = time.Date(2025, 8, 1, 4, 0, 0, 0, time.UTC)

// standIn is a running stand-in with the default world.
type standIn struct {
	t      *testing.T
	url    string
	clock  *apitest.Clock
	server *mocktest.Server
}

// start is called once a test, which then runs beside the others.
func start(t *testing.T) standIn {
	t.Helper()
	t.Parallel()
	return startWith(t, nil)
}

// fresh puts the world and the clock back, for a subtest. It is cheaper than
// another start, and subtests of one stand-in must not run side by side.
func (s standIn) fresh(t *testing.T) standIn {
	t.Helper()
	s = s.in(t)
	s.clock.Set(noon)
	if err := s.server.Reset(t.Context()); err != nil {
		t.Fatalf("reset the stand-in: %v", err)
	}
	return s
}

// in is the same stand-in, reporting to a subtest.
func (s standIn) in(t *testing.T) standIn {
	s.t = t
	return s
}

func startWith(t *testing.T, settings fixtures.Settings) standIn {
	t.Helper()
	world, err := fixtures.Default()
	if err != nil {
		t.Fatalf("read the default world: %v", err)
	}
	world.Realms = maps.Clone(world.Realms)
	own := world.Realms["angusgm"]
	own.Settings = settings
	own.Principals = append(slices.Clip(own.Principals),
		fixtures.Principal{Name: "deputy", Token: deputy, Role: fixtures.RoleAdmin, Tenants: []string{"1"}})
	world.Realms["angusgm"] = own
	at := apitest.NewClock(noon)
	server := mocktest.Start(t, mocktest.WithOptions(func(o *mockserver.Options) { o.World, o.Clock = &world, at.Now }))
	return standIn{t: t, url: server.BaseURL(), clock: at, server: server}
}

// answer is what came back.
type answer struct {
	status int
	header http.Header
	body   object
	text   string
}

// key is the machine-readable key of a refusal.
func (a answer) key() string {
	ext, _ := a.body["ext"].(object)
	key, _ := ext["eKey"].(string)
	return key
}

func (a answer) data() object {
	data, _ := a.body["data"].(object)
	return data
}

// call sends a body as JSON, or none, with a bearer token, or none.
func (s standIn) call(method, path, token string, body any) answer {
	s.t.Helper()
	if body == nil {
		return s.send(method, path, token, "", "")
	}
	text, err := json.Marshal(body)
	if err != nil {
		s.t.Fatalf("write the request: %v", err)
	}
	return s.send(method, path, token, "application/json", string(text))
}

func (s standIn) send(method, path, token, media, body string) answer {
	s.t.Helper()
	request := s.request(method, path, media, body)
	if token != nobody {
		request.Header.Set("Authorization", "Bearer "+token)
	}
	return s.do(request)
}

func (s standIn) request(method, path, media, body string) *http.Request {
	s.t.Helper()
	request, err := http.NewRequestWithContext(s.t.Context(), method, s.url+path, strings.NewReader(body))
	if err != nil {
		s.t.Fatalf("make a request: %v", err)
	}
	if media != "" {
		request.Header.Set("Content-Type", media)
	}
	return request
}

func (s standIn) do(request *http.Request) answer {
	s.t.Helper()
	response, err := http.DefaultClient.Do(request)
	if err != nil {
		s.t.Fatalf("%s %s: %v", request.Method, request.URL.Path, err)
	}
	defer response.Body.Close()
	text, err := io.ReadAll(response.Body)
	if err != nil {
		s.t.Fatalf("read the reply: %v", err)
	}
	got := answer{status: response.StatusCode, header: response.Header, text: string(text)}
	if len(bytes.TrimSpace(text)) > 0 {
		if err := json.Unmarshal(text, &got.body); err != nil {
			s.t.Fatalf("%s %s: want a JSON object, got %q", request.Method, request.URL.Path, text)
		}
	}
	return got
}

// detail reads a client as its administrator.
func (s standIn) detail(id string) object {
	s.t.Helper()
	got := s.call(http.MethodGet, clients+"/"+id, admin, nil)
	s.wantStatus(got, http.StatusOK)
	return got.data()
}

func (s standIn) wantStatus(got answer, want int) {
	s.t.Helper()
	if got.status != want {
		s.t.Fatalf("want status %d, got %d: %s", want, got.status, got.text)
	}
}

// wantRefused holds a refusal to its status and its key, in body and header.
func (s standIn) wantRefused(got answer, status int, key string) {
	s.t.Helper()
	if got.status != status || got.key() != key || got.header.Get("XC-E-Key") != key {
		s.t.Errorf("want %d %s in body and header, got %d %q and %q: %s",
			status, key, got.status, got.key(), got.header.Get("XC-E-Key"), got.text)
	}
}

func (s standIn) wantMember(c object, name string, want any) {
	s.t.Helper()
	for _, difference := range fixtures.Match(object{name: want}, c) {
		s.t.Errorf("%s", difference)
	}
	if want == nil && c[name] != nil {
		s.t.Errorf("%s: want null, got %v", name, c[name])
	}
}

// oauth posts a form to the token side.
func (s standIn) oauth(endpoint string, form url.Values) answer {
	s.t.Helper()
	return s.send(http.MethodPost, "/oauth2/"+endpoint, nobody, "application/x-www-form-urlencoded", form.Encode())
}

func credentials(id, secret string) url.Values {
	return url.Values{"grant_type": {"client_credentials"}, "client_id": {id}, "client_secret": {secret}}
}

// registration is a body with everything that is required and a secret.
func registration(changes object) object {
	body := object{
		"id": "new-id", "clientId": "new-client", "clientName": "New client", "clientSecret": "{noop}first",
		"clientAuthenticationMethods": []any{"client_secret_post"},
		"authorizationGrantTypes":     []any{"client_credentials"},
		"scopes":                      []any{"one", "two"},
		"clientSettings":              object{"settings.client.require-proof-key": false},
		"tokenSettings":               object{"settings.token.access-token-format": "reference"},
	}
	return changed(body, changes)
}

// changed returns the body with members changed, or left out where the change is
// absent.
func changed(body, changes object) object {
	body = maps.Clone(body)
	for name, value := range changes {
		if value == absent {
			delete(body, name)
			continue
		}
		body[name] = value
	}
	return body
}

type missing struct{}

var absent any = missing{}

func (s standIn) register(changes object) {
	s.t.Helper()
	s.wantStatus(s.call(http.MethodPost, clients, admin, registration(changes)), http.StatusCreated)
}
