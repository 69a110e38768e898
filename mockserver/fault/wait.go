package fault

import (
	"context"
	"net/http"
	"time"
)

// Wait holds a request up and moves the deadline of its reply on by as much, so that the
// server's limit is for the work alone. It ends early with the request's context, which
// ends with the client where the body was read: errors are the context's.
func Wait(w http.ResponseWriter, r *http.Request, d time.Duration) error {
	if d <= 0 {
		return nil
	}
	extend(w, r, d)
	timer := time.NewTimer(d)
	defer timer.Stop()
	select {
	case <-timer.C:
		return nil
	case <-r.Context().Done():
		return context.Cause(r.Context())
	}
}

// extend gives the reply the server's whole write limit after the pause. A server
// without a limit gets none, and a writer that has no deadlines needs none.
func extend(w http.ResponseWriter, r *http.Request, pause time.Duration) {
	server, ok := r.Context().Value(http.ServerContextKey).(*http.Server)
	if !ok || server.WriteTimeout <= 0 {
		return
	}
	_ = http.NewResponseController(w).SetWriteDeadline(time.Now().Add(pause + server.WriteTimeout))
}
