package angusgm_test

import (
	"crypto/sha256"
	"fmt"
	"net/http"
	"testing"

	"github.com/keyturn/keyturn/fixtures"
	"github.com/keyturn/keyturn/mockserver"
)

func TestPlainOKAnswersAsThePageShows(t *testing.T) {
	s := startWith(t, fixtures.Settings{"plain_ok": true})
	made := s.call(http.MethodPost, clients, admin, registration(nil))
	s.wantStatus(made, http.StatusOK)
	s.wantMember(made.body, "data", object{"id": "new-id", "key": "new-client"})
	gone := s.call(http.MethodDelete, clients+"?ids=new-client", admin, nil)
	s.wantStatus(gone, http.StatusOK)
	s.wantMember(gone.body, "code", "S")
	s.wantMember(gone.body, "data", nil)
	s.wantRefused(s.call(http.MethodGet, clients+"/new-id", admin, nil), 404, "resource_not_found")
}

// A world may write numbers, and give a secret by its digest alone.
func TestSeededClients(t *testing.T) {
	s := start(t)
	s.wantMember(s.detail(serviceID), "tokenSettings", object{"settings.token.access-token-time-to-live": "36000"})
	digest := sha256.Sum256([]byte("plain"))
	text := fmt.Sprintf(`version: 1
realms:
  angusgm:
    tenants: [{id: "1"}]
    principals: [{name: administrator, token: token, role: admin, tenants: ["1"]}]
    clients:
      - {id: sealed, tenant: "1", secrets: [{sha256: %x}], attributes: {authorizationGrantTypes: [client_credentials]}}
`, digest)
	world, err := fixtures.ParseWorld("own.yaml", []byte(text))
	if err != nil {
		t.Fatalf("read the world: %v", err)
	}
	if err := s.server.ReplaceWorld(t.Context(), world); err != nil {
		t.Fatalf("replace the world: %v", err)
	}
	s.wantMember(s.detail("sealed"), "clientSecret", nil)
	s.wantMember(s.detail("sealed"), "tenantName", nil)
	s.token("sealed", "plain")
}

// An attribute may keep the expiry of a client without a secret.
func TestSeededExpiryWaitsForASecret(t *testing.T) {
	s := start(t)
	world, err := fixtures.ParseWorld("own.yaml", []byte(`version: 1
realms:
  angusgm:
    tenants: [{id: "1"}]
    principals: [{name: administrator, token: token, role: admin, tenants: ["1"]}]
    clients:
      - {id: empty, tenant: "1", attributes: {clientSecretExpiresAt: 2030-01-01 00:00:00}}
`))
	if err != nil {
		t.Fatalf("read the world: %v", err)
	}
	if err := s.server.ReplaceWorld(t.Context(), world); err != nil {
		t.Fatalf("replace the world: %v", err)
	}
	s.wantMember(s.detail("empty"), "clientSecretExpiresAt", "2030-01-01 00:00:00")
}

func TestUnknownSettingsStopTheStart(t *testing.T) {
	for _, text := range []string{"{plain_okay: true}", "{plain_ok: sometimes}"} {
		world, err := fixtures.ParseWorld("own.yaml", []byte("version: 1\nrealms:\n  angusgm:\n    settings: "+text+"\n"))
		if err != nil {
			t.Fatalf("read the world: %v", err)
		}
		if _, err := mockserver.New(t.Context(), mockserver.Options{World: &world}); err == nil {
			t.Errorf("settings %s: want an error, got none", text)
		}
	}
}
