package postgres_test

import (
	"bytes"
	"context"
	"flag"
	"fmt"
	"math/rand/v2"
	"os"
	"os/exec"
	"path/filepath"
	"regexp"
	"strconv"
	"sync"
	"sync/atomic"
	"testing"
	"time"

	"github.com/keyturn/keyturn/mockserver/client"
	"github.com/keyturn/keyturn/mockserver/store"
	"github.com/keyturn/keyturn/mockserver/store/codec"
	"github.com/keyturn/keyturn/mockserver/store/pgtest"
	"github.com/keyturn/keyturn/mockserver/store/postgres"
)

var (
	many     = flag.Int("clients", 100_000, "how many clients the growth is measured to")
	duration = flag.Duration("round", 3*time.Second, "how long a round of a comparison takes")
	turns    = flag.Int("rounds", 3, "how many rounds a comparison has")
)

// numbered makes a client with two secrets, as the providers make them.
func numbered(i int) client.Client {
	now := time.Unix(1_700_000_000, 0).UTC()
	id := fmt.Sprintf("%024x", uint64(i)*0x9e3779b97f4a7c15)
	return client.Client{
		Key: client.Key{Realm: "realm", ID: id}, ClientID: id, Tenant: fmt.Sprintf("tenant-%d", i%10), Alias: fmt.Sprintf("alias-%d", i),
		Enabled: true, CreatedAt: now, UpdatedAt: now,
		Secrets:    []client.Secret{client.NewSecret("1", "a secret value", now), client.NewSecret("2", "another secret value", now)},
		Attributes: client.NewAttributes(map[string]any{"name": "an application", "logo": "https://files.example.com/logo.png"}),
	}
}

func fill(tb testing.TB, s store.Content, n int) []client.Client {
	tb.Helper()
	all := make([]client.Client, n)
	for i := range all {
		all[i] = numbered(i)
	}
	began := time.Now()
	if err := s.Replace(context.Background(), all); err != nil {
		tb.Fatal(err)
	}
	tb.Logf("%d clients in %s", n, time.Since(began))
	return all
}

// during has so many goroutines call f until the time is over, and returns the calls per
// second.
func during(tb testing.TB, goroutines int, f func(random *rand.Rand) error) float64 {
	tb.Helper()
	var calls atomic.Int64
	var all sync.WaitGroup
	end := time.Now().Add(*duration)
	for i := range goroutines {
		all.Go(func() {
			random := rand.New(rand.NewPCG(uint64(i), uint64(end.UnixNano())))
			for time.Now().Before(end) {
				if err := f(random); err != nil {
					tb.Error(err)
					return
				}
				calls.Add(1)
			}
		})
	}
	all.Wait()
	return float64(calls.Load()) / duration.Seconds()
}

var perSecond = regexp.MustCompile(`tps = ([0-9.]+)`)

// pgbench returns how often a second PostgreSQL's own tool writes a row, one transaction
// each.
func pgbench(tb testing.TB, pg *pgtest.Server, dsn, script string) float64 {
	tb.Helper()
	file := filepath.Join(tb.TempDir(), "script")
	if err := os.WriteFile(file, []byte(script), 0o600); err != nil {
		tb.Fatal(err)
	}
	output, err := exec.Command(pg.Bin("pgbench"), "-n", "-c", "32", "-j", "2", "-M", "prepared",
		"-T", strconv.Itoa(int(max(duration.Seconds(), 1))), "-f", file, dsn).CombinedOutput()
	if err != nil {
		tb.Fatalf("%v: %s", err, output)
	}
	found := perSecond.FindSubmatch(output)
	if found == nil {
		tb.Fatalf("%s", output)
	}
	rate, err := strconv.ParseFloat(string(found[1]), 64)
	if err != nil {
		tb.Fatal(err)
	}
	return rate
}

// transactions is how many there were in the database.
func transactions(tb testing.TB, dsn string) float64 {
	tb.Helper()
	time.Sleep(1100 * time.Millisecond) // sessions report once a second at most
	read := pgtest.Exec(tb, dsn, `SELECT xact_commit FROM pg_stat_database WHERE datname = current_database()`)
	n, err := strconv.ParseFloat(string(read[0].Rows[0][0]), 64)
	if err != nil {
		tb.Fatal(err)
	}
	return n
}

func rotate(s store.Content, all []client.Client) func(*rand.Rand) error {
	return func(random *rand.Rand) error {
		value := strconv.FormatUint(random.Uint64(), 36)
		_, err := s.Update(context.Background(), all[random.IntN(len(all))].Key, func(c *client.Client) error {
			c.Secrets = []client.Secret{c.Secrets[len(c.Secrets)-1], client.NewSecret("3", value, c.CreatedAt)}
			return nil
		})
		return err
	}
}

