package replicatest_test

import (
	"fmt"
	"net/http"
	"regexp"
	"strings"
	"sync"
	"testing"

	"github.com/keyturn/keyturn/mockserver"
	"github.com/keyturn/keyturn/mockserver/internal/apitest"
	"github.com/keyturn/keyturn/mockserver/internal/vendortest"
)

// What follows is each replica's own. The tests say so, for whoever changes it to notice.

// TestEachDefectRemembersByItself repeats a rotation with the key of one before: only the
// replica that has seen the key repeats its answer.
func TestEachDefectRemembersByItself(t *testing.T) {
	t.Parallel()
	s, v := newStage(t), vendortest.GenAuthV3
	s.admin(0, http.MethodPut, "/defects", `{"on":["rotation-repeats-by-key"]}`, http.StatusOK)
	rotate := func(at int) string {
		return v.Rotation.Send(s.at[at].With("Idempotency-Key", "one")).TextAt("data", "secret")
	}
	first := rotate(0)
	if again := rotate(0); again != first || first == "" {
		t.Errorf("the replica that has the key rotates again")
	}
	if other := rotate(1); other == first || other == "" {
		t.Errorf("another replica knows what the defect remembers")
	}
}

// TestWhatIsOnItsWayIsOfOneReplica rotates where changes are known late: the other replicas
// have them at once.
func TestWhatIsOnItsWayIsOfOneReplica(t *testing.T) {
	t.Parallel()
	s, v := newStage(t), vendortest.GenAuthV3
	s.admin(0, http.MethodPut, "/propagation", `{"accept_new_after":"1h","refuse_old_after":"1h"}`, http.StatusOK)
	next := v.Replaced(t, s.at[0])
	for i, api := range s.at {
		if here := i == 0; v.Works(t, api, v.Secret) != here || v.Works(t, api, next) == here {
			t.Errorf("replica %d: the old secret works: %t, the new one: %t", i, v.Works(t, api, v.Secret), v.Works(t, api, next))
		}
	}
}

// TestASeedIsOfItsReplica has a seed make the same secrets again at the replica that has
// created the namespace, and after a reset that it was itself asked for. The others draw.
func TestASeedIsOfItsReplica(t *testing.T) {
	t.Parallel()
	s, v := newStage(t, `"seed":7`), vendortest.GenAuthV3
	drawn := func(reset, at int) string {
		s.admin(reset, http.MethodPost, "/reset", "", http.StatusNoContent)
		return v.Replaced(t, s.at[at])
	}
	first := v.Replaced(t, s.at[0])
	if again := drawn(0, 0); again != first {
		t.Errorf("after a reset the seed gives %s, before it %s", again, first)
	}
	if drawn(1, 0) == first {
		t.Error("a reset at another replica has the seed begin anew")
	}
	for at := 1; at < count; at++ {
		if one := drawn(at, at); one == first || one == drawn(at, at) {
			t.Errorf("replica %d has the seed", at)
		}
	}
}

// TestMetricsAreOfOneReplica, which is what whoever collects them expects.
func TestMetricsAreOfOneReplica(t *testing.T) {
	t.Parallel()
	s := newStageOf(t, cluster(t, nil))
	for range 5 {
		vendortest.IdentityService.Issued(t, s.at[1], vendortest.IdentityService.Secret)
	}
	for i, r := range s.replicas {
		got := apitest.New(t, r.base).Send(http.MethodGet, "/metrics")
		counted := regexp.MustCompile(`(?m)^keyturn_requests_total\{[^}]*operation="issueToken"[^}]*\} 5$`).MatchString(got.Text)
		if counted != (i == 1) {
			t.Errorf("replica %d counts the requests of 1: %t\n%s", i, counted, got.Text)
		}
	}
}

// TestFingerprintsAreTheSame shows one secret in the journal of each replica.
func TestFingerprintsAreTheSame(t *testing.T) {
	t.Parallel()
	s := newStage(t)
	vendortest.IdentityService.Issued(t, s.at[0], vendortest.IdentityService.Secret)
	seen := map[string]bool{}
	for _, got := range s.everywhere("/requests") {
		mark := got.TextAt("entries", 0, "uses", 0, "fingerprint")
		seen[mark] = true
	}
	if len(seen) != 1 || seen[""] {
		t.Errorf("the fingerprints are %v", seen)
	}
}

// TestTheAddressIsOfOneReplica changes the base of the addresses in replies at one.
func TestTheAddressIsOfOneReplica(t *testing.T) {
	t.Parallel()
	s := newStageOf(t, cluster(t, nil))
	s.outside(1, http.MethodPut, "/settings", `{"public_url":"https://idp.example"}`, http.StatusOK)
	for i, api := range s.at {
		got := api.Send(http.MethodGet, "/.well-known/openid-configuration")
		if own := strings.HasPrefix(got.TextAt("issuer"), "https://idp.example"); own != (i == 1) {
			t.Errorf("replica %d has the address of 1: %t", i, own)
		}
	}
}

// TestSigningOutIsKnownToOneReplica shows a copy of a session that was signed out of: only the
// replica that was asked refuses it.
func TestSigningOutIsKnownToOneReplica(t *testing.T) {
	t.Parallel()
	const token = "token-of-the-plane"
	replicas := cluster(t, func(o *mockserver.Options) { o.AdminToken = token })
	in := apitest.New(t, replicas[0].base).Form("/__admin/ui/signin", map[string]string{"token": token})
	session, _, _ := strings.Cut(in.Header.Get("Set-Cookie"), ";")
	if in.Status != http.StatusSeeOther || session == "" {
		t.Fatalf("sign in: HTTP %d %s", in.Status, in.Text)
	}
	out := apitest.New(t, replicas[0].base).With("Cookie", session).Form("/__admin/ui/signout", nil)
	if !strings.Contains(out.Header.Get("Set-Cookie"), "Max-Age=0") {
		t.Errorf("sign out: HTTP %d, the browser keeps its cookie: %v", out.Status, out.Header)
	}
	for i, r := range replicas {
		want := http.StatusOK
		if i == 0 {
			want = http.StatusUnauthorized
		}
		if got := apitest.New(t, r.base).With("Cookie", session).Send(http.MethodGet, "/__admin/ui/"); got.Status != want {
			t.Errorf("replica %d: HTTP %d, want %d", i, got.Status, want)
		}
		if got := apitest.New(t, r.base).Bearer(token).Send(http.MethodGet, "/__admin/ui/"); got.Status != http.StatusOK {
			t.Errorf("replica %d with the token itself: HTTP %d", i, got.Status)
		}
	}
}

// TestHeldUpRequestsAreCountedByEach fills the places of one replica.
func TestHeldUpRequestsAreCountedByEach(t *testing.T) {
	t.Parallel()
	const places = 256
	s := newStageOf(t, cluster(t, nil))
	var mu sync.Mutex
	refused := 0
	ask := func(at int) {
		got := s.at[at].With("Prefer", "delay=8s").Send(http.MethodGet, "/.well-known/jwks")
		mu.Lock()
		defer mu.Unlock()
		if got.Status == http.StatusServiceUnavailable && strings.Contains(got.Text, fmt.Sprint(places)) {
			refused++
		}
	}
	var all sync.WaitGroup
	for range places + 20 {
		all.Go(func() { ask(0) })
	}
	for range 20 {
		all.Go(func() { ask(1) })
	}
	all.Wait()
	if refused != 20 {
		t.Errorf("%d requests were refused, want 20 of replica 0 and none of 1", refused)
	}
}
