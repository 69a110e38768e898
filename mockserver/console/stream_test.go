package console_test

import (
	"bufio"
	"context"
	"net/http"
	"strings"
	"testing"
	"time"

	"github.com/keyturn/keyturn/mockserver/console"
	"github.com/keyturn/keyturn/mockserver/journal"
)

// event is one of a stream.
type event struct{ name, id, data string }

// watch follows a stream until the test ends or the server ends it, which closes the
// channel.
func (s *stage) watch(query string) <-chan event {
	s.Helper()
	ctx, cancel := context.WithCancel(s.Context())
	s.Cleanup(cancel)
	request, err := http.NewRequestWithContext(ctx, http.MethodGet, s.server.URL+console.Path+"stream?"+query, nil)
	if err != nil {
		s.Fatal(err)
	}
	response, err := s.browser.Do(request)
	if err != nil {
		s.Fatal(err)
	}
	if media := response.Header.Get("Content-Type"); response.StatusCode != http.StatusOK || media != "text/event-stream" {
		s.Fatalf("the stream answers %d, %s", response.StatusCode, media)
	}
	events := make(chan event, 100)
	go func() {
		defer close(events)
		defer response.Body.Close()
		var e event
		lines := bufio.NewScanner(response.Body)
		lines.Buffer(nil, 1<<20)
		for lines.Scan() {
			name, value, _ := strings.Cut(lines.Text(), ":")
			value = strings.TrimPrefix(value, " ")
			switch {
			case name == "event":
				e.name = value
			case name == "id":
				e.id = value
			case name == "data":
				e.data += value
			case name == "" && e.name != "":
				events <- e
				e = event{}
			}
		}
	}()
	return events
}

// next is the next event of this name.
func (s *stage) next(events <-chan event, name string) event {
	s.Helper()
	limit := time.After(10 * time.Second)
	for {
		select {
		case e, open := <-events:
			if !open {
				s.Fatalf("the stream ended before an event %q", name)
			}
			if e.name == name {
				return e
			}
		case <-limit:
			s.Fatalf("no event %q came", name)
		}
	}
}

func TestStream(t *testing.T) {
	t.Parallel()
	s := raise(t, nil, journal.Bounds{})
	n := s.namespaces.Default()
	s.present(n, "before-somebody-watched")
	events := s.watch("")
	s.issue(n, "fresh", "the-value-of-the-fresh-one", 0)
	s.present(n, "the-value-of-the-fresh-one")
	var rows string
	for last := ""; last != "3"; {
		e := s.next(events, "requests")
		last, rows = e.id, e.data+rows
	}
	if strings.Count(rows, "<li") != 2 || strings.Index(rows, `data-id="3"`) > strings.Index(rows, `data-id="2"`) {
		t.Errorf("want 3 before 2 and nothing else:\n%s", rows)
	}
	if strings.Contains(rows, "the-value") {
		t.Error("the stream shows a secret")
	}
	s.next(events, "changed")
	n.Journal().Clear()
	s.next(events, "reset")
	s.present(n, "after-the-reset")
	if e := s.next(events, "requests"); e.id != "4" || strings.Count(e.data, "<li") != 1 {
		t.Errorf("after the reset: id %s\n%s", e.id, e.data)
	}
}

// TestStreamGoesOn from the request that a page saw last, and brings what its list wants.
func TestStreamGoesOn(t *testing.T) {
	t.Parallel()
	s := raise(t, nil, journal.Bounds{})
	n := s.namespaces.Default()
	for range 3 {
		s.present(n, "nonsense")
	}
	s.record(n, journal.Entry{Method: "GET", Target: "/x", Status: 422, Violation: "it breaks"})
	if e := s.next(s.watch("after=1"), "requests"); e.id != "4" || strings.Count(e.data, "<li") != 3 {
		t.Errorf("after the first: id %s\n%s", e.id, e.data)
	}
	if e := s.next(s.watch("after=1&only=violations"), "requests"); e.id != "4" || strings.Count(e.data, "<li") != 1 {
		t.Errorf("only violations: id %s\n%s", e.id, e.data)
	}
}

// TestStreamTellsOfTime also when nobody asks for anything, and for longer than a
// request may take.
func TestStreamTellsOfTime(t *testing.T) {
	t.Parallel()
	s := raise(t, nil, journal.Bounds{})
	events := s.watch("")
	for range 3 {
		s.next(events, "changed")
	}
}

func TestStreamUnderLoad(t *testing.T) {
	t.Parallel()
	s := raise(t, nil, journal.Bounds{})
	n := s.namespaces.Default()
	events := s.watch("after=0")
	for range 900 {
		s.present(n, "nonsense")
	}
	last, rows := "", 0
	for last != "900" {
		e := s.next(events, "requests")
		last = e.id
		if rows = strings.Count(e.data, "<li"); rows > 64 {
			t.Fatalf("one event brings %d rows", rows)
		}
	}
}

func TestStreamEndsWithTheServer(t *testing.T) {
	t.Parallel()
	s := raise(t, nil, journal.Bounds{})
	events := s.watch("")
	s.end()
	limit := time.After(10 * time.Second)
	for {
		select {
		case _, open := <-events:
			if !open {
				return
			}
		case <-limit:
			t.Fatal("the stream goes on")
		}
	}
}

func TestStreamsAreBounded(t *testing.T) {
	t.Parallel()
	s := raise(t, nil, journal.Bounds{})
	for range 64 {
		s.watch("")
	}
	if got := s.get("stream"); got.status != http.StatusConflict {
		t.Errorf("status %d for the 65th", got.status)
	}
}
