package postgres

import (
	"bytes"
	"context"
	"slices"

	"github.com/keyturn/keyturn/mockserver/client"
	"github.com/keyturn/keyturn/mockserver/store"
)

type recordCall struct {
	name  string
	known uint64

	// found says that there is a record.
	found  bool
	record store.Record
	err    error
}

// Record implements store.Durable. All who ask at the same time share a statement, which
// begins after the last of them has asked.
func (b *Backend) Record(ctx context.Context, name string, known uint64) (store.Record, error) {
	if err := ctx.Err(); err != nil {
		return store.Record{}, err
	}
	call := &recordCall{name: name, known: known}
	b.records.Do(call)
	switch {
	case call.err != nil:
		return store.Record{}, call.err
	case !call.found:
		return store.Record{}, noRecord(name)
	}
	return call.record, nil
}

func noRecord(name string) error {
	return client.Errorf(client.NotFound, "the database has no namespace %q", name)
}

// readRecords asks once for what several ask, which is the rule: most requests are for
// one namespace and know its last version.
func (b *Backend) readRecords(batch []*recordCall) {
	type asked struct {
		name  string
		known uint64
	}
	same := map[asked][]*recordCall{}
	var order []asked
	names, known := byteses(1), integers(1)
	for _, call := range batch {
		q := asked{call.name, call.known}
		if same[q] == nil {
			order = append(order, q)
			names.bytes(key(call.name))
			known.integer(int64(call.known))
		}
		same[q] = append(same[q], call)
	}
	parameters := []value{names.sent(), known.sent()}
	err := b.pool.read(context.Background(), func(c *conn) error {
		for _, call := range batch {
			call.found = false
		}
		_, err := c.run(recordsGet, func(r row) error {
			if r[1] == nil {
				return nil
			}
			for _, call := range same[order[r.integer(0)-1]] {
				call.found, call.record = true, store.Record{Version: uint64(r.integer(1)), Data: bytes.Clone(r[2])}
			}
			return nil
		}, parameters...)
		return err
	})
	if err == nil {
		return
	}
	for _, call := range batch {
		call.err = err
	}
}

// Put implements store.Durable. The row of the counter keeps all who put apart, so that
// versions are given in the order in which they can be read.
func (b *Backend) Put(ctx context.Context, name string, data []byte, known uint64) (uint64, error) {
	if err := ctx.Err(); err != nil {
		return 0, err
	}
	st, parameters := recordPut, []value{key(name), flat(data), integer(int64(known))}
	if known == 0 {
		st, parameters = recordNew, []value{key(name), flat([]byte(name)), flat(data)}
	}
	version := uint64(0)
	err := b.pool.write(ctx, func(c *conn) error {
		_, err := c.run(st, func(r row) error {
			version = uint64(r.integer(0))
			return nil
		}, parameters...)
		return err
	})
	if err == nil && version == 0 {
		err = changed(name)
	}
	return version, err
}

func changed(name string) error {
	return client.Errorf(client.Conflict, "the namespace %q was changed at the same time by somebody else", name)
}

// Remove implements store.Durable.
func (b *Backend) Remove(ctx context.Context, name string, known uint64) error {
	if err := ctx.Err(); err != nil {
		return err
	}
	if _, err := b.Record(ctx, name, known); err != nil {
		return err
	}
	return b.pool.transact(ctx, writing, limit, func(c *conn) error {
		n, err := c.run(recordDrop, nil, key(name), integer(int64(known)))
		switch {
		case err != nil:
			return err
		case n == 0:
			return changed(name)
		}
		for _, st := range []*statement{useDrop, journalDrop, batchesDrop} {
			if _, err := c.run(st, nil, key(name)); err != nil {
				return err
			}
		}
		return nil
	})
}

// Names implements store.Durable.
func (b *Backend) Names(ctx context.Context) ([]string, error) {
	if err := ctx.Err(); err != nil {
		return nil, err
	}
	var names []string
	err := b.pool.read(ctx, func(c *conn) error {
		names = nil
		_, err := c.run(recordNames, func(r row) error {
			names = append(names, string(r[0]))
			return nil
		})
		return err
	})
	slices.Sort(names)
	return names, err
}
