package benchtest

import (
	"bytes"
	"encoding/csv"
	"errors"
	"fmt"
	"io"
	"maps"
	"os"
	"os/exec"
	"path/filepath"
	"runtime"
	"slices"
	"strconv"
	"strings"
	"testing"
	"time"

	"github.com/google/go-cmp/cmp"
)

// betterWhen says of each unit in which direction it gets better.
var betterWhen = map[string]string{"cpu-us/req": "lower", "req/s": "higher", "ms-start": "lower", "MiB": "lower"}

// muchWorse is by how many percent a median may be worse without being named.
const muchWorse = 10

func startLine(took time.Duration, resident float64) string {
	return fmt.Sprintf("BenchmarkStart 1 %.3f ms-start %.2f MiB\n", milliseconds(took), resident)
}

func paceLine(name string, p pace) string {
	micros := float64(p.cpu) / float64(time.Microsecond)
	return fmt.Sprintf("Benchmark%s %d %.3f cpu-us/req %.1f req/s\n", oneWord(name), p.sent, micros, p.perSecond)
}

// oneWord is a name as the format wants it.
func oneWord(name string) string {
	var b strings.Builder
	for word := range strings.FieldsSeq(name) {
		b.WriteString(strings.ToUpper(word[:1]) + word[1:])
	}
	return b.String()
}

// preface holds what is the same for both programs: what differs would keep benchstat from
// comparing them.
func preface() string {
	text := fmt.Sprintf("goos: %s\ngoarch: %s\ncpu: %s\n", runtime.GOOS, runtime.GOARCH, processorName())
	for _, unit := range slices.Sorted(maps.Keys(betterWhen)) {
		text += fmt.Sprintf("Unit %s better=%s\n", unit, betterWhen[unit])
	}
	return text
}

// compare writes the lines of both programs into the folder, has benchstat print how they
// compare, and says which medians are worse. It returns how many.
func (g *guard) compare(to io.Writer, top, folder, with string) (int, error) {
	const readable, passable = 0o644, 0o755
	folder, err := filepath.Abs(folder)
	if err != nil {
		return 0, err
	}
	head := preface()
	files := [...]string{baseSide: filepath.Join(folder, "base.txt"), nowSide: filepath.Join(folder, "now.txt")}
	if err := os.MkdirAll(folder, passable); err != nil {
		return 0, err
	}
	for k, file := range files {
		if err := os.WriteFile(file, append([]byte(head), g.sides[k].lines...), readable); err != nil {
			return 0, err
		}
	}
	benchstat := func(format string) ([]byte, error) {
		command := exec.CommandContext(g.ctx, "go", "tool", "-modfile=.ci/tools/go.mod", "benchstat", "-format", format,
			"base="+files[baseSide], "now="+files[nowSide])
		command.Dir = top
		output, err := command.Output()
		if ended, ok := errors.AsType[*exec.ExitError](err); ok {
			err = fmt.Errorf("benchstat: %w\n%s", err, ended.Stderr)
		}
		return output, err
	}
	table, err := benchstat("text")
	if err != nil {
		return 0, err
	}
	rows, err := benchstat("csv")
	if err != nil {
		return 0, err
	}
	worse, err := readWorse(bytes.NewReader(rows))
	if err != nil {
		return 0, fmt.Errorf("read what benchstat found: %w", err)
	}
	fmt.Fprintf(to, "\n%s\n%s\n", table, verdictOfGuard(with, worse))
	return len(worse), nil
}

func verdictOfGuard(with string, worse []string) string {
	if len(worse) == 0 {
		return fmt.Sprintf("beside %s: no median is worse by more than %d %% with p < 0.05", with, muchWorse)
	}
	return fmt.Sprintf("beside %s: WORSE by more than %d %% with p < 0.05:\n  %s", with, muchWorse, strings.Join(worse, "\n  "))
}

