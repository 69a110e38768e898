package mockserver_test

import (
	"encoding/json"
	"net/http"
	"strconv"
	"strings"
	"sync"
	"testing"
	"time"

	"github.com/getkin/kin-openapi/openapi3"

	"github.com/keyturn/keyturn/mockserver"
	"github.com/keyturn/keyturn/mockserver/internal/apitest"
	"github.com/keyturn/keyturn/mockserver/internal/vendortest"
	"github.com/keyturn/keyturn/mockserver/journal"
	"github.com/keyturn/keyturn/mockserver/mocktest"
	"github.com/keyturn/keyturn/specs"
)

// stream is what a reader of the journal of a namespace gets.
type stream <-chan apitest.Event

// follow reads the journal of a namespace from after an id on, empty for what comes. The
// stream is there when it returns.
func follow(t *testing.T, base, namespace, after string) stream {
	t.Helper()
	return followBy(t, http.DefaultTransport, base, namespace, after)
}

func followBy(t *testing.T, way http.RoundTripper, base, namespace, after string) stream {
	t.Helper()
	return apitest.New(t, base).With("X-Keyturn-Namespace", namespace).Follow(way, "/__admin/requests/stream", after)
}

// next is the event that comes.
func (s stream) next(t *testing.T) apitest.Event {
	t.Helper()
	select {
	case one, open := <-s:
		if !open {
			t.Fatal("the stream has ended")
		}
		return one
	case <-time.After(20 * time.Second):
		t.Fatal("there is no event")
		return apitest.Event{}
	}
}

// wantEnd demands that the stream ends soon, whatever is still to be read of it.
func (s stream) wantEnd(t *testing.T, within time.Duration) {
	t.Helper()
	limit := time.After(within)
	for {
		select {
		case _, open := <-s:
			if !open {
				return
			}
		case <-limit:
			t.Error("the stream goes on")
			return
		}
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
	for i, v := range vendortest.All {
		v.Rotation.Send(b.API)
		v.Rotation.Send(a.API)
		got := live.next(t)
		var value any
		if err := json.Unmarshal([]byte(got.Data), &value); err != nil {
			t.Fatal(err)
		}
		if err := schema.VisitJSON(value); err != nil {
			t.Errorf("%s: the event is no entry: %v", v.Name, err)
		}
		var shown entry
		_ = json.Unmarshal([]byte(got.Data), &shown)
		if got.Name != "request" || got.ID != strconv.Itoa(i+1) || shown.ID != uint64(i+1) || shown.RequestID == "" || shown.Operation != v.Operation {
			t.Errorf("%s: got %+v", v.Name, got)
		}
		if hit := v.Name == "authing-v2"; (shown.Fault != "") != hit {
			t.Errorf("%s: the fault is %q", v.Name, shown.Fault)
		}
	}
	a.Send(http.MethodGet, "/nobody")
	if got := live.next(t); !strings.Contains(got.Data, "/nobody") {
		t.Errorf("got %+v", got)
	}
	again := follow(t, a.BaseURL(), "a", "3")
	for _, want := range []string{"4", "5"} {
		if got := again.next(t); got.ID != want {
			t.Errorf("after 3 there is %+v, want %s", got, want)
		}
	}
	a.put(http.MethodDelete, "/requests", "", http.StatusNoContent)
	if got := live.next(t); got.Name != "reset" {
		t.Errorf("got %+v, want a reset", got)
	}
	a.Send(http.MethodGet, "/nobody")
	if got := live.next(t); got.ID != "6" {
		t.Errorf("got %+v, want 6", got)
	}
	if got := follow(t, a.BaseURL(), "a", "2").next(t); got.Name != "reset" {
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
	if got := late.next(t); got.Name != "evicted" || got.Data != `{"evicted": 5}` {
		t.Errorf("got %+v, want 5 evicted", got)
	}
	if got := late.next(t); got.ID != "8" {
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
	if got := stays.next(t); got.Name != "request" {
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
				s.Raw(http.MethodPost, vendortest.GenAuthV3.Rotation.Path, jsonMedia, text)
			}
		})
	}
	senders.Wait()
	if took := time.Since(begun); took > 20*time.Second {
		t.Errorf("240 requests took %v", took)
	}
	// What nobody has read would be 30 MB by now, if it was kept for each. What is just being
	// written for some of them comes and goes.
	grown := heap() - before
	for look := 0; grown > 20<<20 && look < 20; look++ {
		time.Sleep(250 * time.Millisecond)
		grown = heap() - before
	}
	if grown > 20<<20 {
		t.Errorf("the server grew by %d MiB", grown>>20)
	}
}
