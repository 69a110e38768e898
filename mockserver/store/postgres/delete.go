package postgres

import (
	"bytes"
	"context"
	"slices"

	"github.com/keyturn/keyturn/mockserver/client"
)

// Delete implements store.Store.
func (s *content) Delete(ctx context.Context, keys ...client.Key) error {
	if err := ctx.Err(); err != nil {
		return err
	}
	ids := make([][]byte, len(keys))
	for i, one := range keys {
		ids[i] = key(one.Realm, one.ID)
	}
	sorted := slices.Clone(ids)
	slices.SortFunc(sorted, bytes.Compare)
	sorted = slices.CompactFunc(sorted, bytes.Equal)
	if len(sorted) == 0 {
		return nil
	}
	sent := byteses(len(sorted))
	for _, id := range sorted {
		sent.bytes(id)
	}
	return s.b.pool.transact(ctx, writing, bulk, func(c *conn) error {
		if _, err := c.run(contentLock, nil, integer(s.id)); err != nil {
			return err
		}
		removed, fewer := map[string]bool{}, counts{}
		_, err := c.run(clientsDelete, func(r row) error {
			removed[string(r[0])] = true
			fewer.add(r[1], r[2], r.integer(3), -1)
			return nil
		}, integer(s.id), sent.sent())
		if err != nil {
			return err
		}
		for i, id := range ids { // the first that was named is the one that is missed
			if !removed[string(id)] {
				return notFound(keys[i].ID)
			}
		}
		return fewer.write(c, s.id)
	})
}
