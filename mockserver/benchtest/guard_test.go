package benchtest

import (
	"context"
	"encoding/json"
	"flag"
	"fmt"
	"os"
	"testing"
	"time"
)

var (
	guardTo     = flag.String("guard-to", "", "a folder that BenchmarkGuard writes base.txt and now.txt to")
	guardRounds = flag.Int("guard-rounds", 12, "how many rounds BenchmarkGuard measures")
)

const (
	guardBudget = 150 * time.Millisecond
	// enoughRounds are needed before a median has an interval of 95 % at all.
	enoughRounds = 6
	// guardTime is after how long no further round begins.
	guardTime = 30 * time.Second
)

// BenchmarkGuard measures this tree and the last release in the same rounds, writes what
// each round gave in the format of Go's benchmarks, and has benchstat compare the two. It
// says what is worse, and fails only when something goes wrong. Without a -base that is in
// the clone it says so and is over.
func BenchmarkGuard(b *testing.B) {
	const longest = 4 * time.Minute
	ctx, cancel := context.WithTimeout(b.Context(), longest)
	defer cancel()
	with, err := findBase(ctx, *base)
	if err != nil {
		if *base != "" {
			b.Fatal(err)
		}
		// A benchmark's reason to be skipped is shown to nobody without -v.
		fmt.Fprintf(os.Stdout, "nothing to compare with: %v; a shallow clone gets it by git fetch --unshallow --tags\n", err)
		b.Skip(err)
	}
	top, err := topOfClone(ctx)
	if err != nil {
		b.Fatal(err)
	}
	g := &guard{bench: &bench{ctx: ctx, folder: b.TempDir(), tb: b}, operations: guarded()}
	if g.sides[baseSide].from, err = buildCommit(ctx, b.TempDir(), top, with.commit); err != nil {
		b.Fatal(err)
	}
	g.sides[nowSide].from = program{binary: *given}
	if *given == "" {
		if g.sides[nowSide].from, err = madeIn(ctx, top); err != nil {
			b.Fatal(err)
		}
	}
	rounds, err := g.measure(*guardRounds)
	if err != nil {
		b.Fatal(err)
	}
	folder := *guardTo
	if folder == "" {
		folder = g.folder
	}
	worse, err := g.compare(os.Stdout, top, folder, fmt.Sprintf("%s, %d rounds", with, rounds))
	if err != nil {
		b.Fatal(err)
	}
	b.ReportMetric(float64(worse), "worse")
}

// baseSide and nowSide are the sides of a guard.
const (
	baseSide = iota
	nowSide
	bothSides
)

// side is one of the two programs, and its lines in the format of Go's benchmarks.
type side struct {
	from  program
	lines []byte
}

// guard is one comparison with a release.
type guard struct {
	*bench
	sides      [bothSides]side
	operations []scenario
}

// guarded is a request of each provider, and what the tokens take.
func guarded() []scenario {
	named := map[string]scenario{}
	for _, s := range documented() {
		named[s.name] = s
	}
	all := []scenario{
		named["V2 refresh"], named["V3 refresh"], named["AngusGM GET"], named["Identity POST"],
		// What was refreshed before is not the secret that is presented.
		{name: "token request", prepare: resetState, traffic: traffic{want: want{status: 200, text: `"access_token"`}, write: token.always()}},
	}
	var asked introspected
	return append(all, scenario{
		name: "introspection", prepare: first(resetState, asked.read),
		traffic: traffic{want: want{status: 200, text: `"active":true`}, write: asked.write},
	})
}

// introspected is a request about a token that was issued before.
type introspected []byte

func (i *introspected) read(l *load) error {
	body, err := l.conns[0].exchange([]byte(token.text()), want{status: 200})
	if err != nil {
		return err
	}
	var issued struct {
		Token string `json:"access_token"`
	}
	if err := json.Unmarshal(body, &issued); err != nil {
		return fmt.Errorf("read an access token: %w", err)
	}
	*i = introspected(introspect("/oidc/token/introspection", v2App, v2Secret, issued.Token).text())
	return nil
}

func (i *introspected) write(dst []byte, _ int) []byte { return append(dst, *i...) }

// measure runs the rounds, one more before them that is not counted, and returns how many
// there were.
func (g *guard) measure(rounds int) (int, error) {
	if err := g.rehearse(); err != nil {
		return 0, err
	}
	began := time.Now()
	for n := range rounds {
		if n >= enoughRounds && time.Since(began) > guardTime {
			return n, nil
		}
		if err := g.round(n); err != nil {
			return 0, fmt.Errorf("round %d: %w", n, err)
		}
	}
	return rounds, nil
}

// rehearse leaves out what the base cannot answer yet.
func (g *guard) rehearse() error {
	running, err := g.serve(0)
	defer g.stopAll(running)
	if err != nil {
		return err
	}
	var known []scenario
	for _, s := range g.operations {
		if _, err := running[nowSide].measure(s, guardBudget); err != nil {
			return err
		}
		if _, err := running[baseSide].measure(s, guardBudget); err != nil {
			fmt.Fprintf(os.Stdout, "%s is left out, as the base does not answer it: %v\n", s.name, err)
			continue
		}
		known = append(known, s)
	}
	g.operations = known
	return nil
}

// round measures everything once on processes of its own, as one can be lucky with its
// memory for as long as it lives. The order is turned around each time.
func (g *guard) round(n int) error {
	const warm = guardBudget / 4
	var starts [bothSides]time.Duration
	for _, k := range bothInTurn(n) {
		p, err := g.sides[k].from.launch(g.ctx, "serve", "--addr", "ADDR")
		if err != nil {
			return err
		}
		// A documented question, so that nothing it needs can be put off.
		if starts[k], err = p.answered(list); err != nil {
			return err
		}
		g.stop(p)
	}
	running, err := g.serve(n)
	defer g.stopAll(running)
	if err != nil {
		return err
	}
	for k, t := range running {
		size, err := t.resident()
		if err != nil {
			return err
		}
		g.sides[k].add(startLine(starts[k], size))
	}
	for _, s := range g.operations {
		for _, k := range bothInTurn(n) {
			if _, err := running[k].measure(s, warm); err != nil {
				return err
			}
			p, err := running[k].measure(s, guardBudget)
			if err != nil {
				return err
			}
			g.sides[k].add(paceLine(s.name, p))
		}
	}
	return nil
}

func bothInTurn(n int) [bothSides]int {
	if n%2 != 0 {
		return [...]int{nowSide, baseSide}
	}
	return [...]int{baseSide, nowSide}
}

// serve starts both programs. What was started is returned with an error, too.
func (g *guard) serve(n int) (running [bothSides]*target, err error) {
	for _, k := range bothInTurn(n) {
		if running[k], err = g.sides[k].from.serve(g.ctx, health, "serve", "--addr", "ADDR"); err != nil {
			return running, err
		}
	}
	return running, nil
}

func (g *guard) stopAll(running [bothSides]*target) {
	for _, t := range running {
		if t != nil {
			g.stop(t)
		}
	}
}

func (s *side) add(line string) { s.lines = append(s.lines, line...) }
