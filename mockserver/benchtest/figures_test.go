package benchtest

import (
	"context"
	"flag"
	"os"
	"strings"
	"testing"
	"time"
)

var (
	given = flag.String("keyturn", "", "a keyturn binary; it is built when none is given")
	only  = flag.String("figures", "", "the letters of the figures to measure, such as ab; all when empty")
)

// bench is what every figure needs.
type bench struct {
	ctx      context.Context
	folder   string
	programs map[string]program
	tb       testing.TB
}

// BenchmarkFigures measures everything once and prints one table. A figure that is
// missed is marked; only what goes wrong fails.
func BenchmarkFigures(b *testing.B) {
	const longest = 8 * time.Minute
	ctx, cancel := context.WithTimeout(b.Context(), longest)
	defer cancel()
	env := &bench{ctx: ctx, folder: b.TempDir(), programs: map[string]program{}, tb: b}
	for name, pkg := range map[string]string{
		"keyturn": shipped,
		"hello":   "./testdata/hello", "plain": "./testdata/plain", "bare": "./testdata/bare",
	} {
		one, err := prepare(env, name, pkg)
		if err != nil {
			b.Fatal(err)
		}
		env.programs[name] = one
	}
	var rows []row
	for _, figure := range []struct {
		letter  rune
		measure func(*bench) ([]row, error)
	}{{'a', whatChecksCost}, {'b', comparedWithPlain}, {'c', firstAnswer}, {'d', manyClients}, {'e', tokensAndSignatures}, {'f', theReferee}} {
		if *only != "" && !strings.ContainsRune(*only, figure.letter) {
			continue
		}
		measured, err := figure.measure(env)
		if err != nil {
			b.Fatal(err)
		}
		rows = append(rows, measured...)
	}
	b.ReportMetric(float64(printTable(os.Stdout, rows, connections)), "missed")
}

// prepare builds a program. The reference servers collect garbage as seldom as the
// stand-in makes itself do.
func prepare(b *bench, name, pkg string) (program, error) {
	if name == "keyturn" && *given != "" {
		return program{binary: *given}, nil
	}
	binary, err := build(b.ctx, b.folder, pkg)
	if name == "keyturn" {
		return program{binary: binary}, err
	}
	return program{binary: binary, env: []string{"GOGC=400"}}, err
}

// keyturn starts the stand-in.
func (b *bench) keyturn(more ...string) (*target, error) {
	return b.programs["keyturn"].serve(b.ctx, health, append([]string{"serve", "--addr", "ADDR"}, more...)...)
}

func (b *bench) stop(p interface{ stop() error }) {
	if err := p.stop(); err != nil {
		b.tb.Errorf("a server does not stop: %v", err)
	}
}
