package client

import (
	"bufio"
	"context"
	"encoding/json"
	"errors"
	"fmt"
	"io"
	"iter"
	"net/http"
	"strconv"
	"strings"
)

// EvictedError says that the journal forgot requests before they could be sent. The
// stream goes on after it.
type EvictedError struct{ Evicted uint64 }

func (e *EvictedError) Error() string {
	return fmt.Sprintf("%d requests were evicted from the journal before they could be sent", e.Evicted)
}

// Stream yields requests to the emulated APIs and the replies to them as they happen,
// and before those the ones that the journal holds with a higher ID than after. After
// an *EvictedError it goes on; every other error is the last. It ends without one when
// the context does. A connection that breaks is not built again, as what a test waits
// for may have gone with the server: stream after the last ID that was seen. The HTTP
// client's own timeout, if it has one, ends the stream too.
func (c *Client) Stream(ctx context.Context, after uint64) iter.Seq2[Request, error] {
	return func(yield func(Request, error) bool) {
		err := c.stream(ctx, after, yield)
		if err != nil && ctx.Err() == nil {
			yield(Request{}, err)
		}
	}
}

const (
	eventMedia = "text/event-stream"
	// maxEvent is above what an entry of the journal can have.
	maxEvent = 8 << 20
)

// stream returns nil when the caller has had enough.
func (c *Client) stream(ctx context.Context, after uint64, yield func(Request, error) bool) error {
	// What the call would be given is read here instead, as it comes.
	response, what, err := c.send(ctx,
		call{method: http.MethodGet, path: "requests/stream", receive: into(nil)},
		http.Header{"Accept": {eventMedia}, "Last-Event-Id": {strconv.FormatUint(after, 10)}})
	if err != nil {
		return err
	}
	defer response.Body.Close()
	if media := mediaOf(response); media != eventMedia {
		return c.failure(what, fmt.Errorf("the reply is %q, want %s", media, eventMedia))
	}
	events := newEvents(response.Body)
	for {
		event, err := events.next()
		if err != nil {
			return c.failure(what, err)
		}
		request, wanted, err := event.read()
		if evicted := (*EvictedError)(nil); err != nil && !errors.As(err, &evicted) {
			return c.failure(what, err)
		}
		if wanted && !yield(request, err) {
			return nil
		}
	}
}

// event is one of the server's.
type event struct{ name, data string }

// read returns what is to be yielded, if anything is: events that are not known here
// are passed over, and one that says that the journal began anew changes nothing, as
// ids go on counting.
func (e event) read() (request Request, wanted bool, err error) {
	switch e.name {
	case "request":
		if err := json.Unmarshal([]byte(e.data), &request); err != nil {
			return Request{}, false, fmt.Errorf("an event is none of the admin plane's: %w", err)
		}
		return request, true, nil
	case "evicted":
		var evicted struct {
			Evicted uint64 `json:"evicted"`
		}
		if err := json.Unmarshal([]byte(e.data), &evicted); err != nil {
			return Request{}, false, fmt.Errorf("an event is none of the admin plane's: %w", err)
		}
		return Request{}, true, &EvictedError{evicted.Evicted}
	}
	return Request{}, false, nil
}

// events reads server-sent events (HTML standard section 9.2.6).
type events struct{ lines *bufio.Scanner }

func newEvents(from io.Reader) events {
	lines := bufio.NewScanner(from)
	lines.Buffer(nil, maxEvent)
	return events{lines}
}

// next returns the next event that carries data. Errors: one longer than maxEvent, and
// the end, which is none of the caller's making.
func (e events) next() (event, error) {
	var (
		found event
		data  strings.Builder
	)
	for e.lines.Scan() {
		if len(e.lines.Bytes()) == 0 {
			if data.Len() > 0 {
				found.data = strings.TrimSuffix(data.String(), "\n")
				return found, nil
			}
			found = event{}
			continue
		}
		field, value, _ := strings.Cut(e.lines.Text(), ":")
		value = strings.TrimPrefix(value, " ")
		switch field {
		case "event":
			found.name = value
		case "data":
			if data.Len()+len(value) > maxEvent {
				return event{}, fmt.Errorf("an event is longer than %d bytes", maxEvent)
			}
			data.WriteString(value + "\n")
		}
	}
	switch err := e.lines.Err(); {
	case errors.Is(err, bufio.ErrTooLong):
		return event{}, fmt.Errorf("an event is longer than %d bytes", maxEvent)
	case err != nil:
		return event{}, fmt.Errorf("read the stream: %w", err)
	}
	return event{}, fmt.Errorf("the stream has ended: %w", io.ErrUnexpectedEOF)
}
