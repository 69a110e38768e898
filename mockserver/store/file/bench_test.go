package file_test

import (
	"context"
	"encoding/binary"
	"flag"
	"math/rand/v2"
	"os"
	"path/filepath"
	"runtime"
	"runtime/debug"
	"slices"
	"strconv"
	"strings"
	"sync"
	"sync/atomic"
	"testing"
	"time"

	bolt "go.etcd.io/bbolt"

	"github.com/keyturn/keyturn/mockserver/client"
	"github.com/keyturn/keyturn/mockserver/store"
	"github.com/keyturn/keyturn/mockserver/store/codec"
	"github.com/keyturn/keyturn/mockserver/store/group"
)

var million = flag.Bool("million", false, "measure a file of 1,000,000 clients, too")

// bare is the engine with group commits and nothing else.
type bare struct {
	db    *bolt.DB
	group *group.Group[[2][]byte]
}

func openBare(b *testing.B, path string) *bare {
	b.Helper()
	db, err := bolt.Open(path, 0o600, &bolt.Options{NoFreelistSync: true, FreelistType: bolt.FreelistMapType, InitialMmapSize: 1 << 30})
	if err != nil {
		b.Fatal(err)
	}
	b.Cleanup(func() { db.Close() })
	e := &bare{db: db}
	e.group = group.New(256, 1, func(batch [][2][]byte) {
		err := db.Update(func(tx *bolt.Tx) error {
			bucket, err := tx.CreateBucketIfNotExists([]byte("clients"))
			for _, pair := range batch {
				if err == nil {
					err = bucket.Put(pair[0], pair[1])
				}
			}
			return err
		})
		if err != nil {
			b.Error(err)
		}
	})
	return e
}

// crowd runs calls in 32 goroutines for a while, and returns how many there were a second.
func crowd(call func(i int)) float64 {
	const workers, length = 32, 100 * time.Millisecond
	var count atomic.Int64
	var all sync.WaitGroup
	begin := time.Now()
	for range workers {
		all.Go(func() {
			for time.Since(begin) < length {
				call(rand.Int())
				count.Add(1)
			}
		})
	}
	all.Wait()
	return float64(count.Load()) / time.Since(begin).Seconds()
}

// BenchmarkDurableRotation compares rotations that are on the disk when they return with
// what the engine can do: the same number of the same bytes in batches of the same size.
func BenchmarkDurableRotation(b *testing.B) {
	const n = 1_000
	ctx := context.Background()
	folder := b.TempDir()
	c := newContent(b, mustOpen(b, filepath.Join(folder, "state")))
	all := fill(b, c, n)
	engine := openBare(b, filepath.Join(folder, "bare"))
	value, err := codec.Append(make([]byte, 4), &all[0])
	if err != nil {
		b.Fatal(err)
	}
	for i := range n {
		engine.group.Do([2][]byte{binary.BigEndian.AppendUint32(make([]byte, 8), uint32(i)), value})
	}
	ours := func(i int) {
		_, err := c.Update(ctx, all[i%n].Key, func(c *client.Client) error {
			c.Secrets = []client.Secret{client.NewSecret(strconv.Itoa(i%1000), "a", c.CreatedAt), c.Secrets[0]}
			return nil
		})
		if err != nil {
			b.Error(err)
		}
	}
	theirs := func(i int) {
		changed := slices.Clone(value)
		binary.BigEndian.PutUint32(changed, uint32(i))
		engine.group.Do([2][]byte{binary.BigEndian.AppendUint32(make([]byte, 8), uint32(i%n)), changed})
	}
	var our, their, ratios []float64
	for b.Loop() {
		for range 30 {
			one, other := crowd(ours), crowd(theirs)
			our, their, ratios = append(our, one), append(their, other), append(ratios, one/other)
		}
	}
	b.ReportMetric(median(our), "rotations/s")
	b.ReportMetric(median(their), "bare/s")
	b.ReportMetric(median(ratios), "ratio")
	b.ReportMetric(float64(len(value)), "value-bytes")
}

func median[T float64 | time.Duration](of []T) T {
	slices.Sort(of)
	return of[len(of)/2]
}

// size is a file of so many clients, and what it costs.
type size struct {
	n     int
	c     store.Content
	keys  []client.Key
	times map[string][]time.Duration
}

