package postgres

import (
	"context"
	"crypto/sha256"
	"encoding/hex"
	"strings"
	"time"

	"github.com/jackc/pgx/v5/pgconn"
)

const channel = "keyturn"

var notification = &statement{"notify", `SELECT pg_notify('` + channel + `', $1)`, []uint32{oidText}, 1}

// token is what a journal is called in a notification, which has room for 8 000 bytes.
func token(name string) string {
	digest := sha256.Sum256([]byte(name))
	return hex.EncodeToString(digest[:8])
}

// most is how many tokens a notification has. One without any is about all journals.
const most = 400

// notify tells the other servers what this one has appended to, now and then.
func (b *Backend) notify(ctx context.Context) {
	for {
		select {
		case <-ctx.Done():
			return
		case <-b.watchers.changed:
		}
		payload := b.watchers.payload()
		if b.watchers.notified.Load() {
			// Who misses it finds out by looking.
			b.journals.once(ctx, limit, func(c *conn) error { //nolint:errcheck // as said
				_, err := c.run(notification, nil, value(payload))
				return err
			})
		}
		select {
		case <-ctx.Done():
			return
		case <-time.After(notifying):
		}
	}
}

func (w *watchers) payload() string {
	w.mu.Lock()
	defer w.mu.Unlock()
	tokens := make([]string, 0, len(w.mine))
	for name := range w.mine {
		tokens = append(tokens, token(name))
	}
	clear(w.mine)
	if len(tokens) > most {
		return ""
	}
	return strings.Join(tokens, " ")
}

// told wakes those whom a notification is about.
func (w *watchers) told(payload string) {
	about := map[string]bool{}
	for one := range strings.FieldsSeq(payload) {
		about[one] = true
	}
	var names []string
	for _, name := range w.names() {
		if len(about) == 0 || about[token(name)] {
			names = append(names, name)
		}
	}
	w.wake(names...)
}

// listen keeps a connection on which notifications arrive. An engine that refuses to send
// any is asked again after some minutes: it may have been another one.
func (b *Backend) listen(ctx context.Context, config *pgconn.Config) {
	config = config.Copy()
	config.OnNotification = func(_ *pgconn.PgConn, n *pgconn.Notification) {
		b.watchers.notified.Store(true)
		b.watchers.told(n.Payload)
	}
	for {
		pause := time.Second
		if err := b.hear(ctx, config); state(err) != "" && !strings.HasPrefix(state(err), "57") {
			pause = 5 * time.Minute
		}
		b.watchers.notified.Store(false)
		select {
		case <-ctx.Done():
			return
		case <-time.After(pause):
		}
	}
}

// hear listens until the connection ends. That notifications arrive is known when one of
// our own has: there are engines that take LISTEN and do nothing.
func (b *Backend) hear(ctx context.Context, config *pgconn.Config) error {
	connecting, cancel := context.WithTimeout(ctx, patience)
	defer cancel()
	c, err := dial(connecting, config, nil)
	if err != nil {
		return err
	}
	defer c.close()
	if _, err := c.pg.Exec(ctx, b.watchers.listening).ReadAll(); err != nil {
		return err
	}
	if _, err := c.pg.Exec(ctx, `SELECT pg_notify('`+channel+`', '')`).ReadAll(); err != nil {
		return err
	}
	for {
		if err := c.pg.WaitForNotification(ctx); err != nil {
			return err
		}
	}
}
