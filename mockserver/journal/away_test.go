package journal

import (
	"errors"
	"fmt"
	"sync"
	"testing"
)

// otherLog is a log that can be away, and that can keep a batch without saying so.
type otherLog struct {
	mu        sync.Mutex
	all       []Batch
	away      bool
	ambiguous bool
}

var errReview = errors.New("the log is away")

func (l *otherLog) Append(b Batch, _ int) error {
	l.mu.Lock()
	defer l.mu.Unlock()
	if l.away {
		return errReview
	}
	b.Sequence = uint64(len(l.all) + 1)
	b.Last = uint64(b.Count)
	if len(l.all) > 0 {
		b.Last += l.all[len(l.all)-1].Last
	}
	l.all = append(l.all, b)
	if l.ambiguous {
		l.ambiguous = false
		return errReview
	}
	return nil
}

func (l *otherLog) Batches(after uint64) ([]Batch, error) {
	l.mu.Lock()
	defer l.mu.Unlock()
	if l.away {
		return nil, errReview
	}
	return append([]Batch(nil), l.all[min(after, uint64(len(l.all))):]...), nil
}

func (l *otherLog) Watch(func()) func() { return func() {} }

func (l *otherLog) set(away bool) {
	l.mu.Lock()
	defer l.mu.Unlock()
	l.away = away
}

func otherJournal(l Log) *Journal { return NewShared(Bounds{}, nil, l, func(error) {}) }

func targets(j *Journal) (list []string) {
	for _, e := range j.Snapshot().Entries {
		list = append(list, e.Target)
	}
	return list
}

// Whoever has read the answer finds the request once the log is there again.
func TestWhatWasHeldBackIsOffered(t *testing.T) {
	l := &otherLog{}
	j, other := otherJournal(l), otherJournal(l)
	l.set(true)
	j.Record(Entry{Target: "/held"})
	l.set(false)
	if got := targets(j); len(got) != 1 {
		t.Errorf("the server that recorded it shows %v", got)
	}
	if got := targets(other); len(got) != 1 {
		t.Errorf("the other shows %v", got)
	}
	verdict, err := other.Snapshot().Verify(Expectation{Never: true, Match: Match{Path: "/held"}})
	if err != nil || verdict.Outcome == Pass {
		t.Errorf("never: %s %v", verdict.Outcome, err)
	}
}

// A Clear also takes what was recorded before it and is not in the log yet.
func TestClearTakesWhatWasHeldBack(t *testing.T) {
	l := &otherLog{}
	j := otherJournal(l)
	l.set(true)
	j.Record(Entry{Target: "/before"})
	l.set(false)
	j.Clear()
	j.Record(Entry{Target: "/after"})
	if got := targets(j); fmt.Sprint(got) != "[/after]" {
		t.Errorf("after a Clear there is %v", got)
	}
}

// What is held back keeps to the bound on bytes.
func TestHeldBackKeepsToTheBound(t *testing.T) {
	l := &otherLog{}
	j := NewShared(Bounds{Entries: 1000, Bytes: 64 << 10}, nil, l, func(error) {})
	l.set(true)
	for range 500 {
		j.Record(Entry{Target: "/", ReplyBody: make([]byte, 8<<10)})
	}
	size := 0
	for i := range j.shared.unsent {
		size += j.shared.unsent[i].size
	}
	if size > 128<<10 {
		t.Errorf("%d KiB are held back, the bound is 64", size>>10)
	}
}
