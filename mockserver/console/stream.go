package console

import (
	"bytes"
	"context"
	"fmt"
	"io"
	"net/http"
	"slices"
	"strconv"
	"time"

	"github.com/keyturn/keyturn/mockserver/admin"
	"github.com/keyturn/keyturn/mockserver/client"
	h "github.com/keyturn/keyturn/mockserver/console/internal/markup"
	"github.com/keyturn/keyturn/mockserver/journal"
)

const (
	// gather is how long a stream waits after a message, so that a namespace under load
	// does not redraw pages with every request.
	gather = 200 * time.Millisecond
	// beat is how often a page looks for what no request tells of: a clock that was
	// moved, a secret that has expired.
	beat = 2 * time.Second
	// slack is how long a browser may take to accept a message.
	slack = 10 * time.Second
)

// stream sends what happens as server-sent events: "requests" with the rows, the newest
// first; "changed" when the rest of a page may look different; "reset" when the journal
// was cleared.
func (v *visit) stream() {
	select {
	case v.streams <- struct{}{}:
		defer func() { <-v.streams }()
	default:
		v.fail(client.Errorf(client.Limit, "%d pages are kept up to date already", maxStreams))
		return
	}
	header := v.w.Header()
	header.Set("Content-Type", "text/event-stream")
	header.Set("X-Accel-Buffering", "no") // of proxies that would wait for the end
	if v.r.Method != http.MethodGet {
		return
	}
	s := eventStream{visit: v, filter: filterOf(v.r.URL.Query()), out: http.NewResponseController(v.w)}
	followed := admin.Following{Space: v.room, Redactor: v.Redactor(), After: s.after()}
	err := s.send("retry: 1000\n\n")
	if err == nil {
		err = followed.Each(v.r.Context(), beat, s.tell)
	}
	if err != nil && v.r.Context().Err() == nil {
		v.Logger.DebugContext(v.r.Context(), "console: a stream broke off", "error", err)
	}
}

// eventStream is one page that is kept up to date.
type eventStream struct {
	*visit

	filter filter
	out    *http.ResponseController
}

// after is the id of the request that the page saw last.
func (s *eventStream) after() uint64 {
	for _, text := range []string{s.r.Header.Get("Last-Event-ID"), s.r.URL.Query().Get("after")} {
		if id, err := strconv.ParseUint(text, 10, 64); err == nil {
			return id
		}
	}
	return s.room.Journal().Last()
}

func (s *eventStream) tell(batch admin.Batch) error {
	// Whoever signed out meanwhile, or was in for long enough, is told nothing more.
	if err := s.gate.admit(s.r, false); err != nil {
		return err
	}
	// Whoever looks at a namespace uses it.
	if found, err := s.Namespaces().Find(s.r.Context(), s.room.Name()); err != nil {
		return err
	} else if err := found.Refresh(s.r.Context()); err != nil {
		return err
	}
	var message bytes.Buffer
	if batch.Cleared {
		message.WriteString("event: reset\ndata:\n\n")
	}
	if err := s.rowsOf(&message, batch.Entries); err != nil {
		return err
	}
	message.WriteString("event: changed\ndata:\n\n")
	if err := s.send(message.String()); err != nil {
		return err
	}
	pause(s.r.Context(), gather)
	return nil
}

// rowsOf writes the requests as the list shows them. Where the filter takes none, the
// event still says how far the page has got.
func (s *eventStream) rowsOf(message *bytes.Buffer, entries []journal.Shown) error {
	if len(entries) == 0 {
		return nil
	}
	fmt.Fprintf(message, "event: requests\nid: %d\n", entries[len(entries)-1].ID)
	entries = slices.DeleteFunc(entries, func(e journal.Shown) bool { return !s.filter.shows(&e) })
	slices.Reverse(entries)
	var rows bytes.Buffer
	if err := h.Render(&rows, h.Map(entries, row)); err != nil {
		return err
	}
	for line := range bytes.Lines(append(rows.Bytes(), '\n')) {
		message.WriteString("data: ")
		message.Write(bytes.ReplaceAll(line, []byte("\r"), nil)) // which would end a line too
	}
	message.WriteByte('\n')
	return nil
}

// send writes through to the browser. A stream has no end, so each message has a time
// limit of its own, by the clock of the connection; a writer that knows of no limits needs none.
func (s *eventStream) send(text string) error {
	_ = s.out.SetWriteDeadline(time.Now().Add(slack))
	if _, err := io.WriteString(s.w, text); err != nil {
		return err
	}
	return s.out.Flush()
}

func pause(ctx context.Context, d time.Duration) {
	timer := time.NewTimer(d)
	defer timer.Stop()
	select {
	case <-timer.C:
	case <-ctx.Done():
	}
}
