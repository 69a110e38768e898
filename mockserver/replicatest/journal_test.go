package replicatest_test

import (
	"fmt"
	"net/http"
	"strings"
	"sync"
	"testing"

	"github.com/keyturn/keyturn/mockserver/internal/vendortest"
)

// TestTheJournalIsOne has each replica answer in turn and every other one asked at once.
func TestTheJournalIsOne(t *testing.T) {
	t.Parallel()
	s := newStage(t)
	v, last := vendortest.IdentityService, uint64(0)
	for n := range 10 * count {
		at := n % count
		s.at[at].Send(http.MethodGet, fmt.Sprintf("/nobody?n=%d", n))
		for i := range s.at {
			got := s.entries((at + i) % count)
			if len(got) != n+1 {
				t.Fatalf("after %d requests replica %d has %d entries", n+1, (at+i)%count, len(got))
			}
			if latest := got[n]; latest.ID <= last || !strings.Contains(latest.URL, fmt.Sprintf("n=%d", n)) {
				t.Fatalf("replica %d has %+v for request %d", (at+i)%count, latest, n)
			}
		}
		last = s.entries(at)[n].ID
	}
	for range count {
		v.Issued(t, s.at[0], v.Secret)
	}
	s.alike("/requests?limit=1000")
	s.alike("/requests/unmatched")
	s.admin(1, http.MethodDelete, "/requests", "", http.StatusNoContent)
	for i := range s.at {
		if got := s.entries(i); len(got) != 0 {
			t.Errorf("replica %d still has %d entries", i, len(got))
		}
	}
	s.at[2].Send(http.MethodGet, "/nobody")
	for i := range s.at {
		if got := s.entries(i); len(got) != 1 || got[0].ID <= last {
			t.Errorf("replica %d has %v, want one after %d", i, got, last)
		}
	}
}

// TestTheJournalIsOneUnderLoad has all replicas asked at once: all have every request, in
// one order and under the same ids.
func TestTheJournalIsOneUnderLoad(t *testing.T) {
	t.Parallel()
	const senders, requests = 4 * count, 40
	s := newStage(t)
	var all sync.WaitGroup
	for i := range senders {
		all.Go(func() {
			for n := range requests {
				s.at[(i+n)%count].Send(http.MethodGet, fmt.Sprintf("/nobody?from=%d&n=%d", i, n))
			}
		})
	}
	all.Wait()
	want := s.entries(0)
	if len(want) != senders*requests {
		t.Fatalf("%d entries, want %d", len(want), senders*requests)
	}
	next := make([]int, senders)
	for i, one := range want {
		if one.ID != want[0].ID+uint64(i) {
			t.Fatalf("the id after %d is %d", want[i-1].ID, one.ID)
		}
		var from, n int
		if _, err := fmt.Sscanf(one.URL, "/nobody?from=%d&n=%d", &from, &n); err != nil {
			t.Fatal(err)
		}
		if n != next[from] {
			t.Fatalf("request %d of sender %d comes after %d of its own", n, from, next[from])
		}
		next[from]++
	}
	s.alike("/requests?limit=1000")
}

// TestVerdictsAreOfAllReplicas counts at each what was sent to all.
func TestVerdictsAreOfAllReplicas(t *testing.T) {
	t.Parallel()
	s := newStage(t)
	for n, v := range vendortest.All {
		for i := range n + 1 {
			v.Nth(i).Rotation.Send(s.at[(n+i)%count])
		}
	}
	for n, v := range vendortest.All {
		for want, outcome := range map[int]string{n + 1: "pass", n: "fail", n + 2: "fail"} {
			for i := range s.at {
				body := fmt.Sprintf(`{"match":{"provider":%q,"operation":%q},"exactly":%d}`, v.Name, v.Operation, want)
				got := s.admin(i, http.MethodPost, "/requests/verify", body, http.StatusOK)
				if got.TextAt("verdict") != outcome || got.At("count") != float64(n+1) {
					t.Errorf("replica %d, %s: %s, want %s", i, body, got.Text, outcome)
				}
			}
		}
	}
	order := `{"in_order":[{"operation":"addSecret"},{"operation":"updateClient"},{"operation":"refreshSecret"},{"operation":"refreshApplicationSecret"}]}`
	for i := range s.at {
		if got := s.admin(i, http.MethodPost, "/requests/verify", order, http.StatusOK); got.TextAt("verdict") != "pass" {
			t.Errorf("replica %d: %s", i, got.Text)
		}
	}
}
