package postgres

import (
	"context"
	"errors"
	"fmt"
	"time"

	"github.com/jackc/pgx/v5/pgconn"
)

// conn is a connection with the statements that it has prepared.
//
// Time limits are deadlines of the socket: a context would cost a goroutine for each
// statement. Whoever runs into one finds the connection closed.
type conn struct {
	pg       *pgconn.PgConn
	prepared map[*statement]*pgconn.StatementDescription
}

// wishes are what a session should be like. An engine that does not know one works without.
var wishes = []string{
	// The parameters are lists whose lengths a plan cannot know, and all that is looked for
	// is in an index; without these a table that was small when it was planned for is read
	// as a whole when it has grown.
	`SET plan_cache_mode = force_generic_plan`,
	`SET enable_seqscan = off`,
	`SET enable_hashjoin = off`,
	`SET enable_mergejoin = off`,
	`SET enable_bitmapscan = off`,
	`SET enable_material = off`,
	`SET jit = off`,
	`SET idle_in_transaction_session_timeout = '60s'`,
}

// lax has commits of a session acknowledged before they are on the disk.
const lax = `SET synchronous_commit = off`

func dial(ctx context.Context, config *pgconn.Config, wishes []string) (*conn, error) {
	pg, err := pgconn.ConnectConfig(ctx, config)
	if err != nil {
		return nil, err
	}
	for _, wish := range wishes {
		if _, err := pg.Exec(ctx, wish).ReadAll(); err != nil && pg.IsClosed() {
			return nil, err
		}
	}
	return &conn{pg: pg, prepared: map[*statement]*pgconn.StatementDescription{}}, nil
}

// close returns when nothing of the connection is left.
func (c *conn) close() {
	ctx, cancel := context.WithTimeout(context.Background(), time.Second)
	defer cancel()
	c.pg.Close(ctx) //nolint:errcheck // it is gone either way
	<-c.pg.CleanupDone()
}

// run carries out a statement and hands each row of the answer to each, which may be nil
// where there are none. It returns how many rows were touched.
func (c *conn) run(st *statement, each func(row) error, parameters ...value) (int64, error) {
	if err := c.prepare(st); err != nil {
		return 0, err
	}
	answer := c.pg.ExecStatement(context.Background(), c.prepared[st], parameters, allBinary, allBinary)
	var failed error
	for answer.NextRow() {
		if failed != nil {
			continue
		}
		r := row(answer.Values())
		if failed = r.check(st.columns); failed == nil && each != nil {
			failed = each(r)
		}
	}
	tag, err := answer.Close()
	if err = errors.Join(err, failed); err != nil {
		return 0, fmt.Errorf("%s: %w", st.name, err)
	}
	return tag.RowsAffected(), nil
}

// prepare has the statement ready in this session.
func (c *conn) prepare(st *statement) error {
	if c.prepared[st] != nil {
		return nil
	}
	prepared, err := c.pg.Prepare(context.Background(), st.name, st.sql, st.parameters)
	if err != nil {
		return fmt.Errorf("preparing %s: %w", st.name, err)
	}
	c.prepared[st] = prepared
	return nil
}

var allBinary = []int16{binaryFormat}

// answers reports whether anybody is at the other end, before the time.
func (c *conn) answers(before time.Time) bool {
	return c.pg.Conn().SetDeadline(before) == nil && c.pg.Ping(context.Background()) == nil
}

// command carries out SQL without parameters or an answer.
func (c *conn) command(sql string) error {
	_, err := c.pg.Exec(context.Background(), sql).ReadAll()
	return err
}

// state is the SQLSTATE of an error, empty when the database did not say anything.
func state(err error) string {
	if said, ok := errors.AsType[*pgconn.PgError](err); ok {
		return said.Code
	}
	return ""
}
