package identityservice_test

import (
	"net/http"
	"testing"

	"github.com/google/go-cmp/cmp"
)

// TestTenantsCannotBeProbed demands the same words for what is somebody else's and
// for what does not exist.
func TestTenantsCannotBeProbed(t *testing.T) {
	t.Parallel()
	s := start(t)
	for _, method := range []string{http.MethodGet, http.MethodPost} {
		for name, paths := range map[string][2]string{
			"tenant": {
				"/api/tenants/globex/applications/other-app/secrets",
				"/api/tenants/nowhere/applications/other-app/secrets",
			},
			"application": {
				"/api/tenants/acme/applications/other-app/secrets",
				"/api/tenants/acme/applications/nobody/secrets",
			},
		} {
			t.Run(method+" "+name, func(t *testing.T) {
				var seen [2]map[string]any
				for i, path := range paths {
					got := s.send(request{Method: method, Path: path, Authorization: "Bearer token"})
					seen[i] = got.object()
					seen[i]["violation"] = got.header.Get("Keyturn-Violation")
					// These follow the request, not the state.
					delete(seen[i], "instance")
					delete(seen[i], "identifier")
				}
				if diff := cmp.Diff(seen[0], seen[1]); diff != "" {
					t.Errorf("somebody else's and nobody's differ:\n%s", diff)
				}
			})
		}
	}
}

func TestCallers(t *testing.T) {
	t.Parallel()
	s := start(t)
	access := s.token("my-app", seededSecret).member("access_token")
	globex := "/api/tenants/globex/applications/other-app/secrets"
	for _, test := range []struct {
		name, authorization, path string
		status                    int
		challenge                 string
	}{
		{"administrator", "Bearer token", secretsPath, 200, ""},
		{"lower-case scheme", "bearer token", secretsPath, 200, ""},
		{"reader", "Bearer reader", secretsPath, 200, ""},
		{"other administrator", "Bearer other", globex, 200, ""},
		{"other administrator here", "Bearer other", secretsPath, 403, ""},
		{"an application's own token", "Bearer " + access, secretsPath, 403, ""},
		{"no token", "", secretsPath, 401, "Bearer"},
		{"another scheme", "Basic dG9rZW46", secretsPath, 401, "Bearer"},
		{"empty token", "Bearer ", secretsPath, 401, "*"},
		{"unknown token", "Bearer wrong", secretsPath, 401, `Bearer error="invalid_token"`},
		{"forged token", "Bearer " + access + "x", secretsPath, 401, `Bearer error="invalid_token"`},
	} {
		t.Run(test.name, func(t *testing.T) {
			got := s.send(request{Method: http.MethodGet, Path: test.path, Authorization: test.authorization})
			if got.status != test.status {
				t.Errorf("got status %d, want %d: %s", got.status, test.status, got.text)
			}
			challenge := got.header.Get("WWW-Authenticate")
			if test.challenge != "*" && challenge != test.challenge {
				t.Errorf("got challenge %q, want %q", challenge, test.challenge)
			}
		})
	}
}

func TestTwoHeadersAreRefused(t *testing.T) {
	t.Parallel()
	s := start(t)
	r, err := http.NewRequestWithContext(t.Context(), http.MethodGet, s.url+secretsPath, nil)
	if err != nil {
		t.Fatal(err)
	}
	r.Header["Authorization"] = []string{"Bearer token", "Bearer other"}
	response, err := http.DefaultClient.Do(r)
	if err != nil {
		t.Fatal(err)
	}
	defer response.Body.Close()
	if got := response.Header.Get("WWW-Authenticate"); response.StatusCode != http.StatusUnauthorized || got != `Bearer error="invalid_token"` {
		t.Errorf("got status %d and challenge %q", response.StatusCode, got)
	}
}

func TestReaderSeesNoSecret(t *testing.T) {
	t.Parallel()
	s := start(t)
	got := s.send(request{Method: http.MethodGet, Path: applicationsPath + "/my-app", Authorization: "Bearer reader"})
	if got.status != http.StatusOK {
		t.Fatalf("got status %d, want 200: %s", got.status, got.text)
	}
	if secret, there := got.object()["clientSecret"]; !there || secret != nil {
		t.Errorf("got clientSecret %v, want null", secret)
	}
}
