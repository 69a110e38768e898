package replicatest_test

import (
	"bufio"
	"context"
	"fmt"
	"net/http"
	"strconv"
	"strings"
	"sync"
	"testing"
	"time"
)

// soon is how long a follower may take to hear of what another replica has answered.
const soon = 500 * time.Millisecond

// streamed is a server-sent one, and when it came.
type streamed struct {
	name, id, data string
	at             time.Time
}

// follow reads a stream of one replica, below /__admin, from after an id on, empty for what
// comes. The stream is there when it returns.
func (s stage) follow(at int, path, after string) <-chan streamed {
	s.Helper()
	ctx, cancel := context.WithCancel(s.Context())
	s.Cleanup(cancel)
	request, err := http.NewRequestWithContext(ctx, http.MethodGet, s.replicas[at].base+"/__admin"+path, nil)
	if err != nil {
		s.Fatal(err)
	}
	request.Header.Set("X-Keyturn-Namespace", s.name)
	if after != "" {
		request.Header.Set("Last-Event-ID", after)
	}
	response, err := http.DefaultTransport.RoundTrip(request)
	if err != nil {
		s.Fatal(err)
	}
	if media := response.Header.Get("Content-Type"); response.StatusCode != http.StatusOK || media != "text/event-stream" {
		s.Fatalf("HTTP %d %s", response.StatusCode, media)
	}
	events := make(chan streamed, 1000)
	go func() {
		defer close(events)
		defer response.Body.Close()
		var one streamed
		lines := bufio.NewScanner(response.Body)
		for lines.Buffer(nil, 1<<20); lines.Scan(); {
			name, value, _ := strings.Cut(lines.Text(), ":")
			value = strings.TrimPrefix(value, " ")
			switch {
			case name == "event":
				one.name = value
			case name == "id":
				one.id = value
			case name == "data":
				one.data += value
			case name == "" && value == "" && one.name != "":
				one.at = time.Now()
				events <- one
				one = streamed{}
			}
		}
	}()
	return events
}

// await is the next event of the name.
func await(t *testing.T, events <-chan streamed, name string) streamed {
	t.Helper()
	limit := time.After(20 * time.Second)
	for {
		select {
		case one, open := <-events:
			if !open {
				t.Fatalf("the stream ended before an event %s", name)
			}
			if one.name == name {
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
			followers := make([]<-chan streamed, 0, count)
			for i := range s.at {
				followers = append(followers, s.follow(i, path, ""))
			}
			var slowest time.Duration
			for n := range 5 * count {
				mark := fmt.Sprintf("/nobody-%d", n)
				s.at[n%count].Send(http.MethodGet, mark)
				begun := time.Now()
				for i, follower := range followers {
					got := await(t, follower, event)
					if !strings.Contains(got.data, mark) {
						t.Fatalf("the follower of replica %d sees %s, want %s", i, got.data, mark)
					}
					slowest = max(slowest, got.at.Sub(begun))
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
		events := s.follow(connection%count, "/requests/stream", strconv.Itoa(last))
		for range 7 {
			if last == senders*requests+1 {
				break
			}
			got := await(t, events, "request")
			if got.id != strconv.Itoa(last+1) {
				t.Fatalf("connection %d: after %d comes %s", connection, last, got.id)
			}
			last++
		}
	}
	all.Wait()
}
