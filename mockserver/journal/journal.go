// Package journal remembers the latest requests and replies, within a bound on
// their number and their bytes, and counts what it had to forget. Recording keeps
// the raw exchange, without what is too long, and copies nothing of it; everything
// that makes it fit to be shown, redaction above all, happens when somebody asks.
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
)

// Journal is safe for concurrent use.
type Journal struct {
	bounds Bounds

	mu      sync.Mutex
	entries []Entry // a ring: first is the oldest of count
	first   int
	count   int
	bytes   int
	lastID  uint64
	evicted uint64
}

// New returns an empty journal.
func New(bounds Bounds) *Journal {
	if bounds.Entries == 0 {
		bounds.Entries = defaultEntries
	}
	if bounds.Bytes == 0 {
		bounds.Bytes = defaultBytes
	}
	return &Journal{bounds: bounds, entries: make([]Entry, bounds.Entries)}
}

// Record adds an entry, gives it the next id, and forgets the oldest where a bound
// asks for it. The journal keeps what the entry points to, except what is too long.
func (j *Journal) Record(e Entry) {
	e.cut()
	e.size = e.measure()
	j.mu.Lock()
	defer j.mu.Unlock()
	j.lastID++
	e.ID = j.lastID
	for j.count > 0 && (j.count == len(j.entries) || j.bytes+e.size > j.bounds.Bytes) {
		j.evictOldest()
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

// Snapshot is what a journal holds at one moment.
type Snapshot struct {
	// Entries are the oldest first.
	Entries []Entry
	// Evicted counts the entries that were forgotten since the start or the last
	// Clear.
	Evicted uint64
	Bounds  Bounds
}

// Snapshot copies the entries out.
func (j *Journal) Snapshot() Snapshot {
	j.mu.Lock()
	defer j.mu.Unlock()
	s := Snapshot{Entries: make([]Entry, 0, j.count), Evicted: j.evicted, Bounds: j.bounds}
	for i := range j.count {
		s.Entries = append(s.Entries, j.entries[(j.first+i)%len(j.entries)])
	}
	return s
}

// Clear forgets every entry and the count of evictions. Ids go on counting.
func (j *Journal) Clear() {
	j.mu.Lock()
	defer j.mu.Unlock()
	clear(j.entries)
	j.first, j.count, j.bytes, j.evicted = 0, 0, 0, 0
}
