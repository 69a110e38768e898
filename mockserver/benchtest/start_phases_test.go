package benchtest

import (
	"cmp"
	"context"
	"errors"
	"fmt"
	"io"
	"maps"
	"os"
	"slices"
	"strings"
	"testing"
	"text/tabwriter"
	"time"

	gocmp "github.com/google/go-cmp/cmp"
)

// BenchmarkStart prints which packages' initialisations are the dearest, and which part of
// the start takes how long.
func BenchmarkStart(b *testing.B) {
	const longest, shown = 2 * time.Minute, 10
	ctx, cancel := context.WithTimeout(b.Context(), longest)
	defer cancel()
	env := &bench{ctx: ctx, folder: b.TempDir(), programs: map[string]program{}, tb: b}
	for name, pkg := range map[string]string{"keyturn": shipped, "hello": "./testdata/hello"} {
		one, err := prepare(env, name, pkg)
		if err != nil {
			b.Fatal(err)
		}
		env.programs[name] = one
	}
	rows, err := startOf(env)
	if err != nil {
		b.Fatal(err)
	}
	traced, err := traceStarts(env)
	if err != nil {
		b.Fatal(err)
	}
	printPackages(os.Stdout, traced.packages(), shown)
	b.ReportMetric(float64(printTable(os.Stdout, append(rows, traced.rows()...), connections)), "missed")
}

// initialised is the initialisation of one package, as GODEBUG=inittrace=1 prints it:
// milliseconds since the runtime began and that it took, and bytes it allocated.
type initialised struct {
	name             string
	at, took, memory float64
}

// traced is one start, in milliseconds.
type traced struct {
	packages []initialised
	// toRuntime is from the exec to the first line of Go, and toListening from main to
	// the line that says that the server listens.
	toRuntime, toListening, toAnswer float64
}

type tracedStarts []traced

// traceStarts starts the server with a trace of its initialisations, which itself takes a
// while. No part is measured over it.
func traceStarts(b *bench) (tracedStarts, error) {
	var all tracedStarts
	from := b.programs["keyturn"]
	from.env = append([]string{"GODEBUG=inittrace=1"}, from.env...)
	for range starts {
		p, err := from.launch(b.ctx, "serve", "--addr", "ADDR")
		if err != nil {
			return nil, err
		}
		took, err := p.answered(list)
		if err != nil {
			return nil, err
		}
		listening, err := p.ready()
		if err != nil {
			return nil, err
		}
		b.stop(p)
		one, err := readTrace(p.log.all(), p.started, listening)
		if err != nil {
			return nil, err
		}
		one.toAnswer = milliseconds(took - listening.Sub(p.started))
		all = append(all, one)
	}
	return all, nil
}

// readTrace makes the parts of a start of the lines of the trace. The last package to be
// initialised is main's.
func readTrace(lines []spoken, started, listening time.Time) (traced, error) {
	var one traced
	var last time.Time
	for _, line := range lines {
		var p initialised
		if n, _ := fmt.Sscanf(line.text, "init %s @%f ms, %f ms clock, %f bytes,", &p.name, &p.at, &p.took, &p.memory); n == 4 {
			one.packages, last = append(one.packages, p), line.at
		}
	}
	if len(one.packages) == 0 {
		return traced{}, errors.New("GODEBUG=inittrace=1 shows no package")
	}
	main := one.packages[len(one.packages)-1]
	one.toRuntime = milliseconds(last.Sub(started)) - main.at - main.took
	one.toListening = milliseconds(listening.Sub(last))
	return one, nil
}

// packages are the medians for each package, the dearest first.
func (all tracedStarts) packages() []initialised {
	took, memory := map[string][]float64{}, map[string][]float64{}
	for _, one := range all {
		for _, p := range one.packages {
			took[p.name], memory[p.name] = append(took[p.name], p.took), append(memory[p.name], p.memory)
		}
	}
	var list []initialised
	for _, name := range slices.Sorted(maps.Keys(took)) {
		list = append(list, initialised{name: name, took: median(took[name]), memory: median(memory[name])})
	}
	slices.SortStableFunc(list, func(a, b initialised) int { return cmp.Compare(b.took, a.took) })
	return list
}

// rows are the parts of the start, one after the other.
func (all tracedStarts) rows() []row {
	if len(all) == 0 {
		return nil
	}
	var runtime, packages, listening, answer []float64
	for _, one := range all {
		sum := 0.0
		for _, p := range one.packages {
			sum += p.took
		}
		runtime, packages = append(runtime, one.toRuntime), append(packages, sum)
		listening, answer = append(listening, one.toListening), append(answer, one.toAnswer)
	}
	const named = 3
	var dearest []string
	for _, p := range all.packages()[:min(named, len(all[0].packages))] {
		dearest = append(dearest, fmt.Sprintf("%s %.2f", p.name, p.took))
	}
	return []row{
		{name: "start: exec to the runtime", unit: " ms", values: runtime},
		row{name: "start: packages initialised", unit: " ms", values: packages}.with("%s", strings.Join(dearest, ", ")),
		{name: "start: main to listening", unit: " ms", values: listening},
		{name: "start: listening to the first answer", unit: " ms", values: answer},
	}
}

func printPackages(to io.Writer, all []initialised, most int) {
	const padding, perKiB = 2, 1024
	var took, memory float64
	for _, p := range all {
		took, memory = took+p.took, memory+p.memory
	}
	fmt.Fprintln(to)
	table := tabwriter.NewWriter(to, 0, 0, padding, ' ', 0)
	fmt.Fprintln(table, "package\tinitialised in\tallocated")
	line := func(name string, took, memory float64) {
		fmt.Fprintf(table, "%s\t%.3f ms\t%.0f KiB\n", name, took, memory/perKiB)
	}
	for _, p := range all[:min(most, len(all))] {
		line(p.name, p.took, p.memory)
	}
	line(fmt.Sprintf("all %d", len(all)), took, memory)
	_ = table.Flush()
}

func TestReadTrace(t *testing.T) {
	t.Parallel()
	started := time.Date(2026, 1, 1, 0, 0, 0, 0, time.UTC)
	after := func(ms float64) time.Time { return started.Add(time.Duration(ms * float64(time.Millisecond))) }
	lines := []spoken{
		{"init internal/a @0.5 ms, 0.25 ms clock, 1024 bytes, 3 allocs", after(3)},
		{"init example.org/b/v6 @2 ms, 4 ms clock, 2048 bytes, 70 allocs", after(8)},
		{"level=INFO msg=listening url=http://127.0.0.1:1", after(11)},
	}
	got, err := readTrace(lines, started, after(11))
	if err != nil {
		t.Fatal(err)
	}
	want := traced{
		packages:  []initialised{{"internal/a", 0.5, 0.25, 1024}, {"example.org/b/v6", 2, 4, 2048}},
		toRuntime: 2, toListening: 3,
	}
	if diff := gocmp.Diff(want, got, gocmp.AllowUnexported(traced{}, initialised{})); diff != "" {
		t.Errorf("differs (-want +got):\n%s", diff)
	}
	if _, err := readTrace(lines[2:], started, after(11)); err == nil {
		t.Error("a start without a trace is read")
	}
	dearest := tracedStarts{got}.packages()
	if dearest[0].name != "example.org/b/v6" || len(dearest) != 2 {
		t.Errorf("the dearest of two are %+v", dearest)
	}
}
