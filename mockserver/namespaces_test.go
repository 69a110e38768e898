package mockserver_test

import (
	"encoding/json"
	"fmt"
	"io"
	"net/http"
	"net/url"
	"runtime"
	"strings"
	"sync"
	"testing"
	"time"

	"github.com/keyturn/keyturn/mockserver"
	"github.com/keyturn/keyturn/mockserver/internal/apitest"
	"github.com/keyturn/keyturn/mockserver/internal/vendortest"
	"github.com/keyturn/keyturn/mockserver/mocktest"
)

// reply is what came back.
type reply struct {
	status int
	header http.Header
	body   string
}

// member is a text member of a JSON object.
func (r reply) member(t *testing.T, name string) string {
	t.Helper()
	var object map[string]any
	if err := json.Unmarshal([]byte(r.body), &object); err != nil {
		t.Fatalf("HTTP %d %s: %v", r.status, r.body, err)
	}
	text, _ := object[name].(string)
	return text
}

type way struct {
	header, prefix, host string
}

// ask sends a request that chooses its namespace the way it says.
func ask(t *testing.T, base string, w way, method, path, contentType, body string) reply {
	t.Helper()
	request, err := http.NewRequestWithContext(t.Context(), method, base+w.prefix+path, strings.NewReader(body))
	if err != nil {
		t.Fatal(err)
	}
	if w.header != "" {
		request.Header.Set("X-Keyturn-Namespace", w.header)
	}
	if w.host != "" {
		request.Host = w.host
	}
	if contentType != "" {
		request.Header.Set("Content-Type", contentType)
	}
	if strings.HasPrefix(path, "/api/") {
		request.Header.Set("Authorization", "Bearer token")
	}
	response, err := http.DefaultTransport.RoundTrip(request)
	if err != nil {
		t.Fatal(err)
	}
	defer response.Body.Close()
	text, err := io.ReadAll(response.Body)
	if err != nil {
		t.Fatal(err)
	}
	return reply{response.StatusCode, response.Header, string(text)}
}

const (
	jsonMedia = "application/json"
	formMedia = "application/x-www-form-urlencoded"
)

func create(t *testing.T, base, name string) {
	t.Helper()
	if got := ask(t, base, way{}, http.MethodPost, "/__admin/namespaces", jsonMedia, `{"name":"`+name+`"}`); got.status != http.StatusCreated {
		t.Fatalf("create %s: HTTP %d %s", name, got.status, got.body)
	}
}

// works reports whether the secret gets a token.
func works(t *testing.T, base string, w way, clientID, secret string) bool {
	t.Helper()
	form := url.Values{"grant_type": {"client_credentials"}, "client_id": {clientID}, "client_secret": {secret}}
	got := ask(t, base, w, http.MethodPost, "/connect/token", formMedia, form.Encode())
	if got.status != http.StatusOK && got.status != http.StatusUnauthorized && got.status != http.StatusBadRequest {
		t.Fatalf("HTTP %d %s", got.status, got.body)
	}
	return got.status == http.StatusOK
}

func TestThreeWaysToChoose(t *testing.T) {
	t.Parallel()
	standIn := mocktest.Start(t)
	base := standIn.BaseURL()
	_, port, _ := strings.Cut(strings.TrimPrefix(base, "http://"), ":")
	create(t, base, "a")
	for name, w := range map[string]way{
		"header": {header: "a"}, "path": {prefix: "/ns/a"}, "host": {host: "a.localhost:" + port}, "host without a port": {host: "A.localhost."},
		"all": {header: "a", prefix: "/ns/a", host: "a.localhost"},
	} {
		got := ask(t, base, w, http.MethodPut, "/__admin/clock", jsonMedia, `{"advance":"1h"}`)
		if got.status != http.StatusOK {
			t.Errorf("%s: HTTP %d %s", name, got.status, got.body)
		}
	}
	space, err := standIn.Namespaces().Find(t.Context(), "a")
	if err != nil || space.Clock().Read().Offset() < 4*time.Hour+59*time.Minute {
		t.Fatalf("got %+v, %v", space.Clock().Read(), err)
	}
	if got := standIn.Clock().Read(); got.Offset() != 0 {
		t.Errorf("the clock of the default namespace moved by %v", got.Offset())
	}
	for name, w := range map[string]way{
		"unknown header": {header: "b"}, "unknown path": {prefix: "/ns/b"}, "unknown host": {host: "b.localhost"}, "two": {header: "a", prefix: "/ns/default"},
		"two headers": {header: "a", host: "b.localhost"}, "slash": {prefix: "/ns/a%2Fb"}, "empty": {prefix: "/ns/"}, "upper case": {header: "A"},
	} {
		got := ask(t, base, w, http.MethodGet, "/__admin/clock", "", "")
		if got.status != http.StatusNotFound && got.status != http.StatusBadRequest || got.header.Get("Keyturn-Problem") != "no-namespace" {
			t.Errorf("%s: HTTP %d %s", name, got.status, got.body)
		}
	}
	for name, w := range map[string]way{"default": {header: "default"}, "default path": {prefix: "/ns/default"}, "localhost": {host: "localhost:" + port}} {
		if got := ask(t, base, w, http.MethodGet, "/__admin/clock", "", ""); got.status != http.StatusOK {
			t.Errorf("%s: HTTP %d %s", name, got.status, got.body)
		}
	}
}

