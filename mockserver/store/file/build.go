package file

import (
	"bytes"
	"context"
	"encoding/binary"
	"fmt"
	"math"
	"slices"

	bolt "go.etcd.io/bbolt"

	"github.com/keyturn/keyturn/mockserver/client"
	"github.com/keyturn/keyturn/mockserver/store"
)

// chunk is how many entries are written at once of what is long: few enough that other
// callers do not notice.
const chunk = 2_000

// build writes entries of a generation that nothing refers to, and finishes by referring to
// it. What is not long is one transaction; else other calls come in between, and whoever
// reads sees all or nothing all the same.
func (b *Backend) build(ctx context.Context, generation uint64, next func() ([]entry, error), finish func(*batch) error) error {
	some, err := next()
	for first := true; err == nil; first = false {
		var more []entry
		if more, err = next(); err != nil {
			break
		}
		if len(more) == 0 {
			err = b.write(ctx, func(x *batch) error { return x.complete(generation, some, finish) })
			if err == nil || first {
				return err
			}
			break
		}
		begins, putting := first, some
		err = b.write(ctx, func(x *batch) error {
			if begins {
				b.sweeper.spare(generation)
				if err := x.put(tableLoose, number(generation), []byte{}); err != nil {
					return err
				}
			}
			return x.putSome(putting)
		})
		some = more
	}
	b.sweeper.sweep(generation)
	return err
}

// complete writes the last entries, and has finish refer to all of them.
func (x *batch) complete(generation uint64, last []entry, finish func(*batch) error) error {
	if err := x.putSome(last); err != nil {
		return err
	}
	x.backend.sweeper.forget(generation)
	if x.get(tableLoose, number(generation)) != nil {
		if err := x.remove(tableLoose, number(generation)); err != nil {
			return err
		}
	}
	return finish(x)
}

// putSome writes entries that are in order.
func (x *batch) putSome(entries []entry) error {
	if len(entries) > most {
		x.buckets[tableNames].FillPercent = fullPage
	}
	return x.putAll(entries)
}

// Replace implements store.Store.
func (c *content) Replace(ctx context.Context, clients []client.Client) error {
	if err := ctx.Err(); err != nil {
		return err
	}
	if err := collision(clients); err != nil {
		return err
	}
	generation, from, err := c.reserve(ctx, len(clients))
	if err != nil {
		return err
	}
	all := &orders{}
	for i := range clients {
		clients[i].Serial = from + uint64(i)
		all.apply([]move{{realm: clients[i].Realm, tenant: clients[i].Tenant, place: uint32(clients[i].Serial)}})
	}
	return c.backend.build(ctx, generation, written(generation, clients), func(x *batch) error {
		d, err := x.draft(c)
		if err != nil {
			return err
		}
		old := d.generation
		d.generation, d.from, d.moves = generation, all, nil
		return x.loosen(old)
	})
}

// reserve gives the places of clients that are about to be created, from the serial on.
func (c *content) reserve(ctx context.Context, count int) (generation, serial uint64, err error) {
	err = c.backend.write(ctx, func(x *batch) error {
		d, err := x.draft(c)
		if err != nil {
			return err
		}
		if left := math.MaxUint32 - d.given; uint64(count) > uint64(left) {
			return fmt.Errorf("client %d of %d: %w", int(left)+1, count, spent())
		}
		generation, serial = c.backend.numbers.take(), uint64(d.epoch)<<32+uint64(d.given)+1
		d.given += uint32(count)
		return nil
	})
	return generation, serial, err
}

// written encodes the clients in chunks. Names come last and in their order, in which they
// are written page after page.
func written(generation uint64, clients []client.Client) func() ([]entry, error) {
	at := 0
	var names []entry
	return func() ([]entry, error) {
		if at == len(clients) {
			return taken(&names), nil
		}
		var list []entry
		for ; at < len(clients) && len(list) < chunk; at++ {
			its, err := entries(generation, &clients[at])
			if err != nil {
				return nil, err
			}
			names = append(names, its[:len(its)-2]...)
			list = append(list, its[len(its)-2:]...)
		}
		if at == len(clients) {
			slices.SortFunc(names, func(a, b entry) int { return bytes.Compare(a.key, b.key) })
		}
		return list, nil
	}
}

func taken(from *[]entry) []entry {
	some := (*from)[:min(chunk, len(*from))]
	*from = (*from)[len(some):]
	return some
}

// collision finds the first client that has a name of one before it.
func collision(clients []client.Client) error {
	type name struct {
		of            kind
		realm, tenant string
		value         string
	}
	seen := make(map[name]bool, 2*len(clients))
	for i := range clients {
		c := &clients[i]
		id, clientID := name{kindID, c.Realm, "", c.ID}, name{kindClientID, c.Realm, "", c.ClientID}
		alias := name{kindAlias, c.Realm, c.Tenant, c.Alias}
		var err error
		switch {
		case seen[id]:
			err = idTaken(c)
		case seen[clientID]:
			err = clientIDTaken(c)
		case c.Alias != "" && seen[alias]:
			err = aliasTaken(c)
		}
		if err != nil {
			return fmt.Errorf("client %d of %d: %w", i+1, len(clients), err)
		}
		seen[id], seen[clientID], seen[alias] = true, true, true
	}
	return nil
}

// Fork implements store.Content.
func (c *content) Fork(ctx context.Context, epoch uint64) (store.Content, error) {
	return c.copy(ctx, epoch, func(value []byte) []byte { return value })
}

// Renew implements store.Content.
func (c *content) Renew(ctx context.Context, epoch uint64) (store.Content, error) {
	return c.copy(ctx, epoch, func(value []byte) []byte { return withEpoch(value, uint32(epoch)) })
}

// copy makes another content of what is there now, whatever is written meanwhile.
func (c *content) copy(ctx context.Context, epoch uint64, renewed func(value []byte) []byte) (store.Content, error) {
	if err := ctx.Err(); err != nil {
		return nil, err
	}
	r, err := c.begin()
	if err != nil {
		return nil, err
	}
	defer r.release()
	b := c.backend
	generation, err := b.Next(ctx)
	if err != nil {
		return nil, err
	}
	to := root{generation: generation, given: r.given, epoch: uint32(epoch)}
	copied := &content{backend: b, number: to.generation}
	err = b.build(ctx, to.generation, r.copied(to.generation, renewed), func(x *batch) error {
		return x.open(copied, to, r.orders)
	})
	if err != nil {
		return nil, err
	}
	return copied, nil
}

// copied reads all that belongs to a generation in chunks, under the name of another. What
// it returns is part of the file, and there until the state is released.
func (r read) copied(generation uint64, renewed func(value []byte) []byte) func() ([]entry, error) {
	tables := ofClients
	var cursor *bolt.Cursor
	var key, value []byte
	head := number(r.generation)
	return func() ([]entry, error) {
		var list []entry
		for len(tables) > 0 && len(list) < chunk {
			if cursor == nil {
				cursor = r.buckets[tables[0]].Cursor()
				key, value = cursor.Seek(head)
			}
			if !bytes.HasPrefix(key, head) {
				tables, cursor = tables[1:], nil
				continue
			}
			e := entry{in: tables[0], key: bytes.Clone(key), value: value}
			if e.in == tableClients {
				if len(value) < 4 {
					return nil, r.backend.damaged(errDamaged)
				}
				e.value = renewed(value)
			}
			binary.BigEndian.PutUint64(e.key, generation)
			list = append(list, e)
			key, value = cursor.Next()
		}
		return list, nil
	}
}
