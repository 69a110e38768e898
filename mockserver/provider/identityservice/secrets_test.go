package identityservice_test

import (
	"net/http"
	"strings"
	"testing"
	"time"

	"github.com/google/go-cmp/cmp"
	"github.com/google/uuid"
)

// TestOverlap rehearses a rotation: both secrets work until the old one is deleted.
func TestOverlap(t *testing.T) {
	t.Parallel()
	s := start(t)
	added := s.add("")
	s.wantToken("the old secret", seededSecret, http.StatusOK)
	s.wantToken("the new secret", added, http.StatusOK)
	s.wantToken("a made-up secret", added+"x", http.StatusUnauthorized)

	s.ok(http.MethodDelete, secretsPath+"/"+seededID, "")
	s.wantToken("the deleted secret", seededSecret, http.StatusUnauthorized)
	s.wantToken("the new secret", added, http.StatusOK)
}

func TestExpiryIsExact(t *testing.T) {
	t.Parallel()
	s := start(t)
	// 10:00:00.5 in UTC, 22 hours after noon.
	added := s.add(`{"expirationDate": "2026-06-02T12:00:00.5+02:00"}`)
	const want = "2026-06-02T10:00:00.5Z"
	expiry := noon.Add(22*time.Hour + 500*time.Millisecond)

	s.setClock(expiry.Add(-time.Nanosecond))
	s.wantToken("a secret one nanosecond before its expiry", added, http.StatusOK)
	s.setClock(expiry)
	s.wantToken("a secret at its expiry", added, http.StatusUnauthorized)
	s.wantToken("the secret without an expiry", seededSecret, http.StatusOK)

	all := s.list()
	if len(all) != 2 {
		t.Fatalf("got %d listed secrets, want 2", len(all))
	}
	if all[1].Deleted || all[1].Expiry == nil || *all[1].Expiry != want {
		t.Errorf("the expired secret: got %+v, want it listed, not deleted, with expiry %s", all[1], want)
	}
	s.setClock(expiry.Add(-time.Hour))
	s.wantToken("a secret whose expiry is ahead again", added, http.StatusOK)
}

func TestListIsInCreationOrder(t *testing.T) {
	t.Parallel()
	s := start(t)
	s.add(`{"expirationDate": "2030-01-01T00:00:00Z"}`)
	s.add(`{"expirationDate": null}`)
	all := s.list()
	if len(all) != 3 {
		t.Fatalf("got %d listed secrets, want 3", len(all))
	}
	for i := range all[1:] {
		if id, err := uuid.Parse(all[i+1].ID); err != nil || id.Version() != 4 {
			t.Errorf("secret %d: got id %q, want a uuid of version 4", i+1, all[i+1].ID)
		}
	}
	expiry := "2030-01-01T00:00:00Z"
	want := []listed{{ID: seededID}, {ID: all[1].ID, Expiry: &expiry}, {ID: all[2].ID}}
	if diff := cmp.Diff(want, all); diff != "" {
		t.Errorf("the list differs (-want +got):\n%s", diff)
	}
}

func TestSoftDelete(t *testing.T) {
	t.Parallel()
	s := start(t)
	first, second := s.add(""), s.add("")
	doomed := s.list()[1].ID
	// A uuid means the same in upper case.
	s.ok(http.MethodDelete, secretsPath+"/"+strings.ToUpper(doomed), "")

	s.wantToken("the seeded secret", seededSecret, http.StatusOK)
	s.wantToken("the deleted secret", first, http.StatusUnauthorized)
	s.wantToken("the other new secret", second, http.StatusOK)
	after := s.list()
	for i, want := range []bool{false, true, false} {
		if after[i].Deleted != want {
			t.Errorf("secret %d: got deleted %t, want %t", i, after[i].Deleted, want)
		}
	}

	s.setClock(noon.Add(time.Hour))
	s.ok(http.MethodDelete, secretsPath+"/"+doomed, "")
	if diff := cmp.Diff(after, s.list()); diff != "" {
		t.Errorf("the repeated delete changed the list (-before +after):\n%s", diff)
	}
	s.add("")
	if !s.list()[1].Deleted {
		t.Error("the deleted secret came back after a further one was added")
	}
	s.wantToken("the deleted secret, later", first, http.StatusUnauthorized)
}

func TestLastSecretMayGo(t *testing.T) {
	t.Parallel()
	s := start(t)
	s.ok(http.MethodDelete, secretsPath+"/"+seededID, "")
	s.wantToken("the deleted last secret", seededSecret, http.StatusUnauthorized)
	s.wantToken("a secret added afterwards", s.add(""), http.StatusOK)
}

func TestSecretIsShownOnce(t *testing.T) {
	t.Parallel()
	s := start(t)
	added := s.ok(http.MethodPost, secretsPath, `{"expirationDate": "2030-01-01T00:00:00Z", "clientSecret": "chosen", "value": "chosen"}`)
	value := added.member("clientSecret")
	if len(value) != 43 {
		t.Errorf("got a secret of %d characters, want 43", len(value))
	}
	s.wantToken("a secret that the caller chose", "chosen", http.StatusUnauthorized)
	if another := s.add(""); another == value {
		t.Error("two secrets are equal")
	}
	for _, later := range []reply{
		s.ok(http.MethodGet, secretsPath, ""),
		s.ok(http.MethodGet, strings.TrimSuffix(secretsPath, "/secrets"), ""),
		s.ok(http.MethodDelete, secretsPath+"/"+seededID, ""),
	} {
		if strings.Contains(later.text, value) || strings.Contains(later.text, seededSecret) {
			t.Error("a later reply shows a secret")
		}
	}
}
