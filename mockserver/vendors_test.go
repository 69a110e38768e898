package mockserver_test

import (
	"encoding/json"
	"net/http"
	"strings"
	"testing"
	"time"

	"github.com/keyturn/keyturn/mockserver/internal/apitest"
	"github.com/keyturn/keyturn/mockserver/mocktest"
)

// vendor is one emulated API, as far as what is common to all goes.
type vendor struct {
	name string
	// clientID and secret get a token in the default world.
	clientID, secret string
	// rotation is the operation that makes a new secret, and held the path that lists
	// what there is.
	rotation, method, path, body, held string
	// made is where a new secret stands in what held shows, nil where it is in the
	// reply itself.
	made                 func(rotated, held apitest.Reply) string
	token, introspection string
	// refused is the status for a secret that does not work.
	refused int
}

const (
	authingApp    = "61df925846bed781f5757166"
	authingSecret = "2b0f6a7c9d4e4f1e8a35c7d21b96e0f4"
	authingPool   = "61b95d6c96d42670da568408"
	poolSecret    = "5f1d9c3be47a40c2a6d80e95b71c2f34"
	angusID       = "00000000-0000-4000-8000-000000000001"
)

var vendors = []vendor{
	{
		name: "identity-service", clientID: exampleClient, secret: seededSecret,
		rotation: "addSecret", method: http.MethodPost, path: exampleSecrets, body: `{}`, held: exampleSecrets,
		made:  func(rotated, _ apitest.Reply) string { return rotated.TextAt("clientSecret") },
		token: "/connect/token", introspection: "/connect/introspect", refused: http.StatusUnauthorized,
	},
	{
		name: "angusgm", clientID: "example-service", secret: "example-service-secret",
		rotation: "updateClient", method: http.MethodPatch, path: "/api/v1/auth/client",
		body: `{"id":"` + angusID + `","clientSecret":"{noop}a-secret-of-the-callers-own"}`, held: "/api/v1/auth/client/" + angusID,
		made: func(_, held apitest.Reply) string {
			return strings.TrimPrefix(held.TextAt("data", "clientSecret"), "{noop}")
		},
		token: "/oauth2/token", introspection: "/oauth2/introspect", refused: http.StatusUnauthorized,
	},
	{
		name: "authing-v2", clientID: authingApp, secret: authingSecret,
		rotation: "refreshSecret", method: http.MethodPatch, path: "/api/v2/application/" + authingApp + "/refresh-secret", held: "/api/v2/applications/" + authingApp,
		made:  func(_, held apitest.Reply) string { return held.TextAt("data", "secret") },
		token: "/oauth/token", introspection: "/oauth/token/introspection", refused: http.StatusBadRequest,
	},
	{
		name: "genauth-v3", clientID: authingApp, secret: authingSecret,
		rotation: "refreshApplicationSecret", method: http.MethodPost, path: "/api/v3/refresh-application-secret",
		body: `{"appId":"` + authingApp + `"}`, held: "/api/v3/get-application-secret?appId=" + authingApp,
		made:  func(rotated, _ apitest.Reply) string { return rotated.TextAt("data", "secret") },
		token: "/oidc/token", introspection: "/oidc/token/introspection", refused: http.StatusBadRequest,
	},
}

// stage is a namespace of a running stand-in, new for each test.
type stage struct {
	apitest.API

	t    *testing.T
	name string
	*mocktest.Server
}

// newStage starts a stand-in with a namespace of this name.
func newStage(t *testing.T, name string, options ...mocktest.Option) stage {
	t.Helper()
	server := mocktest.Start(t, options...)
	return stage{t: t, Server: server}.in(t, name)
}

// in creates another namespace of the same stand-in.
func (s stage) in(t *testing.T, name string, members ...string) stage {
	t.Helper()
	if name != "default" {
		body := `{` + strings.Join(append([]string{`"name":"` + name + `"`}, members...), ",") + `}`
		if got := apitest.New(t, s.BaseURL()).Raw(http.MethodPost, "/__admin/namespaces", jsonMedia, body); got.Status != http.StatusCreated {
			t.Fatalf("create %s: HTTP %d %s", name, got.Status, got.Text)
		}
	}
	return s.see(t, name)
}

