package client_test

import (
	"context"
	"errors"
	"io"
	"net/http"
	"net/http/httptest"
	"strings"
	"testing"
	"time"

	"github.com/google/go-cmp/cmp"

	"github.com/keyturn/keyturn/mockserver/admin/client"
)

var oneEntry = "id: 12\nevent: request\ndata: {" + strings.ReplaceAll(entry, "\n", "\ndata: ") + "}\n\n"

// streaming sends the text. With a channel it keeps the connection until the caller
// goes, and closes the channel then.
func streaming(t *testing.T, text string, gone chan struct{}) *client.Client {
	t.Helper()
	operation := documented(t)["streamRequests"]
	server := httptest.NewServer(http.HandlerFunc(func(w http.ResponseWriter, r *http.Request) {
		hold(t, operation, r)
		if last := r.Header.Get("Last-Event-ID"); last != "7" {
			t.Errorf("the stream is asked for what follows %q, want 7", last)
		}
		w.Header().Set("Content-Type", "text/event-stream; charset=utf-8")
		io.WriteString(w, text)
		w.(http.Flusher).Flush()
		if gone != nil {
			<-r.Context().Done()
			close(gone)
		}
	}))
	t.Cleanup(server.Close)
	return client.New(server.URL, client.Options{Token: token})
}

func TestStream(t *testing.T) {
	t.Parallel()
	admin := streaming(t, ": begin\n\n"+oneEntry+"event: evicted\r\ndata: {\"evicted\": 3}\r\n\r\nevent: reset\ndata: {}\n\n"+
		"event: of tomorrow\ndata: x\n\nevent: request\n\nretry: 5\ndata: without a name\n\n"+oneEntry+"event: request\ndata: {\"id\": 13}", nil)
	var got []any
	for request, err := range admin.Stream(t.Context(), 7) {
		if err != nil {
			got = append(got, err.Error())
			if evicted, is := errors.AsType[*client.EvictedError](err); is && evicted.Evicted != 3 {
				t.Errorf("%d were evicted, want 3", evicted.Evicted)
			}
			if len(got) == 4 && !errors.Is(err, io.ErrUnexpectedEOF) {
				t.Errorf("got %v, want %v", err, io.ErrUnexpectedEOF)
			}
			continue
		}
		got = append(got, request)
	}
	if len(got) == 4 {
		if last, _ := got[3].(string); strings.HasPrefix(last, "GET http://") && strings.Contains(last, "/__admin/requests/stream: the stream has ended") {
			got = got[:3]
		}
	}
	want := []any{request, "3 requests were evicted from the journal before they could be sent", request}
	if diff := cmp.Diff(want, got); diff != "" {
		t.Errorf("(-want +got, but for the end)\n%s", diff)
	}
}

func TestStreamEndsWithTheContext(t *testing.T) {
	t.Parallel()
	gone := make(chan struct{})
	admin := streaming(t, oneEntry, gone)
	ctx, cancel := context.WithCancel(t.Context())
	defer cancel()
	seen := 0
	for request, err := range admin.Stream(ctx, 7) {
		if err != nil || request.ID != 12 {
			t.Errorf("got %+v, %v", request, err)
		}
		seen++
		cancel()
	}
	if seen != 1 {
		t.Errorf("%d requests, want 1", seen)
	}
	waitFor(t, gone)
}

func TestStreamEndsWithTheLoop(t *testing.T) {
	t.Parallel()
	gone := make(chan struct{})
	for range streaming(t, oneEntry+oneEntry, gone).Stream(t.Context(), 7) {
		break
	}
	waitFor(t, gone)
}

// waitFor expects that the connection is given back.
func waitFor(t *testing.T, gone <-chan struct{}) {
	t.Helper()
	select {
	case <-gone:
	case <-time.After(10 * time.Second):
		t.Error("the connection is still open")
	}
}

func TestStreamsThatAreNone(t *testing.T) {
	t.Parallel()
	long := "event: request\n" + strings.Repeat("data: "+strings.Repeat("x", 1<<20)+"\n", 10)
	for name, test := range map[string]struct {
		status            int
		media, text, want string
	}{
		"page":       {200, "text/html", "<html>" + token, `the reply is "text/html", want text/event-stream`},
		"refusal":    {404, "application/problem+json", `{"title": "no", "detail": "such namespace"}`, "status 404: no: such namespace"},
		"no entry":   {200, "text/event-stream", "event: request\ndata: x\n\n", "an event is none of the admin plane's"},
		"no count":   {200, "text/event-stream", "event: evicted\ndata: x\n\n", "an event is none of the admin plane's"},
		"long line":  {200, "text/event-stream", "data: " + strings.Repeat("x", 9<<20), "an event is longer than 8388608 bytes"},
		"long event": {200, "text/event-stream", long, "an event is longer than 8388608 bytes"},
	} {
		t.Run(name, func(t *testing.T) {
			t.Parallel()
			admin := client.New(answering(t, test.status, test.media, test.text).URL, client.Options{Token: token})
			count := 0
			for _, err := range admin.Stream(t.Context(), 0) {
				if count++; err == nil || !strings.Contains(err.Error(), test.want) || strings.Contains(err.Error(), token) {
					t.Errorf("got %v, want %q", err, test.want)
				}
			}
			if count != 1 {
				t.Errorf("%d errors, want 1", count)
			}
		})
	}
}
