package benchtest

import (
	"context"
	"flag"
	"fmt"
	"os"
	"os/exec"
	"path/filepath"
	"strings"
	"testing"
	"time"
)

// base is the last commit without what a rehearsal is made of: namespaces, clocks,
// faults, propagation, snapshots, metrics.
var base = flag.String("base", "9dd9859", "the commit that BenchmarkOverhead compares with")

// BenchmarkOverhead compares the throughput of this tree, nothing switched on, with
// that of the commit -base, and prints one table. It takes about a minute, a quarter
// of that with -short. A figure that is missed is marked; only what goes wrong fails.
func BenchmarkOverhead(b *testing.B) {
	const longest = 8 * time.Minute
	ctx, cancel := context.WithTimeout(b.Context(), longest)
	defer cancel()
	commit, err := resolve(ctx, *base)
	if err != nil {
		// A benchmark's reason to be skipped is shown to nobody without -v.
		fmt.Fprintf(os.Stdout, "nothing to compare with: %v; a shallow clone gets it by git fetch --unshallow\n", err)
		b.Skip(err)
	}
	env := &bench{ctx: ctx, folder: b.TempDir(), programs: map[string]program{}, tb: b}
	if env.programs["keyturn"], err = prepare(env, "keyturn", shipped); err != nil {
		b.Fatal(err)
	}
	if env.programs[formerly], err = buildCommit(ctx, b.TempDir(), commit); err != nil {
		b.Fatal(err)
	}
	launches := 4
	if testing.Short() {
		launches = 1
	}
	measured, err := env.overhead(launches)
	if err != nil {
		b.Fatal(err)
	}
	b.ReportMetric(printOverhead(os.Stdout, commit, measured), "now/base")
}

const (
	shipped = "github.com/keyturn/keyturn/cmd/keyturn"
	// formerly is the program that was built of the commit.
	formerly = "base"
)

// resolve returns the short name of a commit that is in the clone.
func resolve(ctx context.Context, name string) (string, error) {
	command := exec.CommandContext(ctx, "git", "rev-parse", "--verify", "--quiet", "--short", "--end-of-options", name+"^{commit}")
	output, err := command.Output()
	if err != nil {
		return "", fmt.Errorf("the commit %q is not in this clone (git rev-parse: %w)", name, err)
	}
	return strings.TrimSpace(string(output)), nil
}

// buildCommit compiles the program of a commit from a copy of its tree, which leaves
// the clone as it is.
func buildCommit(ctx context.Context, folder, commit string) (program, error) {
	top, err := exec.CommandContext(ctx, "git", "rev-parse", "--show-toplevel").Output()
	if err != nil {
		return program{}, fmt.Errorf("find the top of the clone: %w", err)
	}
	source, packed := filepath.Join(folder, "source"), filepath.Join(folder, "source.tar")
	const private = 0o700
	if err := os.Mkdir(source, private); err != nil {
		return program{}, err
	}
	for _, step := range [][]string{
		{"git", "-C", strings.TrimSpace(string(top)), "archive", "--output", packed, commit},
		{"tar", "-xf", packed, "-C", source},
	} {
		if output, err := exec.CommandContext(ctx, step[0], step[1:]...).CombinedOutput(); err != nil {
			return program{}, fmt.Errorf("copy the tree of %s: %s: %w\n%s", commit, step[0], err, output)
		}
	}
	binary, err := buildIn(ctx, source, folder, shipped)
	return program{binary: binary}, err
}

// overhead measures the operations on both programs. They are started anew a few
// times, as a process can be lucky with its memory for as long as it lives.
func (b *bench) overhead(launches int) ([]comparison, error) {
	operations := []scenario{
		refreshing,
		// What was refreshed before is not the secret that is presented.
		{name: "token request", prepare: resetState, traffic: traffic{want: want{status: 200, text: `"access_token"`}, write: token.always()}},
		{name: "Identity GET", prepare: resetState, traffic: ok(list)},
	}
	all := make([]comparison, len(operations))
	for range launches {
		if err := b.overheadOnce(operations, all); err != nil {
			return nil, err
		}
	}
	return all, nil
}

// overheadOnce adds what one pair of processes was measured at.
func (b *bench) overheadOnce(operations []scenario, all []comparison) error {
	const (
		manyRounds = 12 // an even number, so that each order comes as often as the other
		short      = 150 * time.Millisecond
	)
	then, err := b.programs[formerly].serve(b.ctx, health, "serve", "--addr", "ADDR")
	if err != nil {
		return err
	}
	defer b.stop(then)
	now, err := b.keyturn()
	if err != nil {
		return err
	}
	defer b.stop(now)
	for i, operation := range operations {
		paces, err := interleaved(operation, manyRounds, short, then, now)
		if err != nil {
			return err
		}
		all[i].name = operation.name
		all[i].then, all[i].now = append(all[i].then, paces[0]...), append(all[i].now, paces[1]...)
	}
	return nil
}
