package postgres_test

import (
	"context"
	"fmt"
	"log/slog"
	"runtime"
	"strings"
	"sync"
	"sync/atomic"
	"testing"
	"time"

	"github.com/keyturn/keyturn/mockserver/client"
	"github.com/keyturn/keyturn/mockserver/store"
	"github.com/keyturn/keyturn/mockserver/store/pgtest"
	"github.com/keyturn/keyturn/mockserver/store/postgres"
)

// load rotates a client of each writer's, and reads it, until it is stopped. What a
// rotation that failed has done nobody knows.
type load struct {
	keys          []client.Key
	acknowledged  []int
	begun         []int
	slowest       atomic.Int64
	failed, reads atomic.Int64
	failedReads   atomic.Int64
	stop          chan struct{}
	all           sync.WaitGroup
}

const writers = 8

func burden(t *testing.T, s store.Content) *load {
	t.Helper()
	l := &load{acknowledged: make([]int, writers), begun: make([]int, writers), stop: make(chan struct{})}
	for i := range writers {
		l.keys = append(l.keys, mustCreate(t, s, one(fmt.Sprint(i))).Key)
	}
	for i := range writers {
		l.all.Go(func() { l.write(t, s, i) })
		l.all.Go(func() { l.read(t, s, i) })
	}
	return l
}

func (l *load) write(t *testing.T, s store.Content, i int) {
	for {
		select {
		case <-l.stop:
			return
		default:
		}
		l.begun[i]++
		began := time.Now()
		_, err := s.Update(context.Background(), l.keys[i], func(c *client.Client) error {
			c.Secrets = []client.Secret{{ID: fmt.Sprint(l.begun[i])}}
			return nil
		})
		l.took(time.Since(began))
		if err != nil {
			l.failed.Add(1)
			l.judge(t, err)
			continue
		}
		l.acknowledged[i] = l.begun[i]
	}
}

func (l *load) read(t *testing.T, s store.Content, i int) {
	for {
		select {
		case <-l.stop:
			return
		default:
		}
		began := time.Now()
		_, err := s.Find(context.Background(), "realm", "client-"+l.keys[i].ID)
		l.took(time.Since(began))
		l.reads.Add(1)
		if err != nil {
			l.failedReads.Add(1)
			l.judge(t, err)
		}
	}
}

func (l *load) took(d time.Duration) {
	for {
		slowest := l.slowest.Load()
		if int64(d) <= slowest || l.slowest.CompareAndSwap(slowest, int64(d)) {
			return
		}
	}
}

func (*load) judge(t *testing.T, err error) {
	if client.KindOf(err) != client.Unavailable {
		t.Errorf("got %v, want it to be unavailable", err)
	}
	if message := client.AsError(err).Message; strings.Contains(message, "127.0.0.1") || strings.Contains(err.Error(), "correct-horse") {
		t.Errorf("it says too much: %v", err)
	}
	time.Sleep(time.Millisecond)
}

// verify ends the load and looks for each rotation that was acknowledged.
func (l *load) verify(t *testing.T, s store.Content) {
	t.Helper()
	close(l.stop)
	l.all.Wait()
	for i, k := range l.keys {
		got, err := s.Get(context.Background(), k)
		if err != nil {
			t.Fatal(err)
		}
		var at int
		if _, err := fmt.Sscan(got.Secrets[0].ID, &at); err != nil || at < l.acknowledged[i] || at > l.begun[i] {
			t.Errorf("writer %d is at %d, acknowledged were %d of %d", i, at, l.acknowledged[i], l.begun[i])
		}
	}
	t.Logf("%v of %v rotations acknowledged, %d failed; %d of %d reads failed; the slowest took %s",
		l.acknowledged, l.begun, l.failed.Load(), l.failedReads.Load(), l.reads.Load(), time.Duration(l.slowest.Load()))
}

// TestTheDatabaseGoesAndComesBack ends it under load, in each of its ways.
func TestTheDatabaseGoesAndComesBack(t *testing.T) {
	t.Parallel()
	pg := pgtest.Start(t)
	logged := &counter{}
	b := open(t, pg.Database(t), postgres.Options{Logger: slog.New(logged)})
	for name, end := range map[string]func(){"stop": pg.Stop, "abort": pg.Abort, "kill": pg.Kill} {
		s := content(t, b)
		l := burden(t, s)
		time.Sleep(200 * time.Millisecond)
		before := logged.warned.Load()
		end()
		await(t, "failure", func() bool { return l.failed.Load() > 0 && l.failedReads.Load() > 0 })
		began := time.Now()
		if _, err := b.Record(t.Context(), "space", 0); client.KindOf(err) != client.Unavailable || time.Since(began) > time.Second {
			t.Errorf("%s: after %s: %v", name, time.Since(began), err)
		}
		time.Sleep(300 * time.Millisecond)
		if got := logged.warned.Load() - before; got < 1 || got > 10 {
			t.Errorf("%s: %d warnings while it was away", name, got)
		}
		pg.Restart(t)
		restarted := time.Now()
		await(t, "recovery", func() bool {
			failed := l.failed.Load() + l.failedReads.Load()
			time.Sleep(100 * time.Millisecond)
			return failed == l.failed.Load()+l.failedReads.Load()
		})
		t.Logf("%s: recovered %s after the restart", name, time.Since(restarted))
		await(t, "notifications", func() bool { return postgres.Notified(b) })
		l.verify(t, s)
		if logged.informed.Load() == 0 {
			t.Errorf("%s: nobody was told that it is back", name)
		}
	}
}

