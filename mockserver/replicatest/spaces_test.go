package replicatest_test

import (
	"fmt"
	"net/http"
	"strings"
	"sync"
	"testing"
	"time"

	"github.com/keyturn/keyturn/mockserver/internal/apitest"
	"github.com/keyturn/keyturn/mockserver/internal/vendortest"
)

// TestNamespacesAreOfAllReplicas creates, uses, lists, resets and deletes them, each at
// another replica than the step before.
func TestNamespacesAreOfAllReplicas(t *testing.T) {
	t.Parallel()
	s := newStage(t)
	v := vendortest.IdentityService
	s.gone()
	for n := range 2 * count {
		at := func(step int) int { return (n + step) % count }
		s.create(at(0))
		for step := range count {
			if !v.Works(t, s.at[at(step+1)], v.Secret) {
				t.Fatalf("round %d: the secret of the world is refused", n)
			}
		}
		for i := range s.at {
			if got := s.outside(i, http.MethodGet, "/namespaces", "", http.StatusOK); !strings.Contains(got.Text, `"`+s.name+`"`) {
				t.Errorf("round %d: replica %d does not list it: %s", n, i, got.Text)
			}
		}
		got := apitest.New(t, s.replicas[at(1)].base).Raw(http.MethodPost, "/__admin/namespaces", jsonMedia, `{"name":"`+s.name+`"}`)
		if got.Status != http.StatusConflict {
			t.Errorf("round %d: the name is free at another replica: HTTP %d %s", n, got.Status, got.Text)
		}
		secret := v.Replaced(t, s.at[at(1)])
		s.admin(at(2), http.MethodPost, "/reset", "", http.StatusNoContent)
		for i, api := range s.at {
			if !v.Works(t, api, v.Secret) || v.Works(t, api, secret) {
				t.Errorf("round %d: replica %d has not been reset", n, i)
			}
		}
		s.outside(at(n), http.MethodDelete, "/namespaces/"+s.name, "", http.StatusNoContent)
		for i, api := range s.at {
			if got := v.Asked(api, v.Secret); got.Status != http.StatusNotFound {
				t.Errorf("round %d: replica %d still has it: HTTP %d %s", n, i, got.Status, got.Text)
			}
			s.outside(i, http.MethodGet, "/namespaces/"+s.name, "", http.StatusNotFound)
			s.outside(i, http.MethodDelete, "/namespaces/"+s.name, "", http.StatusNotFound)
		}
	}
}

// gone deletes the namespace.
func (s stage) gone() {
	s.Helper()
	s.outside(0, http.MethodDelete, "/namespaces/"+s.name, "", http.StatusNoContent)
}

// TestANameThatComesAgain deletes a namespace and creates another of its name, while the
// other replicas know the first and are not asked in between.
func TestANameThatComesAgain(t *testing.T) {
	t.Parallel()
	for _, v := range vendortest.All {
		t.Run(v.Name, func(t *testing.T) {
			t.Parallel()
			s := newStage(t, `"idle":"1h"`)
			for n := range count {
				at := n % count
				for _, api := range s.at {
					for range 3 {
						v.Issued(t, api, v.Secret)
					}
				}
				if got := len(s.entries(at)); got != 3*count {
					t.Errorf("round %d: %d entries in the journal, want %d", n, got, 3*count)
				}
				old := v.Issued(t, s.at[at], v.Secret)
				s.outside(at, http.MethodDelete, "/namespaces/"+s.name, "", http.StatusNoContent)
				s.create(at, `"idle":"2h"`)
				token := v.Issued(t, s.at[at], v.Secret)
				for i, api := range s.at {
					if !v.Active(t, api, v.Secret, token) {
						t.Errorf("round %d: replica %d does not know the token of replica %d", n, i, at)
					}
					if v.Active(t, api, v.Secret, old) {
						t.Errorf("round %d: at replica %d a token of the first namespace is good in the second", n, i)
					}
				}
				s.alike("/requests")
				all := s.replicaOf("idle", "created_at")
				for i := range all {
					if all[i] != all[at] {
						t.Errorf("round %d: replica %d says %s, want %s", n, i, all[i], all[at])
					}
				}
				s.admin(at, http.MethodDelete, "/requests", "", http.StatusNoContent)
			}
		})
	}
}

