package cache_test

import (
	"math/rand/v2"
	"sync"
	"sync/atomic"
	"testing"

	"github.com/keyturn/keyturn/mockserver/store/cache"
)

func held(c *cache.Cache[int, int], keys int) int {
	n := 0
	for key := range keys {
		if _, ok := c.Get(key); ok {
			n++
		}
	}
	return n
}

func TestWhatIsPutIsFound(t *testing.T) {
	t.Parallel()
	c := cache.New[string, int](10, 1000)
	if _, ok := c.Get("a"); ok {
		t.Error("an empty cache holds something")
	}
	c.Put("a", 1, 10)
	c.Put("a", 2, 10)
	if got, ok := c.Get("a"); !ok || got != 2 {
		t.Errorf("got %d %t, want 2", got, ok)
	}
	c.Drop("a")
	c.Drop("a")
	if _, ok := c.Get("a"); ok {
		t.Error("what was dropped is there")
	}
}

func TestBounds(t *testing.T) {
	t.Parallel()
	for _, test := range []struct {
		name           string
		entries, bytes int
		size           int
		want           int
	}{
		{"by number", 10, 1_000_000, 1, 10},
		{"by bytes", 1_000, 100 * 16, 100, 16},
		{"nothing fits", 10, 50, 100, 0},
		{"many parts", 6_400, 1 << 30, 1, 6_400},
	} {
		t.Run(test.name, func(t *testing.T) {
			t.Parallel()
			c := cache.New[int, int](test.entries, test.bytes)
			const keys = 50_000
			for key := range keys {
				c.Put(key, key, test.size)
			}
			if got := held(c, keys); got > test.want || got < test.want*9/10 {
				t.Errorf("%d entries are held, want %d", got, test.want)
			}
		})
	}
}

// TestATooLargeValueReplacesNothingOld wants the value before it gone, too.
func TestATooLargeValueReplacesNothingOld(t *testing.T) {
	t.Parallel()
	c := cache.New[string, int](10, 100)
	c.Put("a", 1, 10)
	c.Put("a", 2, 1_000)
	if got, ok := c.Get("a"); ok {
		t.Errorf("got %d, want nothing", got)
	}
}

func TestWhatIsReadStays(t *testing.T) {
	t.Parallel()
	c := cache.New[int, int](50, 1<<20)
	c.Put(-1, 1, 1)
	for key := range 10_000 {
		c.Get(-1)
		c.Put(key, key, 1)
	}
	if _, ok := c.Get(-1); !ok {
		t.Error("what was read all the time is gone")
	}
}

func TestFill(t *testing.T) {
	t.Parallel()
	yes, no := func() bool { return true }, func() bool { return false }
	c := cache.New[string, int](10, 1000)
	c.Fill("a", 1, 1, no)
	if _, ok := c.Get("a"); ok {
		t.Error("what is not current is held")
	}
	c.Fill("a", 2, 1, yes)
	c.Fill("a", 3, 1, yes)
	if got, _ := c.Get("a"); got != 2 {
		t.Errorf("got %d, want what was there first", got)
	}
}

// TestNobodyFillsAnOldValue has readers fill what a writer is replacing, in the order of
// steps that Fill asks for: no reader may see a value go back.
func TestNobodyFillsAnOldValue(t *testing.T) {
	t.Parallel()
	c := cache.New[int, uint64](128, 1<<20)
	const keys, rounds = 8, 5_000
	var fence atomic.Uint64
	var kept [keys]atomic.Uint64
	var stop atomic.Bool
	var readers sync.WaitGroup
	for range 4 {
		readers.Go(func() {
			for seen := [keys]uint64{}; !stop.Load(); {
				key := rand.IntN(keys)
				got, ok := c.Get(key)
				if !ok {
					at := fence.Load()
					got = kept[key].Load()
					c.Fill(key, got, 1, func() bool { return fence.Load() == at })
				}
				if got < seen[key] {
					t.Errorf("key %d went from %d to %d", key, seen[key], got)
					return
				}
				seen[key] = got
			}
		})
	}
	for round := range uint64(rounds) {
		key := int(round % keys)
		fence.Add(1)
		c.Drop(key)
		kept[key].Store(round)
		fence.Add(1)
		c.Put(key, round, 1)
	}
	stop.Store(true)
	readers.Wait()
}

func BenchmarkGet(b *testing.B) {
	c := cache.New[int, int](1<<16, 1<<30)
	for key := range 1 << 16 {
		c.Put(key, key, 1)
	}
	b.RunParallel(func(pb *testing.PB) {
		for key := 0; pb.Next(); key++ {
			if _, ok := c.Get(key % 50_000); !ok {
				continue
			}
		}
	})
}
