package replicatest_test

import (
	"fmt"
	"net/http"
	"strings"
	"testing"
	"time"

	"github.com/keyturn/keyturn/mockserver/internal/vendortest"
)

// rotations is how often the secrets of all vendors together are replaced where that has to
// be in force at once.
const rotations = 200

// TestARotationIsInForceEverywhere rotates at each replica in turn. All of them have the
// client in their caches, as they have judged both secrets before.
func TestARotationIsInForceEverywhere(t *testing.T) {
	t.Parallel()
	forVendors(t, func(s stage, v vendortest.Vendor) {
		secret := v.Secret
		for n := range rotations / len(vendortest.All) {
			at := n % count
			next := v.Nth(n).Replaced(s.T, s.at[at])
			for i := range count - 1 {
				other := (at + 1 + i) % count
				if !v.Works(s.T, s.at[other], next) {
					s.Fatalf("rotation %d at replica %d: the new secret is refused at %d", n, at, other)
				}
				if v.Works(s.T, s.at[other], secret) {
					s.Fatalf("rotation %d at replica %d: the old secret works at %d", n, at, other)
				}
			}
			secret = next
		}
	})
}

// TestTokensAreOfAllReplicas has one issue them and another revoke them.
func TestTokensAreOfAllReplicas(t *testing.T) {
	t.Parallel()
	forVendors(t, func(s stage, v vendortest.Vendor) {
		for n := range 2 * count {
			issuer, revoker := n%count, (n+1+n/count)%count
			token := v.Issued(s.T, s.at[issuer], v.Secret)
			for i, api := range s.at {
				if !v.Active(s.T, api, v.Secret, token) {
					s.Errorf("the token of replica %d is unknown at %d", issuer, i)
				}
			}
			got := s.at[revoker].Form(v.Revocation, map[string]string{"client_id": v.ClientID, "client_secret": v.Secret, "token": token})
			if got.Status != http.StatusOK {
				s.Fatalf("revoke: HTTP %d %s", got.Status, got.Text)
			}
			for i, api := range s.at {
				if v.Active(s.T, api, v.Secret, token) {
					s.Errorf("the token that replica %d has revoked is good at %d", revoker, i)
				}
			}
		}
	})
}

func TestKeysAreTheSame(t *testing.T) {
	t.Parallel()
	forVendors(t, func(s stage, v vendortest.Vendor) {
		if v.Keys == "" {
			s.Skip("the provider publishes none")
		}
		var first string
		for i, api := range s.at {
			got := api.Send(http.MethodGet, v.Keys)
			if got.Status != http.StatusOK || got.TextAt("keys", 0, "n") == "" {
				s.Fatalf("replica %d: HTTP %d %s", i, got.Status, got.Text)
			}
			if i == 0 {
				first = got.Text
			}
			if got.Text != first {
				s.Errorf("replica %d publishes another key:\n%s\n%s", i, got.Text, first)
			}
		}
	})
}

// TestManagementTokensWorkEverywhere logs in at one replica and manages at another.
func TestManagementTokensWorkEverywhere(t *testing.T) {
	t.Parallel()
	s := newStage(t)
	for name, login := range map[string]struct {
		path, body string
		token      []any
		use        string
	}{
		"genauth-v3": {"/api/v3/get-management-token", `{"accessKeyId":"` + vendortest.AuthingPool + `","accessKeySecret":"` + vendortest.AuthingPoolSecret + `"}`, []any{"data", "access_token"}, "/api/v3/list-applications"},
		"authing-v2": {"/api/v2/userpools/access-token", `{"userPoolId":"` + vendortest.AuthingPool + `","secret":"` + vendortest.AuthingPoolSecret + `"}`, []any{"accessToken"}, "/api/v2/applications"},
	} {
		for issuer := range s.at {
			got := s.at[issuer].Raw(http.MethodPost, login.path, jsonMedia, login.body)
			token := got.TextAt(login.token...)
			if token == "" {
				t.Fatalf("%s: HTTP %d %s", name, got.Status, got.Text)
			}
			for i, api := range s.at {
				if got := api.Bearer(token).Send(http.MethodGet, login.use); got.Status != http.StatusOK || got.At("data", "totalCount") == nil {
					t.Errorf("%s: the token of replica %d at %d: HTTP %d %s", name, issuer, i, got.Status, got.Text)
				}
			}
		}
	}
}

func TestASignedRequestIsTakenOnce(t *testing.T) {
	t.Parallel()
	s := newStage(t)
	now := time.Now()
	for n := range 4 * count {
		nonce := fmt.Sprint("nonce-", n)
		for i := range count {
			at, want := (n+i)%count, 1306.0
			if i == 0 {
				want = 200
			}
			if got := vendortest.SignedCode(s.at[at], now, nonce); got != want {
				t.Errorf("request %d at replica %d: got %v, want %v", n, at, got, want)
			}
		}
	}
	s.admin(1, http.MethodPost, "/reset", "", http.StatusNoContent)
	if got := vendortest.SignedCode(s.at[2], now, "nonce-0"); got != 200 {
		t.Errorf("after a reset: got %v", got)
	}
}

// TestClientsComeAndGoEverywhere creates at one replica and deletes at another.
func TestClientsComeAndGoEverywhere(t *testing.T) {
	t.Parallel()
	forVendors(t, func(s stage, v vendortest.Vendor) {
		if v.Created == nil {
			s.Skip("the provider creates no clients, or deletes none")
		}
		size := s.at[0].Send(http.MethodGet, v.List).At(v.Total...)
		for n := range 2 * count {
			maker, taker := n%count, (n+1+n/count)%count
			got := v.Nth(n).Creation.Send(s.at[maker])
			id := got.TextAt(v.Created...)
			if id == "" {
				s.Fatalf("create: HTTP %d %s", got.Status, got.Text)
			}
			s.listed(v, id, true)
			if again := v.Nth(n).Creation.Send(s.at[taker]); again.TextAt(v.Created...) != "" {
				s.Errorf("the identifier of a client of replica %d is free at %d", maker, taker)
			}
			if got := v.Deletion.With("{id}", id).Send(s.at[taker]); got.Status != http.StatusOK {
				s.Errorf("delete at %d what was made at %d: HTTP %d %s", taker, maker, got.Status, got.Text)
			}
			s.listed(v, id, false)
		}
		for i, api := range s.at {
			if got := api.Send(http.MethodGet, v.List).At(v.Total...); got != size || size == nil {
				s.Errorf("replica %d counts %v clients in the end, %v in the beginning", i, got, size)
			}
		}
	})
}

// listed demands that all replicas list the client, or that none does.
func (s stage) listed(v vendortest.Vendor, id string, want bool) {
	s.Helper()
	for i, api := range s.at {
		if got := api.Send(http.MethodGet, v.List); strings.Contains(got.Text, id) != want {
			s.Errorf("replica %d lists the client: %t, want %t", i, !want, want)
		}
	}
}
