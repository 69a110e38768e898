package defect

import (
	"sync"

	"github.com/keyturn/keyturn/mockserver/client"
)

// memory keeps something of each client, for a defect that needs to know what was.
type memory[T any] struct {
	mu   sync.Mutex
	kept map[client.Key]T
}

func remembering[T any]() *memory[T] { return &memory[T]{kept: map[client.Key]T{}} }

// get returns what is kept of the client, the zero value when nothing is.
func (m *memory[T]) get(key client.Key) T {
	m.mu.Lock()
	defer m.mu.Unlock()
	return m.kept[key]
}

// change puts what the function makes of what is kept in its place and returns it.
func (m *memory[T]) change(key client.Key, change func(T) T) T {
	m.mu.Lock()
	defer m.mu.Unlock()
	m.kept[key] = change(m.kept[key])
	return m.kept[key]
}

func (m *memory[T]) set(key client.Key, value T) { m.change(key, func(T) T { return value }) }
