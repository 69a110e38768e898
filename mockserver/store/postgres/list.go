package postgres

import (
	"context"
	"math"

	"github.com/keyturn/keyturn/mockserver/store"
)

// List implements store.Store. It takes three statements, which see the same moment.
func (s *content) List(ctx context.Context, q store.Query) (store.Page, error) {
	if err := ctx.Err(); err != nil {
		return store.Page{}, err
	}
	var page store.Page
	err := s.b.pool.transact(ctx, reading, bulk, func(c *conn) error {
		page = store.Page{}
		var err error
		page, err = s.page(c, q)
		return err
	})
	return page, err
}

func (s *content) page(c *conn, q store.Query) (store.Page, error) {
	var page store.Page
	st, whose := listRealm, key(q.Realm)
	if q.Tenant != "" {
		st, whose = listTenant, key(q.Realm, q.Tenant)
	}
	all, err := s.start(c, whose, int64(max(q.Offset, 0)), large.base, 2*large.base)
	page.Total = int(all.total)
	if err != nil || all.block < 0 {
		return page, err
	}
	first := (all.block - large.base) << (large.bits - small.bits)
	part, err := s.start(c, whose, all.left, first, first+1<<(large.bits-small.bits))
	if err != nil {
		return page, err
	}
	most := int64(q.Limit)
	if q.Limit <= 0 {
		most = math.MaxInt32
	}
	_, err = c.run(st, func(r row) error {
		one, err := decode(r[2], r.integer(0), r.integer(1))
		page.Clients = append(page.Clients, one)
		return err
	}, integer(s.id), whose, integer(part.block<<small.bits), integer(part.left), integer(most))
	return page, err
}

// start is where a page begins.
type start struct {
	// total is how many clients there are in the blocks, left how many of the block's own
	// are before the page.
	total, block, left int64
}

// start looks among the blocks from first to below last for the page behind so many.
func (s *content) start(c *conn, whose []byte, behind, first, last int64) (found start, err error) {
	_, err = c.run(listStart, func(r row) error {
		found = start{total: r.integer(0), block: r.integer(1), left: behind - r.integer(2)}
		return nil
	}, integer(s.id), whose, integer(behind), integer(first), integer(last))
	return found, err
}
