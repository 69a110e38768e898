package mockserver_test

import (
	"context"
	"net/http"
	"net/http/httptest"
	"net/url"
	"path/filepath"
	"strings"
	"sync/atomic"
	"testing"
	"time"

	"github.com/keyturn/keyturn/mockserver"
	"github.com/keyturn/keyturn/mockserver/client"
	"github.com/keyturn/keyturn/mockserver/store"
	"github.com/keyturn/keyturn/mockserver/store/file"
)

// fickle is a file that several servers share, and of which parts can be away.
const secretOfApp = "hQ7v2Zk0sXwB9rTnE4uYc1LpJ6mDfGa8oViK3NxR5Sg"

type fickle struct {
	*file.Backend

	secrets, records, puts, conflicts atomic.Bool
}

var errFickle = client.Errorf(client.Unavailable, "the state does not answer")

func (f *fickle) Secret(ctx context.Context, name string, create func() ([]byte, error)) ([]byte, error) {
	if f.secrets.Load() {
		return nil, errFickle
	}
	return f.Backend.Secret(ctx, name, create)
}

func (f *fickle) Record(ctx context.Context, name string, known uint64) (store.Record, error) {
	if f.records.Load() {
		return store.Record{}, errFickle
	}
	return f.Backend.Record(ctx, name, known)
}

func (f *fickle) Put(ctx context.Context, name string, data []byte, known uint64) (uint64, error) {
	if f.conflicts.Load() {
		return 0, client.Errorf(client.Conflict, "somebody else was faster")
	}
	if f.puts.Load() {
		return 0, errFickle
	}
	return f.Backend.Put(ctx, name, data, known)
}

func (f *fickle) New(ctx context.Context) (store.Content, error) {
	if f.puts.Load() {
		return nil, errFickle
	}
	return f.Backend.New(ctx)
}

func (f *fickle) Uses(context.Context, map[string]time.Time) (map[string]time.Time, error) {
	return nil, nil
}
func (f *fickle) Once(context.Context, string, time.Time, time.Time) (bool, error) { return true, nil }
func (f *fickle) Append(context.Context, string, store.Batch, int) error           { return nil }
func (f *fickle) Batches(context.Context, string, uint64) ([]store.Batch, error)   { return nil, nil }
func (f *fickle) Watch(string, func()) func()                                      { return func() {} }

func serverOn(t *testing.T, state store.Backend) *mockserver.Server {
	t.Helper()
	s, err := mockserver.New(t.Context(), mockserver.Options{State: state})
	if err != nil {
		t.Fatal(err)
	}
	t.Cleanup(func() { _ = s.Close(context.Background()) })
	return s
}

func openFickle(t *testing.T) *fickle {
	t.Helper()
	b, err := file.Open(filepath.Join(t.TempDir(), "state"), file.Options{})
	if err != nil {
		t.Fatal(err)
	}
	t.Cleanup(func() { _ = b.Close() })
	return &fickle{Backend: b}
}

func askForm(s http.Handler, path, user, secret string, form url.Values, header ...string) *httptest.ResponseRecorder {
	r := httptest.NewRequest(http.MethodPost, path, strings.NewReader(form.Encode()))
	r.Host = "127.0.0.1"
	r.Header.Set("Content-Type", "application/x-www-form-urlencoded")
	if user != "" {
		r.SetBasicAuth(user, secret)
	}
	for i := 0; i+1 < len(header); i += 2 {
		r.Header.Set(header[i], header[i+1])
	}
	w := httptest.NewRecorder()
	s.ServeHTTP(w, r)
	return w
}

func askJSON(s http.Handler, method, path, body string, header ...string) *httptest.ResponseRecorder {
	r := httptest.NewRequest(method, path, strings.NewReader(body))
	r.Host = "127.0.0.1"
	if body != "" {
		r.Header.Set("Content-Type", "application/json")
	}
	for i := 0; i+1 < len(header); i += 2 {
		r.Header.Set(header[i], header[i+1])
	}
	w := httptest.NewRecorder()
	s.ServeHTTP(w, r)
	return w
}

