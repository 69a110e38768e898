package benchtest

import (
	"fmt"
	"os"
	"strconv"
	"strings"
	"testing"
	"time"

	"github.com/keyturn/keyturn/mockserver/store"
	"github.com/keyturn/keyturn/mockserver/store/pgtest"
)

// BenchmarkStateGrowth compares a state of many clients with one of a few, in a file and in
// a database.
func BenchmarkStateGrowth(b *testing.B) {
	for _, kind := range []string{"file", "postgres"} {
		b.Run(kind, func(b *testing.B) {
			var where [2]string
			var open [2]func() (store.Durable, error)
			var alone func(clients int) (func() (pace, error), error)
			env := newStateBench(b)
			if kind == "file" {
				for i := range where {
					path := env.path(strconv.Itoa(i))
					where[i], open[i] = "file:"+path, openFile(path)
				}
				alone = func(clients int) (func() (pace, error), error) {
					bare, err := openEngine(env.path(fmt.Sprint("bare", clients)), clients, aboutAClient)
					if err != nil {
						return nil, err
					}
					b.Cleanup(func() { bare.db.Close() })
					return bare.commits, nil
				}
			} else {
				pg := pgtest.Start(b)
				for i := range where {
					where[i] = pg.Database(b)
					open[i] = env.openPostgres(where[i])
				}
				alone = func(clients int) (func() (pace, error), error) {
					return env.singleRows(pg, pg.Database(b), aboutAClient, clients)
				}
			}
			rows, err := env.stateGrowth(kind, where, open)
			if err != nil {
				b.Fatal(err)
			}
			engine, err := growthOfEngine(kind, alone)
			if err != nil {
				b.Fatal(err)
			}
			rows = append(rows, engine)
			b.ReportMetric(float64(printTable(os.Stdout, rows, writers)), "missed")
		})
	}
}

// sized is a server over a state of some size.
type sized struct {
	*target

	all  []byte
	took time.Duration
}

func (b *bench) size(where string, open func() (store.Durable, error), count int) (*sized, error) {
	s := &sized{}
	var err error
	if s.all, err = b.furnish(where, open, count); err != nil {
		return nil, err
	}
	s.target, s.took, err = b.kept(where)
	return s, err
}

const growthBound = 1.3

// aboutAClient is how many bytes a client has in a state.
const aboutAClient = 314

// growthOfEngine is what growth costs the engine by itself, of which no store can make less.
func growthOfEngine(kind string, alone func(clients int) (func() (pace, error), error)) (row, error) {
	many, err := alone(grown())
	if err != nil {
		return row{}, err
	}
	few, err := alone(fewClients)
	if err != nil {
		return row{}, err
	}
	paces, err := turns(many, few)
	if err != nil {
		return row{}, err
	}
	return row{
		name: fmt.Sprintf("%s: the engine alone, any of %d : of %d, %d writers", kind, grown(), fewClients, writers), values: ratios(paces[1], paces[0]),
		note: fmt.Sprintf("%.0f : %.0f a second", middle(paces[0]).perSecond, middle(paces[1]).perSecond),
	}, nil
}

func (b *bench) stateGrowth(kind string, where [2]string, open [2]func() (store.Durable, error)) ([]row, error) {
	large, err := b.size(where[1], open[1], grown())
	if err != nil {
		return nil, err
	}
	memory, err := large.memory()
	if err != nil {
		return nil, err
	}
	b.stop(large)
	small, err := b.size(where[0], open[0], fewClients)
	if err != nil {
		return nil, err
	}
	defer b.stop(small)
	// Again, so that no connection has waited for long.
	if large.target, _, err = b.kept(where[1]); err != nil {
		return nil, err
	}
	defer b.stop(large)
	rows := []row{
		atMost(3, fmt.Sprintf("%s: exec to the first answer with %d clients", kind, grown()), " s", []float64{large.took.Seconds()}).
			with("with %d: %.3f s; %s", fewClients, small.took.Seconds(), memory),
	}
	for _, among := range []struct {
		name string
		few  int
	}{{"any", grown()}, {"the same 1000", fewClients}} {
		measured, err := growthOfRotations(kind, among.name, large, small, among.few)
		if err != nil {
			return nil, err
		}
		rows = append(rows, measured...)
	}
	for _, version := range []struct{ name, path, limit string }{
		{"V2", "/api/v2/applications?page=%d&limit=50", `"code":200`}, {"V3", "/api/v3/list-applications?page=%d&limit=50", `"statusCode":200`},
	} {
		page := func(of *sized, number int) func() (pace, error) {
			r := request{method: "GET", path: fmt.Sprintf(version.path, number)}
			return of.measuring(scenario{name: r.path, traffic: traffic{want: want{status: 200, text: version.limit}, write: r.always()}})
		}
		last := grown() / 50
		paces, err := turns(page(small, 1), page(large, 1), page(large, last/2), page(large, last))
		if err != nil {
			return nil, err
		}
		for i, name := range []string{"first", "middle", "last"} {
			rows = append(rows, atMost(growthBound, fmt.Sprintf("%s: the %s page of a %s list of %d : first of %d", kind, name, version.name, grown(), fewClients), "",
				ratios(paces[0], paces[i+1])).with("%s : %s", middle(paces[i+1]), middle(paces[0])))
		}
	}
	memory, err = large.memory()
	rows[0].note += "; after all that " + memory
	return rows, err
}

// growthOfRotations compares rotations among the first few of the many with those among
// fewClients, of all connections and of one, which waits for each by itself.
func growthOfRotations(kind, name string, large, small *sized, few int) ([]row, error) {
	var rows []row
	for _, callers := range []int{writers, 1} {
		paces, err := turns(large.with(callers).measuring(rotatingV2(large.all, few)), small.with(callers).measuring(rotatingV2(small.all, fewClients)))
		if err != nil {
			return nil, err
		}
		rows = append(rows, atMost(growthBound, fmt.Sprintf("%s: a rotation of %s among %d : among %d, %d connections", kind, name, grown(), fewClients, callers), "",
			ratios(paces[1], paces[0])).with("%s : %s", middle(paces[0]), middle(paces[1])))
	}
	return rows, nil
}

// with is the server with so many of its connections.
func (t *target) with(callers int) *target {
	return &target{process: t.process, load: &load{conns: t.load.conns[:callers]}}
}

// memory is what the process holds, in words.
func (p *process) memory() (string, error) {
	anonymous, err := p.status("RssAnon:")
	if err != nil {
		return "", err
	}
	file, err := p.status("RssFile:")
	return fmt.Sprintf("%.0f MiB of its own and %.0f MiB of files resident", anonymous, file), err
}

// status is a size that the system knows of the process, in MiB.
func (p *process) status(name string) (float64, error) {
	text, err := os.ReadFile(fmt.Sprintf("/proc/%d/status", p.command.Process.Pid))
	if err != nil {
		return 0, err
	}
	for line := range strings.Lines(string(text)) {
		if size, ok := strings.CutPrefix(line, name); ok {
			kib, err := strconv.ParseFloat(strings.Fields(size)[0], 64)
			return kib / 1024, err
		}
	}
	return 0, fmt.Errorf("%s is missing", name)
}
