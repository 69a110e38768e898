package replicatest_test

import (
	"fmt"
	"net/http"
	"slices"
	"strings"
	"sync"
	"testing"
	"time"

	"github.com/keyturn/keyturn/mockserver/internal/vendortest"
)

// TestTheClockIsOne moves it at one replica and reads it at the others at once, in the
// namespace and in the header of an answer.
func TestTheClockIsOne(t *testing.T) {
	t.Parallel()
	s := newStage(t)
	shown := func(at int) time.Time {
		return timeOf(t, s.admin(at, http.MethodGet, "/clock", "", http.StatusOK).TextAt("now"))
	}
	v, want := vendortest.GenAuthV3, time.Date(2040, 1, 1, 0, 0, 0, 0, time.UTC)
	s.admin(1, http.MethodPut, "/clock", `{"freeze":true}`, http.StatusOK)
	for n := range 4 * count {
		at := n % count
		if n == 0 {
			s.admin(at, http.MethodPut, "/clock", `{"at":"2040-01-01T00:00:00Z"}`, http.StatusOK)
		} else {
			want = want.Add(36 * time.Hour)
			s.admin(at, http.MethodPut, "/clock", `{"advance":"36h"}`, http.StatusOK)
		}
		for i := range count {
			other := (at + 1 + i) % count
			if got := v.Asked(s.at[other], v.Secret).Header.Get("Date"); got != want.Format(http.TimeFormat) {
				t.Errorf("step %d: an answer of replica %d is of %s, want %s", n, other, got, want)
			}
			if got := shown(other); !got.Equal(want) {
				t.Errorf("step %d: replica %d shows %s, want %s", n, other, got, want)
			}
		}
	}
	s.admin(2, http.MethodPut, "/clock", `{"freeze":false}`, http.StatusOK)
	for i := range s.at {
		if got := shown(i).Sub(want); got <= 0 || got > time.Minute {
			t.Errorf("replica %d shows %s more after the clock was let go", i, got)
		}
	}
	token := v.Issued(t, s.at[0], v.Secret)
	s.admin(1, http.MethodPut, "/clock", `{"advance":"8760h"}`, http.StatusOK)
	for i, api := range s.at {
		if v.Active(t, api, v.Secret, token) {
			t.Errorf("a token of a year ago is good at replica %d", i)
		}
	}
}

// hits sends requests to the replicas in turn, and says which of them met a fault.
func (s stage) hits(v vendortest.Vendor, requests int) (hit []int) {
	s.Helper()
	for n := range requests {
		if got := v.Asked(s.at[n%count], v.Secret); got.Header.Get("Keyturn-Fault") != "" && got.Status != http.StatusOK {
			hit = append(hit, n)
		}
	}
	return hit
}

func TestFaultsCountTogether(t *testing.T) {
	t.Parallel()
	for name, test := range map[string]struct {
		fault string
		want  []int
	}{
		"times":    {`{"effect":{"status":503},"times":3}`, []int{0, 1, 2}},
		"nth":      {`{"match":{"nth":5},"effect":{"status":503}}`, []int{4}},
		"throttle": {`{"effect":{"throttle":{"limit":7,"per":"1h"}}}`, []int{7, 8, 9, 10, 11}},
	} {
		t.Run(name, func(t *testing.T) {
			t.Parallel()
			s, v := newStage(t), vendortest.IdentityService
			id := s.admin(1, http.MethodPost, "/faults", test.fault, http.StatusCreated).TextAt("id")
			if got := s.hits(v, 12); !slices.Equal(got, test.want) {
				t.Errorf("the requests %v met it, want %v", got, test.want)
			}
			s.alike("/faults")
			if s.admin(2, http.MethodGet, "/faults", "", http.StatusOK).At("faults", 0) == nil {
				return // it is used up
			}
			s.admin(2, http.MethodDelete, "/faults/"+id, "", http.StatusNoContent)
			if got := s.hits(v, count); len(got) > 0 {
				t.Errorf("a fault that was deleted met %v", got)
			}
			if got := s.alike("/faults"); strings.Contains(got.Text, `"`+id+`"`) {
				t.Errorf("it is still there: %s", got.Text)
			}
		})
	}
}

// TestFaultsCountUnderLoad has all replicas asked at once.
func TestFaultsCountUnderLoad(t *testing.T) {
	t.Parallel()
	const times, senders, requests = 50, 4 * count, 20
	s, v := newStage(t), vendortest.IdentityService
	s.admin(0, http.MethodPost, "/faults", fmt.Sprintf(`{"effect":{"status":503},"times":%d}`, times), http.StatusCreated)
	var mu sync.Mutex
	status := map[int]int{}
	var all sync.WaitGroup
	for i := range senders {
		all.Go(func() {
			for range requests {
				got := v.Asked(s.at[i%count], v.Secret)
				mu.Lock()
				status[got.Status]++
				mu.Unlock()
				if got.Status != http.StatusOK && got.Status != http.StatusServiceUnavailable {
					t.Errorf("HTTP %d %s", got.Status, got.Text)
				}
			}
		})
	}
	all.Wait()
	if status[http.StatusServiceUnavailable] != times || status[http.StatusOK] != senders*requests-times {
		t.Errorf("got %v, want %d failures", status, times)
	}
}

// TestSwitchesAreOnEverywhere switches a defect and a delay at one replica.
func TestSwitchesAreOnEverywhere(t *testing.T) {
	t.Parallel()
	s := newStage(t)
	for at := range s.at {
		for _, on := range []string{`["rotation-keeps-the-secret"]`, `[]`} {
			s.admin(at, http.MethodPut, "/defects", `{"on":`+on+`}`, http.StatusOK)
			s.alike("/defects")
			v := vendortest.AuthingV2
			for i, api := range s.at {
				before := api.Send(http.MethodGet, v.Held)
				after := v.Made(v.Rotation.Send(api), api.Send(http.MethodGet, v.Held))
				if kept := v.Made(before, before) == after; kept != (on != `[]`) {
					t.Errorf("switched to %s at %d: a rotation at %d keeps the secret: %t", on, at, i, kept)
				}
			}
		}
		s.admin(at, http.MethodPut, "/propagation", fmt.Sprintf(`{"accept_new_after":"%ds","refuse_old_after":"20s"}`, at+1), http.StatusOK)
		if got := s.alike("/propagation").TextAt("accept_new_after"); got != fmt.Sprintf("%ds", at+1) {
			t.Errorf("the delay is %s", got)
		}
		v := vendortest.GenAuthV3
		for i, api := range s.at {
			if v.Works(t, api, v.Replaced(t, api)) {
				t.Errorf("replica %d does not delay as %d was told", i, at)
			}
		}
		s.admin(at, http.MethodPut, "/propagation", `{}`, http.StatusOK)
	}
}
