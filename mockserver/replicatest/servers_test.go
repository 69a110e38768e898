package replicatest_test

import (
	"fmt"
	"net/http"
	"sync"
	"testing"

	"github.com/keyturn/keyturn/mockserver"
	"github.com/keyturn/keyturn/mockserver/internal/vendortest"
	"github.com/keyturn/keyturn/mockserver/journal"
)

// TestTheFirstTwoAgree starts replicas at the same time on an empty database.
func TestTheFirstTwoAgree(t *testing.T) {
	t.Parallel()
	for range 3 {
		dsn := server.Get(t).Database(t)
		replicas := make([]*replica, count)
		var all sync.WaitGroup
		for i := range replicas {
			all.Go(func() {
				one, err := raise(dsn, nil)
				if err != nil {
					t.Error(err)
					return
				}
				replicas[i] = one
			})
		}
		all.Wait()
		for _, one := range replicas {
			if one == nil {
				t.FailNow()
			}
			t.Cleanup(func() {
				one.end()
				one.log.check(t)
			})
		}
		s := see(t, replicas, "default")
		s.alike("/world")
		began := 0
		for _, one := range replicas {
			if !one.Kept() {
				began++
			}
		}
		if began != 1 {
			t.Errorf("%d replicas say that the world is theirs", began)
		}
		for n, v := range vendortest.All {
			secret := v.Replaced(t, s.at[n%count])
			for i, api := range s.at {
				if !v.Works(t, api, secret) || v.Works(t, api, v.Secret) {
					t.Errorf("%s: replica %d does not know the rotation of %d", v.Name, i, n%count)
				}
			}
		}
	}
}

// TestWhoJoinsLaterHasEverything starts a replica whose own world is another one.
func TestWhoJoinsLaterHasEverything(t *testing.T) {
	t.Parallel()
	dsn := server.Get(t).Database(t)
	first := raised(t, dsn, nil)
	s := newStageOf(t, []*replica{first})
	v := vendortest.GenAuthV3
	s.admin(0, http.MethodPut, "/clock", `{"freeze":true}`, http.StatusOK)
	s.admin(0, http.MethodPut, "/clock", `{"at":"2045-01-01T00:00:00Z"}`, http.StatusOK)
	s.admin(0, http.MethodPut, "/defects", `{"on":["allow-is-missing"]}`, http.StatusOK)
	s.admin(0, http.MethodPut, "/propagation", `{"refuse_old_after":"1s"}`, http.StatusOK)
	s.admin(0, http.MethodPost, "/snapshots", `{"name":"one"}`, http.StatusCreated)
	s.admin(0, http.MethodPost, "/faults", `{"match":{"operation":"getClient"},"effect":{"status":503}}`, http.StatusCreated)
	secret := v.Replaced(t, s.at[0])
	token := v.Issued(t, s.at[0], secret)
	late := raised(t, dsn, func(o *mockserver.Options) { o.Defects = nil })
	both := see(t, []*replica{first, late}, s.name)
	if !late.Kept() || !v.Works(t, both.at[1], secret) || !v.Active(t, both.at[1], secret, token) {
		t.Error("the replica that joined does not know what was there")
	}
	for _, path := range []string{"/defects", "/propagation", "/snapshots", "/snapshots/one", "/faults", "/world", "/requests"} {
		both.alike(path)
	}
	if got := both.admin(1, http.MethodGet, "/clock", "", http.StatusOK); got.TextAt("now") != "2045-01-01T00:00:00Z" {
		t.Errorf("its clock shows %s", got.Text)
	}
}

// TestWhoIsKilledTakesNothingAlong ends one of three without any farewell. What it has
// acknowledged is in force at the others, and what it has answered in their journals.
func TestWhoIsKilledTakesNothingAlong(t *testing.T) {
	t.Parallel()
	dsn := server.Get(t).Database(t)
	replicas := make([]*replica, count)
	for i := range replicas {
		replicas[i] = raised(t, dsn, nil)
	}
	s := newStageOf(t, replicas)
	v := vendortest.GenAuthV3
	var secret string
	for n := range 5 * count {
		secret = v.Replaced(t, s.at[n%count])
	}
	last := v.Replaced(t, s.at[0])
	token := v.Issued(t, s.at[0], last)
	entries := len(s.entries(1))
	replicas[0].vanish()
	left := see(t, replicas[1:], s.name)
	for i, api := range left.at {
		if !v.Works(t, api, last) || v.Works(t, api, secret) || !v.Active(t, api, last, token) {
			t.Errorf("replica %d does not know the last rotation of the one that was killed", i+1)
		}
	}
	if got := len(left.entries(1)); got != entries+3*len(left.at) {
		t.Errorf("%d entries in the journal, want %d", got, entries+3*len(left.at))
	}
	again := see(t, append(replicas[1:], raised(t, dsn, nil)), s.name)
	for i, api := range again.at {
		if !v.Works(t, api, last) || v.Works(t, api, secret) {
			t.Errorf("replica %d has something else after the start of another", i)
		}
	}
	again.alike("/requests")
}

// TestALongJournalIsReadToItsEnd asks a replica that has looked at nothing for a journal of
// which the beginning is gone.
func TestALongJournalIsReadToItsEnd(t *testing.T) {
	t.Parallel()
	const bound = 50
	s := newStageOf(t, cluster(t, func(o *mockserver.Options) { o.Journal = journal.Bounds{Entries: bound} }))
	var all sync.WaitGroup
	for i := range 2 * count {
		all.Go(func() {
			for n := range 100 {
				s.at[i%(count-1)].Send(http.MethodGet, fmt.Sprintf("/nobody?from=%d&n=%d", i, n))
			}
		})
	}
	all.Wait()
	got := s.entries(count - 1)
	if len(got) != bound || got[bound-1].ID != 2*count*100 {
		t.Errorf("%d entries, the last is %+v", len(got), got[len(got)-1])
	}
	if got := s.alike("/requests?limit=1000"); got.At("evicted") != float64(2*count*100-bound) {
		t.Errorf("%v were evicted", got.At("evicted"))
	}
}
