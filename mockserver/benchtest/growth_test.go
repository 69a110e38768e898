package benchtest

import (
	"context"
	"errors"
	"flag"
	"fmt"
	"os"
	"path/filepath"
	"slices"
	"strings"
	"testing"
	"time"
)

var (
	growthTo     = flag.String("growth-to", "", "a folder that BenchmarkGrowth writes its table, charts and figures to")
	writeGrowth  = flag.Bool("write-growth", false, "write the charts, the table and the figures to where they are kept")
	growthOf     = flag.String("growth-of", "", "names of what is to grow, such as clients,secrets; all when empty")
	growthMost   = flag.Int("growth-most", 0, "leave out sizes beyond it, to try something; none when 0")
	growthRounds = flag.Int("growth-rounds", 5, "how many rounds BenchmarkGrowth measures")
)

const growthRound = time.Second

// growing is something that there may be more of.
type growing struct {
	name, title string
	sizes       []int
	// begin starts the program with so many of them.
	begin func(g *grower, from program, size int) (*stage, error)
	// weighed is how many are put on a scale, none when 0; visit asks each of them for
	// something once, where that leaves anything behind.
	weighed int
	visit   func() traffic
}

// stage is a server with so many of something, and what is asked of it.
type stage struct {
	*target

	operations []scenario
}

// grower is one run.
type grower struct {
	*bench

	rounds int
	budget time.Duration
}

func allGrowing() []growing {
	return []growing{growingClients(), growingSecrets(), growingNamespaces(), growingConnections()}
}

// BenchmarkGrowth measures what a request costs the server with few clients, secrets,
// namespaces and connections, and with many, by turns within one run.
func BenchmarkGrowth(b *testing.B) {
	const longest = 9 * time.Minute
	ctx, cancel := context.WithTimeout(b.Context(), longest)
	defer cancel()
	if *writeGrowth && (*growthOf != "" || *growthMost != 0) {
		b.Fatal("-write-growth keeps a whole run, want neither -growth-of nor -growth-most with it")
	}
	env := &bench{ctx: ctx, folder: b.TempDir(), programs: map[string]program{}, tb: b}
	var err error
	if env.programs["keyturn"], err = prepare(env, "keyturn", shipped); err != nil {
		b.Fatal(err)
	}
	g := &grower{bench: env, rounds: *growthRounds, budget: growthRound}
	found, err := g.all()
	if err != nil {
		b.Fatal(err)
	}
	fmt.Fprintf(os.Stdout, "\n%s\n", found.markdown())
	b.ReportMetric(float64(found.uneven()), "not-flat")
	if *growthTo != "" {
		if err := found.keep(*growthTo); err != nil {
			b.Fatal(err)
		}
	}
	if *writeGrowth {
		if err := found.publish("."); err != nil {
			b.Fatal(err)
		}
	}
}

func (g *grower) all() (*growthFigures, error) {
	found := &growthFigures{
		Date: time.Now().UTC().Format(time.DateOnly), Commit: treeName(g.ctx), Machine: thisMachine(installed{}),
		Connections: connections, Rounds: g.rounds, RoundMillis: g.budget.Milliseconds(),
	}
	for _, one := range allGrowing() {
		if *growthOf != "" && !slices.Contains(strings.Split(*growthOf, ","), one.name) {
			continue
		}
		begun := time.Now()
		measured, err := g.grow(one)
		if err != nil {
			return nil, fmt.Errorf("more %s: %w", one.name, err)
		}
		g.tb.Logf("%s took %v", one.name, time.Since(begun).Round(time.Second))
		found.Curves = append(found.Curves, measured)
	}
	return found, nil
}