// BenchmarkGrowth measures what must not become slower with the number of clients: each
// call by turns on a small file and on a large one.
func BenchmarkGrowth(b *testing.B) {
	large := 30_000
	if *million {
		large = 1_000_000
	}
	both := []*size{sized(b, 1_000), sized(b, large)}
	ctx := context.Background()
	steps := map[string]func(of *size, key client.Key) error{
		"Get": func(of *size, key client.Key) error { _, err := of.c.Get(ctx, key); return err },
		"Update": func(of *size, key client.Key) error {
			_, err := of.c.Update(ctx, key, func(c *client.Client) error { c.Enabled = !c.Enabled; return nil })
			return err
		},
		"ListFirst": func(of *size, _ client.Key) error {
			_, err := of.c.List(ctx, store.Query{Realm: "realm", Limit: 50})
			return err
		},
		"ListLast": func(of *size, _ client.Key) error {
			_, err := of.c.List(ctx, store.Query{Realm: "realm", Offset: of.n - 50, Limit: 50})
			return err
		},
	}
	for b.Loop() {
		for name, step := range steps {
			for range 3_000 {
				for _, of := range both {
					begin := time.Now()
					if err := step(of, of.keys[rand.IntN(of.n)]); err != nil {
						b.Fatal(err)
					}
					of.times[name] = append(of.times[name], time.Since(begin))
				}
			}
		}
	}
	for name := range steps {
		small, big := median(both[0].times[name]), median(both[1].times[name])
		b.Logf("%s: %s with %d clients, %s with %d", name, small, both[0].n, big, both[1].n)
		b.ReportMetric(float64(big)/float64(small), name+"-ratio")
	}
}

// sized makes a file with so many clients and opens it again.
func sized(b *testing.B, n int) *size {
	b.Helper()
	path := fresh(b)
	of := &size{n: n, keys: make([]client.Key, n), times: map[string][]time.Duration{}}
	made := mustOpen(b, path)
	c := newContent(b, made)
	begin := time.Now()
	all := fill(b, c, n)
	b.Logf("%d clients: written in %s", n, time.Since(begin))
	for i := range all {
		of.keys[i] = all[i].Key
	}
	killed := path + "-killed"
	copied(b, path, killed)
	begin = time.Now()
	if err := made.Close(); err != nil {
		b.Fatal(err)
	}
	b.Logf("%d clients: closed in %s", n, time.Since(begin))
	for _, path := range []string{killed, path} {
		debug.FreeOSMemory()
		before := memory(b)
		begin = time.Now()
		opened := mustOpen(b, path)
		whole := time.Since(begin)
		var err error
		if of.c, err = opened.Open(context.Background(), c.ID()); err != nil {
			b.Fatal(err)
		}
		with := time.Since(begin)
		debug.FreeOSMemory()
		after := memory(b)
		info, err := os.Stat(path)
		if err != nil {
			b.Fatal(err)
		}
		b.Logf("%d clients: %s opened in %s, with their order in %s; %d MB of heap more, %d MB resident of the process, %d MB of the file; a file of %d MB",
			n, filepath.Base(path), whole, with, int(after["heap"]-before["heap"])>>20, after["RssAnon"]>>20, int(after["RssFile"]-before["RssFile"])>>20, info.Size()>>20)
		if path == killed {
			opened.Close()
		}
	}
	return of
}

// copied is the file as a process that is killed leaves it. It is on the disk before
// anything is measured.
func copied(b *testing.B, from, to string) {
	b.Helper()
	data, err := os.ReadFile(from)
	if err != nil {
		b.Fatal(err)
	}
	f, err := os.Create(to)
	if err != nil {
		b.Fatal(err)
	}
	defer f.Close()
	if _, err := f.Write(data); err != nil {
		b.Fatal(err)
	}
	if err := f.Sync(); err != nil {
		b.Fatal(err)
	}
}

// memory is in bytes.
func memory(tb testing.TB) map[string]uint64 {
	tb.Helper()
	var stats runtime.MemStats
	runtime.ReadMemStats(&stats)
	found := map[string]uint64{"heap": stats.HeapAlloc}
	status, err := os.ReadFile("/proc/self/status")
	if err != nil {
		return found
	}
	for line := range strings.Lines(string(status)) {
		if name, rest, ok := strings.Cut(line, ":"); ok && strings.HasPrefix(name, "Rss") {
			kilobytes, err := strconv.ParseUint(strings.Fields(rest)[0], 10, 64)
			if err != nil {
				tb.Fatal(err)
			}
			found[name] = kilobytes << 10
		}
	}
	return found
}

// BenchmarkGetParallel is of clients that are in the cache.
func BenchmarkGetParallel(b *testing.B) {
	c := newContent(b, mustOpen(b, fresh(b)))
	all := fill(b, c, 1_000)
	b.RunParallel(func(pb *testing.PB) {
		for i := 0; pb.Next(); i++ {
			if _, err := c.Get(context.Background(), all[i%len(all)].Key); err != nil {
				b.Error(err)
			}
		}
	})
}