// A key that cannot be read says nothing about a token.
func TestAKeyThatIsAwayIsNoVerdict(t *testing.T) {
	f := openFickle(t)
	one := serverOn(t, f)
	form := url.Values{"grant_type": {"client_credentials"}}
	token := askForm(one, "/connect/token", "my-new-app", secretOfApp, form)
	if token.Code != 200 {
		t.Fatalf("%d %s", token.Code, token.Body)
	}
	_, rest, _ := strings.Cut(token.Body.String(), `"access_token":"`)
	value, _, _ := strings.Cut(rest, `"`)
	two := serverOn(t, f)
	f.secrets.Store(true)
	got := askForm(two, "/connect/introspect", "my-new-app", secretOfApp, url.Values{"token": {value}})
	if got.Code != http.StatusServiceUnavailable {
		t.Errorf("introspection: %d %s", got.Code, got.Body)
	}
	f.secrets.Store(false)
	if got := askForm(two, "/connect/introspect", "my-new-app", secretOfApp, url.Values{"token": {value}}); !strings.Contains(got.Body.String(), `"active":true`) {
		t.Errorf("afterwards: %d %s", got.Code, got.Body)
	}
}

// What cannot be written is not the caller's mistake.
func TestAWorldThatCannotBeWritten(t *testing.T) {
	f := openFickle(t)
	s := serverOn(t, f)
	document := askJSON(s, "GET", "/__admin/world", "").Body.String()
	f.puts.Store(true)
	got := askJSON(s, "PUT", "/__admin/world", document)
	if got.Code != http.StatusServiceUnavailable || got.Header().Get("Retry-After") == "" {
		t.Errorf("put a world: %d %v %s", got.Code, got.Header(), got.Body)
	}
	f.puts.Store(false)
	if got := askJSON(s, "POST", "/__admin/snapshots", `{"name":"s"}`); got.Code != 201 {
		t.Fatal(got.Body)
	}
	saved := askJSON(s, "GET", "/__admin/snapshots/s", "").Body.String()
	f.puts.Store(true)
	if got := askJSON(s, "PUT", "/__admin/snapshots/t", saved); got.Code != http.StatusServiceUnavailable {
		t.Errorf("put a snapshot: %d %s", got.Code, got.Body)
	}
	for _, path := range []string{"/__admin/reset", "/__admin/faults"} {
		body := ""
		if path == "/__admin/faults" {
			body = `{"effect":{"status":500}}`
		}
		if got := askJSON(s, "POST", path, body); got.Code != http.StatusServiceUnavailable || got.Header().Get("Retry-After") == "" {
			t.Errorf("%s: %d %s", path, got.Code, got.Body)
		}
	}
}

// Nobody knows whether there is such a namespace.
func TestANamespaceNobodyCanLookFor(t *testing.T) {
	f := openFickle(t)
	s := serverOn(t, f)
	if got := askJSON(s, "POST", "/__admin/namespaces", `{"name":"x"}`); got.Code != 201 {
		t.Fatal(got.Body)
	}
	two := serverOn(t, f)
	if got := askJSON(s, "POST", "/__admin/namespaces", `{"name":"y"}`); got.Code != 201 {
		t.Fatal(got.Body)
	}
	f.records.Store(true)
	for name, path := range map[string]string{"known": "/ns/x", "unknown": "/ns/y"} {
		got := askForm(two, path+"/oauth2/token", "example-service", "example-service-secret", url.Values{"grant_type": {"client_credentials"}})
		if got.Code != http.StatusServiceUnavailable || got.Header().Get("Retry-After") == "" {
			t.Errorf("%s: %d %v %s", name, got.Code, got.Header(), got.Body)
		}
	}
}

