package mockserver_test

import (
	"bufio"
	"context"
	"encoding/json"
	"net/http"
	"strconv"
	"strings"
	"sync"
	"testing"
	"time"

	"github.com/getkin/kin-openapi/openapi3"

	"github.com/keyturn/keyturn/mockserver"
	"github.com/keyturn/keyturn/mockserver/journal"
	"github.com/keyturn/keyturn/mockserver/mocktest"
	"github.com/keyturn/keyturn/specs"
)

// event is a server-sent one.
type event struct{ name, id, data string }

// stream is a reader of the journal of a namespace.
type stream struct {
	events chan event
	// ended is closed when the stream is at its end.
	ended chan struct{}
	stop  context.CancelFunc
}

// follow reads the journal of a namespace from after an id on, empty for what comes. The
// stream is there when it returns.
func follow(t *testing.T, base, namespace, after string) stream {
	t.Helper()
	return followBy(t, http.DefaultTransport, base, namespace, after)
}

func followBy(t *testing.T, way http.RoundTripper, base, namespace, after string) stream {
	t.Helper()
	ctx, stop := context.WithCancel(t.Context())
	t.Cleanup(stop)
	request, err := http.NewRequestWithContext(ctx, http.MethodGet, base+"/__admin/requests/stream", nil)
	if err != nil {
		t.Fatal(err)
	}
	request.Header.Set("X-Keyturn-Namespace", namespace)
	if after != "" {
		request.Header.Set("Last-Event-ID", after)
	}
	response, err := way.RoundTrip(request)
	if err != nil {
		t.Fatal(err)
	}
	if media := response.Header.Get("Content-Type"); response.StatusCode != http.StatusOK || media != "text/event-stream" {
		t.Fatalf("HTTP %d %s", response.StatusCode, media)
	}
	s := stream{events: make(chan event, 1000), ended: make(chan struct{}), stop: stop}
	go func() {
		defer close(s.ended)
		defer response.Body.Close()
		var one event
		for lines := bufio.NewScanner(response.Body); lines.Scan(); {
			name, value, _ := strings.Cut(lines.Text(), ": ")
			switch name {
			case "event":
				one.name = value
			case "id":
				one.id = value
			case "data":
				one.data += value
			case "":
				if one.name != "" {
					s.events <- one
				}
				one = event{}
			}
		}
	}()
	return s
}

// next is the event that comes.
func (s stream) next(t *testing.T) event {
	t.Helper()
	select {
	case one := <-s.events:
		return one
	case <-time.After(20 * time.Second):
		t.Fatal("there is no event")
		return event{}
	}
}

// wantEnd demands that the stream ends soon.
func (s stream) wantEnd(t *testing.T, within time.Duration) {
	t.Helper()
	select {
	case <-s.ended:
	case <-time.After(within):
		t.Error("the stream goes on")
	}
}

// entrySchema is that of an entry in the document.
func entrySchema(t *testing.T) *openapi3.Schema {
	t.Helper()
	document, err := specs.Load(specs.Admin)
	if err != nil {
		t.Fatal(err)
	}
	return document.Components.Schemas["Entry"].Value
}

// TestEveryRequestIsAnEvent sends a request of each vendor, and one of nobody's.
func TestEveryRequestIsAnEvent(t *testing.T) {
	t.Parallel()
	a := newStage(t, "a")
	b, schema := a.in(t, "b"), entrySchema(t)
	live := follow(t, a.BaseURL(), "a", "")
	a.inject(`{"match":{"operation":"refreshSecret"},"effect":{"status":503,"when":"after"}}`)
	for i, v := range vendors {
		v.rotate(b.API)
		v.rotate(a.API)
		got := live.next(t)
		var value any
		if err := json.Unmarshal([]byte(got.data), &value); err != nil {
			t.Fatal(err)
		}
		if err := schema.VisitJSON(value); err != nil {
			t.Errorf("%s: the event is no entry: %v", v.name, err)
		}
		var shown entry
		_ = json.Unmarshal([]byte(got.data), &shown)
		if got.name != "request" || got.id != strconv.Itoa(i+1) || shown.ID != uint64(i+1) || shown.RequestID == "" || shown.Operation != v.rotation {
			t.Errorf("%s: got %+v", v.name, got)
		}
		if hit := v.name == "authing-v2"; (shown.Fault != "") != hit {
			t.Errorf("%s: the fault is %q", v.name, shown.Fault)
		}
	}
	a.Send(http.MethodGet, "/nobody")
	if got := live.next(t); !strings.Contains(got.data, "/nobody") {
		t.Errorf("got %+v", got)
	}
	again := follow(t, a.BaseURL(), "a", "3")
	for _, want := range []string{"4", "5"} {
		if got := again.next(t); got.id != want {
			t.Errorf("after 3 there is %+v, want %s", got, want)
		}
	}
	a.put(http.MethodDelete, "/requests", "", http.StatusNoContent)
	if got := live.next(t); got.name != "reset" {
		t.Errorf("got %+v, want a reset", got)
	}
	a.Send(http.MethodGet, "/nobody")
	if got := live.next(t); got.id != "6" {
		t.Errorf("got %+v, want 6", got)
	}
	if got := follow(t, a.BaseURL(), "a", "2").next(t); got.name != "reset" {
		t.Errorf("got %+v, want a reset", got)
	}
	for _, wrong := range []string{"x", "-1"} {
		if got := a.With("Last-Event-ID", wrong).Send(http.MethodGet, "/__admin/requests/stream"); got.Status != http.StatusBadRequest || !strings.Contains(got.Text, "Last-Event-ID") {
			t.Errorf("after %s: HTTP %d %s", wrong, got.Status, got.Text)
		}
	}
}

