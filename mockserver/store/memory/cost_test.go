package memory_test

import (
	"context"
	"runtime"
	"testing"

	"github.com/keyturn/keyturn/mockserver/client"
	"github.com/keyturn/keyturn/mockserver/store"
)

// TestForkIsSmall bounds what a namespace adds to the heap, with a seed of any size that
// a world file has.
func TestForkIsSmall(t *testing.T) {
	const forks = 10_000
	seed, all := filled(t, 20)
	rotate := func(s store.Content) {
		if _, err := s.Update(context.Background(), all[7].Key, func(c *client.Client) error { c.Enabled = false; return nil }); err != nil {
			t.Fatal(err)
		}
	}
	for _, test := range []struct {
		name  string
		bound uint64
		touch func(store.Content)
	}{
		{"untouched", 256, func(store.Content) {}},
		{"one client rotated", 4 << 10, rotate},
	} {
		kept := make([]store.Content, forks)
		before := heap()
		for i := range kept {
			kept[i] = must(seed.Renew(context.Background(), uint64(i)+1))
			test.touch(kept[i])
		}
		each := (heap() - before) / forks
		runtime.KeepAlive(kept)
		t.Logf("%s: %d bytes", test.name, each)
		if each > test.bound {
			t.Errorf("%s: a fork takes %d bytes, want at most %d", test.name, each, test.bound)
		}
	}
}

func heap() uint64 {
	runtime.GC()
	runtime.GC()
	var stats runtime.MemStats
	runtime.ReadMemStats(&stats)
	return stats.HeapAlloc
}

func BenchmarkFork(b *testing.B) {
	for name, n := range map[string]int{"20": 20, "1000000": 1_000_000} {
		seed, all := filled(b, n)
		b.Run("untouched/"+name, func(b *testing.B) {
			b.ReportAllocs()
			for b.Loop() {
				must(seed.Fork(context.Background(), 1))
			}
		})
		b.Run("rotated/"+name, func(b *testing.B) {
			b.ReportAllocs()
			for b.Loop() {
				if _, err := must(seed.Fork(context.Background(), 1)).Update(context.Background(), all[7].Key, func(c *client.Client) error { c.Enabled = false; return nil }); err != nil {
					b.Fatal(err)
				}
			}
		})
	}
}
