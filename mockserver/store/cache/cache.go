// Package cache keeps what was read from a store in the form in which it is used: a client
// that is read often is decoded once.
//
// The cache is bounded. It is cut into parts, each with a lock of its own, so that readers
// do not meet; what nobody has read since it was last looked at leaves first.
package cache

import (
	"hash/maphash"
	"sync"
	"sync/atomic"
)

// Cache holds values that are never changed, or are copied by whoever reads them. All
// methods are safe for concurrent use. The zero value is not one, use New.
type Cache[K comparable, V any] struct {
	seed  maphash.Seed
	parts []part[K, V]
}

// part is a ring of entries in the order in which they came, and the way to find them.
type part[K comparable, V any] struct {
	mu      sync.RWMutex
	byKey   map[K]*entry[K, V]
	hand    *entry[K, V]
	bytes   int
	entries int
	room    int
	_       [64]byte // two parts share no line of the processor's cache
}

type entry[K comparable, V any] struct {
	next, previous *entry[K, V]
	key            K
	value          V
	size           int
	// used says that it was read since the hand last passed.
	used atomic.Bool
}

// New returns a cache for at most so many entries, whose sizes together are at most bytes.
func New[K comparable, V any](entries, bytes int) *Cache[K, V] {
	parts := 1
	for parts < 64 && entries/(2*parts) >= 64 {
		parts *= 2
	}
	c := &Cache[K, V]{seed: maphash.MakeSeed(), parts: make([]part[K, V], parts)}
	for i := range c.parts {
		p := &c.parts[i]
		p.byKey, p.entries, p.room = map[K]*entry[K, V]{}, max(entries/parts, 1), bytes/parts
	}
	return c
}

func (c *Cache[K, V]) part(key K) *part[K, V] {
	return &c.parts[maphash.Comparable(c.seed, key)%uint64(len(c.parts))]
}

// Get returns what is held under the key.
func (c *Cache[K, V]) Get(key K) (V, bool) {
	p := c.part(key)
	p.mu.RLock()
	e := p.byKey[key]
	if e == nil {
		p.mu.RUnlock()
		var none V
		return none, false
	}
	value := e.value
	if !e.used.Load() {
		e.used.Store(true)
	}
	p.mu.RUnlock()
	return value, true
}

// Put holds the value of size bytes under the key, in place of another. It may not hold it
// at all, and then holds none.
func (c *Cache[K, V]) Put(key K, value V, size int) {
	p := c.part(key)
	p.mu.Lock()
	defer p.mu.Unlock()
	p.put(key, value, size)
}

// Fill is Put for what somebody has read from the store, while others may write there. It
// holds the value only if nothing is held under the key and current says that it was not
// read too long ago. No other call with the key is carried out between that and the put: a
// writer who makes current false before Drop leaves no old value behind.
func (c *Cache[K, V]) Fill(key K, value V, size int, current func() bool) {
	p := c.part(key)
	p.mu.Lock()
	defer p.mu.Unlock()
	if p.byKey[key] == nil && current() {
		p.put(key, value, size)
	}
}

// Drop forgets what is held under the key.
func (c *Cache[K, V]) Drop(key K) {
	p := c.part(key)
	p.mu.Lock()
	defer p.mu.Unlock()
	p.remove(p.byKey[key])
}

func (p *part[K, V]) put(key K, value V, size int) {
	p.remove(p.byKey[key])
	if size > p.room {
		return
	}
	for len(p.byKey) >= p.entries || p.bytes+size > p.room {
		p.evict()
	}
	e := &entry[K, V]{key: key, value: value, size: size}
	if p.hand == nil {
		e.next, e.previous, p.hand = e, e, e
	} else { // behind the hand: the last that it comes to
		e.next, e.previous = p.hand, p.hand.previous
		e.previous.next, e.next.previous = e, e
	}
	p.byKey[key], p.bytes = e, p.bytes+size
}

// evict removes the first entry from the hand on that was not used since it last came by.
func (p *part[K, V]) evict() {
	for p.hand.used.Swap(false) {
		p.hand = p.hand.next
	}
	p.remove(p.hand)
}

func (p *part[K, V]) remove(e *entry[K, V]) {
	if e == nil {
		return
	}
	delete(p.byKey, e.key)
	p.bytes -= e.size
	if e.next == e {
		p.hand = nil
		return
	}
	e.previous.next, e.next.previous = e.next, e.previous
	if p.hand == e {
		p.hand = e.next
	}
}
