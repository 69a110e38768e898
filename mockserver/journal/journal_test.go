package journal

import (
	"net/http"
	"strings"
	"testing"

	"github.com/google/go-cmp/cmp"
)

func ids(s Snapshot) []uint64 {
	var all []uint64
	for _, e := range s.Entries {
		all = append(all, e.ID)
	}
	return all
}

func TestJournalForgetsTheOldestByNumber(t *testing.T) {
	j := New(Bounds{Entries: 3}, nil)
	for range 5 {
		j.Record(Entry{})
	}
	s := j.Snapshot()
	if diff := cmp.Diff([]uint64{3, 4, 5}, ids(s)); diff != "" || s.Evicted != 2 {
		t.Errorf("evicted %d (-want +got)\n%s", s.Evicted, diff)
	}
}

func TestJournalForgetsTheOldestByBytes(t *testing.T) {
	large := strings.Repeat("x", 6000)
	many := make([]string, 6000/16)
	for name, e := range map[string]Entry{
		"target":         {Target: large},
		"request body":   {RequestBody: []byte(large)},
		"reply body":     {ReplyBody: []byte(large)},
		"request header": {RequestHeader: http.Header{"X-Large": {large}}},
		"header name":    {ReplyHeader: http.Header{large: {""}}},
		"empty headers":  {ReplyHeader: http.Header{"A": many}},
		"violation":      {Violation: large},
	} {
		j := New(Bounds{Bytes: 15_000}, nil)
		for range 5 {
			j.Record(e)
		}
		s := j.Snapshot()
		if diff := cmp.Diff([]uint64{4, 5}, ids(s)); diff != "" || s.Evicted != 3 {
			t.Errorf("%s: evicted %d (-want +got)\n%s", name, s.Evicted, diff)
		}
	}
}

func TestJournalTakesAnEntryLargerThanItsBound(t *testing.T) {
	j := New(Bounds{Bytes: 1000}, nil)
	j.Record(Entry{})
	j.Record(Entry{Target: strings.Repeat("x", 2000)})
	if diff := cmp.Diff([]uint64{2}, ids(j.Snapshot())); diff != "" {
		t.Errorf("(-want +got)\n%s", diff)
	}
}

func TestJournalGoesOnCountingAfterClear(t *testing.T) {
	j := New(Bounds{Entries: 1}, nil)
	j.Record(Entry{})
	j.Record(Entry{})
	j.Clear()
	if s := j.Snapshot(); len(s.Entries) != 0 || s.Evicted != 0 {
		t.Errorf("got %+v after Clear", s)
	}
	j.Record(Entry{})
	if diff := cmp.Diff([]uint64{3}, ids(j.Snapshot())); diff != "" {
		t.Errorf("(-want +got)\n%s", diff)
	}
}
