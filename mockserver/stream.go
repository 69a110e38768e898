package mockserver

import (
	"context"
	"net/http"
	"time"

	"github.com/keyturn/keyturn/mockserver/provider"
)

// stream writes a reply that goes on until the caller has gone or the server ends.
func (x *exchange) stream(reply provider.Reply) {
	ctx, stop := untilEnding(x.call.HTTP.Context())
	defer stop()
	control := http.NewResponseController(x.writer)
	_ = control.SetWriteDeadline(time.Time{}) // a writer without deadlines has none to lift
	x.writer.WriteHeader(reply.Status)
	_ = control.Flush() // as below, what cannot be flushed is not buffered
	if err := reply.Stream(ctx, flushing{x.writer, control}); err != nil && ctx.Err() == nil {
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

// flushing sends off what is written at once.
type flushing struct {
	http.ResponseWriter

	control *http.ResponseController
}

// Write implements io.Writer.
func (f flushing) Write(p []byte) (int, error) {
	n, err := f.ResponseWriter.Write(p)
	if err == nil {
		err = f.control.Flush()
	}
	return n, err
}