// TestConnectionsAreCut cuts them one after the other, and no read is to notice.
func TestConnectionsAreCut(t *testing.T) {
	t.Parallel()
	dsn := server.Get(t).Database(t)
	b := open(t, dsn, postgres.Options{Logger: slog.New(slog.NewTextHandler(t.Output(), nil))})
	s := content(t, b)
	l := burden(t, s)
	for range 20 {
		time.Sleep(20 * time.Millisecond)
		pgtest.Exec(t, dsn, `SELECT pg_terminate_backend(pid) FROM pg_stat_activity
			WHERE datname = current_database() AND pid <> pg_backend_pid() ORDER BY random() LIMIT 2`)
	}
	time.Sleep(100 * time.Millisecond)
	l.verify(t, s)
	if l.failedReads.Load() > 3 { // twice within one read is bad luck
		t.Errorf("%d reads failed", l.failedReads.Load())
	}
}

// TestAStatementHasATimeLimit locks a row for longer than that.
func TestAStatementHasATimeLimit(t *testing.T) {
	t.Parallel()
	dsn := server.Get(t).Database(t)
	b := open(t, dsn, postgres.Options{})
	s := content(t, b)
	k := mustCreate(t, s, one("a")).Key
	locked := make(chan struct{})
	var all sync.WaitGroup
	all.Go(func() {
		close(locked)
		pgtest.Exec(t, dsn, `BEGIN; SELECT 1 FROM keyturn_client FOR UPDATE; SELECT pg_sleep(8); COMMIT`)
	})
	<-locked
	time.Sleep(300 * time.Millisecond)
	began := time.Now()
	_, err := s.Update(t.Context(), k, add("1"))
	if took := time.Since(began); client.KindOf(err) != client.Unavailable || took > 7*time.Second {
		t.Errorf("after %s: %v", took, err)
	}
	if _, err := s.Get(t.Context(), k); err != nil {
		t.Errorf("others are not harmed: %v", err)
	}
	all.Wait()
}

// TestCloseLeavesNothing counts goroutines and connections.
func TestCloseLeavesNothing(t *testing.T) {
	dsn := server.Get(t).Database(t)
	before := runtime.NumGoroutine()
	for range 3 {
		b, err := postgres.Open(t.Context(), dsn, postgres.Options{})
		if err != nil {
			t.Fatal(err)
		}
		s := content(t, b)
		l := burden(t, s)
		b.Watch("space", func() {})
		await(t, "notifications", func() bool { return postgres.Notified(b) })
		b.Close()
		b.Close()
		close(l.stop)
		l.all.Wait()
		for name, call := range map[string]func() error{
			"Get":    func() error { _, err := s.Get(t.Context(), l.keys[0]); return err },
			"Update": func() error { _, err := s.Update(t.Context(), l.keys[0], add("1")); return err },
			"List":   func() error { _, err := s.List(t.Context(), store.Query{}); return err },
			"Append": func() error { return b.Append(t.Context(), "space", store.Batch{}, 1) },
			"Next":   func() error { _, err := b.Next(t.Context()); return err },
		} {
			if err := call(); client.KindOf(err) != client.Unavailable {
				t.Errorf("%s after Close: %v", name, err)
			}
		}
	}
	await(t, "end of the goroutines", func() bool { return runtime.NumGoroutine() <= before })
	await(t, "end of the connections", func() bool {
		return string(pgtest.Exec(t, dsn, `SELECT count(*) FROM pg_stat_activity WHERE datname = current_database()`)[0].Rows[0][0]) == "1"
	})
}

func TestPruneLeavesWhatIsNew(t *testing.T) {
	t.Parallel()
	b := open(t, server.Get(t).Database(t), postgres.Options{})
	kept, other := content(t, b), content(t, b)
	mustCreate(t, other, one("a"))
	for _, test := range []struct {
		name string
		want client.Kind
	}{{"new", client.Internal}, {"old", client.NotFound}} {
		if test.name == "old" {
			postgres.PruneAll(b)
		}
		if err := b.Prune(t.Context(), []string{kept.ID()}); err != nil {
			t.Fatal(err)
		}
		if _, err := b.Open(t.Context(), kept.ID()); err != nil {
			t.Errorf("%s: %v", test.name, err)
		}
		_, err := b.Open(t.Context(), other.ID())
		if err == nil != (test.want == client.Internal) || err != nil && client.KindOf(err) != test.want {
			t.Errorf("%s: got %v", test.name, err)
		}
	}
}