// replicaOf returns what each replica tells of the namespace under these names.
func (s stage) replicaOf(names ...string) []string {
	s.Helper()
	all := make([]string, len(s.at))
	for i := range s.at {
		got := s.outside(i, http.MethodGet, "/namespaces/"+s.name, "", http.StatusOK)
		for _, name := range names {
			all[i] += name + " " + got.TextAt(name) + " "
		}
	}
	return all
}

// TestOneOfManyCreates has all replicas create a namespace of the same name at once.
func TestOneOfManyCreates(t *testing.T) {
	t.Parallel()
	s := newStage(t)
	for n := range 10 {
		name := fmt.Sprintf("%s-%d", s.name, n)
		status := make([]int, 2*count)
		var all sync.WaitGroup
		for i := range status {
			all.Go(func() {
				got := apitest.New(t, s.replicas[i%count].base).Raw(http.MethodPost, "/__admin/namespaces", jsonMedia, `{"name":"`+name+`"}`)
				status[i] = got.Status
			})
		}
		all.Wait()
		created := 0
		for _, one := range status {
			if one == http.StatusCreated {
				created++
			} else if one != http.StatusConflict {
				t.Errorf("HTTP %d", one)
			}
		}
		if created != 1 {
			t.Errorf("%d replicas have created %s: %v", created, name, status)
		}
		one := see(t, s.replicas, name)
		secret := vendortest.AuthingV2.Replaced(t, one.at[n%count])
		for i, api := range one.at {
			if !vendortest.AuthingV2.Works(t, api, secret) || vendortest.AuthingV2.Works(t, api, vendortest.AuthingV2.Secret) {
				t.Errorf("replica %d has another namespace %s", i, name)
			}
		}
		one.gone()
	}
}

// TestUseAnywhereKeepsANamespace lets real time go by. A use of one replica counts at all of
// them, and a namespace that nobody uses expires for all of them.
func TestUseAnywhereKeepsANamespace(t *testing.T) {
	t.Parallel()
	const idle = 4 * time.Second
	s := newStage(t, `"idle":"`+idle.String()+`"`)
	v := vendortest.IdentityService
	for _, api := range s.at {
		v.Issued(t, api, v.Secret)
	}
	for n := range 2 * count {
		time.Sleep(idle / 2)
		if got := v.Asked(s.at[n%count], v.Secret); got.Status != http.StatusOK {
			t.Fatalf("round %d: replica %d has forgotten it: HTTP %d %s", n, n%count, got.Status, got.Text)
		}
	}
	time.Sleep(2 * idle) // servers wait for each other's word
	for i, api := range s.at {
		if got := v.Asked(api, v.Secret); got.Status != http.StatusNotFound {
			t.Errorf("replica %d still has it: HTTP %d", i, got.Status)
		}
		if got := s.outside(i, http.MethodGet, "/namespaces", "", http.StatusOK); strings.Contains(got.Text, `"`+s.name+`"`) {
			t.Errorf("replica %d lists it: %s", i, got.Text)
		}
	}
	s.create(1)
	for i, api := range s.at {
		if !v.Works(t, api, v.Secret) {
			t.Errorf("replica %d does not know the one that came after it", i)
		}
	}
}

// TestIdleNamespacesEndByThemselves lets real time go by, in which nobody asks.
func TestIdleNamespacesEndByThemselves(t *testing.T) {
	t.Parallel()
	s := newStageOf(t, cluster(t, nil), `"idle":"1s"`)
	for _, api := range s.at {
		api.Send(http.MethodGet, vendortest.IdentityService.Held)
	}
	for deadline := time.Now().Add(20 * time.Second); ; time.Sleep(100 * time.Millisecond) {
		left := 0
		for _, r := range s.replicas {
			left += r.Namespaces().Count() - 1
		}
		if left == 0 {
			return
		}
		if time.Now().After(deadline) {
			t.Fatalf("%d replicas still hold it", left)
		}
	}
}