// see is a namespace that there is.
func (s stage) see(t *testing.T, name string) stage {
	t.Helper()
	s.t, s.name = t, name
	s.API = apitest.New(t, s.BaseURL()).With("X-Keyturn-Namespace", name).Bearer("token")
	return s
}

// put sends a body to the admin plane and demands the status.
func (s stage) put(method, path, body string, status int) apitest.Reply {
	s.t.Helper()
	got := s.admin(method, path, body)
	if got.Status != status {
		s.t.Fatalf("%s %s %s: HTTP %d %s, want %d", method, path, body, got.Status, got.Text, status)
	}
	return got
}

// admin sends a body, or none, to the admin plane.
func (s stage) admin(method, path, body string) apitest.Reply {
	s.t.Helper()
	media := jsonMedia
	if body == "" {
		media = ""
	}
	return s.Raw(method, "/__admin"+path, media, body)
}

// inject adds a fault.
func (s stage) inject(fault string) {
	s.t.Helper()
	s.put(http.MethodPost, "/faults", fault, http.StatusCreated)
}

// clock moves the clock.
func (s stage) clock(change string) apitest.Reply {
	s.t.Helper()
	return s.put(http.MethodPut, "/clock", change, http.StatusOK)
}

// now is what the namespace's clock shows.
func (s stage) now() time.Time {
	s.t.Helper()
	return timeOf(s.t, s.put(http.MethodGet, "/clock", "", http.StatusOK).TextAt("now"))
}

func timeOf(t *testing.T, text string) time.Time {
	t.Helper()
	at, err := time.Parse(time.RFC3339Nano, text)
	if err != nil {
		t.Fatal(err)
	}
	return at
}

// rotate makes a new secret, by whatever was injected on the way.
func (v vendor) rotate(api apitest.API) apitest.Reply {
	if v.body == "" {
		return api.Send(v.method, v.path)
	}
	return api.Raw(v.method, v.path, jsonMedia, v.body)
}

// rotated makes a new secret that has to come to be, and returns it.
func (v vendor) rotated(t *testing.T, api apitest.API) string {
	t.Helper()
	reply := v.rotate(api)
	secret := v.made(reply, api.Send(http.MethodGet, v.held))
	if reply.Status != http.StatusOK || secret == "" || secret == v.secret {
		t.Fatalf("%s: rotate: HTTP %d %s", v.name, reply.Status, reply.Text)
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

// inspected asks about a token.
func (v vendor) inspected(t *testing.T, api apitest.API, secret, token string) apitest.Reply {
	t.Helper()
	got := api.Form(v.introspection, map[string]string{"client_id": v.clientID, "client_secret": secret, "token": token})
	if _, is := got.At("active").(bool); !is || got.Status != http.StatusOK {
		t.Fatalf("%s: HTTP %d %s", v.name, got.Status, got.Text)
	}
	return got
}

func (v vendor) active(t *testing.T, api apitest.API, secret, token string) bool {
	t.Helper()
	return v.inspected(t, api, secret, token).At("active") == true
}

// forVendors runs a test in a namespace of its own for each vendor.
func forVendors(t *testing.T, run func(t *testing.T, v vendor, s stage)) {
	t.Helper()
	outside := stage{t: t, Server: mocktest.Start(t)}
	for _, v := range vendors {
		t.Run(v.name, func(t *testing.T) {
			t.Parallel()
			run(t, v, outside.in(t, v.name))
		})
	}
}

// entry is what the tests read of a journalled request.
type entry struct {
	ID        uint64
	RequestID string `json:"request_id"`
	At        time.Time
	TookMS    float64 `json:"took_ms"`
	Operation string
	Method    string
	URL       string
	Status    int
	Fault     string
}

// journal lists what the namespace was asked.
func (s stage) journal() []entry {
	s.t.Helper()
	var listed struct{ Entries []entry }
	got := s.put(http.MethodGet, "/requests?limit=1000", "", http.StatusOK)
	if err := json.Unmarshal([]byte(got.Text), &listed); err != nil {
		s.t.Fatal(err)
	}
	return listed.Entries
}

// wantField demands a refusal that names the field.
func wantField(t *testing.T, got apitest.Reply, status int, field string) {
	t.Helper()
	if got.Status != status || !strings.Contains(got.TextAt("field")+" "+got.TextAt("detail"), field) {
		t.Errorf("HTTP %d %s, want %d and %s named", got.Status, got.Text, status, field)
	}
}