// grow measures each operation on servers of all sizes, one operation after the other.
func (g *grower) grow(one growing) (curves, error) {
	sizes := slices.Clone(one.sizes)
	if *growthMost > 0 {
		sizes = slices.DeleteFunc(sizes, func(size int) bool { return size > max(*growthMost, one.sizes[0]) })
	}
	stages := make([]*stage, len(sizes))
	defer func() {
		for _, each := range stages {
			if each != nil {
				g.stop(each)
			}
		}
	}()
	// The largest first, for what waits for a minute is disconnected.
	for k, size := range slices.Backward(sizes) {
		var err error
		if stages[k], err = one.begin(g, g.programs["keyturn"], size); err != nil {
			return curves{}, fmt.Errorf("begin with %d: %w", size, err)
		}
	}
	for _, each := range stages {
		if err := each.settle(g.ctx, g.budget); err != nil {
			return curves{}, err
		}
	}
	for _, each := range stages {
		if err := each.reconnect(); err != nil {
			return curves{}, err
		}
	}
	found := curves{Name: one.name, Title: one.title, Sizes: sizes}
	for k := range stages[0].operations {
		measures := make([]func() (pace, error), len(stages))
		for i, each := range stages {
			measures[i] = func() (pace, error) { return each.measure(each.operations[k], g.budget) }
		}
		paces, err := inTurn(g.rounds, measures...)
		if err != nil {
			return curves{}, err
		}
		found.Operations = append(found.Operations, curveOf(stages[0].operations[k].name, paces))
	}
	for _, each := range stages {
		resident, err := each.status("RssAnon:")
		if err != nil {
			return curves{}, err
		}
		found.ResidentMiB = append(found.ResidentMiB, resident)
	}
	var err error
	found.Weight, err = g.weigh(one)
	return found, err
}

// weigh says what one of them takes, by servers that collect their garbage as soon as
// there is a tenth of it: what it finds is at most so much too large.
func (g *grower) weigh(one growing) (*weight, error) {
	const few = 100
	most := one.weighed
	if *growthMost > 0 {
		most = min(most, *growthMost)
	}
	if most <= few {
		return nil, nil
	}
	tidy := g.programs["keyturn"]
	tidy.env = append(slices.Clone(tidy.env), "GOGC=10")
	var before, after [2]float64
	for i, count := range []int{few, most} {
		each, err := one.begin(g, tidy, count)
		if err != nil {
			return nil, err
		}
		before[i], err = each.status("RssAnon:")
		if err == nil && one.visit != nil {
			_, _, err = each.load.run(count, time.Minute, one.visit())
			after[i], _ = each.status("RssAnon:")
		}
		g.stop(each)
		if err != nil {
			return nil, err
		}
	}
	bytes := func(resident [2]float64) float64 { return (resident[1] - resident[0]) * (1 << 20) / float64(most-few) }
	return &weight{Few: few, Many: most, Bytes: bytes(before), VisitedBytes: max(0, bytes(after))}, nil
}

// keep writes everything to a folder.
func (found *growthFigures) keep(folder string) error {
	if err := os.MkdirAll(folder, passable); err != nil {
		return err
	}
	return errors.Join(
		os.WriteFile(filepath.Join(folder, "growth.md"), []byte(found.markdown()), readable),
		found.draw(folder), found.write(filepath.Join(folder, "results.json")))
}

// publish writes everything to where it is kept below the folder, the table between the
// marks of the page.
func (found *growthFigures) publish(folder string) error {
	path, figures := filepath.Join(folder, growthPage), filepath.Join(folder, growthFile)
	page, err := os.ReadFile(path)
	if err != nil {
		return err
	}
	spliced, err := splice(string(page), growthMark, found.markdown())
	if err != nil {
		return fmt.Errorf("write the table into %s: %w", path, err)
	}
	if err := os.MkdirAll(filepath.Dir(figures), passable); err != nil {
		return err
	}
	return errors.Join(os.WriteFile(path, []byte(spliced), readable), found.draw(folder), found.write(figures))
}

func (found *growthFigures) draw(folder string) error {
	var errs []error
	for _, one := range found.Curves {
		errs = append(errs, os.WriteFile(filepath.Join(folder, one.chartFile()), []byte(found.chart(one)), readable))
	}
	return errors.Join(errs...)
}

func (found *growthFigures) write(file string) error {
	text, err := found.json()
	return errors.Join(err, os.WriteFile(file, text, readable))
}
