package postgres

import (
	"bytes"
	"cmp"
	"context"
	"slices"

	"github.com/jackc/pgx/v5/pgconn"

	"github.com/keyturn/keyturn/mockserver/store"
)

type appendCall struct {
	name  string
	batch store.Batch
	keep  int
	err   error
}

// tidying is how many batches of a journal come between two looks for old ones.
const tidying = 64

// Append implements store.Shared. Batches are acknowledged before they are on the disk, and
// are in a table that is not written ahead, where the engine has that: when it crashes, the
// journals are empty.
func (b *Backend) Append(ctx context.Context, name string, batch store.Batch, keep int) error {
	if err := ctx.Err(); err != nil {
		return err
	}
	call := &appendCall{name: name, batch: batch, keep: keep}
	b.appends.Do(call)
	return call.err
}

// appendBatches writes what several append in one transaction, the statements of which are
// sent together. It goes by name, so that two servers do not wait for each other in a ring.
func (b *Backend) appendBatches(batch []*appendCall) {
	slices.SortStableFunc(batch, func(x, y *appendCall) int { return cmp.Compare(x.name, y.name) })
	err := b.journals.write(context.Background(), func(c *conn) error {
		if err := c.prepare(batchAppend); err != nil {
			return err
		}
		if err := c.prepare(batchForget); err != nil {
			return err
		}
		last, err := c.append(batch)
		if err != nil {
			return err
		}
		for i, call := range batch {
			if call.err = nil; last[i].Sequence == 0 {
				call.err = noRecord(call.name)
			}
			if last[i].Sequence%tidying != 0 || call.err != nil {
				continue
			}
			// By now the batches are kept, and old ones may be forgotten another time.
			if _, err := c.run(batchForget, nil, key(call.name), integer(int64(last[i].Last)-int64(call.keep))); err != nil && c.pg.IsClosed() {
				break
			}
		}
		return nil
	})
	for _, call := range batch {
		if err != nil {
			call.err = err
		}
		if call.err == nil {
			b.watchers.appended(call.name)
		}
	}
}

// append sends all batches at once, and returns their numbers, zero for those of journals
// that there are not.
func (c *conn) append(batch []*appendCall) ([]store.Batch, error) {
	together := &pgconn.Batch{}
	for _, call := range batch {
		together.ExecStatement(c.prepared[batchAppend],
			[]value{key(call.name), integer(int64(call.batch.Count)), flat(call.batch.Data)}, allBinary, allBinary)
	}
	answers := c.pg.ExecBatch(context.Background(), together)
	given := make([]store.Batch, len(batch))
	for i := 0; answers.NextResult() && i < len(given); i++ {
		answer := answers.ResultReader()
		for answer.NextRow() {
			r := row(answer.Values())
			given[i] = store.Batch{Sequence: uint64(r.integer(0)), Last: uint64(r.integer(1))}
		}
		if _, err := answer.Close(); err != nil {
			break
		}
	}
	if err := answers.Close(); err != nil {
		return nil, err
	}
	return given, nil
}

// Batches implements store.Shared.
func (b *Backend) Batches(ctx context.Context, name string, after uint64) ([]store.Batch, error) {
	if err := ctx.Err(); err != nil {
		return nil, err
	}
	var list []store.Batch
	err := b.pool.read(ctx, func(c *conn) error {
		list = nil
		_, err := c.run(batchesGet, func(r row) error {
			list = append(list, store.Batch{
				Sequence: uint64(r.integer(0)), Last: uint64(r.integer(1)), Count: int(r.integer(2)), Data: bytes.Clone(r[3]),
			})
			return nil
		}, key(name), integer(int64(after)))
		return err
	})
	return list, err
}
