package identityservice_test

import (
	"fmt"
	"net/http"
	"strings"
	"testing"

	"github.com/google/go-cmp/cmp"
)

const applicationsPath = "/api/tenants/acme/applications"

// TestApplicationObject holds every operation that answers with an application to
// exactly the 23 members of the vendor's page.
func TestApplicationObject(t *testing.T) {
	t.Parallel()
	s := start(t)
	want := map[string]any{
		"displayName": nil, "clientId": "my-app", "clientSecret": nil, "theme": nil, "redirectUris": nil,
		"postLogoutRedirectUris": nil, "consentType": nil, "type": "confidential",
		"grantTypes": []any{"client_credentials"}, "endpoints": nil, "scopes": []any{"email", "profile"},
		"homepageUrl": nil, "sampleHomepageUrl": nil, "allowUnregisteredUsersToSignIn": false,
		"hideTenantDisplayNameDuringLogIn": false, "allowRegister": false, "disableLoginAlerts": false,
		"appSwitcherProductId": nil, "additionalLinks": nil, "tenant": "acme", "definedRoles": nil,
		"roles": nil, "tenants": nil,
	}
	if len(want) != 23 {
		t.Fatalf("the test expects %d members, want 23", len(want))
	}
	for method, path := range map[string]string{
		http.MethodGet:    applicationsPath + "/my-app",
		http.MethodDelete: secretsPath + "/" + seededID,
	} {
		if diff := cmp.Diff(want, s.ok(method, path, "").object()); diff != "" {
			t.Errorf("%s: the application differs (-want +got):\n%s", method, diff)
		}
	}
	added := s.ok(http.MethodPost, secretsPath, "").object()
	if added["clientSecret"] == nil {
		t.Error("POST: clientSecret is null, want the new value")
	}
	added["clientSecret"] = nil
	if diff := cmp.Diff(want, added); diff != "" {
		t.Errorf("POST: the application differs (-want +got):\n%s", diff)
	}
}

func TestRegister(t *testing.T) {
	t.Parallel()
	s := start(t)
	made := s.ok(http.MethodPost, applicationsPath, `{
		"clientId": "fresh-app", "displayName": "Fresh", "type": "confidential", "grantTypes": ["client_credentials"],
		"scopes": ["email"], "allowRegister": true, "definedRoles": [{"name": "owner"}], "applicationType": "web",
		"clientSecret": "chosen", "tenant": "globex", "appSwitcherProductId": "7"}`)
	value := made.member("clientSecret")
	if diff := cmp.Diff(map[string]any{"clientId": "fresh-app", "clientSecret": value}, made.object()); diff != "" || value == "" {
		t.Errorf("the registration differs (-want +got):\n%s", diff)
	}
	if got := s.token("fresh-app", value); got.status != http.StatusOK {
		t.Errorf("a token for the first secret: got status %d, want 200: %s", got.status, got.text)
	}
	if got := s.token("fresh-app", "chosen"); got.status != http.StatusUnauthorized {
		t.Errorf("a token for a chosen secret: got status %d, want 401", got.status)
	}
	shown := s.ok(http.MethodGet, applicationsPath+"/fresh-app", "").object()
	for name, want := range map[string]any{
		"displayName": "Fresh", "allowRegister": true, "definedRoles": []any{map[string]any{"name": "owner"}},
		"tenant": "acme", "clientSecret": nil, "appSwitcherProductId": nil,
	} {
		if diff := cmp.Diff(want, shown[name]); diff != "" {
			t.Errorf("%s differs (-want +got):\n%s", name, diff)
		}
	}
	if len(shown) != 23 {
		t.Errorf("got %d members, want 23", len(shown))
	}
}

func TestRegisterRefuses(t *testing.T) {
	t.Parallel()
	s := start(t)
	for name, body := range map[string]string{
		"no body":               ``,
		"no clientId":           `{"displayName": "Nameless"}`,
		"null clientId":         `{"clientId": null}`,
		"empty clientId":        `{"clientId": ""}`,
		"colon in clientId":     `{"clientId": "a:b"}`,
		"slash in clientId":     `{"clientId": "a/b"}`,
		"clientId too long":     fmt.Sprintf(`{"clientId": %q}`, strings.Repeat("a", 101)),
		"scopes no list":        `{"clientId": "fresh-app", "scopes": "email"}`,
		"duplicate":             `{"clientId": "my-app"}`,
		"taken in other tenant": `{"clientId": "other-app"}`,
		"broken JSON":           `{"clientId": `,
	} {
		t.Run(name, func(t *testing.T) {
			got := s.send(request{Method: http.MethodPost, Path: applicationsPath, Authorization: "Bearer token", Body: body})
			wantServiceError(t, got, http.StatusBadRequest)
		})
	}
}

// TestRegisterNamesTheTakenMember demands one answer for a name of the caller's own
// tenant and of another.
func TestRegisterNamesTheTakenMember(t *testing.T) {
	t.Parallel()
	s := start(t)
	want := []any{"clientId: the name is taken"}
	for _, taken := range []string{"my-app", "other-app"} {
		got := s.send(request{
			Method: http.MethodPost, Path: applicationsPath, Authorization: "Bearer token", Body: fmt.Sprintf(`{"clientId": %q}`, taken),
		})
		wantServiceError(t, got, http.StatusBadRequest)
		if diff := cmp.Diff(want, got.object()["errors"]); diff != "" {
			t.Errorf("%s: errors differ (-want +got):\n%s", taken, diff)
		}
	}
}
