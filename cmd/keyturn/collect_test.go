package main

import (
	"runtime"
	"runtime/debug"
	"testing"
	"time"
)

func TestGrowth(t *testing.T) {
	t.Parallel()
	for live, want := range map[uint64]int{0: 4000, 4 << 20: 1000, 10 << 20: 400, 200 << 20: 400, 1 << 30: 200} {
		if got := growth(live); got != want {
			t.Errorf("a heap of %d grows by %d %%, want %d", live, got, want)
		}
	}
}

// TestCollectionsArePaced waits until each of two collections has set another pace than
// the one that it found.
func TestCollectionsArePaced(t *testing.T) {
	const other, patience = 123, 10 * time.Second
	defer debug.SetGCPercent(debug.SetGCPercent(other))
	collectSeldom()
	for range 2 {
		debug.SetGCPercent(other)
		runtime.GC()
		for begun := time.Now(); ; time.Sleep(time.Millisecond) {
			if now := debug.SetGCPercent(other); now != other {
				break
			}
			if time.Since(begun) > patience {
				t.Fatal("a collection has set no pace")
			}
		}
	}
}
