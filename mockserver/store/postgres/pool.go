package postgres

import (
	"context"
	"errors"
	"math/rand/v2"
	"time"

	"github.com/jackc/pgx/v5/pgconn"
	"github.com/jackc/puddle/v2"
)

const (
	// limit is how long a statement may take, bulk one that copies a content.
	limit = 5 * time.Second
	bulk  = 10 * time.Minute
	// patience is how long a connection may take to be made.
	patience = 2 * time.Second
	// respite is for how long nobody tries to connect after that has failed.
	respite = 50 * time.Millisecond
	// idle is after how long a connection is looked at before it is used.
	idle = time.Second
	// attempts bounds how often a transaction is begun that met others.
	attempts = 12
	// losses is how many connections may be cut under a statement before it is given up.
	losses = 4
)

// pool is connections that are alike.
type pool struct {
	conns     *puddle.Pool[*conn]
	condition *condition
	system    func() time.Time
}

func newPool(config *pgconn.Config, size int32, wishes []string, condition *condition, system func() time.Time) (*pool, error) {
	p := &pool{condition: condition, system: system}
	var err error
	p.conns, err = puddle.NewPool(&puddle.Config[*conn]{
		MaxSize: size,
		Constructor: func(ctx context.Context) (*conn, error) {
			if err := condition.recent(); err != nil {
				return nil, err
			}
			ctx, cancel := context.WithTimeout(ctx, patience)
			defer cancel()
			c, err := dial(ctx, config, wishes)
			if err != nil && !errors.Is(err, context.Canceled) {
				condition.refused(err)
			}
			return c, err
		},
		Destructor: (*conn).close,
	})
	return p, err
}

var (
	// errNone is that there is no connection to be had.
	errNone = errors.New("no connection")
	// errLost is that a connection ended while a statement was under way.
	errLost = errors.New("the connection was lost")
)

// once has f use a connection for as long as it takes, at most the limit.
func (p *pool) once(ctx context.Context, limit time.Duration, f func(*conn) error) error {
	taken, err := p.acquire(ctx)
	if err != nil {
		return errors.Join(errNone, err)
	}
	c := taken.Value()
	healthy := false
	defer func() {
		if healthy {
			taken.Release()
			return
		}
		taken.Destroy()
	}()
	if err = c.pg.Conn().SetDeadline(p.system().Add(limit)); err == nil {
		err = f(c)
	}
	healthy = !c.pg.IsClosed() && c.pg.TxStatus() == 'I' && !spoilt(err)
	switch {
	case err == nil:
		p.condition.well()
	case c.pg.IsClosed():
		p.conns.Reset() // the others are most likely as dead
		if !pgconn.Timeout(err) {
			err = errors.Join(errLost, err)
		}
	}
	return err
}

// spoilt says that a connection's statements are no good any more: somebody has changed
// the tables, or forgotten what was prepared.
func spoilt(err error) bool {
	code := state(err)
	return code == "0A000" || code == "26000"
}

// acquire takes a connection that is there, as far as anybody can tell.
func (p *pool) acquire(ctx context.Context) (*puddle.Resource[*conn], error) {
	for {
		taken, err := p.conns.Acquire(ctx)
		if err != nil {
			return nil, err
		}
		if taken.IdleDuration() < idle || taken.Value().answers(p.system().Add(patience)) {
			return taken, nil
		}
		taken.Destroy()
	}
}

// read is once for what changes nothing: it is tried again when a connection was dead.
func (p *pool) read(ctx context.Context, f func(*conn) error) error {
	return p.retry(ctx, func() error { return p.once(ctx, limit, f) }, func(err error) bool {
		return passing(err) || errors.Is(err, errLost)
	})
}

// write is once for a single statement, or several that are one transaction without being
// told so.
func (p *pool) write(ctx context.Context, f func(*conn) error) error {
	return p.retry(ctx, func() error { return p.once(ctx, limit, f) }, passing)
}

// transact has f write in a transaction that begins with the words, and is carried out as
// a whole or not at all.
func (p *pool) transact(ctx context.Context, begin string, limit time.Duration, f func(*conn) error) error {
	return p.retry(ctx, func() error {
		return p.once(ctx, limit, func(c *conn) error {
			if err := c.command(begin); err != nil {
				return err
			}
			err := f(c)
			if err == nil {
				return c.command(commit)
			}
			if !c.pg.IsClosed() {
				c.command(`ROLLBACK`) //nolint:errcheck // where it fails, the connection is not used again
			}
			return err
		})
	}, passing)
}

// How transactions begin. Those that change which clients there are lock the content's
// row first, and need no more: nobody else can have changed what they read afterwards.
// Those that only read, in several statements, need all of them to be of one moment.
const (
	writing = `BEGIN`
	reading = `BEGIN ISOLATION LEVEL REPEATABLE READ READ ONLY`
	commit  = `COMMIT`
)

// passing says that a transaction met another one and left nothing behind.
func passing(err error) bool {
	if code := state(err); code == "40001" || code == "40P01" {
		return true
	}
	return pgconn.SafeToRetry(err)
}

// retry calls f until it succeeds or again says no, and makes of its error one for callers.
func (p *pool) retry(ctx context.Context, f func() error, again func(error) bool) error {
	pause := time.Millisecond
	for attempt := 1; ; attempt++ {
		err := f()
		if err == nil {
			return nil
		}
		switch {
		case errors.Is(err, errNone) && cut(err) && attempt < losses: // nothing was sent on it
		case attempt == attempts, errors.Is(err, errNone), !again(err), errors.Is(err, errLost) && attempt >= losses:
			return p.condition.explain(ctx, err)
		}
		select {
		case <-ctx.Done():
			return ctx.Err()
		case <-time.After(rand.N(pause)): //nolint:gosec // it only keeps two of them apart
		}
		pause = min(2*pause, 100*time.Millisecond)
	}
}