func TestAddressesKeepThePrefix(t *testing.T) {
	t.Parallel()
	base := mocktest.Start(t).BaseURL()
	create(t, base, "a")
	got := ask(t, base, way{prefix: "/ns/a"}, http.MethodGet, "/.well-known/openid-configuration", "", "")
	if got.status != http.StatusOK || !strings.Contains(got.body, base+"/ns/a/") {
		t.Errorf("HTTP %d %s", got.status, got.body)
	}
}

func TestNamespaceNames(t *testing.T) {
	t.Parallel()
	base := mocktest.Start(t).BaseURL()
	create(t, base, "taken")
	for body, want := range map[string]struct {
		status int
		text   string
	}{
		`{"name":"a/b"}`: {http.StatusBadRequest, "name"},
		`{"name":""}`:    {http.StatusBadRequest, "name"},
		`{"name":"-a"}`:  {http.StatusBadRequest, "name"},
		`{"name":"` + strings.Repeat("a", 64) + `"}`: {http.StatusBadRequest, "name"},
		`{}`:                                         {http.StatusBadRequest, "name"},
		`{"name":"taken"}`:                           {http.StatusConflict, "name"},
		`{"name":"default"}`:                         {http.StatusConflict, "name"},
		`{"name":"a","idle":"soon"}`:                 {http.StatusBadRequest, "idle"},
		`{"name":"a","idle":"-1s"}`:                  {http.StatusBadRequest, "idle"},
		`{"name":"a","from":"nowhere"}`:              {http.StatusNotFound, "from"},
		`{"name":"a","snapshot":"s"}`:                {http.StatusBadRequest, "from"},
		`{"name":"a","from":"taken","snapshot":"s"}`: {http.StatusNotFound, "snapshot"},
		`{"name":"a","seed":-1}`:                     {http.StatusBadRequest, "seed"},
		`{"name":"a","colour":"red"}`:                {http.StatusBadRequest, "colour"},
	} {
		got := ask(t, base, way{}, http.MethodPost, "/__admin/namespaces", jsonMedia, body)
		if got.status != want.status || !strings.Contains(got.member(t, "detail"), want.text) {
			t.Errorf("%s: HTTP %d %s", body, got.status, got.body)
		}
	}
}

// TestParallelTestsNeverMeet has 200 tests rotate the same client of one server at the
// same time, each in a namespace of its own and by one of the three ways to choose it.
func TestParallelTestsNeverMeet(t *testing.T) {
	t.Parallel()
	const tests = 200
	base := mocktest.Start(t).BaseURL()
	var mu sync.Mutex
	secrets, tokens := map[string]string{}, map[string]string{}
	t.Run("all", func(t *testing.T) {
		for i := range tests {
			name := fmt.Sprintf("t%d", i)
			w := []way{{header: name}, {prefix: "/ns/" + name}, {host: name + ".localhost"}}[i%3]
			t.Run(name, func(t *testing.T) {
				t.Parallel()
				create(t, base, name)
				secret, token := rehearse(t, base, w)
				mu.Lock()
				defer mu.Unlock()
				secrets[name], tokens[name] = secret, token
			})
		}
	})
	for name := range secrets {
		if got := journalled(t, base, name); got != 4 {
			t.Errorf("the journal of %s has %d entries, want 4", name, got)
		}
	}
	seen := map[string]bool{}
	for i := range tests {
		name, other := fmt.Sprintf("t%d", i), fmt.Sprintf("t%d", (i+1)%tests)
		if seen[secrets[name]] {
			t.Fatalf("%s has the secret of another", name)
		}
		seen[secrets[name]] = true
		if works(t, base, way{header: other}, vendortest.IdentityApp, secrets[name]) {
			t.Errorf("the secret of %s works in %s", name, other)
		}
		if !isActive(t, base, name, secrets[name], tokens[name]) {
			t.Errorf("the token of %s is of no use", name)
		}
		if isActive(t, base, other, secrets[other], tokens[name]) {
			t.Errorf("the token of %s is good in %s", name, other)
		}
	}
}

