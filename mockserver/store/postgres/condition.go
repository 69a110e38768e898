package postgres

import (
	"context"
	"errors"
	"log/slog"
	"strings"
	"sync"
	"sync/atomic"
	"time"

	"github.com/jackc/pgx/v5/pgconn"
	"github.com/jackc/puddle/v2"

	"github.com/keyturn/keyturn/mockserver/client"
)

// condition is whether the database answers, as far as the last call knows. It is logged
// when it changes, not with each call.
type condition struct {
	logger *slog.Logger
	system func() time.Time
	away   atomic.Bool

	mu sync.Mutex
	// refusal is why the last try to connect failed, at the time.
	refusal error
	at      time.Time
}

func (c *condition) well() {
	if c.away.Load() && c.away.CompareAndSwap(true, false) {
		c.logger.Info("the state's database answers again")
	}
}

// refused notes why somebody could not connect. Others wait with the next try, unless it
// was that one connection only that was cut while it was made.
func (c *condition) refused(err error) {
	if cut(err) {
		return
	}
	c.mu.Lock()
	defer c.mu.Unlock()
	c.refusal, c.at = err, c.system()
}

// recent is why somebody else could not connect a moment ago.
func (c *condition) recent() error {
	c.mu.Lock()
	defer c.mu.Unlock()
	if c.refusal != nil && c.system().Sub(c.at) > respite {
		c.refusal = nil
	}
	return c.refusal
}

// cut says that somebody at the database has ended the connection, or that it shuts down.
func cut(err error) bool { return state(err) == "57P01" }

// unavailable wraps the cause for callers, who learn nothing of where the database is.
func (c *condition) unavailable(cause error, what string) error {
	// A lost connection says nothing about the next one.
	if !errors.Is(cause, errLost) && c.away.CompareAndSwap(false, true) {
		c.logger.Warn("the state's database "+what, "error", cause)
	}
	return client.Wrap(client.Unavailable, cause, "the state's database "+what)
}

// explain makes of an error one of the client package's kinds. Those that are already, and
// the context's, are left as they are.
func (c *condition) explain(ctx context.Context, err error) error {
	if _, known := errors.AsType[*client.Error](err); known {
		return err
	}
	switch {
	case errors.Is(err, puddle.ErrClosedPool):
		return client.Wrap(client.Unavailable, err, "the state's database has been let go of: the server is about to end")
	case ctx.Err() != nil:
		return ctx.Err()
	case pgconn.Timeout(err):
		return c.unavailable(err, "does not answer in time")
	}
	code := state(err)
	for _, known := range conditions {
		if strings.HasPrefix(code, known.code) {
			return c.unavailable(err, known.what)
		}
	}
	if code == "" {
		return c.unavailable(err, "does not answer")
	}
	return client.Wrap(client.Internal, err, "the state's database refuses a statement of keyturn's")
}

// conditions are the SQLSTATEs, or what they begin with, that are no fault of a statement.
var conditions = []struct{ code, what string }{
	{"40", "has too many writers of the same thing at the same time"},
	{"57014", "does not answer in time"},
	{"57P03", "is starting up or shutting down"},
	{"57", "shuts down"},
	{"08", "does not answer"},
	{"53100", "is full: there is no room left on its disk"},
	{"53300", "takes no more connections"},
	{"53", "has run out of something it needs"},
	{"54", "has reached a limit of its own"},
	{"55", "cannot do this at the moment"},
	{"58", "cannot read or write its files"},
	{"25006", "takes no writes: it is a standby or was made read-only"},
	{"28", "refuses the login"},
	{"3D", "has been removed"},
	{"42501", "does not permit keyturn's login to use its tables"},
	{"42P01", "has lost its tables"},
	{"XX", "reports damage or a defect of its own"},
}
