package journal_test

import (
	"context"
	"errors"
	"fmt"
	"net/http"
	"slices"
	"sync"
	"testing"
	"time"

	"github.com/google/go-cmp/cmp"
	"github.com/google/go-cmp/cmp/cmpopts"

	"github.com/keyturn/keyturn/mockserver/journal"
)

// tape is a log in memory.
type tape struct {
	mu       sync.Mutex
	batches  []journal.Batch
	first    int // of those that are left
	watchers map[int]func()
	next     int
	broken   error
}

func (l *tape) Append(batch journal.Batch, keep int) error {
	l.mu.Lock()
	defer l.mu.Unlock()
	if l.broken != nil {
		return l.broken
	}
	if n := len(l.batches); n > 0 {
		batch.Last = l.batches[n-1].Last
	}
	batch.Last += uint64(batch.Count)
	batch.Sequence = uint64(len(l.batches)) + 1
	l.batches = append(l.batches, batch)
	for l.batches[l.first].Last+uint64(keep) < batch.Last {
		l.first++
	}
	for _, wake := range l.watchers {
		go wake()
	}
	return nil
}

func (l *tape) Batches(after uint64) ([]journal.Batch, error) {
	l.mu.Lock()
	defer l.mu.Unlock()
	if l.broken != nil {
		return nil, l.broken
	}
	from := min(max(l.first, int(after)), len(l.batches))
	return slices.Clone(l.batches[from:min(from+3, len(l.batches))]), nil
}

func (l *tape) Watch(wake func()) (stop func()) {
	l.mu.Lock()
	defer l.mu.Unlock()
	if l.watchers == nil {
		l.watchers = map[int]func(){}
	}
	l.next++
	id := l.next
	l.watchers[id] = wake
	return func() {
		l.mu.Lock()
		defer l.mu.Unlock()
		delete(l.watchers, id)
	}
}

func (l *tape) breakDown(err error) {
	l.mu.Lock()
	defer l.mu.Unlock()
	l.broken = err
}

func share(t *testing.T, l journal.Log, bounds journal.Bounds) *journal.Journal {
	t.Helper()
	return journal.NewShared(bounds, nil, l, func(err error) { t.Log(err) })
}

func targets(entries []journal.Entry) []string {
	var all []string
	for i := range entries {
		all = append(all, fmt.Sprint(entries[i].ID, " ", entries[i].Target))
	}
	return all
}

func TestSharedJournalsAreOne(t *testing.T) {
	t.Parallel()
	log := &tape{}
	a, b := share(t, log, journal.Bounds{}), share(t, log, journal.Bounds{})
	a.Record(journal.Entry{Target: "/1"})
	b.Record(journal.Entry{Target: "/2"})
	a.Record(journal.Entry{Target: "/3"})
	want := []string{"1 /1", "2 /2", "3 /3"}
	for name, j := range map[string]*journal.Journal{"a": a, "b": b, "a late one": share(t, log, journal.Bounds{})} {
		if diff := cmp.Diff(want, targets(j.Snapshot().Entries)); diff != "" {
			t.Errorf("%s (-want +got):\n%s", name, diff)
		}
		if found, there := j.Find(2); !there || found.Target != "/2" || j.Last() != 3 {
			t.Errorf("%s: found %q, the last is %d", name, found.Target, j.Last())
		}
	}
	a.Clear()
	b.Record(journal.Entry{Target: "/4"})
	for name, j := range map[string]*journal.Journal{"a": a, "b": b, "a late one": share(t, log, journal.Bounds{})} {
		if s := j.Snapshot(); s.Cleared != 3 || !slices.Equal(targets(s.Entries), []string{"4 /4"}) || s.Evicted != 0 {
			t.Errorf("%s after a clear: %v, cleared %d, evicted %d", name, targets(s.Entries), s.Cleared, s.Evicted)
		}
	}
}

// TestSharedEntriesAreWhole sends an entry with everything through a log.
func TestSharedEntriesAreWhole(t *testing.T) {
	t.Parallel()
	want := journal.Entry{
		RequestID: "id", At: time.Date(2026, 1, 2, 3, 4, 5, 6, time.UTC), Duration: time.Second, Provider: "p", Operation: "o",
		Method: "POST", Proto: "HTTP/1.1", Target: "/t?q", RequestHeader: http.Header{"A": {"1", "2"}, "B": nil}, RequestBody: []byte("request"),
		Status: 200, ReplyHeader: http.Header{"C": {"3"}}, ReplyBody: []byte("reply"), Violation: "v", Fault: "f",
		Uses:    []journal.Use{{Realm: "r", Client: "c", Secret: "s", Digest: [32]byte{1, 31: 2}, Outcome: journal.UseExpired}},
		Changes: []journal.Change{{Realm: "r", Client: "c", Secret: "s", Digest: [32]byte{3}, Kind: journal.ChangeIssued, ExpiresAt: time.Unix(7, 0).UTC()}},
	}
	log := &tape{}
	j := share(t, log, journal.Bounds{})
	j.Record(want)
	j.Record(journal.Entry{})
	got := j.Snapshot().Entries
	if len(got) != 2 {
		t.Fatalf("%d entries", len(got))
	}
	want.ID = 1
	if diff := cmp.Diff(want, got[0], cmpopts.IgnoreUnexported(journal.Entry{}), cmpopts.EquateEmpty()); diff != "" {
		t.Errorf("(-want +got):\n%s", diff)
	}
	if diff := cmp.Diff(journal.Entry{ID: 2}, got[1], cmpopts.IgnoreUnexported(journal.Entry{}), cmpopts.EquateEmpty()); diff != "" {
		t.Errorf("an empty one (-want +got):\n%s", diff)
	}
	data := log.batches[0].Data
	for n := range data {
		log.batches[0].Data = data[:n]
		if late := share(t, log, journal.Bounds{}).Snapshot(); len(late.Entries) != 1 || late.Entries[0].ID != 2 {
			t.Fatalf("with %d of %d bytes of the first entry there are %v", n, len(data), targets(late.Entries))
		}
	}
}