// Servers that disturb each other are no fault of the request.
func TestAFaultThatCannotBeCounted(t *testing.T) {
	f := openFickle(t)
	s := serverOn(t, f)
	if got := askJSON(s, "POST", "/__admin/faults", `{"effect":{"status":500}}`); got.Code != 201 {
		t.Fatal(got.Body)
	}
	f.conflicts.Store(true)
	got := askForm(s, "/oauth2/token", "example-service", "example-service-secret", url.Values{"grant_type": {"client_credentials"}})
	if got.Code != http.StatusServiceUnavailable {
		t.Errorf("%d %s", got.Code, got.Body)
	}
	f.conflicts.Store(false)
	if got := askJSON(s, "GET", "/__admin/faults", ""); !strings.Contains(got.Body.String(), `"hits":0`) {
		t.Errorf("%s", got.Body)
	}
}

// A request that was held up works with what there is when it goes on.
func TestHeldUpWhileAnotherServerResets(t *testing.T) {
	if testing.Short() {
		t.Skip("takes more than half a minute")
	}
	t.Parallel()
	f := openFickle(t)
	one, two := serverOn(t, f), serverOn(t, f)
	if got := askJSON(one, "POST", "/__admin/faults", `{"effect":{"latency":{"fixed":"34s"}},"times":1}`); got.Code != 201 {
		t.Fatal(got.Body)
	}
	done := make(chan *httptest.ResponseRecorder)
	go func() {
		done <- askForm(one, "/oauth2/token", "example-service", "example-service-secret", url.Values{"grant_type": {"client_credentials"}})
	}()
	time.Sleep(500 * time.Millisecond)
	if got := askJSON(two, "POST", "/__admin/reset", ""); got.Code != 204 {
		t.Fatal(got.Body)
	}
	if got := <-done; got.Code != 200 {
		t.Errorf("%d %v %s", got.Code, got.Header(), got.Body)
	}
}

// The console says of a state that is away what the admin plane says.
func TestConsoleWhileAway(t *testing.T) {
	f := openFickle(t)
	s := serverOn(t, f)
	f.records.Store(true)
	got := askJSON(s, "GET", "/__admin/ui/", "")
	if got.Code != http.StatusServiceUnavailable || got.Header().Get("Retry-After") == "" {
		t.Errorf("%d %v", got.Code, got.Header())
	}
}

// What a world can hold can be read again.
func TestADeepWorld(t *testing.T) {
	f := openFickle(t)
	s := serverOn(t, f)
	deep := strings.Repeat("[", 1500) + strings.Repeat("]", 1500)
	world := `{"version":1,"realms":{"authing":{"tenants":[{"id":"pool"}],"clients":[{"id":"app","tenant":"pool","secrets":[{"value":"first"}],"attributes":{"loginConfig":{"x":` + deep + `}}}]}}}`
	got := askJSON(s, "PUT", "/__admin/world", world)
	if got.Code == http.StatusBadRequest {
		return // refused, which is fine
	}
	if got.Code != http.StatusNoContent {
		t.Fatal(got.Code, got.Body)
	}
	if got := askJSON(s, "GET", "/__admin/world", ""); got.Code != http.StatusOK {
		t.Errorf("%d %s", got.Code, got.Body)
	}
}

// A request that nests deeply harms nobody.
func TestADeepRequest(t *testing.T) {
	f := openFickle(t)
	s := serverOn(t, f)
	deep := strings.Repeat("[", 1500) + strings.Repeat("]", 1500)
	got := askJSON(s, "POST", "/api/v3/create-application", `{"appName":"x","loginConfig":{"x":`+deep+`}}`, "Authorization", "Bearer token")
	t.Log(got.Code, got.Body.String()[:min(300, got.Body.Len())])
	for _, path := range []string{"/__admin/world", "/__admin/requests"} {
		if got := askJSON(s, "GET", path, ""); got.Code != http.StatusOK {
			t.Errorf("%s: %d %s", path, got.Code, got.Body)
		}
	}
	if got := askForm(s, "/oauth2/token", "example-service", "example-service-secret", url.Values{"grant_type": {"client_credentials"}}); got.Code != http.StatusOK {
		t.Errorf("%d %s", got.Code, got.Body)
	}
}
