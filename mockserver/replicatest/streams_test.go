package replicatest_test

import (
	"fmt"
	"net/http"
	"strconv"
	"strings"
	"sync"
	"testing"
	"time"

	"github.com/keyturn/keyturn/mockserver/internal/apitest"
)

// soon is how long a follower may take to hear of what another replica has answered.
const soon = 500 * time.Millisecond

// await is the next event of the name.
func await(t *testing.T, events <-chan apitest.Event, name string) apitest.Event {
	t.Helper()
	limit := time.After(20 * time.Second)
	for {
		select {
		case one, open := <-events:
			if !open {
				t.Fatalf("the stream ended before an event %s", name)
			}
			if one.Name == name {
				return one
			}
		case <-limit:
			t.Fatalf("there is no event %s", name)
		}
	}
}

// TestFollowersSeeAllReplicas has one follower at each, of the plane's stream and of the
// console's.
func TestFollowersSeeAllReplicas(t *testing.T) {
	t.Parallel()
	for name, path := range map[string]string{"plane": "/requests/stream", "console": "/ui/stream"} {
		event := map[string]string{"plane": "request", "console": "requests"}[name]
		t.Run(name, func(t *testing.T) {
			t.Parallel()
			s := newStage(t)
			followers := make([]<-chan apitest.Event, 0, count)
			for i := range s.at {
				followers = append(followers, s.at[i].Follow(http.DefaultTransport, "/__admin"+path, ""))
			}
			var slowest time.Duration
			for n := range 5 * count {
				mark := fmt.Sprintf("/nobody-%d", n)
				s.at[n%count].Send(http.MethodGet, mark)
				begun := time.Now()
				for i, follower := range followers {
					got := await(t, follower, event)
					if !strings.Contains(got.Data, mark) {
						t.Fatalf("the follower of replica %d sees %s, want %s", i, got.Data, mark)
					}
					slowest = max(slowest, got.At.Sub(begun))
				}
				time.Sleep(20 * time.Millisecond)
			}
			t.Logf("%s at most", slowest)
			if slowest > soon {
				t.Errorf("a follower heard of it after %s, want %s at most", slowest, soon)
			}
			s.admin(1, http.MethodDelete, "/requests", "", http.StatusNoContent)
			for _, follower := range followers {
				await(t, follower, "reset")
			}
		})
	}
}

// TestAStreamGoesOnElsewhere is a follower whose connections a balancer sends to another
// replica each time, while all replicas are asked.
func TestAStreamGoesOnElsewhere(t *testing.T) {
	t.Parallel()
	const senders, requests = count, 60
	s := newStage(t)
	s.at[0].Send(http.MethodGet, "/nobody")
	var all sync.WaitGroup
	for i := range senders {
		all.Go(func() {
			for range requests {
				s.at[i].Send(http.MethodGet, "/nobody")
			}
		})
	}
	last := 0
	for connection := 0; last < senders*requests+1; connection++ {
		events := s.at[connection%count].Follow(http.DefaultTransport, "/__admin/requests/stream", strconv.Itoa(last))
		for range 7 {
			if last == senders*requests+1 {
				break
			}
			got := await(t, events, "request")
			if got.ID != strconv.Itoa(last+1) {
				t.Fatalf("connection %d: after %d comes %s", connection, last, got.ID)
			}
			last++
		}
	}
	all.Wait()
}
