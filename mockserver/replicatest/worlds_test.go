package replicatest_test

import (
	"fmt"
	"net/http"
	"strings"
	"sync"
	"sync/atomic"
	"testing"
	"time"

	"github.com/keyturn/keyturn/mockserver/internal/vendortest"
)

// TestSnapshotsAreOfAllReplicas does each step at another one.
func TestSnapshotsAreOfAllReplicas(t *testing.T) {
	t.Parallel()
	forVendors(t, func(s stage, v vendortest.Vendor) {
		for n := range count {
			at := func(step int) int { return (n + step) % count }
			early := v.Issued(s.T, s.at[at(2)], v.Secret)
			s.admin(at(0), http.MethodPost, "/snapshots", `{"name":"before"}`, http.StatusCreated)
			if got := s.alike("/snapshots"); !strings.Contains(got.Text, `"before"`) {
				s.Errorf("it is not listed: %s", got.Text)
			}
			s.alike("/snapshots/before")
			if got := s.alike("/snapshots/before/diff"); strings.Contains(got.Text, `"path"`) {
				s.Errorf("there are differences from the present: %s", got.Text)
			}
			secret := v.Nth(n).Replaced(s.T, s.at[at(1)])
			late := v.Issued(s.T, s.at[at(2)], secret)
			s.admin(at(2), http.MethodPut, "/clock", `{"advance":"1h"}`, http.StatusOK)
			for i := range s.at {
				if got := s.admin(i, http.MethodGet, "/snapshots/before/diff", "", http.StatusOK); !strings.Contains(got.Text, `"path"`) {
					s.Errorf("replica %d sees no difference: %s", i, got.Text)
				}
			}
			s.admin(at(1), http.MethodPost, "/snapshots/before/restore", "", http.StatusNoContent)
			for i, api := range s.at {
				if !v.Works(s.T, api, v.Secret) || v.Works(s.T, api, secret) {
					s.Errorf("replica %d has not gone back", i)
				}
				if !v.Active(s.T, api, v.Secret, early) {
					s.Errorf("a token of before is not good again at %d", i)
				}
				if v.Active(s.T, api, v.Secret, late) {
					s.Errorf("a token of the time that was undone is good at %d", i)
				}
			}
			s.admin(at(2), http.MethodDelete, "/snapshots/before", "", http.StatusNoContent)
			for i := range s.at {
				s.admin(i, http.MethodGet, "/snapshots/before", "", http.StatusNotFound)
				s.admin(i, http.MethodPost, "/snapshots/before/restore", "", http.StatusNotFound)
			}
		}
	})
}

// TestACopyIsMadeAnywhere exports at one replica, imports at another, and begins a
// namespace with it at the third.
func TestACopyIsMadeAnywhere(t *testing.T) {
	t.Parallel()
	s, v := newStage(t), vendortest.GenAuthV3
	secret := v.Replaced(t, s.at[0])
	s.admin(0, http.MethodPost, "/snapshots", `{"name":"one"}`, http.StatusCreated)
	document := s.admin(1, http.MethodGet, "/snapshots/one", "", http.StatusOK).Text
	document = strings.Replace(document, `"name":"one"`, `"name":"two"`, 1)
	if got := s.at[2].Raw(http.MethodPut, "/__admin/snapshots/two", jsonMedia, document); got.Status >= http.StatusMultipleChoices {
		t.Fatalf("import: HTTP %d %s", got.Status, got.Text)
	}
	s.alike("/snapshots")
	for n, from := range []string{`,"snapshot":"one"`, `,"snapshot":"two"`, ``} {
		copied := see(t, s.replicas, fmt.Sprintf("%s-%d", s.name, n))
		copied.create(n, `"from":"`+s.name+`"`+from)
		for i, api := range copied.at {
			if !v.Works(t, api, secret) || v.Works(t, api, v.Secret) {
				t.Errorf("the copy %d is none at replica %d", n, i)
			}
		}
		copied.gone()
	}
}

func smallWorld(secret string) string {
	return `{"version":1,"realms":{"authing":{"tenants":[{"id":"a"}],"principals":[{"name":"me","token":"token","role":"admin","tenants":["a"]}],` +
		`"clients":[{"id":"` + vendortest.AuthingApp + `","tenant":"a","secrets":[{"value":"` + secret + `"}]}]}}}`
}

