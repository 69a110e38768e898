package mockserver_test

import (
	"fmt"
	"net/http"
	"strings"
	"testing"

	"github.com/keyturn/keyturn/mockserver/internal/vendortest"
)

// TestNewSecretsAreAcceptedLate rotates under a delay, with the clock standing, and asks
// each vendor's token endpoint before and after it has passed.
func TestNewSecretsAreAcceptedLate(t *testing.T) {
	t.Parallel()
	forVendors(t, func(t *testing.T, v vendortest.Vendor, s stage) {
		s.clock(`{"freeze":true}`)
		s.put(http.MethodPut, "/propagation", `{"accept_new_after":"20s","refuse_old_after":"30s"}`, http.StatusOK)
		secret := v.Rotated(t, s.API)
		keeps := v.Name == "identity-service" // a new secret takes no other's place
		for _, step := range []struct {
			advance  string
			old, new bool
		}{{"0s", true, false}, {"19s", true, false}, {"999ms", true, false}, {"1ms", true, true}, {"9s", true, true}, {"999ms", true, true}, {"1ms", keeps, true}, {"24h", keeps, true}} {
			s.clock(`{"advance":"` + step.advance + `"}`)
			if old, fresh := v.Works(t, s.API, v.Secret), v.Works(t, s.API, secret); old != step.old || fresh != step.new {
				t.Errorf("%s later the old works: %v, the new: %v; want %v and %v", step.advance, old, fresh, step.old, step.new)
			}
		}
		if uses := s.outcomes(); uses["refused"] == 0 && !strings.HasPrefix(v.Name, "none") {
			t.Errorf("the journal has no secret that was refused for being new: %v", uses)
		}
	})
}

// outcomes counts what became of the secrets that were presented.
func (s stage) outcomes() map[string]int {
	s.t.Helper()
	counted := map[string]int{}
	entries, _ := s.admin(http.MethodGet, "/requests?limit=1000", "").At("entries").([]any)
	for _, e := range entries {
		uses, _ := e.(map[string]any)["uses"].([]any)
		for _, use := range uses {
			outcome, _ := use.(map[string]any)["outcome"].(string)
			counted[outcome]++
		}
	}
	return counted
}

// TestASecretOfNobodyWorksInBetween has the old one refused before the new is accepted.
func TestASecretOfNobodyWorksInBetween(t *testing.T) {
	t.Parallel()
	forVendors(t, func(t *testing.T, v vendortest.Vendor, s stage) {
		if v.Name == "identity-service" {
			t.Skip("a new secret takes no other's place")
		}
		s.clock(`{"freeze":true}`)
		s.put(http.MethodPut, "/propagation", `{"accept_new_after":"20s"}`, http.StatusOK)
		secret := v.Rotated(t, s.API)
		if v.Works(t, s.API, v.Secret) || v.Works(t, s.API, secret) {
			t.Error("one of them works")
		}
		s.clock(`{"advance":"20s"}`)
		if v.Works(t, s.API, v.Secret) || !v.Works(t, s.API, secret) {
			t.Error("the new one does not work, or the old one does")
		}
	})
}

// TestTwoReplicasFlap asks twice each time: one replica is up to date and one lags.
func TestTwoReplicasFlap(t *testing.T) {
	t.Parallel()
	forVendors(t, func(t *testing.T, v vendortest.Vendor, s stage) {
		s.clock(`{"freeze":true}`)
		s.put(http.MethodPut, "/propagation", `{"accept_new_after":"20s","refuse_old_after":"20s","replicas":2}`, http.StatusOK)
		secret := v.Rotated(t, s.API)
		turns := func() string {
			var text string
			for range 6 {
				text += map[bool]string{true: "y", false: "n"}[v.Works(t, s.API, secret)]
			}
			return text
		}
		if got := turns(); got != "ynynyn" {
			t.Errorf("within the window: %s", got)
		}
		s.clock(`{"advance":"20s"}`)
		if got := turns(); got != "yyyyyy" {
			t.Errorf("after it: %s", got)
		}
	})
}

// TestADeletedSecretLivesOn deletes one that two identity services still know.
func TestADeletedSecretLivesOn(t *testing.T) {
	t.Parallel()
	s, v := newStage(t, "a"), vendortest.IdentityService
	s.clock(`{"freeze":true}`)
	s.put(http.MethodPut, "/propagation", `{"refuse_old_after":"30s"}`, http.StatusOK)
	if got := s.Send(http.MethodDelete, vendortest.IdentitySecrets+"/3f0c6b1e-8a52-4d7f-9c36-5e1b7a90d248"); got.Status != http.StatusOK {
		t.Fatalf("HTTP %d %s", got.Status, got.Text)
	}
	if !v.Works(t, s.API, v.Secret) {
		t.Error("it is refused at once")
	}
	s.clock(`{"advance":"30s"}`)
	if v.Works(t, s.API, v.Secret) {
		t.Error("it is accepted for ever")
	}
}

func TestPropagationThatCannotBe(t *testing.T) {
	t.Parallel()
	s := newStage(t, "a")
	s.put(http.MethodPut, "/propagation", `{"accept_new_after":"20s","refuse_old_after":"30s","replicas":2}`, http.StatusOK)
	for body, field := range map[string]string{
		`{"accept_new_after":"-1s"}`: "accept_new_after", `{"accept_new_after":"25h"}`: "accept_new_after", `{"accept_new_after":20}`: "accept_new_after", `{"accept_new_after":"soon"}`: "accept_new_after",
		`{"refuse_old_after":"-1s"}`: "refuse_old_after", `{"refuse_old_after":"24h0m0.000000001s"}`: "refuse_old_after", `{"refuse_old_after":null}`: "refuse_old_after",
		`{"replicas":3}`: "replicas", `{"replicas":0}`: "replicas", `{"replicas":1.5}`: "replicas", `{"replicas":"2"}`: "replicas", `{"replica":2}`: "replica",
	} {
		wantField(t, s.admin(http.MethodPut, "/propagation", body), http.StatusBadRequest, field)
	}
	if got := s.admin(http.MethodGet, "/propagation", ""); got.Text != `{"accept_new_after":"20s","refuse_old_after":"30s","replicas":2}` {
		t.Errorf("the settings changed: %s", got.Text)
	}
	s.put(http.MethodPost, "/reset", "", http.StatusNoContent)
	if got := s.admin(http.MethodGet, "/propagation", ""); got.Text != `{"accept_new_after":"0s","refuse_old_after":"0s","replicas":1}` {
		t.Errorf("a reset leaves %s", got.Text)
	}
}

// TestPropagationIsOfANamespace rotates in two, of which one has a delay.
func TestPropagationIsOfANamespace(t *testing.T) {
	t.Parallel()
	a := newStage(t, "a")
	b := a.in(t, "b")
	a.put(http.MethodPut, "/propagation", `{"accept_new_after":"1h","refuse_old_after":"1h"}`, http.StatusOK)
	for _, v := range vendortest.All[1:] {
		late, prompt := v.Rotated(t, a.API), v.Rotated(t, b.API)
		got := fmt.Sprint(v.Works(t, a.API, late), v.Works(t, a.API, v.Secret), v.Works(t, b.API, prompt), v.Works(t, b.API, v.Secret))
		if v.Name != "genauth-v3" && got != "false true true false" {
			t.Errorf("%s: got %s", v.Name, got)
		}
	}
}
