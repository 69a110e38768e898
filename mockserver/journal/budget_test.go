package journal

import (
	"fmt"
	"math"
	"math/rand/v2"
	"net/http"
	"runtime"
	"strings"
	"testing"

	"github.com/google/go-cmp/cmp"
)

func TestEmptyJournalsCostNothing(t *testing.T) {
	const count, limit = 10_000, 512
	var before, after runtime.MemStats
	budget := NewBudget(1 << 20)
	journals := make([]*Journal, count)
	runtime.GC()
	runtime.ReadMemStats(&before)
	for i := range journals {
		journals[i] = New(Bounds{}, budget)
	}
	runtime.ReadMemStats(&after)
	if each := (after.TotalAlloc - before.TotalAlloc) / count; each > limit {
		t.Errorf("an empty journal takes %d bytes, want at most %d", each, limit)
	}
	runtime.KeepAlive(journals)
}

// Each journal is filled when it is made and rests while the others are, which is
// the worst order. Some go, and others come.
func TestBudgetBoundsTheTotal(t *testing.T) {
	t.Parallel()
	const bytes, count = 4 << 20, 500
	budget := NewBudget(bytes)
	fill := func() *Journal {
		j := New(Bounds{}, budget)
		for j.evicted == 0 {
			j.Record(Entry{Target: strings.Repeat("x", 3000)})
		}
		return j
	}
	var journals []*Journal
	for range count {
		journals = append(journals, fill())
	}
	check := func() {
		t.Helper()
		total := 0
		for _, j := range journals {
			total += j.bytes
		}
		if limit := int(bytes*(1+math.Log(count))) + count*minShare; total > limit {
			t.Errorf("%d bytes in total, want at most %d", total, limit)
		}
		if total < bytes {
			t.Errorf("%d bytes in total: the budget of %d is not used", total, bytes)
		}
	}
	check()
	for i := range journals {
		if i%3 == 1 {
			journals[i].Close()
			journals[i] = fill()
		}
	}
	check()
	for _, j := range journals[1:] {
		j.Close()
		j.Close()
	}
	if got := journals[0].Snapshot().Bounds.Bytes; got != bytes {
		t.Errorf("the last journal may keep %d bytes, want all %d", got, bytes)
	}
}

func TestShareShrinksWhenOthersCome(t *testing.T) {
	t.Parallel()
	budget := NewBudget(64 << 10)
	j := New(Bounds{}, budget)
	fill := func() int {
		for range 200 {
			j.Record(Entry{Target: strings.Repeat("x", 1000)})
		}
		return j.bytes
	}
	alone := fill()
	others := []*Journal{New(Bounds{}, budget), New(Bounds{}, budget)}
	among := fill()
	for range 100 {
		others = append(others, New(Bounds{}, budget))
	}
	least := fill()
	if alone > 64<<10 || alone < 60<<10 || among > 64<<10/3 || among < 18<<10 || least > minShare || least < 14<<10 {
		t.Errorf("%d bytes alone, %d with two others, %d with many", alone, among, least)
	}
	small := New(Bounds{Bytes: 5000}, budget)
	if got := small.Snapshot().Bounds.Bytes; got != 5000 {
		t.Errorf("a bound of its own of 5000 became %d", got)
	}
	for _, other := range append(others, small) {
		other.Close()
	}
	if back := fill(); back != alone {
		t.Errorf("%d bytes when the others are gone, want %d again", back, alone)
	}
}

func TestEntriesAboveTheBoundLoseParts(t *testing.T) {
	t.Parallel()
	const bound = 4000
	long := strings.Repeat("x", 10_000)
	tests := map[string]struct {
		entry Entry
		kept  func(e *Entry) bool
	}{
		"reply first": {Entry{ReplyBody: []byte(long), RequestBody: []byte("a=b")}, func(e *Entry) bool {
			return e.replySize == len(long) && len(e.RequestBody) == 3
		}},
		"then the request": {Entry{ReplyBody: []byte("x"), RequestBody: []byte(long)}, func(e *Entry) bool {
			return e.requestSize == len(long) && e.replySize == 1 && e.lost == 0
		}},
		"headers": {Entry{RequestHeader: http.Header{"A": {long}}, Target: "/x?y"}, func(e *Entry) bool {
			return e.lost == lostRequestHeader && strings.HasPrefix(e.RequestHeader.Get("Keyturn-Withheld"), "[withheld: ") && e.Target == "/x?y"
		}},
		"query": {Entry{Target: "/x?" + long}, func(e *Entry) bool {
			return strings.HasPrefix(e.Target, "/x?[withheld: ") && e.lost&lostQuery != 0 && e.lost&lostPath == 0
		}},
		"secrets": {Entry{Target: "/x", Uses: make([]Use, 1000)}, func(e *Entry) bool {
			return e.Uses == nil && e.lost&lostSecrets != 0 && e.Target == "/x"
		}},
		"path": {Entry{Target: "/" + long}, func(e *Entry) bool { return e.lost&lostPath != 0 }},
		"reasons": {Entry{Violation: long, Fault: long}, func(e *Entry) bool {
			return strings.HasPrefix(e.Violation, "[withheld: ") && strings.HasPrefix(e.Fault, "[withheld: ")
		}},
		"all": {Entry{RequestID: long, Method: long, Target: long + "?" + long, Violation: long, Fault: long, RequestBody: []byte(long), ReplyBody: []byte(long)}, func(e *Entry) bool {
			return len(e.RequestID) == maxRequestID
		}},
	}
	for name, test := range tests {
		j := New(Bounds{Bytes: bound}, nil)
		j.Record(test.entry)
		got := j.Snapshot().Entries[0]
		if j.bytes > bound || !test.kept(&got) {
			t.Errorf("%s: %d bytes, lost %b, %+.500v", name, j.bytes, got.lost, got)
		}
	}
}

