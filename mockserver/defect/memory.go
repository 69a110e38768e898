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

// notes keeps many things of each client, such as one of each of its secrets.
type notes[K comparable, T any] struct {
	mu   sync.Mutex
	kept map[note[K]]T
}

// note is where one of them is kept.
type note[K comparable] struct {
	of   client.Key
	name K
}

func noting[K comparable, T any]() *notes[K, T] { return &notes[K, T]{kept: map[note[K]]T{}} }

// get returns what is kept under the name, the zero value when nothing is.
func (n *notes[K, T]) get(of client.Key, name K) T {
	n.mu.Lock()
	defer n.mu.Unlock()
	return n.kept[note[K]{of, name}]
}

func (n *notes[K, T]) put(of client.Key, name K, value T) {
	n.mu.Lock()
	defer n.mu.Unlock()
	n.kept[note[K]{of, name}] = value
}

// add keeps the value unless something is kept under the name.
func (n *notes[K, T]) add(of client.Key, name K, value T) {
	n.mu.Lock()
	defer n.mu.Unlock()
	if _, taken := n.kept[note[K]{of, name}]; !taken {
		n.kept[note[K]{of, name}] = value
	}
}
