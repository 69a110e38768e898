package apitest

import (
	"bufio"
	"io"
	"net/http"
	"strings"
	"time"
)

// Event is a server-sent one, and when it came.
type Event struct {
	Name, ID, Data string
	At             time.Time
}

// Follow reads a stream of events until the test ends, from after an id on, empty for what
// comes. The stream is there when it returns, and the channel is closed at its end.
func (a API) Follow(way http.RoundTripper, path, after string) <-chan Event {
	a.tb.Helper()
	request, err := http.NewRequestWithContext(a.tb.Context(), http.MethodGet, a.url+path, nil)
	if err != nil {
		a.tb.Fatal(err)
	}
	request.Header = a.header.Clone()
	if after != "" {
		request.Header.Set("Last-Event-ID", after)
	}
	response, err := way.RoundTrip(request)
	if err != nil {
		a.tb.Fatalf("%s: %v", path, err)
	}
	if media := response.Header.Get("Content-Type"); response.StatusCode != http.StatusOK || media != "text/event-stream" {
		response.Body.Close()
		a.tb.Fatalf("%s: HTTP %d %s", path, response.StatusCode, media)
	}
	events := make(chan Event, 1000)
	go read(response.Body, events)
	return events
}

// read sends each event at the blank line that ends it.
func read(body io.ReadCloser, into chan<- Event) {
	defer close(into)
	defer body.Close()
	var one Event
	lines := bufio.NewScanner(body)
	for lines.Buffer(nil, 1<<20); lines.Scan(); {
		name, value, _ := strings.Cut(lines.Text(), ": ")
		switch name {
		case "event":
			one.Name = value
		case "id":
			one.ID = value
		case "data":
			one.Data += value
		case "":
			if one.Name != "" {
				one.At = time.Now()
				into <- one
			}
			one = Event{}
		}
	}
}
