package postgres

import (
	"errors"
	"runtime"
	"slices"
	"sync"
)

// gathering is updates on their way into a batch. Those who got their answer with the last
// batch come back at about the same time: who begins with the first of them lets the others
// pay for a commit of their own. So a batch begins when nobody comes any more who could run.
type gathering struct {
	mu      sync.Mutex
	waiting []*updateCall
}

func (g *gathering) add(call *updateCall) {
	g.mu.Lock()
	defer g.mu.Unlock()
	g.waiting = append(g.waiting, call)
}

func (g *gathering) len() int {
	g.mu.Lock()
	defer g.mu.Unlock()
	return len(g.waiting)
}

// take returns those that are waiting, at most a batch.
func (g *gathering) take() []*updateCall {
	for before := 0; ; {
		now := g.len()
		if now == before || now >= rotations {
			break
		}
		before = now
		runtime.Gosched()
	}
	g.mu.Lock()
	defer g.mu.Unlock()
	n := min(len(g.waiting), rotations)
	taken := slices.Clone(g.waiting[:n])
	g.waiting = slices.Delete(g.waiting, 0, n)
	return taken
}

// update carries out the calls, with those that came later as far as there is room. They
// are in turn, so that some may have been carried out already.
func (b *Backend) update(calls []*updateCall) {
	for slices.ContainsFunc(calls, func(call *updateCall) bool { return !call.done }) {
		batch := b.gathering.take()
		ended := make(chan struct{})
		go func() { // its own, as a change may end it
			defer close(ended)
			b.updateNext(batch)
		}()
		<-ended
	}
}

var errEnded = errors.New("a change has ended the goroutine that it was run in")

// updateNext has all of the batch know when it cannot be finished, whoever is to blame.
func (b *Backend) updateNext(batch []*updateCall) {
	finished := false
	defer func() {
		crash := recover()
		if crash == nil {
			crash = errEnded
		}
		for _, call := range batch {
			if call.done = true; !finished {
				call.crashed, call.crash = true, crash
			}
		}
	}()
	b.updateTogether(batch)
	finished = true
}