// BenchmarkAgainstPgbench rotates with 32 goroutines, and has pgbench write the same number
// of rows of the same size with 32 connections, one after the other in rounds.
func BenchmarkAgainstPgbench(b *testing.B) {
	const n = 10_000
	pg := pgtest.Start(b)
	dsn := pg.Database(b)
	s := content(b, open(b, dsn, postgres.Options{}))
	all := fill(b, s, n)
	body, err := codec.Append(nil, &all[0])
	if err != nil {
		b.Fatal(err)
	}
	pgtest.Exec(b, dsn, fmt.Sprintf(`CREATE TABLE single (id INT PRIMARY KEY, body BYTEA NOT NULL) WITH (fillfactor = 70);
		INSERT INTO single SELECT i, decode(repeat('ab', %d), 'hex') FROM generate_series(1, %d) AS i`, len(body), n))
	pgtest.Exec(b, dsn, `VACUUM ANALYZE single`)
	script := fmt.Sprintf("\\set id random(1, %d)\n\\set byte random(16, 255)\nUPDATE single SET body = decode(repeat(to_hex(:byte::int), %d), 'hex') WHERE id = :id;\n", n, len(body))
	for b.Loop() {
		ours, theirs, commits := 0.0, 0.0, 0.0
		for range *turns {
			theirs += pgbench(b, pg, dsn, script) / float64(*turns)
			before := transactions(b, dsn)
			ours += during(b, 32, rotate(s, all)) / float64(*turns)
			commits += (transactions(b, dsn) - before) / duration.Seconds() / float64(*turns)
		}
		b.ReportMetric(commits, "commits/s")
		b.ReportMetric(ours, "rotations/s")
		b.ReportMetric(theirs, "pgbench/s")
		b.ReportMetric(ours/theirs, "ratio")
	}
	hot := pgtest.Exec(b, dsn, `SELECT pg_stat_force_next_flush(); SELECT n_tup_upd, n_tup_hot_upd FROM pg_stat_user_tables WHERE relname = 'keyturn_client'`)[1].Rows[0]
	b.Logf("%s of %s updates touched no index; a client has %d bytes", bytes.TrimSpace(hot[1]), hot[0], len(body))
}

func BenchmarkReads(b *testing.B) {
	pg := pgtest.Start(b)
	backend := open(b, pg.Database(b), postgres.Options{})
	s := content(b, backend)
	all := fill(b, s, 10_000)
	version, err := backend.Put(context.Background(), "space", make([]byte, 2000), 0)
	if err != nil {
		b.Fatal(err)
	}
	if _, err := backend.Put(context.Background(), "other", nil, 0); err != nil {
		b.Fatal(err)
	}
	steps := []struct {
		name string
		step func(*rand.Rand) error
	}{
		{"Get", func(r *rand.Rand) error { _, err := s.Get(context.Background(), all[r.IntN(len(all))].Key); return err }},
		{"Record", func(*rand.Rand) error { _, err := backend.Record(context.Background(), "space", version); return err }},
		{"Append", func(*rand.Rand) error {
			return backend.Append(context.Background(), "space", store.Batch{Count: 10, Data: make([]byte, 4000)}, 1000)
		}},
		{"Once", func(r *rand.Rand) error {
			_, err := backend.Once(context.Background(), strconv.FormatUint(r.Uint64(), 36), time.Now(), time.Now().Add(-time.Minute))
			return err
		}},
	}
	for b.Loop() {
		for _, goroutines := range []int{1, 32, 256} {
			for _, one := range steps {
				b.ReportMetric(during(b, goroutines, one.step), fmt.Sprintf("%s/s/%d", one.name, goroutines))
			}
		}
	}
}

// BenchmarkGrowth compares the cost of a call, one at a time, with few clients and many.
func BenchmarkGrowth(b *testing.B) {
	pg := pgtest.Start(b)
	dsn := pg.Database(b)
	few, lot := content(b, open(b, dsn, postgres.Options{})), content(b, open(b, dsn, postgres.Options{}))
	sizes := map[store.Content][]client.Client{few: fill(b, few, 1000), lot: fill(b, lot, *many)}
	pgtest.Exec(b, dsn, "CHECKPOINT")
	list := func(s store.Content, tenant string, offset int) func(*rand.Rand) error {
		return func(*rand.Rand) error {
			page, err := s.List(context.Background(), store.Query{Realm: "realm", Tenant: tenant, Offset: offset, Limit: 50})
			if err == nil && len(page.Clients) != 50 {
				return fmt.Errorf("%d clients on a page", len(page.Clients))
			}
			return err
		}
	}
	for b.Loop() {
		for i, s := range []store.Content{few, lot} {
			all := sizes[s]
			began := time.Now()
			if err := open(b, dsn, postgres.Options{}).Close(); err != nil {
				b.Fatal(err)
			}
			size := []string{"few", "many"}[i]
			b.ReportMetric(float64(time.Since(began).Microseconds()), "us/Open/"+size)
			for name, step := range map[string]func(*rand.Rand) error{
				"Update": rotate(s, all), "First": list(s, "", 0), "Last": list(s, "", len(all)-50), "Middle": list(s, "", len(all)/2),
				"LastOfTenant": list(s, "tenant-3", len(all)/10-50),
			} {
				b.ReportMetric(1e6/during(b, 1, step), "us/"+name+"/"+size)
			}
		}
	}
}