// TestRing holds the ring to a list.
func TestRing(t *testing.T) {
	t.Parallel()
	random := rand.New(rand.NewPCG(3, 4))
	for range 50 {
		most := 1 + random.IntN(70)
		j := New(Bounds{Entries: most}, nil)
		var model []uint64
		last := uint64(0)
		for range 300 {
			if random.IntN(100) == 0 {
				j.Clear()
				model = nil
				continue
			}
			j.Record(Entry{})
			last++
			model = append(model, last)
			model = model[max(0, len(model)-most):]
			if len(j.entries) > max(fewestSlots, 2*len(model)) || len(j.entries) > most {
				t.Fatalf("%d slots for %d entries of at most %d", len(j.entries), len(model), most)
			}
		}
		if diff := cmp.Diff(model, ids(j.Snapshot())); diff != "" {
			t.Fatalf("at most %d (-want +got)\n%s", most, diff)
		}
		for id := range last + 2 {
			e, found := j.Find(id)
			if want := len(model) > 0 && id >= model[0] && id <= last; found != want || found && e.ID != id {
				t.Fatalf("Find(%d): %d %v, want %v", id, e.ID, found, want)
			}
		}
		if j.Last() != last {
			t.Errorf("the last id is %d, want %d", j.Last(), last)
		}
	}
}

func TestClosedJournalKeepsNothing(t *testing.T) {
	t.Parallel()
	j := New(Bounds{}, nil)
	j.Record(Entry{})
	j.Close()
	j.Record(Entry{})
	if s := j.Snapshot(); len(s.Entries) > 0 || j.entries != nil || j.bytes != 0 {
		t.Errorf("got %d entries", len(s.Entries))
	}
	if _, found := j.Find(1); found {
		t.Error("an entry is still found")
	}
}

func TestSize(t *testing.T) {
	t.Parallel()
	j := New(Bounds{Entries: 2}, nil)
	record(j, 5)
	if diff := cmp.Diff(Size{Entries: 2, Bytes: j.bytes, Evicted: 3}, j.Size()); diff != "" || j.bytes == 0 {
		t.Errorf("(-want +got)\n%s", diff)
	}
	j.Clear()
	if diff := cmp.Diff(Size{Evicted: 3}, j.Size()); diff != "" {
		t.Errorf("cleared (-want +got)\n%s", diff)
	}
	record(j, 3)
	j.Close()
	if diff := cmp.Diff(Size{Evicted: 4}, j.Size()); diff != "" {
		t.Errorf("closed (-want +got)\n%s", diff)
	}
}

func BenchmarkRecord(b *testing.B) {
	header := http.Header{"Content-Type": {"application/json"}, "Authorization": {"Bearer token"}, "User-Agent": {"curl/8.0"}}
	e := Entry{
		Provider: "authing-v2", Operation: "refresh", Method: "PATCH", Target: "/api/v2/application/61df925846bed781f5757166/refresh-secret",
		RequestHeader: header, RequestBody: make([]byte, 100), Status: 200, ReplyHeader: header, ReplyBody: make([]byte, 500),
	}
	for _, count := range []int{1, 10_000} {
		b.Run(fmt.Sprintf("journals=%d", count), func(b *testing.B) {
			budget := NewBudget(64 << 20)
			journals := make([]*Journal, count)
			for i := range journals {
				journals[i] = New(Bounds{}, budget)
			}
			for _, j := range journals {
				for range max(30, 3000/count) {
					j.Record(e)
				}
			}
			if s := journals[0].Snapshot(); s.Evicted == 0 {
				b.Fatal("the journal is not full")
			}
			b.ReportAllocs()
			i := 0
			for b.Loop() {
				journals[i%count].Record(e)
				i++
			}
		})
	}
}
