package journal

import (
	"slices"
	"sync"
	"sync/atomic"

	"github.com/keyturn/keyturn/mockserver/store/group"
)

// Batch is consecutive entries as a Log has them. One without entries says that all before
// it were cleared.
type Batch struct {
	// Sequence numbers the batches from 1 on, and Last is the id of the last entry. A Log
	// gives both.
	Sequence, Last uint64
	Count          int
	Data           []byte
}

// Log is where the journals of several servers are one.
type Log interface {
	// Append returns when the batch is there for all. Batches may be forgotten when those
	// after them have more than keep entries.
	Append(batch Batch, keep int) error
	// Batches returns those after the sequence number, in order, none when there are no
	// more.
	Batches(after uint64) ([]Batch, error)
	// Watch has wake called soon after somebody appended, until stop is called.
	Watch(wake func()) (stop func())
}

// shared is the part of a journal that is in a Log. What is recorded goes there, and comes
// from there when somebody asks: so that all journals have the same entries under the same
// ids, and a server that nobody asks reads none.
type shared struct {
	log    Log
	failed func(error)
	// outgoing lets requests that end at the same time share a batch.
	outgoing *group.Group[*outgoing]
	// unsent are the latest entries that the log did not take. It belongs to the group's
	// only lane. behind says that there are some.
	unsent []Entry
	behind atomic.Bool

	// pulling is held by whoever reads the log, and guards sequence, the last batch that is
	// in the ring.
	pulling  sync.Mutex
	sequence uint64
	// unread says that something was recorded here since.
	unread atomic.Bool
	// doubted says that the log was away, and may have lost its last batches there.
	doubted atomic.Bool

	// watching guards watchers, and stop while there are any.
	watching sync.Mutex
	watchers int
	stop     func()
}

// outgoing is something for the log.
type outgoing struct {
	kind  sending
	entry Entry
	err   error
}

// sending is what becomes of what the log has not taken yet: an entry goes after it, a
// clear and a drop take it away, and a flush offers it again.
type sending uint8

const (
	sendEntry sending = iota
	sendClear
	sendDrop
	sendFlush
)

// mostInBatch bounds how many entries one batch has.
const mostInBatch = 64

// NewShared is New for a journal whose entries are in a log. Failures of the log are told
// to failed: the journal goes on with what it has, and offers the latest entries again. One
// that the log took without saying so is there twice then.
func NewShared(bounds Bounds, budget *Budget, log Log, failed func(error)) *Journal {
	j := New(bounds, budget)
	j.shared = &shared{log: log, failed: failed}
	j.shared.outgoing = group.New(mostInBatch, 1, j.send)
	return j
}

// send brings things to the log, in their order.
func (j *Journal) send(all []*outgoing) {
	s := j.shared
	for _, one := range all {
		switch one.kind {
		case sendEntry:
			s.unsent = append(s.unsent, one.entry)
		case sendClear:
			s.unsent = nil
			if one.err = s.log.Append(Batch{}, j.bounds.Entries); one.err != nil {
				s.fail(one.err)
			}
		case sendDrop:
			s.unsent = nil
		case sendFlush:
		}
	}
	j.sendUnsent()
	s.unread.Store(true)
	j.stir()
}

func (j *Journal) sendUnsent() {
	s := j.shared
	for len(s.unsent) > 0 {
		batch := s.unsent[:min(len(s.unsent), mostInBatch)]
		if err := s.log.Append(Batch{Count: len(batch), Data: pack(batch)}, j.bounds.Entries); err != nil {
			s.fail(err)
			s.unsent = slices.Clone(j.latest(s.unsent))
			s.behind.Store(true)
			return
		}
		s.unsent = s.unsent[len(batch):]
	}
	s.unsent = nil
	s.behind.Store(false)
}

// latest are the last of the entries that keep to the bounds.
func (j *Journal) latest(entries []Entry) []Entry {
	bytes, from := 0, len(entries)
	for from > 0 && len(entries)-from < j.bounds.Entries && bytes+entries[from-1].size <= j.byteBound() {
		from--
		bytes += entries[from].size
	}
	return entries[from:]
}

