package benchtest

import (
	"fmt"
	"os"
	"os/exec"
	"regexp"
	"strconv"
	"testing"

	"github.com/keyturn/keyturn/mockserver/store"
	"github.com/keyturn/keyturn/mockserver/store/pgtest"
	"github.com/keyturn/keyturn/mockserver/store/postgres"
)

// BenchmarkStatePostgres compares rotations that are on the database's disk with single
// rows that pgbench writes there.
func BenchmarkStatePostgres(b *testing.B) {
	pg := pgtest.Start(b, pgtest.With("max_connections", "200"))
	env := newStateBench(b)
	rows, err := env.statePostgres(pg, pg.Database(b))
	if err != nil {
		b.Fatal(err)
	}
	b.ReportMetric(float64(printTable(os.Stdout, rows, writers)), "missed")
}

func (b *bench) openPostgres(dsn string) func() (store.Durable, error) {
	return func() (store.Durable, error) { return postgres.Open(b.ctx, dsn, postgres.Options{}) }
}

func (b *bench) statePostgres(pg *pgtest.Server, dsn string) ([]row, error) {
	all, err := b.furnish(dsn, b.openPostgres(dsn), fewClients)
	if err != nil {
		return nil, err
	}
	backend, err := postgres.Open(b.ctx, dsn, postgres.Options{})
	if err != nil {
		return nil, err
	}
	defer backend.Close()
	content, size, err := contentOf(b.ctx, backend, all)
	if err != nil {
		return nil, err
	}
	single, err := b.singleRows(pg, dsn, size, fewClients)
	if err != nil {
		return nil, err
	}
	called, err := turns(rotations(content, all), single)
	if err != nil {
		return nil, err
	}
	served, _, err := b.kept(dsn)
	if err != nil {
		return nil, err
	}
	defer b.stop(served)
	memory, err := b.keyturn()
	if err != nil {
		return nil, err
	}
	defer b.stop(memory)
	asked, err := turns(served.measuring(rotatingV2(all, fewClients)), single, memory.measuring(refreshing))
	if err != nil {
		return nil, err
	}
	return []row{
		atLeast(leastOfEngine, "postgres: Update, durable : pgbench", ratios(called[0], called[1])).
			with("%.0f : %.0f a second, %d bytes", middle(called[0]).perSecond, middle(called[1]).perSecond, size),
		atLeast(leastOfEngine, "postgres: V2 refresh over HTTP, durable : pgbench", ratios(asked[0], asked[1])).
			with("%s : %.0f/s", middle(asked[0]), middle(asked[1]).perSecond),
		{name: "postgres: V2 refresh over HTTP : in memory, 16 connections", values: ratios(asked[0], asked[2]), note: middle(asked[2]).String()},
	}, nil
}

var transactionsASecond = regexp.MustCompile(`tps = ([0-9.]+)`)

// singleRows has pgbench write rows of the size, any of so many, one transaction each, as
// durably.
func (b *bench) singleRows(pg *pgtest.Server, dsn string, size, rows int) (func() (pace, error), error) {
	pgtest.Exec(b.tb, dsn, fmt.Sprintf(`CREATE TABLE single (id INT PRIMARY KEY, body BYTEA NOT NULL) WITH (fillfactor = 70);
		INSERT INTO single SELECT i, decode(repeat('ab', %d), 'hex') FROM generate_series(1, %d) AS i`, size, rows))
	pgtest.Exec(b.tb, dsn, `VACUUM ANALYZE single`)
	script := b.path(fmt.Sprint("single", rows))
	text := fmt.Sprintf("\\set id random(1, %d)\n\\set byte random(16, 255)\n"+
		"UPDATE single SET body = decode(repeat(to_hex(:byte::int), %d), 'hex') WHERE id = :id;\n", rows, size)
	if err := os.WriteFile(script, []byte(text), 0o600); err != nil {
		return nil, err
	}
	// -t and not -T, which counts whole seconds: about as long as the other side's round.
	count := 0
	return func() (pace, error) {
		arguments := []string{"-n", "-c", strconv.Itoa(writers), "-j", "2", "-M", "prepared", "-f", script}
		if count == 0 {
			arguments = append(arguments, "-T", "1", dsn)
		} else {
			arguments = append(arguments, "-t", strconv.Itoa(count), dsn)
		}
		output, err := exec.CommandContext(b.ctx, pg.Bin("pgbench"), arguments...).CombinedOutput()
		if err != nil {
			return pace{}, fmt.Errorf("pgbench: %w: %s", err, output)
		}
		found := transactionsASecond.FindSubmatch(output)
		if found == nil {
			return pace{}, fmt.Errorf("pgbench says %s", output)
		}
		rate, err := strconv.ParseFloat(string(found[1]), 64)
		count = max(int(rate*stateRound.Seconds())/writers, 1)
		return pace{perSecond: rate}, err
	}, nil
}
