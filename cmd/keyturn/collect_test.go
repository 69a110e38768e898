package main

import (
	"runtime"
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

// TestCollectionsArePaced wants a pace at once, and another after each collection.
func TestCollectionsArePaced(t *testing.T) {
	t.Parallel()
	const patience = 10 * time.Second
	paces := make(chan int)
	over := t.Context().Done()
	go collectSeldom(func(percent int) int {
		select {
		case paces <- percent:
		case <-over:
		}
		return 0
	})
	if percent := <-paces; percent != 400 {
		t.Errorf("the heap may grow by %d %% at first, want 400", percent)
	}
	for n := range 3 {
		for begun, paced := time.Now(), false; !paced; {
			runtime.GC() // once more where the one before came too soon for the next pace
			select {
			case percent := <-paces:
				paced = true
				if percent < 200 {
					t.Errorf("the heap may grow by %d %%, want 200 or more", percent)
				}
			case <-time.After(time.Millisecond):
				if time.Since(begun) > patience {
					t.Fatalf("collections set no pace after %d", n)
				}
			}
		}
	}
}
