package admin

import (
	"context"
	"errors"
	"fmt"
	"io"
	"time"

	"github.com/keyturn/keyturn/mockserver/journal"
	"github.com/keyturn/keyturn/mockserver/namespace"
	"github.com/keyturn/keyturn/mockserver/provider"
	"github.com/keyturn/keyturn/mockserver/wire"
)

// eventMedia is the media type of server-sent events (HTML standard, section 9.2).
const eventMedia = "text/event-stream"

func (p plane) streamRequests(_ context.Context, space *namespace.Namespace, call *provider.Call) (provider.Reply, error) {
	after := space.Journal().Last()
	if _, given := call.Params["Last-Event-ID"]; given {
		after = uint64(call.Params.Int("Last-Event-ID", 0))
	}
	followed := Following{Space: space, Redactor: p.control.Redactor(), After: after}
	reply := provider.OK("") // as far as the document goes, a text
	reply.Media = eventMedia
	reply.Stream = func(ctx context.Context, w io.Writer) error {
		return followed.run(ctx, w, p.control.Namespaces())
	}
	return reply, nil
}

// Following is what somebody who follows a journal is told of.
type Following struct {
	Space    *namespace.Namespace
	Redactor *journal.Redactor
	// After is the id of the entry that was seen last.
	After uint64
}

// Batch is what happened since the one before, in this order: the journal may have been
// cleared, entries may have been forgotten unseen, and there are new ones.
type Batch struct {
	Cleared bool
	Evicted uint64
	Entries []journal.Shown
}

// Each calls yield with what happens, until it returns an error, the context is done or
// the namespace is gone, which is no error. At least every quiet it is called, with a
// Batch in which nothing has happened if so.
func (f Following) Each(ctx context.Context, quiet time.Duration, yield func(Batch) error) error {
	session, done, err := f.Space.Follow(ctx, f.Redactor)
	if err != nil {
		return err
	}
	defer done()
	subscription := f.Space.Journal().Subscribe(f.After)
	for {
		waiting, stop := context.WithTimeout(ctx, quiet)
		entries, evicted, cleared, err := subscription.Wait(waiting)
		stop()
		switch {
		case ctx.Err() != nil, errors.Is(err, journal.ErrClosed):
			return nil
		case err != nil && !errors.Is(err, context.DeadlineExceeded):
			return err
		}
		batch := Batch{Cleared: cleared, Evicted: evicted}
		if len(entries) > 0 {
			held, err := f.Space.Secrets(ctx)
			if err != nil {
				return err
			}
			batch.Entries = session.Redact(entries, held)
		}
		if err := yield(batch); err != nil {
			return err
		}
	}
}

// quietEvents is how long a stream may be silent before it says that it is there, which
// is what proxies and the callers themselves wait for.
const quietEvents = 15 * time.Second

func (f Following) run(ctx context.Context, w io.Writer, registry *namespace.Registry) error {
	return f.Each(ctx, quietEvents, func(batch Batch) error {
		// Whoever looks at a namespace uses it.
		if found, err := registry.Find(ctx, f.Space.Name()); err != nil {
			return err
		} else if err := found.Refresh(ctx); err != nil {
			return err
		}
		text, err := eventsOf(batch)
		if err != nil {
			return err
		}
		_, err = w.Write(text)
		return err
	})
}

func eventsOf(batch Batch) ([]byte, error) {
	var text []byte
	if batch.Cleared {
		text = append(text, "event: reset\ndata: {}\n\n"...)
	}
	if batch.Evicted > 0 {
		text = fmt.Appendf(text, "event: evicted\ndata: {\"evicted\": %d}\n\n", batch.Evicted)
	}
	for i := range batch.Entries {
		text = fmt.Appendf(text, "event: request\nid: %d\ndata: ", batch.Entries[i].ID)
		var err error
		if text, err = wire.Append(text, entryTree(&batch.Entries[i])); err != nil {
			return nil, err
		}
		text = append(text, "\n\n"...)
	}
	if text == nil {
		text = []byte(": quiet\n\n")
	}
	return text, nil
}