// rehearse makes a new secret, deletes the seeded one, and gets a token with the new.
func rehearse(t *testing.T, base string, w way) (secret, token string) {
	t.Helper()
	added := ask(t, base, w, http.MethodPost, vendortest.IdentitySecrets, jsonMedia, `{}`)
	if added.status != http.StatusOK {
		t.Fatalf("add: HTTP %d %s", added.status, added.body)
	}
	secret = added.member(t, "clientSecret")
	if got := ask(t, base, w, http.MethodDelete, vendortest.IdentitySecrets+"/3f0c6b1e-8a52-4d7f-9c36-5e1b7a90d248", "", ""); got.status != http.StatusOK && got.status != http.StatusNoContent {
		t.Fatalf("delete: HTTP %d %s", got.status, got.body)
	}
	if works(t, base, w, vendortest.IdentityApp, vendortest.IdentitySecret) {
		t.Error("the deleted secret works")
	}
	form := url.Values{"grant_type": {"client_credentials"}, "client_id": {vendortest.IdentityApp}, "client_secret": {secret}}
	issued := ask(t, base, w, http.MethodPost, "/connect/token", formMedia, form.Encode())
	if issued.status != http.StatusOK {
		t.Fatalf("token: HTTP %d %s", issued.status, issued.body)
	}
	return secret, issued.member(t, "access_token")
}

// journalled counts what the namespace was asked.
func journalled(t *testing.T, base, name string) int {
	t.Helper()
	var journal struct{ Entries []json.RawMessage }
	got := ask(t, base, way{header: name}, http.MethodGet, "/__admin/requests", "", "")
	if err := json.Unmarshal([]byte(got.body), &journal); err != nil {
		t.Fatalf("HTTP %d %s: %v", got.status, got.body, err)
	}
	return len(journal.Entries)
}

// isActive asks a namespace about a token.
func isActive(t *testing.T, base, name, secret, token string) bool {
	t.Helper()
	form := url.Values{"client_id": {vendortest.IdentityApp}, "client_secret": {secret}, "token": {token}}
	got := ask(t, base, way{header: name}, http.MethodPost, "/connect/introspect", formMedia, form.Encode())
	var state struct{ Active bool }
	if err := json.Unmarshal([]byte(got.body), &state); err != nil || got.status != http.StatusOK {
		t.Fatalf("HTTP %d %s: %v", got.status, got.body, err)
	}
	return state.Active
}

func TestIdleNamespacesAreForgotten(t *testing.T) {
	t.Parallel()
	system := apitest.NewClock(time.Date(2026, 3, 29, 12, 0, 0, 0, time.UTC))
	standIn := mocktest.Start(t, mocktest.WithOptions(func(o *mockserver.Options) { o.Clock = system.Now }))
	base := standIn.BaseURL()
	for _, body := range []string{`{"name":"short","idle":"10m"}`, `{"name":"usual"}`, `{"name":"always","idle":"0s"}`} {
		if got := ask(t, base, way{}, http.MethodPost, "/__admin/namespaces", jsonMedia, body); got.status != http.StatusCreated {
			t.Fatalf("HTTP %d %s", got.status, got.body)
		}
	}
	// Its own clock may be years ahead: it is not idle for that.
	ask(t, base, way{header: "usual"}, http.MethodPut, "/__admin/clock", jsonMedia, `{"advance":"8760h"}`)
	for _, step := range []struct {
		pass time.Duration
		want string
	}{{9 * time.Minute, "default short usual always"}, {2 * time.Minute, "default usual always"}, {29 * time.Minute, "default usual always"}, {31 * time.Minute, "default always"}} {
		system.Advance(step.pass)
		var left []string
		for _, name := range []string{"default", "short", "usual", "always"} {
			if step.pass == 9*time.Minute && name == "short" {
				// A look at the list is no use.
				if got := ask(t, base, way{}, http.MethodGet, "/__admin/namespaces", "", ""); strings.Contains(got.body, `"short"`) {
					left = append(left, name)
				}
				continue
			}
			if got := ask(t, base, way{header: name}, http.MethodGet, "/__admin/clock", "", ""); got.status == http.StatusOK {
				left = append(left, name)
			}
		}
		if got := strings.Join(left, " "); got != step.want {
			t.Errorf("after %v: got %s, want %s", step.pass, got, step.want)
		}
	}
	create(t, base, "short") // the name is free
}

func TestThereIsAnEndToNamespaces(t *testing.T) {
	t.Parallel()
	base := mocktest.Start(t, mocktest.WithOptions(func(o *mockserver.Options) { o.MaxNamespaces = 3 })).BaseURL()
	create(t, base, "a")
	create(t, base, "b")
	got := ask(t, base, way{}, http.MethodPost, "/__admin/namespaces", jsonMedia, `{"name":"c"}`)
	if got.status != http.StatusConflict || !strings.Contains(got.body, "3 namespaces") {
		t.Errorf("HTTP %d %s", got.status, got.body)
	}
	if got := ask(t, base, way{}, http.MethodDelete, "/__admin/namespaces/a", "", ""); got.status != http.StatusNoContent {
		t.Errorf("HTTP %d %s", got.status, got.body)
	}
	create(t, base, "c")
	if got := ask(t, base, way{}, http.MethodDelete, "/__admin/namespaces/default", "", ""); got.status != http.StatusConflict {
		t.Errorf("HTTP %d %s", got.status, got.body)
	}
}

func heap() int64 {
	runtime.GC()
	runtime.GC()
	var stats runtime.MemStats
	runtime.ReadMemStats(&stats)
	return int64(stats.HeapAlloc)
}
