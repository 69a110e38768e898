package journal

// Snapshot is what a journal holds at one moment.
type Snapshot struct {
	// Entries are the oldest first. Their ids have no gaps.
	Entries []Entry
	// Evicted counts the entries that were forgotten since the start or the last
	// Clear.
	Evicted uint64
	// Bounds are those in force, the share of a budget taken into account.
	Bounds Bounds
	// Last is the latest id that was given, and Cleared the latest one that Clear
	// took. Zero for none.
	Last, Cleared uint64
}

// Snapshot copies the entries out.
func (j *Journal) Snapshot() Snapshot {
	j.pull()
	j.mu.Lock()
	defer j.mu.Unlock()
	s := Snapshot{
		Entries: make([]Entry, 0, j.count), Evicted: j.evicted, Last: j.lastID, Cleared: j.cleared,
		Bounds: Bounds{Entries: j.bounds.Entries, Bytes: j.byteBound()},
	}
	for i := range j.count {
		s.Entries = append(s.Entries, *j.at(i))
	}
	return s
}

// window returns the entries after this id, and how many more there were that are
// gone. Of those, cleared were taken by Clear. After zero the window begins at the
// last Clear, so what came before it is not missed.
func (s Snapshot) window(after uint64) (entries []Entry, evicted, cleared uint64) {
	if after == 0 {
		after = s.Cleared
	}
	before := s.Last - uint64(len(s.Entries)) // the latest id that is gone
	if after >= before {
		return s.Entries[min(after-before, uint64(len(s.Entries))):], 0, 0
	}
	return s.Entries, before - after, s.Cleared - min(after, s.Cleared)
}