// stir lets whoever waits for something look for it in the log.
func (j *Journal) stir() {
	j.mu.Lock()
	defer j.mu.Unlock()
	j.wake()
}

// pull brings what is in the log and not here yet.
func (j *Journal) pull() {
	s := j.shared
	if s == nil {
		return
	}
	if s.behind.Load() {
		s.outgoing.Do(&outgoing{kind: sendFlush})
	}
	s.pulling.Lock()
	defer s.pulling.Unlock()
	if s.doubted.Load() && !j.recheck() {
		return
	}
	for {
		batches, err := s.log.Batches(s.sequence)
		if err != nil {
			s.fail(err)
			return
		}
		if len(batches) == 0 {
			return
		}
		for i := range batches {
			if err := j.take(&batches[i]); err != nil {
				s.failed(err)
			}
			s.sequence = batches[i].Sequence
		}
	}
}

// fail notes that the log does not answer.
func (s *shared) fail(err error) {
	s.doubted.Store(true)
	s.failed(err)
}

// recheck begins anew when the log does not have the last batch any more that was read,
// and reports whether the log answers. A database that lost its power may not have kept the
// last moment of a journal, and gives the same numbers again.
func (j *Journal) recheck() bool {
	s := j.shared
	if s.sequence == 0 {
		s.doubted.Store(false)
		return true
	}
	batches, err := s.log.Batches(s.sequence - 1)
	if err != nil {
		s.failed(err)
		return false
	}
	s.doubted.Store(false)
	j.mu.Lock()
	defer j.mu.Unlock()
	if len(batches) > 0 && (batches[0].Sequence > s.sequence || batches[0].Last == j.lastID) {
		return true
	}
	j.restart()
	return true
}

// Restart begins anew with a log that is another one under the same name. What the last one
// did not take is forgotten.
func (j *Journal) Restart() {
	j.shared.outgoing.Do(&outgoing{kind: sendDrop})
	j.shared.pulling.Lock()
	defer j.shared.pulling.Unlock()
	j.mu.Lock()
	defer j.mu.Unlock()
	j.restart()
	j.wake()
}

// restart is Restart for whoever holds both locks.
func (j *Journal) restart() {
	j.shared.sequence = 0
	j.clear()
	j.lastID, j.cleared = 0, 0
}

// take enters a batch of the log.
func (j *Journal) take(batch *Batch) error {
	if batch.Count == 0 {
		j.mu.Lock()
		defer j.mu.Unlock()
		j.skip(batch.Last)
		j.clear()
		return nil
	}
	entries, err := unpack(batch.Data, batch.Count)
	bound := j.byteBound()
	for i := range entries {
		entries[i].shed(bound)
	}
	j.mu.Lock()
	defer j.mu.Unlock()
	if j.closed {
		return nil
	}
	j.skip(batch.Last - uint64(batch.Count))
	for i := range entries {
		j.add(entries[i], bound)
	}
	j.skip(batch.Last) // nothing, unless the entries cannot be read
	return err
}

// skip makes this the last id that was given. Entries that are missed are gone, and so are
// those before them, as ids have no gaps.
func (j *Journal) skip(last uint64) {
	if last <= j.lastID {
		return
	}
	for j.count > 0 {
		j.evictOldest()
	}
	j.evicted += last - j.lastID
	j.lastID = last
}

// watch keeps whoever waits awake until the end is called.
func (j *Journal) watch() (end func()) {
	s := j.shared
	if s == nil {
		return func() {}
	}
	s.watching.Lock()
	defer s.watching.Unlock()
	if s.watchers++; s.watchers == 1 {
		s.stop = s.log.Watch(j.stir)
	}
	return sync.OnceFunc(func() {
		s.watching.Lock()
		defer s.watching.Unlock()
		if s.watchers--; s.watchers == 0 {
			s.stop()
		}
	})
}
