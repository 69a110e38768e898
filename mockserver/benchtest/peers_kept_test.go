package benchtest

import (
	"os"
	"strings"
	"testing"

	"github.com/google/go-cmp/cmp"
)

// TestPeersKept holds the table of README.md and the chart to the figures of the last run
// that was kept.
func TestPeersKept(t *testing.T) {
	t.Parallel()
	found, err := readFigures()
	if err != nil {
		t.Fatal(err)
	}
	page, err := os.ReadFile(readme)
	if err != nil {
		t.Fatal(err)
	}
	spliced, err := splice(string(page), peersMark, found.markdown())
	if err != nil {
		t.Fatal(err)
	}
	drawn, err := os.ReadFile(chartFile)
	if err != nil {
		t.Fatal(err)
	}
	const again = "%s is not what %s gives; make bench-peers ARGS=-write-peers measures anew and writes it (-kept +given):\n%s"
	if diff := cmp.Diff(string(page), spliced); diff != "" {
		t.Errorf(again, readme, figuresFile, diff)
	}
	if diff := cmp.Diff(string(drawn), found.chart()); diff != "" {
		t.Errorf(again, chartFile, figuresFile, diff)
	}
	text, err := os.ReadFile(figuresFile)
	if err != nil {
		t.Fatal(err)
	}
	written, err := found.json()
	if diff := cmp.Diff(string(text), string(written)); err != nil || diff != "" {
		t.Errorf("%s has what the code does not read: %v\n%s", figuresFile, err, diff)
	}
}

// someFigures are a run of which the ratios are known.
func someFigures() *comparisonOfPeers {
	paces := func(perSecond ...float64) []paceFigure {
		var all []paceFigure
		for _, one := range perSecond {
			all = append(all, paceFigure{PerSecond: one, CPUMicros: 12.3})
		}
		return all
	}
	return &comparisonOfPeers{
		Date: "2001-02-03", Commit: "abc", Connections: 16, Rounds: 3, RoundMillis: 500, AnswerBytes: []int{4257},
		Machine: machineFigures{Processor: "Fast & Co", Cores: 2, System: "An OS", Go: "1.2.3", Node: "4.5.6"},
		Contests: []contestFigures{
			{Name: "both", Operations: []string{"refresh"}, Servers: []peerFigures{
				{
					Name: standIn, Setup: "as it is", Paces: [][]paceFigure{paces(20000, 21300, 30000)}, StartMillis: []float64{17},
					ReadyMiB: 19, AfterMiB: 60, Verdicts: map[string]string{missing: refused, mistyped: refused}, Replies: "every one",
				},
				{
					Name: "Slow", Version: "7", Setup: "slowly", Paces: [][]paceFigure{paces(2000, 1065, 1000)}, StartMillis: []float64{900},
					ReadyMiB: 170, AfterMiB: 300, Verdicts: map[string]string{missing: refused, mistyped: accepted, malformed: noAnswer}, Replies: notLookedFor,
				},
			}},
			{Name: "tokens", Operations: []string{"token"}, Servers: []peerFigures{{
				Name: standIn, Paces: [][]paceFigure{paces(5, 5, 5)}, StartMillis: []float64{1}, ReadyMiB: 1, AfterMiB: 1,
				Verdicts: map[string]string{anonymous: refused},
			}}},
		},
		LeftOut: []leftOut{{Name: "Gone", Why: "it is not there."}},
	}
}

func TestPeersTable(t *testing.T) {
	t.Parallel()
	table := someFigures().markdown()
	for _, line := range []string{
		"| **Keyturn** | 21,300 (20,000 to 30,000) |  | 12 µs | 17 (17 to 17) ms | 19, 60 MiB |\n",
		"| Slow | 1,070 (1,000 to 2,000) | 20 (10 to 30) | 12 µs | 900 (900 to 900) ms | 170, 300 MiB |\n",
		"| **Keyturn** | **refused** | **refused** | – | – | – | – | every one |\n",
		"| Slow | **refused** | accepted | – | – | – | no answer | not looked for |\n",
		"| **Keyturn**, token endpoint | – | – | **refused** | – | – | – |  |\n",
		"- Slow 7: slowly.\n",
		"- Gone was left out: it is not there.\n",
		"Measured on 2001-02-03 at abc: Fast & Co, 2 cores, An OS, Go 1.2.3, Node 4.5.6. ",
		"| both | refresh (4.3 kB), a second |",
		"| tokens | token, a second |",
	} {
		if !strings.Contains(table, line) {
			t.Errorf("the table lacks %q:\n%s", line, table)
		}
	}
	if strings.Count(table, "as it is.") != 1 {
		t.Errorf("the stand-in is to be described once:\n%s", table)
	}
}

func TestPeersChart(t *testing.T) {
	t.Parallel()
	chart := someFigures().chart()
	wantXML(t, chart)
	for _, piece := range []string{
		">1,070 (20)</text>", ">300 MiB (170)</text>", ">1 of 3</text>", ">2 of 2</text>", ">Slow 7</text>", "Fast &amp; Co",
		`class="own" x="170" y="53" width="112.0"`, `class="other" x="170" y="93" width="5.6"`,
	} {
		if !strings.Contains(chart, piece) {
			t.Errorf("the chart lacks %q:\n%s", piece, chart)
		}
	}
}

func TestSplice(t *testing.T) {
	t.Parallel()
	for name, test := range map[string]struct{ page, want string }{
		"empty":       {"a\n<!-- peers -->\n<!-- /peers -->\nb", "a\n<!-- peers -->\nnew\n<!-- /peers -->\nb"},
		"again":       {"a<!-- peers -->\nold\n<!-- /peers -->b", "a<!-- peers -->\nnew\n<!-- /peers -->b"},
		"no end":      {"a<!-- peers -->", ""},
		"no mark":     {"a", ""},
		"two of them": {"<!-- peers --><!-- peers --><!-- /peers -->", ""},
	} {
		got, err := splice(test.page, peersMark, "new\n")
		if got != test.want || (err == nil) != (test.want != "") {
			t.Errorf("%s: got %q and %v, want %q", name, got, err, test.want)
		}
	}
}

func TestShort(t *testing.T) {
	t.Parallel()
	for value, want := range map[float64]string{
		0.0712: "0.071", 0.61: "0.61", 1.44: "1.4", 9.96: "10", 14.4: "14", 99.4: "99", 123.4: "123", 999.6: "1,000",
		1064: "1,060", 21345: "21,300", 99960: "100,000",
	} {
		if got := short(value); got != want {
			t.Errorf("%v: got %q, want %q", value, got, want)
		}
	}
}
