package mockserver

import (
	"context"
	"net/http"
	"sync"
	"time"

	"github.com/keyturn/keyturn/mockserver/provider"
)

// stream writes a reply that goes on until the caller has gone or the server ends.
func (x *exchange) stream(reply provider.Reply) {
	ctx, stop := untilEnding(x.call.HTTP.Context())
	defer stop()
	out := newFlushing(x.writer, x.call.HTTP)
	defer out.end()
	defer context.AfterFunc(ctx, out.interrupt)()
	x.writer.WriteHeader(reply.Status)
	_ = out.control.Flush() // as below, what cannot be flushed is not buffered
	if err := reply.Stream(ctx, out); err != nil && ctx.Err() == nil {
		x.server.logger.WarnContext(ctx, "a stream broke off", "request_id", x.id, "operation", x.operationID(), "error", err)
	}
}

// untilEnding is also done when the server begins to end.
func untilEnding(ctx context.Context) (context.Context, context.CancelFunc) {
	ctx, cancel := context.WithCancel(ctx)
	ending, is := ctx.Value(endingKey{}).(context.Context)
	if !is {
		return ctx, cancel
	}
	forget := context.AfterFunc(ending, cancel)
	return ctx, func() { forget(); cancel() }
}

// endingKey is where the context of a request has another that is done as soon as the
// server begins to end. Requests that have an end of their own may go on.
type endingKey struct{}

// flushing sends off what is written at once. Nobody can keep it waiting for longer than
// the server's limit on writing, which is for each write here, and not for all.
type flushing struct {
	http.ResponseWriter

	control *http.ResponseController
	limit   time.Duration

	// mu keeps a write from moving the deadline that has ended it, and an interruption
	// from touching a reply that is over.
	mu    sync.Mutex
	ended bool
}

func newFlushing(w http.ResponseWriter, r *http.Request) *flushing {
	f := &flushing{ResponseWriter: w, control: http.NewResponseController(w)}
	if server, is := r.Context().Value(http.ServerContextKey).(*http.Server); is {
		f.limit = server.WriteTimeout
	}
	f.deadline(time.Time{})
	return f
}

// Write implements io.Writer.
func (f *flushing) Write(p []byte) (int, error) {
	if f.limit > 0 {
		f.deadline(time.Now().Add(f.limit))
		// One that passes between two writes would end a stream of HTTP/2.
		defer f.deadline(time.Time{})
	}
	n, err := f.ResponseWriter.Write(p)
	if err == nil {
		err = f.control.Flush()
	}
	return n, err
}

func (f *flushing) deadline(at time.Time) {
	f.mu.Lock()
	defer f.mu.Unlock()
	if !f.ended {
		_ = f.control.SetWriteDeadline(at) // a writer without deadlines waits for nobody
	}
}

// parting is what a stream that is interrupted has left to say that it is over.
const parting = 500 * time.Millisecond

// interrupt ends a write that is under way soon, and fails all later ones.
func (f *flushing) interrupt() {
	f.mu.Lock()
	defer f.mu.Unlock()
	if !f.ended {
		f.ended = true
		_ = f.control.SetWriteDeadline(time.Now().Add(parting)) // as above
	}
}

// end leaves the deadline as it is.
func (f *flushing) end() {
	f.mu.Lock()
	defer f.mu.Unlock()
	f.ended = true
}