func TestEvictedEventsAreCounted(t *testing.T) {
	t.Parallel()
	s := newStage(t, "a", withJournal(journal.Bounds{Entries: 3}))
	for range 10 {
		s.Send(http.MethodGet, "/nobody")
	}
	late := follow(t, s.BaseURL(), "a", "2")
	if got := late.next(t); got.name != "evicted" || got.data != `{"evicted": 5}` {
		t.Errorf("got %+v, want 5 evicted", got)
	}
	if got := late.next(t); got.id != "8" {
		t.Errorf("got %+v, want 8", got)
	}
}

func withJournal(bounds journal.Bounds) mocktest.Option {
	return mocktest.WithOptions(func(o *mockserver.Options) { o.Journal = bounds })
}

// TestStreamsEndWithTheirNamespace deletes it, and does not wait for them.
func TestStreamsEndWithTheirNamespace(t *testing.T) {
	t.Parallel()
	s := newStage(t, "a")
	other := s.in(t, "b")
	live, stays := follow(t, s.BaseURL(), "a", ""), follow(t, s.BaseURL(), "b", "")
	if got := other.admin(http.MethodDelete, "/namespaces/a", ""); got.Status != http.StatusNoContent {
		t.Fatalf("HTTP %d %s", got.Status, got.Text)
	}
	live.wantEnd(t, 10*time.Second)
	other.Send(http.MethodGet, "/nobody")
	if got := stays.next(t); got.name != "request" {
		t.Errorf("got %+v", got)
	}
}

// TestStreamsEndAtOnceWithTheServer is for a drain limit that nobody wants to wait for.
func TestStreamsEndAtOnceWithTheServer(t *testing.T) {
	t.Parallel()
	limits := mockserver.Limits{Drain: time.Minute}
	address, stop, stopped := serveWith(t, standIn(t), limits)
	live := follow(t, "http://"+address, "default", "")
	begun := time.Now()
	stop()
	select {
	case err := <-stopped:
		if err != nil || time.Since(begun) > 10*time.Second {
			t.Errorf("it took %v: %v", time.Since(begun), err)
		}
	case <-time.After(20 * time.Second):
		t.Error("the server waits for its streams")
	}
	live.wantEnd(t, 10*time.Second)
}

// TestSlowFollowersAreNobodysBurden has 30 of them that never read. It is alone, as it
// weighs the process.
func TestSlowFollowersAreNobodysBurden(t *testing.T) {
	s := newStage(t, "a", withJournal(journal.Bounds{Entries: 50}))
	client := s.HTTPClient()
	for range 30 {
		request, err := http.NewRequestWithContext(t.Context(), http.MethodGet, s.BaseURL()+"/__admin/requests/stream", nil)
		if err != nil {
			t.Fatal(err)
		}
		request.Header.Set("X-Keyturn-Namespace", "a")
		response, err := client.Transport.RoundTrip(request)
		if err != nil {
			t.Fatal(err)
		}
		t.Cleanup(func() { response.Body.Close() })
	}
	text := `{"appId":"` + strings.Repeat("x ", 2000) + `"}`
	before, begun := heap(), time.Now()
	var senders sync.WaitGroup
	for range 4 {
		senders.Go(func() {
			for range 60 {
				s.Raw(http.MethodPost, signedPath, jsonMedia, text)
			}
		})
	}
	senders.Wait()
	if took := time.Since(begun); took > 20*time.Second {
		t.Errorf("240 requests took %v", took)
	}
	// What nobody has read would be 30 MB by now, if it was kept for each.
	if grown := heap() - before; grown > 20<<20 {
		t.Errorf("the server grew by %d MiB", grown>>20)
	}
}
