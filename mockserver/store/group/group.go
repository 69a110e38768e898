// Package group lets concurrent calls share what is dear about each of them: one
// synchronisation of a file, one round trip to a database. While a batch of calls is
// carried out the next one fills, and it begins when nobody comes any more who could run:
// the more there are the less each costs, and who is alone waits for nobody.
package group

import (
	"runtime"
	"sync"
)

// Group carries out calls in batches. The zero value is not one, use New.
type Group[T any] struct {
	run   func(batch []T)
	limit int

	mu      sync.Mutex
	waiting []*call[T]
	// running is how many batches are being carried out, at most lanes.
	running, lanes int
}

type call[T any] struct {
	value T
	done  chan struct{}
	// crash is what run panicked with.
	crash any
}

// New returns a group that hands run at most limit calls at a time, in the order in which
// they came, and runs so many batches at the same time. What run has to say to a caller it
// writes into what the call points to.
func New[T any](limit, lanes int, run func(batch []T)) *Group[T] {
	return &Group[T]{run: run, limit: limit, lanes: lanes}
}

// Do returns when a batch with the value has been carried out. It panics if run did, or
// ended its goroutine.
func (g *Group[T]) Do(value T) {
	c := &call[T]{value: value, done: make(chan struct{})}
	g.mu.Lock()
	g.waiting = append(g.waiting, c)
	leads := g.running < g.lanes
	if leads {
		g.running++
	}
	g.mu.Unlock()
	if leads {
		go g.lead() // it works for those who come later, too
	}
	<-c.done
	if c.crash != nil {
		panic(c.crash)
	}
}

// lead carries out batches until nobody waits.
func (g *Group[T]) lead() {
	ended := false
	defer func() {
		if !ended { // by runtime.Goexit, as a failing test does
			go g.lead()
		}
	}()
	for {
		g.gather()
		g.mu.Lock()
		batch := g.waiting
		if len(batch) > g.limit {
			batch = batch[:g.limit:g.limit]
		}
		g.waiting = g.waiting[len(batch):]
		if len(batch) == 0 {
			g.waiting = nil
			g.running--
			g.mu.Unlock()
			ended = true
			return
		}
		g.mu.Unlock()
		g.carryOut(batch)
	}
}

// gather returns when nobody comes any more who could run. Those who got their answer with
// the last batch come back at about the same time: to begin with the first of them would let
// the others wait for a batch of their own.
func (g *Group[T]) gather() {
	for before := 0; ; {
		g.mu.Lock()
		now := len(g.waiting)
		g.mu.Unlock()
		if now == before || now >= g.limit {
			return
		}
		before = now
		runtime.Gosched()
	}
}

func (g *Group[T]) carryOut(batch []*call[T]) {
	values := make([]T, len(batch))
	for i, c := range batch {
		values[i] = c.value
	}
	// What is left when neither a panic nor an end comes of it.
	var crash any = "a call in a group ended its goroutine"
	defer func() {
		if cause := recover(); cause != nil {
			crash = cause
		}
		for _, c := range batch {
			c.crash = crash
			close(c.done)
		}
	}()
	g.run(values)
	crash = nil
}
