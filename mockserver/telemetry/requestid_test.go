package telemetry

import (
	"bytes"
	"regexp"
	"strings"
	"sync"
	"testing"
)

func TestRequestIDs(t *testing.T) {
	t.Parallel()
	ids := NewRequestIDs(bytes.NewReader([]byte{0x9f, 0x86, 0xd0, 0x81}))
	if got, want := ids.Next(), "9f86d081-1"; got != want {
		t.Errorf("got %s, want %s", got, want)
	}
	ids.count.Store(1<<64 - 2)
	if got := ids.Next(); len(got) != 22 || !regexp.MustCompile(`^[0-9a-f]{8}-[0-9a-z]+$`).MatchString(got) {
		t.Errorf("the last is %s", got)
	}
	if got, want := NewRequestIDs(strings.NewReader("abc")).Next(), "00000000-1"; got != want {
		t.Errorf("without randomness: got %s, want %s", got, want)
	}
}

func TestRequestIDsAreUnique(t *testing.T) {
	t.Parallel()
	ids := NewRequestIDs(strings.NewReader("abcd"))
	var all sync.WaitGroup
	var seen sync.Map
	for range 4 {
		all.Go(func() {
			for range 1000 {
				if id := ids.Next(); len(id) > 22 {
					t.Errorf("%s is long", id)
				} else if _, twice := seen.LoadOrStore(id, true); twice {
					t.Errorf("%s came twice", id)
				}
			}
		})
	}
	all.Wait()
}

func TestRequestIDsAreOneAllocation(t *testing.T) {
	ids := NewRequestIDs(strings.NewReader("abcd"))
	var id string
	if got := testing.AllocsPerRun(100, func() { id = ids.Next() }); got != 1 {
		t.Errorf("got %v allocations for %s, want 1", got, id)
	}
}

func BenchmarkNext(b *testing.B) {
	ids := NewRequestIDs(strings.NewReader("abcd"))
	b.ReportAllocs()
	for b.Loop() {
		ids.Next()
	}
}
