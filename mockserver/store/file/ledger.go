package file

import (
	"bytes"
	"context"
	"encoding/binary"
	"maps"
	"slices"

	"github.com/keyturn/keyturn/mockserver/client"
	"github.com/keyturn/keyturn/mockserver/store"
)

// Next implements store.Durable.
func (b *Backend) Next(ctx context.Context) (uint64, error) {
	if err := ctx.Err(); err != nil {
		return 0, err
	}
	if b.stopped.Load() {
		return 0, b.gone()
	}
	if n, ok := b.numbers.spare(); ok {
		return n, nil
	}
	var n uint64
	// The batch sees that numbers are short.
	err := b.write(ctx, func(*batch) error {
		n = b.numbers.take()
		return nil
	})
	return n, err
}

// nameOf is a name as a key, which must not be empty.
func nameOf(name string) []byte { return append([]byte{'='}, name...) }

// Secret implements store.Durable.
func (b *Backend) Secret(ctx context.Context, name string, first func() ([]byte, error)) ([]byte, error) {
	if err := ctx.Err(); err != nil {
		return nil, err
	}
	s, err := b.begin()
	if err != nil {
		return nil, err
	}
	kept := bytes.Clone(s.get(tableSecrets, nameOf(name)))
	s.release()
	if kept != nil {
		return kept, nil
	}
	made, err := first()
	if err != nil {
		return nil, err
	}
	err = b.write(ctx, func(x *batch) error {
		if other := x.get(tableSecrets, nameOf(name)); other != nil {
			kept = bytes.Clone(other)
			return nil
		}
		kept = bytes.Clone(made)
		return x.put(tableSecrets, nameOf(name), bytes.Clone(made))
	})
	return kept, err
}

// Record implements store.Durable. Records are in memory: they are asked for all the time.
func (b *Backend) Record(ctx context.Context, name string, known uint64) (store.Record, error) {
	if err := ctx.Err(); err != nil {
		return store.Record{}, err
	}
	b.mu.RLock()
	defer b.mu.RUnlock()
	if b.closed {
		return store.Record{}, b.gone()
	}
	record, there := b.records[name]
	if !there {
		return store.Record{}, noRecord(name)
	}
	if record.Version == known {
		record.Data = nil
	}
	record.Data = bytes.Clone(record.Data)
	return record, nil
}

func noRecord(name string) error {
	return client.Errorf(client.NotFound, "there is no namespace %q", name)
}

// record is that of a namespace as the calls before have left it.
func (x *batch) record(name string) (store.Record, bool) {
	if r, written := x.records[name]; written {
		if r == nil {
			return store.Record{}, false
		}
		return *r, true
	}
	x.backend.mu.RLock()
	defer x.backend.mu.RUnlock()
	r, there := x.backend.records[name]
	return r, there
}

// Put implements store.Durable.
func (b *Backend) Put(ctx context.Context, name string, data []byte, known uint64) (version uint64, err error) {
	data = append([]byte{}, data...)
	err = b.write(ctx, func(x *batch) error {
		if last, _ := x.record(name); last.Version != known {
			return client.Errorf(client.Conflict, "the namespace %q is at version %d, not %d", name, last.Version, known)
		}
		version = b.numbers.take()
		x.records[name] = &store.Record{Version: version, Data: data}
		return x.put(tableRecords, nameOf(name), append(number(version), data...))
	})
	return version, err
}

// Remove implements store.Durable.
func (b *Backend) Remove(ctx context.Context, name string, known uint64) error {
	return b.write(ctx, func(x *batch) error {
		record, there := x.record(name)
		switch {
		case !there:
			return noRecord(name)
		case record.Version != known:
			return client.Errorf(client.Conflict, "the namespace %q was changed at the same time by somebody else", name)
		}
		x.records[name] = nil
		return x.remove(tableRecords, nameOf(name))
	})
}

// Names implements store.Durable.
func (b *Backend) Names(ctx context.Context) ([]string, error) {
	if err := ctx.Err(); err != nil {
		return nil, err
	}
	b.mu.RLock()
	defer b.mu.RUnlock()
	if b.closed {
		return nil, b.gone()
	}
	return slices.Sorted(maps.Keys(b.records)), nil
}

// readRecords takes the records into memory.
func (b *Backend) readRecords(s *state) error {
	if !s.eachOf(tableRecords, nil, func(key, value []byte) bool {
		if len(value) < 8 {
			return false
		}
		b.records[string(key[1:])] = store.Record{Version: binary.BigEndian.Uint64(value), Data: append([]byte{}, value[8:]...)}
		return true
	}) {
		return errDamaged
	}
	return nil
}
