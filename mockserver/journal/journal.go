// Package journal remembers the latest requests and replies, within a bound on
// their number and their bytes, and counts what it had to forget. Recording keeps
// the raw exchange, without what is too long, and copies nothing of it; everything
// that makes it fit to be shown, redaction above all, happens when somebody asks.
//
// What a journal holds can be listed (Snapshot), followed (Subscribe), held to an
// expectation (Snapshot.Verify) and exported (WriteHAR). Entries hold secrets until
// a Redactor has made them fit to be shown, all at once or, in a Session, as they
// come.
package journal

import "sync"

// Bounds limit what a journal keeps. A zero value of either means its default.
type Bounds struct {
	Entries int
	Bytes   int
}

const (
	defaultEntries = 1000
	defaultBytes   = 8 << 20
	fewestSlots    = 4 // of a ring that holds anything
)

// Journal is safe for concurrent use. While it is empty it holds nothing but
// itself.
type Journal struct {
	bounds Bounds
	budget *Budget // nil for none
	shared *shared // nil for a journal of this server alone

	mu      sync.Mutex
	entries []Entry // a ring: first is the oldest of count
	first   int
	count   int
	bytes   int
	lastID  uint64
	evicted uint64
	before  uint64 // entries that were evicted before the last Clear
	cleared uint64 // the last id that Clear took
	clears  uint64
	closed  bool
	// waiting is closed when something happens, and nil while nobody waits for it.
	waiting chan struct{}
}

// New returns an empty journal. Its bound on bytes is its own or its share of the
// budget, whichever is less; without a budget, its own. With one, Close it.
func New(bounds Bounds, budget *Budget) *Journal {
	if bounds.Entries == 0 {
		bounds.Entries = defaultEntries
	}
	if bounds.Bytes == 0 {
		bounds.Bytes = defaultBytes
	}
	if budget != nil {
		budget.journals.Add(1)
	}
	return &Journal{bounds: bounds, budget: budget}
}

// byteBound is the bound on bytes as it is now.
func (j *Journal) byteBound() int {
	if j.budget == nil {
		return j.bounds.Bytes
	}
	return min(j.bounds.Bytes, j.budget.share())
}

// Record adds an entry, gives it the next id, and forgets the oldest where a bound
// asks for it. Ids begin at 1 and have no gaps. The journal keeps what the entry
// points to, which must not change any more, except what is too long; an entry that
// is above the bound on bytes by itself loses its bodies, then its headers, then
// the rest. A journal that is closed records nothing.
func (j *Journal) Record(e Entry) {
	e.cut()
	bound := j.byteBound()
	e.shed(bound)
	if j.shared != nil {
		j.shared.outgoing.Do(&outgoing{kind: sendEntry, entry: e})
		return
	}
	j.mu.Lock()
	defer j.mu.Unlock()
	if !j.closed {
		j.add(e, bound)
		j.wake()
	}
}

// add is Record for whoever holds the lock.
func (j *Journal) add(e Entry, bound int) {
	j.lastID++
	e.ID = j.lastID
	for j.count > 0 && (j.count >= j.bounds.Entries || j.bytes+e.size > bound) {
		j.evictOldest()
	}
	if j.count == len(j.entries) {
		j.grow()
	}
	j.entries[(j.first+j.count)%len(j.entries)] = e
	j.count++
	j.bytes += e.size
}

func (j *Journal) evictOldest() {
	j.bytes -= j.entries[j.first].size
	j.entries[j.first] = Entry{}
	j.first = (j.first + 1) % len(j.entries)
	j.count--
	j.evicted++
}

// grow doubles a ring that is full.
func (j *Journal) grow() {
	j.resize(min(max(fewestSlots, 2*j.count), j.bounds.Entries))
}

// resize puts the entries into a ring of so many slots, which are enough.
func (j *Journal) resize(slots int) {
	entries := make([]Entry, slots)
	for i := range j.count {
		entries[i] = *j.at(i)
	}
	j.entries, j.first = entries, 0
}

// Trim forgets the oldest entries that are above the bound on bytes, which a budget may
// have made smaller since they were recorded, and the room that they stood in.
func (j *Journal) Trim() {
	bound := j.byteBound()
	j.mu.Lock()
	defer j.mu.Unlock()
	if j.bytes <= bound {
		return
	}
	for j.count > 0 && j.bytes > bound {
		j.evictOldest()
	}
	j.resize(max(fewestSlots, j.count))
}

// at is the i-th oldest entry.
func (j *Journal) at(i int) *Entry { return &j.entries[(j.first+i)%len(j.entries)] }

// Find returns the entry with this id, if it is still there.
func (j *Journal) Find(id uint64) (Entry, bool) {
	j.pull()
	j.mu.Lock()
	defer j.mu.Unlock()
	if id == 0 || id > j.lastID || j.lastID-id >= uint64(j.count) {
		return Entry{}, false
	}
	return *j.at(j.count - 1 - int(j.lastID-id)), true
}

// Last is the latest id that was given, zero before the first.
func (j *Journal) Last() uint64 {
	j.pull()
	j.mu.Lock()
	defer j.mu.Unlock()
	return j.lastID
}

// Size is how much a journal holds.
type Size struct {
	Entries int
	// Bytes are what the entries hold, as far as the bound on bytes goes.
	Bytes int
	// Evicted counts the entries that were forgotten since the journal was made. No
	// Clear takes it back.
	Evicted uint64
}

// Read brings what was recorded here and not read yet to a journal that servers share.
func (j *Journal) Read() {
	if s := j.shared; s != nil && s.unread.Swap(false) {
		j.pull()
	}
}

// Size returns how much the journal holds now. Of one that servers share it is as of the
// last time that somebody asked this server for entries, or had it Read.
func (j *Journal) Size() Size {
	j.mu.Lock()
	defer j.mu.Unlock()
	return Size{Entries: j.count, Bytes: j.bytes, Evicted: j.before + j.evicted}
}

// Clear forgets every entry and the count of evictions. Ids go on counting. Errors: those
// of the log that servers share.
func (j *Journal) Clear() error {
	if s := j.shared; s != nil {
		clearing := &outgoing{kind: sendClear}
		s.outgoing.Do(clearing)
		return clearing.err
	}
	j.mu.Lock()
	defer j.mu.Unlock()
	j.clear()
	j.wake()
	return nil
}

func (j *Journal) clear() {
	j.forget()
	j.cleared = j.lastID
	j.clears++
}

func (j *Journal) forget() {
	j.entries = nil
	j.before += j.evicted
	j.first, j.count, j.bytes, j.evicted = 0, 0, 0, 0
}

// Close forgets every entry, gives the share of the budget back and ends every
// Subscription. It may be called more than once.
func (j *Journal) Close() {
	j.mu.Lock()
	defer j.mu.Unlock()
	if j.closed {
		return
	}
	j.closed = true
	j.forget()
	if j.budget != nil {
		j.budget.journals.Add(-1)
	}
	j.wake()
}
