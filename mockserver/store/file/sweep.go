package file

import (
	"bytes"
	"context"
	"encoding/binary"

	"github.com/keyturn/keyturn/mockserver/client"
)

func numberOf(key []byte) uint64 { return binary.BigEndian.Uint64(key) }

// placeOf is the place at the end of a key of a client's table.
func placeOf(key []byte) uint32 { return binary.BigEndian.Uint32(key[widthOfGeneration:]) }

// each calls yield with what the table has of the generation, until it returns false.
func (s *state) each(t table, generation uint64, yield func(key, value []byte) bool) bool {
	return s.eachOf(t, number(generation), yield)
}

// eachOf is each for all keys that begin with the head.
func (s *state) eachOf(t table, head []byte, yield func(key, value []byte) bool) bool {
	cursor := s.buckets[t].Cursor()
	for key, value := cursor.Seek(head); key != nil && bytes.HasPrefix(key, head); key, value = cursor.Next() {
		if !yield(key, value) {
			return false
		}
	}
	return true
}

// loosen says that nothing refers to the generation any more. A small one is removed at
// once, a large one by the sweeper.
func (x *batch) loosen(generation uint64) error {
	left, err := x.removeSome(generation)
	if err != nil || !left {
		return err
	}
	x.sweeps = true
	return x.put(tableLoose, number(generation), []byte{})
}

// removeSome removes a chunk of the generation, and reports whether something may be left.
func (x *batch) removeSome(generation uint64) (left bool, err error) {
	head := number(generation)
	room := chunk
	for _, t := range ofClients {
		var keys [][]byte
		cursor := x.buckets[t].Cursor()
		for key, _ := cursor.Seek(head); key != nil && len(keys) < room && bytes.HasPrefix(key, head); key, _ = cursor.Next() {
			keys = append(keys, bytes.Clone(key))
		}
		for _, key := range keys {
			if err := x.remove(t, key); err != nil {
				return false, err
			}
		}
		if room -= len(keys); room == 0 {
			return true, nil
		}
	}
	return false, nil
}

// Drop implements store.Content.
func (c *content) Drop(ctx context.Context) error {
	c.backend.loading.Lock()
	defer c.backend.loading.Unlock()
	return c.backend.write(ctx, func(x *batch) error {
		d, err := x.draft(c)
		if err != nil {
			return err
		}
		return x.drop(c, d)
	})
}

func (x *batch) drop(c *content, d *draft) error {
	d.dropped = true
	if err := x.remove(tableContents, number(c.number)); err != nil {
		return err
	}
	return x.loosen(d.generation)
}

// dropAll drops contents whether they are open or not.
func (x *batch) dropAll(numbers []uint64) error {
	for _, of := range numbers {
		value := x.get(tableContents, number(of))
		if value == nil {
			continue // somebody else was first
		}
		r, ok := readRoot(value)
		if !ok {
			return x.backend.damaged(errDamaged)
		}
		x.backend.mu.RLock()
		open := x.backend.contents[of]
		x.backend.mu.RUnlock()
		if open == nil {
			open = &content{backend: x.backend, number: of}
			x.drafts[open] = &draft{root: r, saved: r}
		}
		d, err := x.draft(open)
		if client.KindOf(err) == client.NotFound {
			continue
		}
		if err != nil {
			return err
		}
		if err := x.drop(open, d); err != nil {
			return err
		}
	}
	return nil
}