// TestASharedJournalSkips has a reader that was away for longer than the log remembers.
func TestASharedJournalSkips(t *testing.T) {
	t.Parallel()
	log := &tape{}
	bounds := journal.Bounds{Entries: 3}
	a, b := share(t, log, bounds), share(t, log, bounds)
	a.Record(journal.Entry{Target: "/1"})
	if got := targets(b.Snapshot().Entries); !slices.Equal(got, []string{"1 /1"}) {
		t.Fatalf("got %v", got)
	}
	for i := range 10 {
		a.Record(journal.Entry{Target: fmt.Sprint("/", i+2)})
	}
	s := b.Snapshot()
	if want := []string{"9 /9", "10 /10", "11 /11"}; !slices.Equal(targets(s.Entries), want) || s.Evicted != 8 || s.Last != 11 {
		t.Errorf("got %v, evicted %d, last %d", targets(s.Entries), s.Evicted, s.Last)
	}
}

// TestSharedJournalsAreFollowed waits at one for what is recorded at another.
func TestSharedJournalsAreFollowed(t *testing.T) {
	t.Parallel()
	log := &tape{}
	a, b := share(t, log, journal.Bounds{}), share(t, log, journal.Bounds{})
	follower := b.Subscribe(0)
	ctx, cancel := context.WithTimeout(t.Context(), 10*time.Second)
	defer cancel()
	for i := range 5 {
		done := make(chan []journal.Entry)
		go func() {
			batch, _, _, err := follower.Wait(ctx)
			if err != nil {
				t.Error(err)
			}
			done <- batch
		}()
		time.Sleep(time.Duration(i) * time.Millisecond)
		a.Record(journal.Entry{Target: fmt.Sprint("/", i)})
		if got := targets(<-done); !slices.Equal(got, []string{fmt.Sprint(i+1, " /", i)}) {
			t.Errorf("got %v", got)
		}
	}
	if n := len(log.watchers); n != 0 {
		t.Errorf("%d still watch", n)
	}
}

// TestASharedJournalOutlivesItsLog keeps the latest entries until the log is back.
func TestASharedJournalOutlivesItsLog(t *testing.T) {
	t.Parallel()
	log := &tape{}
	j := share(t, log, journal.Bounds{Entries: 3})
	j.Record(journal.Entry{Target: "/1"})
	log.breakDown(errors.New("away"))
	for i := range 5 {
		j.Record(journal.Entry{Target: fmt.Sprint("/", i+2)})
	}
	if got := j.Snapshot(); got.Last != 0 && got.Last != 1 {
		t.Errorf("got %+v", got)
	}
	log.breakDown(nil)
	j.Record(journal.Entry{Target: "/7"})
	if got := targets(j.Snapshot().Entries); !slices.Equal(got, []string{"3 /5", "4 /6", "5 /7"}) {
		t.Errorf("got %v", got)
	}
}

// TestASharedJournalBeginsAnew has a log that comes back without its last batches.
func TestASharedJournalBeginsAnew(t *testing.T) {
	t.Parallel()
	log := &tape{}
	j := share(t, log, journal.Bounds{})
	for i := range 3 {
		j.Record(journal.Entry{Target: fmt.Sprint("/", i)})
	}
	follower := j.Subscribe(0)
	if batch, _, _, err := follower.Wait(t.Context()); err != nil || len(batch) != 3 {
		t.Fatalf("got %v, %v", targets(batch), err)
	}
	log.breakDown(errors.New("away"))
	j.Snapshot()
	log.batches = log.batches[:1]
	log.breakDown(nil)
	if got := targets(j.Snapshot().Entries); !slices.Equal(got, []string{"1 /0"}) {
		t.Errorf("got %v", got)
	}
	j.Record(journal.Entry{Target: "/new"})
	if batch, _, cleared, err := follower.Wait(t.Context()); err != nil || !cleared || !slices.Equal(targets(batch), []string{"1 /0", "2 /new"}) {
		t.Errorf("the follower got %v, cleared %t, %v", targets(batch), cleared, err)
	}
	log.breakDown(errors.New("away"))
	j.Snapshot()
	log.breakDown(nil)
	if got := targets(j.Snapshot().Entries); !slices.Equal(got, []string{"1 /0", "2 /new"}) {
		t.Errorf("without a loss: got %v", got)
	}
}

func TestASharedJournalUnderLoad(t *testing.T) {
	t.Parallel()
	const writers, each = 4, 100
	log := &tape{}
	journals := []*journal.Journal{share(t, log, journal.Bounds{}), share(t, log, journal.Bounds{}), share(t, log, journal.Bounds{})}
	var all sync.WaitGroup
	for w := range writers {
		for _, j := range journals {
			all.Go(func() {
				for i := range each {
					j.Record(journal.Entry{Target: fmt.Sprint("/", w, i)})
					if i%10 == 0 {
						j.Snapshot()
					}
				}
			})
		}
	}
	all.Wait()
	want := journals[0].Snapshot()
	if want.Last != writers*each*3 {
		t.Errorf("%d entries were given ids", want.Last)
	}
	for _, j := range journals[1:] {
		if diff := cmp.Diff(targets(want.Entries), targets(j.Snapshot().Entries)); diff != "" {
			t.Errorf("two journals differ:\n%s", diff)
		}
	}
}