// readWorse reads the tables that benchstat writes as CSV, one for each unit, and returns
// the medians that are much worse. A difference that may be chance has no number there.
func readWorse(from io.Reader) (worse []string, err error) {
	const (
		name, unitAt, intervalAt = 0, 1, 2
		deltaAt, chanceAt, width = 5, 6, 7
	)
	reader := csv.NewReader(from)
	reader.FieldsPerRecord = -1
	unit, compared := "", 0
	for {
		fields, err := reader.Read()
		if errors.Is(err, io.EOF) {
			if compared == 0 { // silence would look like success
				return nil, errors.New("it compares nothing")
			}
			return worse, nil
		}
		if err != nil {
			return nil, err
		}
		switch {
		case len(fields) < width:
			continue
		case fields[intervalAt] == "CI":
			unit = fields[unitAt]
			if betterWhen[unit] == "" {
				return nil, fmt.Errorf("the unit %q is not known", unit)
			}
			continue
		case !strings.HasPrefix(fields[chanceAt], "p="):
			continue // the mean over all
		}
		compared++
		if fields[deltaAt] == "~" {
			continue
		}
		percent, err := strconv.ParseFloat(strings.TrimSuffix(fields[deltaAt], "%"), 64)
		if err != nil {
			return nil, fmt.Errorf("%s of %s: %w", unit, fields[name], err)
		}
		if betterWhen[unit] == "higher" {
			percent = -percent
		}
		if percent > muchWorse {
			worse = append(worse, fmt.Sprintf("%s: %s %s (%s)", fields[name], unit, fields[deltaAt], fields[chanceAt]))
		}
	}
}

// TestGuard has lines and a table of which it is known what they say.
func TestGuard(t *testing.T) {
	t.Parallel()
	lines := startLine(17*time.Millisecond, 19.5) + paceLine("V2 refresh", pace{perSecond: 21700, cpu: 46_200, sent: 3210})
	want := "BenchmarkStart 1 17.000 ms-start 19.50 MiB\nBenchmarkV2Refresh 3210 46.200 cpu-us/req 21700.0 req/s\n"
	if diff := cmp.Diff(want, lines); diff != "" {
		t.Errorf("the lines (-want +got):\n%s", diff)
	}
	const table = `goos: linux
,base,,now,,,
,cpu-us/req,CI,cpu-us/req,CI,vs base,P
Slower,40,1%,46,2%,+15.00%,p=0.001 n=12
ALittleSlower,40,1%,43,2%,+7.50%,p=0.001 n=12
Faster,40,1%,20,2%,-50.00%,p=0.001 n=12
PerhapsSlower,40,90%,80,90%,~,p=0.400 n=12
geomean,40,,60,,+50.00%,

,base,,now,,,
,req/s,CI,req/s,CI,vs base,P
Slower,2000,1%,1000,2%,-50.00%,p=0.000 n=12
Faster,1000,1%,2000,2%,+100.00%,p=0.000 n=12
`
	for name, test := range map[string]struct {
		table string
		worse []string
		wrong bool
	}{
		"some are worse":    {table: table, worse: []string{"Slower: cpu-us/req +15.00% (p=0.001 n=12)", "Slower: req/s -50.00% (p=0.000 n=12)"}},
		"nothing":           {wrong: true},
		"another unit":      {table: ",base,,now,,,\n,sec/op,CI,sec/op,CI,vs base,P\nA,1,1%,1,1%,~,p=1.000 n=12\n", wrong: true},
		"one that is equal": {table: ",,,,,,\n,MiB,CI,MiB,CI,vs base,P\nA,1,1%,1,1%,~,p=1.000 n=12\n"},
	} {
		worse, err := readWorse(strings.NewReader(test.table))
		if diff := cmp.Diff(test.worse, worse); diff != "" || (err != nil) != test.wrong {
			t.Errorf("%s: error %v, worse (-want +got):\n%s", name, err, diff)
		}
	}
}