func TestTheWorldIsOne(t *testing.T) {
	t.Parallel()
	s, v := newStage(t), vendortest.GenAuthV3
	before := v.Secret
	for n := range 2 * count {
		secret := fmt.Sprintf("secret-of-world-number-%d", n)
		token := v.Issued(t, s.at[(n+1)%count], before)
		s.admin(n%count, http.MethodPut, "/world", smallWorld(secret), http.StatusNoContent)
		for i := range count {
			api := s.at[(n+1+i)%count]
			if !v.Works(t, api, secret) || v.Works(t, api, before) {
				t.Errorf("world %d is not that of a replica", n)
			}
			if v.Active(t, api, secret, token) {
				t.Errorf("world %d: a token of the one before is good", n)
			}
		}
		s.alike("/world")
		changed := v.Replaced(t, s.at[n%count])
		s.admin((n+2)%count, http.MethodPost, "/reset", "", http.StatusNoContent)
		for i, api := range s.at {
			if !v.Works(t, api, secret) || v.Works(t, api, changed) {
				t.Errorf("replica %d is not reset to world %d", i, n)
			}
		}
		before = secret
	}
}

// TestWorldsDoNotMix swaps two worlds at one replica while all of them are asked. A world
// has two clients with one secret: whoever asks for both sees those of one world, or of two
// when it changed in between, but never less than one, and nothing fails.
func TestWorldsDoNotMix(t *testing.T) {
	t.Parallel()
	s := newStage(t)
	world := func(mark string) string {
		var clients []string
		for i := range 5 {
			clients = append(clients, fmt.Sprintf(`{"id":"%s-%d","tenant":"%s","alias":"%s-%d","secrets":[{"value":"%s-secret-%d"}]}`, mark, i, mark, mark, i, mark, i))
		}
		return `{"version":1,"realms":{"authing":{"tenants":[{"id":"` + mark + `"}],"principals":[{"name":"me","token":"token","role":"admin","tenants":["` + mark + `"]}],` +
			`"clients":[` + strings.Join(clients, ",") + `]}}}`
	}
	s.admin(0, http.MethodPut, "/world", world("odd"), http.StatusNoContent)
	var stop atomic.Bool
	var all sync.WaitGroup
	var asked atomic.Int64
	for i := range 2 * count {
		all.Go(func() {
			for !stop.Load() {
				got := s.at[i%count].Send(http.MethodGet, "/api/v3/list-applications")
				odd, even := strings.Count(got.Text, `"appId":"odd-`), strings.Count(got.Text, `"appId":"even-`)
				if got.Status != http.StatusOK || odd+even != 5 || odd*even != 0 {
					t.Errorf("HTTP %d, %d of one world and %d of the other: %.300s", got.Status, odd, even, got.Text)
					return
				}
				asked.Add(1)
			}
		})
	}
	for n := range 12 {
		mark := []string{"even", "odd"}[n%2]
		s.admin(n%count, http.MethodPut, "/world", world(mark), http.StatusNoContent)
		for i := range s.at {
			if got := s.at[i].Send(http.MethodGet, "/api/v3/list-applications"); strings.Count(got.Text, `"appId":"`+mark+`-`) != 5 {
				t.Errorf("replica %d has not the world that was acknowledged: %s", i, got.Text)
			}
		}
	}
	stop.Store(true)
	all.Wait()
	if asked.Load() < 20 {
		t.Errorf("only %d requests came between", asked.Load())
	}
}

// TestAResetUnderLoad resets at one replica while all of them create clients. Nothing
// fails, and what was begun after the reset was acknowledged is there in the end.
func TestAResetUnderLoad(t *testing.T) {
	t.Parallel()
	s, v := newStage(t), vendortest.GenAuthV3
	for round := range 4 {
		// begun counts the resets that were acknowledged.
		var begun atomic.Int64
		var mu sync.Mutex
		var due []string
		var all sync.WaitGroup
		end := time.Now().Add(time.Second)
		for i := range 2 * count {
			all.Go(func() {
				for n := 0; time.Now().Before(end); n++ {
					after := begun.Load() > 0
					got := v.Nth(fmt.Sprintf("%d-%d-%d", round, i, n)).Creation.Send(s.at[i%count])
					id := got.TextAt(v.Created...)
					if got.Status >= http.StatusInternalServerError || id == "" {
						t.Errorf("create: HTTP %d %s", got.Status, got.Text)
						return
					}
					if after {
						mu.Lock()
						due = append(due, id)
						mu.Unlock()
					}
				}
			})
		}
		time.Sleep(300 * time.Millisecond)
		s.admin(round%count, http.MethodPost, "/reset", "", http.StatusNoContent)
		begun.Add(1)
		all.Wait()
		for i, id := range due {
			api := s.at[i%count]
			if got := api.Send(http.MethodGet, "/api/v3/get-application-secret?appId="+id); got.TextAt("data", "secret") == "" {
				t.Errorf("round %d: a client that was made after the reset is lost: HTTP %d %s", round, got.Status, got.Text)
			}
		}
		if len(due) == 0 {
			t.Errorf("round %d: nothing was made after the reset", round)
		}
	}
}
