package group_test

import (
	"runtime"
	"slices"
	"sync"
	"sync/atomic"
	"testing"
	"testing/synctest"
	"time"

	"github.com/keyturn/keyturn/mockserver/store/group"
)

// TestCallsShareABatch has a first call under way while others come.
func TestCallsShareABatch(t *testing.T) {
	t.Parallel()
	synctest.Test(t, func(t *testing.T) {
		var batches [][]int
		g := group.New(4, 1, func(batch []int) {
			batches = append(batches, slices.Clone(batch))
			time.Sleep(time.Second)
		})
		var all sync.WaitGroup
		for i := range 10 {
			all.Go(func() {
				g.Do(i)
			})
			synctest.Wait()
		}
		all.Wait()
		want := [][]int{{0}, {1, 2, 3, 4}, {5, 6, 7, 8}, {9}}
		if !slices.EqualFunc(batches, want, slices.Equal[[]int]) {
			t.Errorf("got %v, want %v", batches, want)
		}
	})
}

func TestLanesRunAtTheSameTime(t *testing.T) {
	t.Parallel()
	synctest.Test(t, func(t *testing.T) {
		var running, most atomic.Int64
		g := group.New(1, 3, func([]int) {
			most.Store(max(most.Load(), running.Add(1)))
			time.Sleep(time.Second)
			running.Add(-1)
		})
		began := time.Now()
		var all sync.WaitGroup
		for i := range 9 {
			all.Go(func() { g.Do(i) })
		}
		all.Wait()
		if took := time.Since(began); most.Load() != 3 || took != 3*time.Second {
			t.Errorf("nine calls took %s, %d at a time", took, most.Load())
		}
	})
}

// TestACrashIsTheCallers leaves the group in order.
func TestACrashIsTheCallers(t *testing.T) {
	t.Parallel()
	g := group.New(8, 1, func(batch []int) {
		switch batch[0] {
		case -1:
			panic("below zero")
		case -2:
			runtime.Goexit()
		}
	})
	for value, want := range map[int]string{-1: "below zero", -2: "a call in a group ended its goroutine"} {
		func() {
			defer func() {
				if got := recover(); got != want {
					t.Errorf("%d: got %v", value, got)
				}
			}()
			g.Do(value)
			t.Errorf("%d: it did not panic", value)
		}()
		g.Do(1)
	}
}
