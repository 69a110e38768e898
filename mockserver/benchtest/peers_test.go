package benchtest

import (
	"context"
	"errors"
	"flag"
	"fmt"
	"os"
	"os/exec"
	"os/signal"
	"path/filepath"
	"strings"
	"syscall"
	"testing"
	"time"
)

var (
	peersTo    = flag.String("peers-to", "", "a folder that BenchmarkPeers writes its table, chart and figures to")
	writePeers = flag.Bool("write-peers", false, "write the table into README.md, and the chart and the figures to where they are kept")
	peerRounds = flag.Int("peer-rounds", 9, "how many rounds BenchmarkPeers measures")
)

// peerFiles is where the packages of the peers are pinned and the figures are kept.
const peerFiles = "testdata/peers"

// BenchmarkPeers installs the servers that people use in the stand-in's place, asks
// each for the same as the stand-in, and prints how they compare. One that cannot be
// installed, does not start or answers wrongly is left out and named. It needs Linux,
// npm, and for WireMock Java 17.
func BenchmarkPeers(b *testing.B) {
	const longest = 6 * time.Minute
	// The peers are in process groups of their own, which the terminal does not interrupt.
	ctx, stop := signal.NotifyContext(b.Context(), os.Interrupt, syscall.SIGTERM)
	defer stop()
	ctx, cancel := context.WithTimeout(ctx, longest)
	defer cancel()
	env := &bench{ctx: ctx, folder: b.TempDir(), programs: map[string]program{}, tb: b}
	keyturn, err := prepare(env, "keyturn", shipped)
	if err != nil {
		b.Fatal(err)
	}
	match := &match{bench: env, rounds: *peerRounds, budget: peerRound}
	found, err := match.all(keyturn.binary)
	if err != nil {
		b.Fatal(err)
	}
	fmt.Fprintf(os.Stdout, "\n%s\n", found.markdown())
	b.ReportMetric(float64(len(found.LeftOut)), "left-out")
	if err := found.keep(); err != nil {
		b.Fatal(err)
	}
}

// match is one run of everything.
type match struct {
	*bench
	rounds  int
	budget  time.Duration
	leftOut []leftOut
}

func (m *match) all(keyturn string) (*comparisonOfPeers, error) {
	at := install(m.ctx, m.folder)
	found := &comparisonOfPeers{
		Date: time.Now().UTC().Format(time.DateOnly), Machine: thisMachine(at), Commit: treeName(m.ctx),
		Connections: connections, Rounds: m.rounds, RoundMillis: m.budget.Milliseconds(),
	}
	own, err := ownAnswers(m.ctx, keyturn)
	if err != nil {
		return nil, fmt.Errorf("ask the stand-in what the peers are to answer: %w", err)
	}
	found.AnswerBytes = []int{len(own.refreshed), len(own.added)}
	for _, one := range m.contests(keyturn, at, own) {
		held, err := m.hold(one)
		if err != nil {
			return nil, err
		}
		found.Contests = append(found.Contests, held)
	}
	found.LeftOut = m.leftOut
	return found, nil
}

// keep writes what was found to where the flags say.
func (found *comparisonOfPeers) keep() error {
	figures, err := found.json()
	if err != nil {
		return err
	}
	if *peersTo != "" {
		if err := os.MkdirAll(*peersTo, passable); err != nil {
			return err
		}
		if err := errors.Join(
			os.WriteFile(filepath.Join(*peersTo, "peers.md"), []byte(found.markdown()), readable),
			os.WriteFile(filepath.Join(*peersTo, "peers.svg"), []byte(found.chart()), readable),
			os.WriteFile(filepath.Join(*peersTo, "results.json"), figures, readable),
		); err != nil {
			return err
		}
	}
	if !*writePeers {
		return nil
	}
	page, err := os.ReadFile(readme)
	if err != nil {
		return err
	}
	spliced, err := splice(string(page), peersMark, found.markdown())
	if err != nil {
		return fmt.Errorf("write the table into %s: %w", readme, err)
	}
	return errors.Join(
		os.WriteFile(readme, []byte(spliced), readable),
		os.WriteFile(chartFile, []byte(found.chart()), readable),
		os.WriteFile(figuresFile, figures, readable),
	)
}

// treeName is the commit that is measured, and whether the tree differs from it.
func treeName(ctx context.Context) string {
	output, err := exec.CommandContext(ctx, "git", "describe", "--always", "--dirty").Output()
	if err != nil {
		return "devel"
	}
	return strings.TrimSpace(string(output))
}
