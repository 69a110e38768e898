package identityservice_test

import (
	"maps"
	"net/http"
	"net/http/httptest"
	"slices"
	"strconv"
	"strings"
	"testing"

	"github.com/google/go-cmp/cmp"
	"github.com/google/uuid"

	"github.com/keyturn/keyturn/mockserver/client"
	"github.com/keyturn/keyturn/mockserver/contract"
	"github.com/keyturn/keyturn/mockserver/provider"
	"github.com/keyturn/keyturn/mockserver/provider/identityservice"
)

func wantProblem(tb testing.TB, got reply, status int) {
	tb.Helper()
	wantShape(tb, got, status, "application/problem+json", []string{"detail", "instance", "status", "title", "type"})
	if inBody, _ := got.object()["status"].(float64); int(inBody) != status {
		tb.Errorf("got status %v in the body, want %d", got.object()["status"], status)
	}
	if got.member("title") == "" || got.member("detail") == "" || !strings.HasPrefix(got.member("instance"), "/") {
		tb.Errorf("got %s, want a title, a detail and a path", got.text)
	}
}

func wantServiceError(tb testing.TB, got reply, status int) {
	tb.Helper()
	wantShape(tb, got, status, "application/json; charset=utf-8", []string{"errors", "identifier", "message", "responseCode", "type"})
	if got.member("responseCode") != strconv.Itoa(status) {
		tb.Errorf("got responseCode %q, want %d", got.member("responseCode"), status)
	}
	if id, err := uuid.Parse(got.member("identifier")); err != nil || id == uuid.Nil {
		tb.Errorf("got identifier %q, want a fresh uuid", got.member("identifier"))
	}
}

func wantShape(tb testing.TB, got reply, status int, media string, names []string) {
	tb.Helper()
	if got.status != status {
		tb.Fatalf("got status %d, want %d: %s", got.status, status, got.text)
	}
	if found := got.header.Get("Content-Type"); found != media {
		tb.Errorf("got media type %q, want %q", found, media)
	}
	if diff := cmp.Diff(names, slices.Sorted(maps.Keys(got.object()))); diff != "" {
		tb.Errorf("the members differ (-want +got):\n%s", diff)
	}
}

