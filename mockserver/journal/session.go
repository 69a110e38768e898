package journal

import "sync"

// Session redacts entries as they come. It learns each batch when it is its turn, so
// that one more entry costs no pass over all the others.
//
// What stands where secrets stand is hidden at once, as in a list. What was found by
// name in one entry is hidden wherever it stands from that entry on, and what is
// held from when it is held. This is the difference to Redact, which looks at all
// entries before it shows one: a name that comes later cannot hide what was already
// sent. In return a session still knows the secrets of entries that the journal has
// forgotten.
//
// What it remembers is bounded by two generations, each with half the bounds of a
// list beside what is held. When the younger is full, it becomes the older one, and
// what only the older one knew is forgotten, which is the oldest. So a session knows
// at least the latest ten thousand values, or two megabytes of them.
//
// It is safe for concurrent use, and everybody who follows one journal may share
// it: what one of them has learned hides no less for the others.
type Session struct {
	redactor *Redactor

	mu      sync.RWMutex
	older   *generation
	younger *generation
}

// generation is what a session learned in one stretch.
type generation struct {
	known   *values
	learned map[string]bool
	bytes   int
}

func newGeneration(r *Redactor) *generation {
	return &generation{known: newValues(r), learned: map[string]bool{}}
}

func (g *generation) learn(secret string) {
	if !isFindable(secret) || g.learned[secret] {
		return
	}
	g.learned[secret] = true
	g.bytes += len(secret)
	g.known.learn(secret)
}

// NewSession begins with what is found by name in the entries that are present, and
// with the secrets that are held. Ask for those first: one that is replaced in
// between may be in an entry.
func (r *Redactor) NewSession(present []Entry, held []string) *Session {
	s := &Session{redactor: r, older: newGeneration(r), younger: newGeneration(r)}
	s.learn(present, held)
	return s
}

// Redact returns the entries as they may be shown. Held are the secrets that are
// known beforehand, asked for again after the entries were there.
func (s *Session) Redact(batch []Entry, held []string) []Shown {
	s.learn(batch, held)
	s.mu.RLock()
	defer s.mu.RUnlock()
	show := rewriter{treatment: &shower{redactor: s.redactor, part: tally{}, known: layers{s.younger.known, s.older.known}}}
	shown := make([]Shown, len(batch))
	for i := range batch {
		shown[i] = show.entry(&batch[i])
	}
	return shown
}

func (s *Session) learn(batch []Entry, held []string) {
	collect := newCollector()
	collect.maxFound, collect.maxBytes = maxFound/2, maxFoundBytes/2
	fresh := found(batch, collect)
	heldBytes := 0
	for _, secret := range held {
		heldBytes += len(secret)
	}
	s.mu.Lock()
	defer s.mu.Unlock()
	freshBytes := 0
	for value := range fresh {
		if s.younger.learned[value] {
			delete(fresh, value)
		} else {
			freshBytes += len(value)
		}
	}
	// A generation has room for any batch, so all of one is learned together.
	if len(s.younger.learned)+len(fresh) > collect.maxFound+len(held) || s.younger.bytes+freshBytes > collect.maxBytes+heldBytes {
		s.older, s.younger = s.younger, newGeneration(s.redactor)
	}
	for value := range plainFirst(fresh) {
		s.younger.learn(value)
	}
	for _, secret := range held {
		s.younger.learn(secret)
	}
}
