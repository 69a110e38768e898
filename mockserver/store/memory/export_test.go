package memory

import "math"

// Weak returns a store in which names have one of four hashes.
func Weak() *Store {
	return &Store{state: state{content: newContent(func(n name) uint64 { return hashOf(n) % 4 })}}
}

// Spent returns a store that has no place left.
func Spent() *Store {
	s := New()
	s.state.given = math.MaxUint32
	return s
}
