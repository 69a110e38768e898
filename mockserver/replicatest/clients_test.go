package replicatest_test

import (
	"crypto/hmac"
	"crypto/sha1"
	"encoding/base64"
	"fmt"
	"net/http"
	"strings"
	"testing"
	"time"

	"github.com/keyturn/keyturn/mockserver/internal/apitest"
)

// rotations is how often the secrets of all vendors together are replaced where that has to
// be in force at once.
const rotations = 200

// TestARotationIsInForceEverywhere rotates at each replica in turn. All of them have the
// client in their caches, as they have judged both secrets before.
func TestARotationIsInForceEverywhere(t *testing.T) {
	t.Parallel()
	forVendors(t, func(s stage, v vendor) {
		secret := v.secret
		for n := range rotations / len(vendors) {
			at := n % count
			next := v.rotated(s.T, s.at[at], fmt.Sprint(n))
			for i := range count - 1 {
				other := (at + 1 + i) % count
				if !v.works(s.T, s.at[other], next) {
					s.Fatalf("rotation %d at replica %d: the new secret is refused at %d", n, at, other)
				}
				if v.works(s.T, s.at[other], secret) {
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
	forVendors(t, func(s stage, v vendor) {
		for n := range 2 * count {
			issuer, revoker := n%count, (n+1+n/count)%count
			token := v.issued(s.T, s.at[issuer], v.secret)
			for i, api := range s.at {
				if !v.active(s.T, api, v.secret, token) {
					s.Errorf("the token of replica %d is unknown at %d", issuer, i)
				}
			}
			got := s.at[revoker].Form(v.revocation, map[string]string{"client_id": v.clientID, "client_secret": v.secret, "token": token})
			if got.Status != http.StatusOK {
				s.Fatalf("revoke: HTTP %d %s", got.Status, got.Text)
			}
			for i, api := range s.at {
				if v.active(s.T, api, v.secret, token) {
					s.Errorf("the token that replica %d has revoked is good at %d", revoker, i)
				}
			}
		}
	})
}

func TestKeysAreTheSame(t *testing.T) {
	t.Parallel()
	forVendors(t, func(s stage, v vendor) {
		if v.keys == "" {
			s.Skip("the provider publishes none")
		}
		var first string
		for i, api := range s.at {
			got := api.Send(http.MethodGet, v.keys)
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

const (
	pool       = "61b95d6c96d42670da568408"
	poolSecret = "5f1d9c3be47a40c2a6d80e95b71c2f34"
)

// TestManagementTokensWorkEverywhere logs in at one replica and manages at another.
func TestManagementTokensWorkEverywhere(t *testing.T) {
	t.Parallel()
	s := newStage(t)
	for name, login := range map[string]struct {
		path, body string
		token      []any
		use        string
	}{
		"genauth-v3": {"/api/v3/get-management-token", `{"accessKeyId":"` + pool + `","accessKeySecret":"` + poolSecret + `"}`, []any{"data", "access_token"}, "/api/v3/list-applications"},
		"authing-v2": {"/api/v2/userpools/access-token", `{"userPoolId":"` + pool + `","secret":"` + poolSecret + `"}`, []any{"accessToken"}, "/api/v2/applications"},
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

const signedPath = "/api/v3/refresh-application-secret"

// signedCode signs a rotation as an official client does and returns the vendor's code for
// what became of it: 200 when it was taken, 1306 when it was sent before.
func signedCode(t *testing.T, api apitest.API, date time.Time, nonce string) float64 {
	t.Helper()
	text := strings.Join([]string{
		http.MethodPost, "date:" + date.UTC().Format(http.TimeFormat), "x-authing-signature-method:HMAC-SHA1",
		"x-authing-signature-nonce:" + nonce, "x-authing-signature-version:1.0", signedPath + "?appId=" + authingApp,
	}, "\n")
	mac := hmac.New(sha1.New, []byte(poolSecret))
	mac.Write([]byte(text))
	got := api.With("Date", date.UTC().Format(http.TimeFormat)).With("X-Authing-Signature-Method", "HMAC-SHA1").
		With("X-Authing-Signature-Nonce", nonce).With("X-Authing-Signature-Version", "1.0").
		With("Authorization", "authing "+pool+":"+base64.StdEncoding.EncodeToString(mac.Sum(nil))).
		Raw(http.MethodPost, signedPath, jsonMedia, `{"appId":"`+authingApp+`"}`)
	if code, is := got.At("apiCode").(float64); is {
		return code
	}
	code, _ := got.At("statusCode").(float64)
	return code
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
			if got := signedCode(t, s.at[at], now, nonce); got != want {
				t.Errorf("request %d at replica %d: got %v, want %v", n, at, got, want)
			}
		}
	}
	s.admin(1, http.MethodPost, "/reset", "", http.StatusNoContent)
	if got := signedCode(t, s.at[2], now, "nonce-0"); got != 200 {
		t.Errorf("after a reset: got %v", got)
	}
}

// TestClientsComeAndGoEverywhere creates at one replica and deletes at another.
func TestClientsComeAndGoEverywhere(t *testing.T) {
	t.Parallel()
	forVendors(t, func(s stage, v vendor) {
		if v.create == nil {
			s.Skip("the provider creates no clients, or deletes none")
		}
		size := s.at[0].Send(http.MethodGet, v.list).At(v.total...)
		for n := range 2 * count {
			maker, taker := n%count, (n+1+n/count)%count
			got := s.at[maker].Raw(v.create[0], v.create[1], jsonMedia, strings.ReplaceAll(v.create[2], "{n}", fmt.Sprint(n)))
			id := got.TextAt(v.created...)
			if id == "" {
				s.Fatalf("create: HTTP %d %s", got.Status, got.Text)
			}
			s.listed(v, id, true)
			if again := s.at[taker].Raw(v.create[0], v.create[1], jsonMedia, strings.ReplaceAll(v.create[2], "{n}", fmt.Sprint(n))); again.TextAt(v.created...) != "" {
				s.Errorf("the identifier of a client of replica %d is free at %d", maker, taker)
			}
			path, body := strings.ReplaceAll(v.delete[1], "{id}", id), strings.ReplaceAll(v.delete[2], "{id}", id)
			media := jsonMedia
			if body == "" {
				media = ""
			}
			if got := s.at[taker].Raw(v.delete[0], path, media, body); got.Status != http.StatusOK {
				s.Errorf("delete at %d what was made at %d: HTTP %d %s", taker, maker, got.Status, got.Text)
			}
			s.listed(v, id, false)
		}
		for i, api := range s.at {
			if got := api.Send(http.MethodGet, v.list).At(v.total...); got != size || size == nil {
				s.Errorf("replica %d counts %v clients in the end, %v in the beginning", i, got, size)
			}
		}
	})
}

// listed demands that all replicas list the client, or that none does.
func (s stage) listed(v vendor, id string, want bool) {
	s.Helper()
	for i, api := range s.at {
		if got := api.Send(http.MethodGet, v.list); strings.Contains(got.Text, id) != want {
			s.Errorf("replica %d lists the client: %t, want %t", i, !want, want)
		}
	}
}
