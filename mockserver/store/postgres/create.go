package postgres

import (
	"context"
	"errors"
	"fmt"
	"math"

	"github.com/jackc/pgx/v5/pgconn"

	"github.com/keyturn/keyturn/mockserver/client"
	"github.com/keyturn/keyturn/mockserver/store/codec"
)

// Create implements store.Store. It is one statement, whose first part locks the content:
// places are without gaps, in the order in which clients can be seen.
func (s *content) Create(ctx context.Context, c client.Client) (client.Client, error) {
	if err := ctx.Err(); err != nil {
		return client.Client{}, err
	}
	created := c.Clone()
	body, err := codec.Append(nil, &created)
	if err != nil {
		return client.Client{}, fmt.Errorf("writing client %q: %w", c.ID, err)
	}
	names := columnsOf(&c)
	whose, bases, bits := byteses(4), integers(4), integers(4)
	for _, of := range levels {
		for _, name := range [][]byte{names.realm, names.tenant} {
			whose.bytes(name)
			bases.integer(of.base)
			bits.integer(int64(of.bits))
		}
	}
	parameters := []value{
		integer(s.id), names.realm, names.id, names.clientID, names.tenant, names.alias, integer(s.b.revision()),
		whose.sent(), bases.sent(), bits.sent(), body,
	}
	found := false
	err = s.b.pool.write(ctx, func(on *conn) error {
		_, err := on.run(clientCreate, func(r row) error {
			found, created.Serial = true, serial(r.integer(0), r.integer(1))
			return nil
		}, parameters...)
		return conflict(err, &c)
	})
	switch {
	case err != nil:
		return client.Client{}, err
	case !found:
		return client.Client{}, s.full(ctx)
	}
	return created, nil
}

// conflict makes of the database's refusal of a name the error that callers know.
func conflict(err error, c *client.Client) error {
	if said, ok := errors.AsType[*pgconn.PgError](err); ok && said.Code == "23505" {
		if conflict := taken(said.ConstraintName, c); conflict != nil {
			return conflict
		}
	}
	return err
}

// full says why there was no place.
func (s *content) full(ctx context.Context) error {
	if _, err := s.b.Open(ctx, s.ID()); err != nil {
		if client.KindOf(err) == client.NotFound {
			return gone()
		}
		return err
	}
	return exhausted()
}

func exhausted() error {
	return client.Errorf(client.Limit, "the store has created %d clients, the most that it has serials for", uint32(math.MaxUint32))
}

// revision is a number that no other write has, here or elsewhere.
func (b *Backend) revision() int64 { return int64(b.revisions.Add(1)) }