func TestRefusals(t *testing.T) {
	t.Parallel()
	s := start(t)
	const (
		unknownApp    = "/api/tenants/acme/applications/nobody"
		foreignApp    = "/api/tenants/acme/applications/other-app"
		foreignTenant = "/api/tenants/globex/applications/other-app"
		unknownTenant = "/api/tenants/nowhere/applications/other-app"
		unknownID     = "/11111111-2222-4333-8444-555555555555"
	)
	// check is wantProblem or wantServiceError.
	type check = func(testing.TB, reply, int)
	tests := []struct {
		name, method, path, token, media, body string
		status                                 int
		check                                  check
	}{
		{"add, unknown application", "POST", unknownApp + "/secrets", "token", "", "", 400, wantProblem},
		{"add, other tenant's application", "POST", foreignApp + "/secrets", "token", "", "", 400, wantProblem},
		{"add, other tenant", "POST", foreignTenant + "/secrets", "token", "", "", 403, wantProblem},
		{"add, other tenant and a past date", "POST", foreignTenant + "/secrets", "token", "", `{"expirationDate":"2020-01-01T00:00:00Z"}`, 403, wantProblem},
		{"add, unknown tenant", "POST", unknownTenant + "/secrets", "token", "", "", 403, wantProblem},
		{"add, reader", "POST", secretsPath, "reader", "", "", 403, wantProblem},
		{"add, no token", "POST", secretsPath, "", "", "", 401, wantProblem},
		{"add, bad token", "POST", secretsPath, "wrong", "", "", 401, wantProblem},
		{"add, form", "POST", secretsPath, "token", "application/x-www-form-urlencoded", "a=b", 415, wantProblem},
		{"add, no media type", "POST", secretsPath, "token", "nonsense", "{}", 415, wantProblem},
		{"add, body too large", "POST", secretsPath, "token", "", strings.Repeat(" ", 1<<20+1), 413, wantProblem},
		{"list, unknown application", "GET", unknownApp + "/secrets", "token", "", "", 404, wantServiceError},
		{"list, other tenant's application", "GET", foreignApp + "/secrets", "token", "", "", 404, wantServiceError},
		{"list, other tenant", "GET", foreignTenant + "/secrets", "token", "", "", 403, wantServiceError},
		{"list, unknown tenant", "GET", unknownTenant + "/secrets", "token", "", "", 403, wantServiceError},
		{"list, impossible tenant", "GET", "/api/tenants/ACME/applications/my-app/secrets", "token", "", "", 400, wantServiceError},
		{"list, no token", "GET", secretsPath, "", "", "", 401, wantServiceError},
		{"list, bad token", "GET", secretsPath, "wrong", "", "", 401, wantServiceError},
		{"delete, unknown application", "DELETE", unknownApp + "/secrets/" + seededID, "token", "", "", 400, wantProblem},
		{"delete, other tenant's application", "DELETE", foreignApp + "/secrets/9a4e17d2-60c5-4b8a-b3f1-2d7c58e0a694", "token", "", "", 400, wantProblem},
		{"delete, other application's secret", "DELETE", secretsPath + "/9c2d0f43-1b7e-4e58-8f60-aa31c7d924e5", "token", "", "", 400, wantProblem},
		{"delete, unknown secret", "DELETE", secretsPath + unknownID, "token", "", "", 400, wantProblem},
		{"delete, no uuid", "DELETE", secretsPath + "/1", "token", "", "", 400, wantProblem},
		{"delete, uuid in braces", "DELETE", secretsPath + "/%7B" + seededID + "%7D", "token", "", "", 400, wantProblem},
		{"delete, other tenant", "DELETE", foreignTenant + "/secrets" + unknownID, "token", "", "", 403, wantProblem},
		{"delete, reader", "DELETE", secretsPath + "/" + seededID, "reader", "", "", 403, wantProblem},
		{"delete, no token", "DELETE", secretsPath + "/" + seededID, "", "", "", 401, wantProblem},
		{"application, unknown", "GET", unknownApp, "token", "", "", 404, wantServiceError},
		{"application, other tenant", "GET", foreignTenant, "token", "", "", 403, wantServiceError},
		{"register, other tenant", "POST", "/api/tenants/globex/applications", "token", "", `{"clientId":"x"}`, 403, wantServiceError},
		{"register, reader", "POST", applicationsPath, "reader", "", `{"clientId":"x"}`, 403, wantServiceError},
		{"register, form", "POST", applicationsPath, "token", "text/plain", `{"clientId":"x"}`, 415, wantServiceError},
		{"no route", "GET", "/api/tenants/acme/users", "token", "", "", 404, wantProblem},
		{"wrong method", "PUT", secretsPath, "token", "", "{}", 405, wantProblem},
		{"page, state twice", "GET", "/profile?state=a&state=b", "", "", "", 400, wantProblem},
	}
	for _, test := range tests {
		t.Run(test.name, func(t *testing.T) {
			asked := request{Method: test.method, Path: test.path, Media: test.media, Body: test.body}
			if test.token != "" {
				asked.Authorization = "Bearer " + test.token
			}
			got := s.send(asked)
			test.check(t, got, test.status)
			if test.status == http.StatusMethodNotAllowed && got.header.Get("Allow") != "GET, HEAD, POST" {
				t.Errorf("got Allow %q, want %q", got.header.Get("Allow"), "GET, HEAD, POST")
			}
		})
	}
	if all := s.list(); len(all) != 1 || all[0].Deleted {
		t.Errorf("the refusals left %+v, want the one seeded secret", all)
	}
}

// TestEveryKindHasAForm calls the doors with each kind, in each shape.
func TestEveryKindHasAForm(t *testing.T) {
	t.Parallel()
	p := identityservice.New()
	for _, operation := range []string{"addSecret", "listSecrets", "registerApplication", "issueToken"} {
		for _, kind := range client.Kinds() {
			for _, door := range p.Doors {
				call := &provider.Call{
					Operation: &contract.Operation{ID: operation}, Random: strings.NewReader(strings.Repeat("r", 16)),
					HTTP: httptest.NewRequest(http.MethodGet, "/api/tenants/acme", nil),
				}
				reply := door.Refuse(call, client.Errorf(kind, "message"))
				body, _ := reply.Body.(map[string]any)
				theCallers := reply.Status >= 400 && reply.Status <= 499
				if theCallers == (kind == client.Unavailable) {
					t.Errorf("%s, %s, %s: got status %d, want 4xx, or 503 for %s", door.Prefix, operation, kind, reply.Status, client.Unavailable)
				}
				for _, name := range []string{"title", "type", "error"} {
					if text, there := body[name].(string); there && text == "" {
						t.Errorf("%s, %s, %s: %s is empty", door.Prefix, operation, kind, name)
					}
				}
			}
		}
	}
}
