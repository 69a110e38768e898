package journal

import "testing"

// TestTrimKeepsWhatTheShareHasRoomFor fills a journal that is alone, has others come, and
// trims it.
func TestTrimKeepsWhatTheShareHasRoomFor(t *testing.T) {
	t.Parallel()
	budget := NewBudget(4 * minShare)
	j := New(Bounds{}, budget)
	for range 200 {
		j.Record(Entry{Method: "GET", Target: "/", ReplyBody: make([]byte, 500)})
	}
	followed := j.Subscribe(0)
	j.Trim()
	whole := j.Size()
	for range 3 {
		New(Bounds{}, budget)
	}
	j.Trim()
	left := j.Size()
	if left.Bytes > minShare || left.Bytes < minShare/2 || left.Evicted != whole.Evicted+uint64(whole.Entries-left.Entries) || len(j.entries) > max(fewestSlots, left.Entries) {
		t.Fatalf("it had %+v and has %+v in %d slots", whole, left, len(j.entries))
	}
	j.Record(Entry{Method: "GET", Target: "/last"})
	entries := j.Snapshot().Entries
	for i := range entries {
		if want := 201 - uint64(len(entries)-1-i); entries[i].ID != want {
			t.Errorf("entry %d has the id %d, want %d", i, entries[i].ID, want)
		}
	}
	batch, evicted, cleared, err := followed.Wait(t.Context())
	if err != nil || cleared || evicted != 201-uint64(len(entries)) || batch[0].ID != entries[0].ID {
		t.Errorf("a follower is told of %d evicted and %d entries: %v", evicted, len(batch), err)
	}
}
