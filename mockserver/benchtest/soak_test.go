package benchtest

import (
	"context"
	"errors"
	"flag"
	"fmt"
	"io"
	"os"
	"sync"
	"sync/atomic"
	"testing"
	"text/tabwriter"
	"time"
)

var soakFor = flag.Duration("soak", 10*time.Minute, "how long BenchmarkSoak keeps the load up")

// BenchmarkSoak keeps mixed traffic up for -soak, by default ten minutes, and prints one
// table for each tenth of it and one of the figures that hold the last tenth to the second.
// The first only warms up. A figure that is missed is marked; an answer other than the
// wanted one fails.
func BenchmarkSoak(b *testing.B) {
	const around = time.Minute
	ctx, cancel := context.WithTimeout(b.Context(), *soakFor+around)
	defer cancel()
	env := &bench{ctx: ctx, folder: b.TempDir(), programs: map[string]program{}, tb: b}
	var err error
	if env.programs["keyturn"], err = prepare(env, "keyturn", shipped); err != nil {
		b.Fatal(err)
	}
	server, err := env.keyturn()
	if err != nil {
		b.Fatal(err)
	}
	defer env.stop(server)
	s := newSoak(server)
	rows, err := s.measure(ctx, *soakFor)
	if err != nil {
		b.Fatal(err)
	}
	printTenths(os.Stdout, *soakFor/tenths, s.tenths)
	b.ReportMetric(float64(printTable(os.Stdout, rows, connections)), "missed")
}

// soak is a server, those who visit it, and what was seen of it.
type soak struct {
	server   *target
	visitors []*visitor
	served   atomic.Int64
	tenths   []tenth
}

func newSoak(server *target) *soak {
	s := &soak{server: server}
	for i := range connections {
		s.visitors = append(s.visitors, &visitor{name: fmt.Sprintf("soak-%d", i), served: &s.served})
	}
	return s
}

// measure counts what the server has open before and after the load, each time without a
// connection, and looks at it all the time between.
func (s *soak) measure(ctx context.Context, length time.Duration) ([]row, error) {
	const warming = 2 * seasons // each visitor's namespace has come and gone by then
	if err := s.visit(ctx, func(v *visitor) bool { return v.round < warming }); err != nil {
		return nil, fmt.Errorf("warm up: %w", err)
	}
	began, err := s.server.open(ctx)
	if err != nil {
		return nil, err
	}
	visiting, over := context.WithCancel(ctx)
	defer over()
	visited := make(chan error, 1)
	go func() {
		err := s.visit(ctx, func(*visitor) bool { return visiting.Err() == nil })
		over() // whoever fails ends it
		visited <- err
	}()
	samples, err := s.sample(visiting, length)
	over()
	if err = errors.Join(<-visited, err); err != nil {
		return nil, err
	}
	ended, err := s.server.open(ctx)
	if err != nil {
		return nil, err
	}
	s.tenths = inTenths(samples)
	return append(s.held(), held(began, ended)...), nil
}

// visit connects the visitors, and has each go round while it may.
func (s *soak) visit(ctx context.Context, again func(*visitor) bool) error {
	l, err := newLoad(s.server.addr)
	if err != nil {
		return err
	}
	defer l.close()
	s.server.load.close()
	var group sync.WaitGroup
	errs := make([]error, len(s.visitors))
	for i, v := range s.visitors {
		v.conn = l.conns[i]
		group.Go(func() {
			for again(v) && ctx.Err() == nil {
				if errs[i] = v.goRound(); errs[i] != nil {
					return
				}
			}
		})
	}
	group.Wait()
	return errors.Join(errs...)
}

// sample looks at the server at even intervals, first at once. It ends early with the
// context.
func (s *soak) sample(ctx context.Context, length time.Duration) ([]sample, error) {
	ticker := time.NewTicker(length / (tenths * perTenth))
	defer ticker.Stop()
	var all []sample
	for start := time.Now(); ; {
		resident, err := s.server.status("RssAnon:")
		if err != nil {
			return nil, err
		}
		used, err := s.server.processor()
		if err != nil {
			return nil, err
		}
		all = append(all, sample{at: time.Since(start), served: s.served.Load(), cpu: used, resident: resident})
		if len(all) > tenths*perTenth {
			return all, nil
		}
		select {
		case <-ctx.Done():
			return nil, errors.New("the load ended before its time")
		case <-ticker.C:
		}
	}
}

// held holds the end to the beginning. The processor time says whether a throughput that
// sank was the server's doing, or that of others on the machine.
func (s *soak) held() []row {
	const within = 0.1
	began, ended := s.tenths[1], s.tenths[tenths-1]
	return []row{
		atMost(1+within, "resident, last tenth : second", "", []float64{ended.resident / began.resident}).
			with("%.1f : %.1f MiB of its own", ended.resident, began.resident),
		atLeast(1-within, "requests a second, last tenth : second", []float64{ended.perSecond / began.perSecond}).
			with("%.0f : %.0f", ended.perSecond, began.perSecond),
		row{name: "CPU a request, last tenth : second", values: []float64{ended.micros / began.micros}}.
			with("%.1f : %.1f us", ended.micros, began.micros),
	}
}

// held holds what is open after the load to what was before it.
func held(began, ended counts) []row {
	const within = 0.1
	return []row{
		atMost(1+within, "goroutines without connections, after : before", "", []float64{ended.goroutines / began.goroutines}).
			with("%.0f : %.0f", ended.goroutines, began.goroutines),
		atMost(1+within, "file descriptors without connections, after : before", "", []float64{ended.files / began.files}).
			with("%.0f : %.0f", ended.files, began.files),
	}
}

func printTenths(to io.Writer, each time.Duration, all []tenth) {
	const padding = 2
	fmt.Fprintln(to)
	table := tabwriter.NewWriter(to, 0, 0, padding, ' ', 0)
	fmt.Fprintln(table, "until\tresident\trequests a second\tCPU a request")
	for i, one := range all {
		fmt.Fprintf(table, "%s\t%.1f MiB\t%.0f\t%.1f us\n", time.Duration(i+1)*each, one.resident, one.perSecond, one.micros)
	}
	_ = table.Flush()
}
