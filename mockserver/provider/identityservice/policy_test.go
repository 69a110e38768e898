package identityservice_test

import (
	"net/http"
	"strings"
	"testing"
	"time"

	"github.com/keyturn/keyturn/fixtures"
	"github.com/keyturn/keyturn/mockserver"
)

func TestMaxSecrets(t *testing.T) {
	t.Parallel()
	s := startWith(t, "max_secrets: 2")
	s.add(`{"expirationDate": "2026-06-01T13:00:00Z"}`)
	again := request{Method: http.MethodPost, Path: secretsPath, Authorization: "Bearer token"}
	refused := s.send(again)
	wantProblem(t, refused, http.StatusBadRequest)
	if title := refused.member("title"); title != "Limit reached" {
		t.Errorf("got title %q, want %q", title, "Limit reached")
	}
	if all := s.list(); len(all) != 2 {
		t.Errorf("got %d listed secrets, want 2", len(all))
	}
	// Neither an expired nor a deleted secret counts.
	s.setClock(noon.Add(time.Hour))
	s.add("")
	wantProblem(t, s.send(again), http.StatusBadRequest)
	s.ok(http.MethodDelete, secretsPath+"/"+seededID, "")
	s.add("")
}

func TestKeepLastSecret(t *testing.T) {
	t.Parallel()
	s := startWith(t, "keep_last_secret: true")
	del := request{Method: http.MethodDelete, Path: secretsPath + "/" + seededID, Authorization: "Bearer token"}
	refused := s.send(del)
	wantProblem(t, refused, http.StatusBadRequest)
	if title := refused.member("title"); !strings.Contains(title, "Conflict") {
		t.Errorf("got title %q, want one that says Conflict", title)
	}
	s.wantToken("the kept secret", seededSecret, http.StatusOK)
	s.add("")
	for range 2 {
		if got := s.send(del); got.status != http.StatusOK {
			t.Errorf("delete beside another secret: got status %d, want 200: %s", got.status, got.text)
		}
	}
	s.wantToken("the deleted secret", seededSecret, http.StatusUnauthorized)
}

func TestDefaultLifetime(t *testing.T) {
	t.Parallel()
	s := startWith(t, "default_lifetime: 24h")
	absent := s.add("")
	s.add(`{"expirationDate": null}`)
	s.add(`{"expirationDate": "2027-01-01T00:00:00Z"}`)
	all := s.list()
	for i, want := range map[int]string{1: "2026-06-02T12:00:00Z", 2: "2026-06-02T12:00:00Z", 3: "2027-01-01T00:00:00Z"} {
		if all[i].Expiry == nil || *all[i].Expiry != want {
			t.Errorf("secret %d: got %+v, want expiry %s", i, all[i], want)
		}
	}
	s.setClock(noon.Add(24 * time.Hour))
	s.wantToken("a secret at its default expiry", absent, http.StatusUnauthorized)
}

func TestSettingsAreReadStrictly(t *testing.T) {
	t.Parallel()
	for name, settings := range map[string]string{
		"unknown":  "max_secret: 2",
		"negative": "max_secrets: -1",
		"no bool":  "keep_last_secret: 1",
		"no text":  "default_lifetime: 3600",
	} {
		t.Run(name, func(t *testing.T) {
			t.Parallel()
			world, err := fixtures.ParseWorld("test.yaml", []byte(strings.Replace(worldText, "SETTINGS", settings, 1)))
			if err != nil {
				t.Fatal(err)
			}
			setting, _, _ := strings.Cut(settings, ":")
			_, err = mockserver.New(t.Context(), mockserver.Options{World: &world})
			if err == nil || !strings.Contains(err.Error(), setting) {
				t.Errorf("got error %v, want one that names %s", err, setting)
			}
		})
	}
}
