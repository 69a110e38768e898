package journal

import (
	"context"
	"errors"
)

// ErrClosed is what Wait returns when the journal is closed.
var ErrClosed = errors.New("the journal is closed")

// maxBatch is how many entries one Wait returns: enough to keep up with, few enough
// to copy while requests wait.
const maxBatch = 64

// Subscription follows a journal. It is a position in it and nothing else: it owns
// no goroutine, needs no end, and the journal does not know of it, so that however
// slow its reader is, recording goes on and nothing piles up. It is for one
// goroutine.
type Subscription struct {
	journal *Journal
	after   uint64
	clears  uint64
	// reset is a Clear that has yet to be told.
	reset bool
}

// Subscribe follows the journal from the entry after this id on: after zero from
// the oldest that is left, after Last from the next one. An id that was not given
// yet is taken for one of an earlier journal: Wait tells of a Clear then, and begins
// with the oldest.
func (j *Journal) Subscribe(after uint64) *Subscription {
	j.pull()
	j.mu.Lock()
	defer j.mu.Unlock()
	s := &Subscription{journal: j, after: after, clears: j.clears}
	switch {
	case after > j.lastID:
		s.after, s.reset = j.cleared, true
	case after == 0:
		s.after = j.cleared
	case after < j.cleared:
		s.after, s.reset = j.cleared, true
	}
	return s
}

// Wait returns what happened since the last call, at once if anything did, or else
// as soon as it does. First the journal may have been cleared; what was recorded
// before that and not read yet is gone and not counted. Then evicted entries were
// forgotten before they could be read. Then come the entries of the batch, some
// dozens at most, the oldest first. Errors: those of ctx, and ErrClosed.
func (s *Subscription) Wait(ctx context.Context) (batch []Entry, evicted uint64, cleared bool, err error) {
	defer s.journal.watch()()
	for {
		batch, evicted, cleared, more, err := s.read()
		if err != nil || more == nil {
			return batch, evicted, cleared, err
		}
		select {
		case <-more:
		case <-ctx.Done():
			return nil, 0, false, ctx.Err()
		}
	}
}

// read returns what there is, or what to wait for when there is nothing.
func (s *Subscription) read() (batch []Entry, evicted uint64, cleared bool, more <-chan struct{}, err error) {
	j := s.journal
	var waiting <-chan struct{}
	if j.shared != nil {
		waiting = j.waiter() // first, so that nothing comes between a look and the wait
		j.pull()
	}
	j.mu.Lock()
	defer j.mu.Unlock()
	if j.closed {
		return nil, 0, false, nil, ErrClosed
	}
	cleared = s.reset
	s.reset = false
	if s.clears != j.clears {
		cleared = true
		s.clears, s.after = j.clears, j.cleared
	}
	before := j.lastID - uint64(j.count) // the latest id that is gone
	if s.after < before {
		evicted = before - s.after
		s.after = before
	}
	for s.after < j.lastID && len(batch) < maxBatch {
		batch = append(batch, *j.at(int(s.after - before)))
		s.after++
	}
	if len(batch) > 0 || evicted > 0 || cleared {
		return batch, evicted, cleared, nil, nil
	}
	if waiting == nil {
		waiting = j.next()
	}
	return nil, 0, false, waiting, nil
}

// waiter is closed when something happens after the call.
func (j *Journal) waiter() <-chan struct{} {
	j.mu.Lock()
	defer j.mu.Unlock()
	return j.next()
}

// next is waiter for whoever holds the lock.
func (j *Journal) next() <-chan struct{} {
	if j.waiting == nil {
		j.waiting = make(chan struct{})
	}
	return j.waiting
}

// wake tells everybody who waits. It is called with the lock held.
func (j *Journal) wake() {
	if j.waiting != nil {
		close(j.waiting)
		j.waiting = nil
	}
}
