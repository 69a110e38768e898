package postgres

import (
	"context"
	"strconv"

	"github.com/keyturn/keyturn/mockserver/client"
	"github.com/keyturn/keyturn/mockserver/store"
	"github.com/keyturn/keyturn/mockserver/store/codec"
)

// content is a row of keyturn_content, and the clients that have its id. It keeps nothing
// itself.
type content struct {
	b  *Backend
	id int64
}

var _ store.Content = (*content)(nil)

// ID implements store.Content.
func (s *content) ID() string { return strconv.FormatInt(s.id, 10) }

// gone is the error of what is done to a content that was dropped.
func gone() error {
	return client.Errorf(client.Unavailable, "the clients were just replaced as a whole, by a reset or the like: try again")
}

// serial is what a client's place and epoch are outside.
func serial(place, epoch int64) uint64 { return uint64(epoch)<<32 + uint64(place) }

// decode reads a client as it is outside.
func decode(body []byte, place, epoch int64) (client.Client, error) {
	c, err := codec.Decode(body)
	if err != nil {
		return client.Client{}, client.Wrap(client.Internal, err, "a client that the database keeps cannot be read")
	}
	c.Serial = serial(place, epoch)
	return c, nil
}

func notFound(name string) error {
	return client.Errorf(client.NotFound, "there is no client %q", name)
}

// The names that a client takes, as the constraints are called that keep them apart.
func taken(constraint string, c *client.Client) error {
	switch constraint {
	case "keyturn_client_id":
		return client.Errorf(client.Conflict, "the id %q is taken", c.ID).At("id")
	case "keyturn_client_client_id":
		return client.Errorf(client.Conflict, "the client id %q is taken", c.ClientID).At("clientId")
	case "keyturn_client_alias":
		return client.Errorf(client.Conflict, "the identifier %q is taken", c.Alias).At("alias")
	default:
		return nil
	}
}

// Drop implements store.Content.
func (s *content) Drop(ctx context.Context) error {
	if err := ctx.Err(); err != nil {
		return err
	}
	return s.b.pool.transact(ctx, writing, bulk, func(c *conn) error {
		for _, st := range []*statement{contentLock, contentDrop, clientsClear, countsClear} {
			if _, err := c.run(st, nil, integer(s.id)); err != nil {
				return err
			}
		}
		return nil
	})
}

// Fork implements store.Content.
func (s *content) Fork(ctx context.Context, epoch uint64) (store.Content, error) {
	return s.copy(ctx, epoch, -1)
}

// Renew implements store.Content.
func (s *content) Renew(ctx context.Context, epoch uint64) (store.Content, error) {
	return s.copy(ctx, epoch, int64(epoch))
}

// copy makes a content whose clients have the epoch of, or their own where it is -1. The
// statement that copies them sees one moment, and nobody adds or removes one meanwhile.
func (s *content) copy(ctx context.Context, epoch uint64, of int64) (store.Content, error) {
	id, err := s.b.Next(ctx)
	if err != nil {
		return nil, err
	}
	from, to := integer(s.id), integer(int64(id))
	err = s.b.pool.transact(ctx, writing, bulk, func(c *conn) error {
		given := int64(-1)
		if _, err := c.run(contentShare, func(r row) error { given = r.integer(1); return nil }, from); err != nil {
			return err
		}
		if given < 0 {
			return gone()
		}
		if _, err := c.run(contentNew, nil, to, integer(int64(epoch)), integer(given)); err != nil {
			return err
		}
		if _, err := c.run(clientsCopy, nil, from, to, integer(of)); err != nil {
			return err
		}
		_, err := c.run(countsCopy, nil, from, to)
		return err
	})
	if err != nil {
		return nil, err
	}
	return &content{b: s.b, id: int64(id)}, nil
}
