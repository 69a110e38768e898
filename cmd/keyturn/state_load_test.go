package main

import (
	"context"
	"fmt"
	"sync"
	"sync/atomic"
	"testing"
	"time"
)

// life is what becomes of one client. It is lived by one worker, and then looked at.
type life interface {
	live(w *worker)
	// verify wants what the server says to be what it has acknowledged, or that and the
	// request which it did not answer; from then on that is what has to be.
	verify(v *verifier)
	// undone says that the last request, which was refused, was not carried out.
	undone()
}

// load is concurrent work, and the ledger of what was said of it.
type load struct {
	t  *testing.T
	at *asker
	// refused is told of an answer that is no success, and reports whether it may be.
	refused func(r request, a answer) error
	// lost says what it means that an answer did not come: nil that it had to be expected.
	lost func(err error) error
	// whole says that what is refused is not carried out. A database that goes away may have
	// done it before.
	whole bool
	// within is how long an answer may take, zero for any time.
	within time.Duration

	mu    sync.Mutex
	lives []life
	count atomic.Int64

	acknowledged, refusals, unanswered atomic.Int64
}

// worker is one of several that work at the same time.
type worker struct {
	*load

	ctx context.Context
	// lastLost and lastRefused are what became of the last request.
	lastLost, lastRefused bool
}

// workers is how many work at the same time.
const workers = 10

// begin has workers live one life after the other, until the context ends or, in each, an
// answer does not come. Wait for them with the function that it returns.
func (l *load) begin(ctx context.Context) (wait func()) {
	crowd := &crowd{name: l.name()}
	l.note(crowd)
	var all sync.WaitGroup
	ready := crowd.found(&worker{load: l, ctx: ctx})
	for n := range workers {
		w := &worker{load: l, ctx: ctx}
		all.Go(func() {
			for turn := 0; ctx.Err() == nil; turn++ {
				if !w.turn(n, turn, crowd, ready) {
					return
				}
			}
		})
	}
	return all.Wait
}

// turn lives one life, and reports whether there can be another.
func (w *worker) turn(n, turn int, crowd *crowd, ready bool) bool {
	switch {
	case n%5 == 4 && ready:
		crowd.join(w)
	case n%5 >= 3:
		w.begun(&holder{name: w.name()})
	default:
		w.begun(&single{tongue: &tongues[n%5], name: w.name(), turns: 1 + turn%3, mortal: turn%4 > 0})
	}
	if w.lastRefused {
		time.Sleep(20 * time.Millisecond)
	}
	return !w.lastLost || w.lost != nil
}

func (w *worker) begun(one life) {
	w.note(one)
	if one.live(w); w.whole && w.lastRefused {
		one.undone()
	}
}

func (l *load) name() string { return fmt.Sprintf("c%06d", l.count.Add(1)) }

func (l *load) note(one life) {
	l.mu.Lock()
	defer l.mu.Unlock()
	l.lives = append(l.lives, one)
}

// ask reports whether the answer is that it was done. Otherwise nobody knows.
func (w *worker) ask(r request) (answer, bool) {
	a, err := w.at.ask(r)
	if w.within != 0 && a.took > w.within {
		w.t.Errorf("%s %s: the answer took %v: HTTP %d %s", r.method, r.path, a.took, a.status, a.text)
	}
	switch {
	case err != nil:
		w.lastLost, w.lastRefused = true, false
		w.unanswered.Add(1)
		if w.lost != nil {
			if err = w.lost(err); err != nil {
				w.t.Errorf("%s %s: %v", r.method, r.path, err)
			}
		}
		return a, false
	case a.done():
		w.lastLost, w.lastRefused = false, false
		w.acknowledged.Add(1)
		return a, true
	}
	w.lastLost, w.lastRefused = false, true
	w.refusals.Add(1)
	if err := w.refused(r, a); err != nil {
		w.t.Errorf("%s %s: %v: HTTP %d %s", r.method, r.path, err, a.status, a.text)
	}
	return a, false
}
