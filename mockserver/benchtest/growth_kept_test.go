package benchtest

import (
	"net/http"
	"net/http/httptest"
	"os"
	"path/filepath"
	"strings"
	"testing"

	"github.com/google/go-cmp/cmp"
)

// TestGrowthKept holds the page and the charts to the figures of the last run that was kept.
func TestGrowthKept(t *testing.T) {
	t.Parallel()
	found, err := readGrowth()
	if err != nil {
		t.Fatal(err)
	}
	const again = "%s is not what %s gives; make bench-growth ARGS=-write-growth measures anew and writes it (-kept +given):\n%s"
	page := fileText(t, growthPage)
	spliced, err := splice(page, growthMark, found.markdown())
	if diff := cmp.Diff(page, spliced); err != nil || diff != "" {
		t.Errorf(again+"%v", growthPage, growthFile, diff, err)
	}
	var charts []string
	for _, one := range found.Curves {
		charts = append(charts, one.chartFile())
		if diff := cmp.Diff(fileText(t, one.chartFile()), found.chart(one)); diff != "" {
			t.Errorf(again, one.chartFile(), growthFile, diff)
		}
		if !strings.Contains(page, "**"+one.Title+"**") {
			t.Errorf("%s says nothing of its own about %q", growthPage, one.Title)
		}
	}
	kept, err := filepath.Glob("growth-*.svg")
	var all []string
	for _, one := range allGrowing() {
		all = append(all, "growth-"+one.name+".svg")
	}
	if diff := cmp.Diff(all, charts); diff != "" {
		t.Errorf("%s has not all that may grow (-want +got):\n%s", growthFile, diff)
	}
	if err != nil || len(kept) != len(all) {
		t.Errorf("charts are kept of %v, want %v; %v", kept, all, err)
	}
	written, err := found.json()
	if diff := cmp.Diff(fileText(t, growthFile), string(written)); err != nil || diff != "" {
		t.Errorf("%s has what the code does not read: %v\n%s", growthFile, err, diff)
	}
}

func fileText(t *testing.T, file string) string {
	t.Helper()
	text, err := os.ReadFile(file)
	if err != nil {
		t.Fatal(err)
	}
	return string(text)
}

// someGrowth is a run of which the ratios are known.
func someGrowth() *growthFigures {
	rounds := func(micros float64, rates ...float64) []paceFigure {
		var all []paceFigure
		for _, one := range rates {
			all = append(all, paceFigure{PerSecond: one, CPUMicros: micros})
		}
		return all
	}
	return &growthFigures{
		Date: "2001-02-03", Commit: "abc", Connections: 16, Rounds: 3, RoundMillis: 250,
		Machine: machineFigures{Processor: "Fast & Co", Cores: 2, System: "An OS", Go: "1.2.3"},
		Curves: []curves{
			{Name: "clients", Title: "Clients", Sizes: []int{100, 10_000}, ResidentMiB: []float64{20, 52}, Operations: []curve{
				{Name: "A & B", Paces: [][]paceFigure{rounds(50, 20000, 10000, 20000), rounds(60, 10000, 5000, 30000)}},
				{Name: "dear", Paces: [][]paceFigure{rounds(10, 100, 100, 100), rounds(160, 25, 25, 25)}},
			}, Weight: &weight{Few: 100, Many: 1000, Bytes: 900, VisitedBytes: 1200}},
			{Name: "secrets", Title: "Secrets", Sizes: []int{1}, ResidentMiB: []float64{20}, Operations: []curve{{Name: "x", Paces: [][]paceFigure{rounds(1, 1)}}}},
		},
	}
}

func TestGrowthTable(t *testing.T) {
	t.Parallel()
	found := someGrowth()
	table := found.markdown()
	for _, line := range []string{
		"Measured on 2001-02-03 at abc: Fast & Co, 2 cores, An OS, Go 1.2.3. Medians of 3 rounds of 250 ms,",
		"![What a request costs with more clients](growth-clients.svg)\n\n| Clients | 100 | 10,000 | |\n|---|---:|---:|---|\n",
		"| A & B | 50 µs, 20,000/s | 60 µs (1.20), 10,000/s (0.50) | flat |\n",
		"| dear | 10 µs, 100/s | 160 µs (16), 25/s (0.25) | rises |\n",
		"| resident after all that | 20 MiB | 52 MiB | |\n",
		"A client takes 900 bytes: ", "which its journal remembers, it is 1,200.", "with 10,000 takes 3,390 bytes for each.",
	} {
		if !strings.Contains(table, line) {
			t.Errorf("the table lacks %q:\n%s", line, table)
		}
	}
	if got := found.uneven(); got != 1 {
		t.Errorf("%d curves are not flat, want 1", got)
	}
}

func TestGrowthVerdict(t *testing.T) {
	t.Parallel()
	for want, costs := range map[string][]float64{
		"flat": {10, 12, 11, 13}, "rises": {10, 10, 14}, "falls": {14, 12, 10}, "uneven": {10, 20, 10},
	} {
		c := curve{}
		for _, cost := range costs {
			c.Paces = append(c.Paces, []paceFigure{{PerSecond: 1, CPUMicros: cost}})
		}
		if got := c.verdict(); got != want {
			t.Errorf("%v: got %q, want %q", costs, got, want)
		}
	}
}

func TestGrowthChart(t *testing.T) {
	t.Parallel()
	found := someGrowth()
	chart := found.chart(found.Curves[0])
	wantXML(t, chart)
	for _, piece := range []string{
		"Fast &amp; Co", ">A &amp; B: 50 µs and 20,000/s with 100, 60 µs and 10,000/s with 10,000</text>",
		// The scale goes from 1/4 to 16: six powers of two, 30 to each.
		`<line class="grid one" x1="44" x2="394" y1="174.0" y2="174.0"/>`,
		`<polyline class="s1" points="44.0,174.0 394.0,54.0"/>`,
		`<polyline class="s0" points="490.0,174.0 840.0,204.0"/>`,
	} {
		if !strings.Contains(chart, piece) {
			t.Errorf("the chart lacks %q:\n%s", piece, chart)
		}
	}
	wantXML(t, found.chart(found.Curves[1]))
}

// TestGrowthWritten reads back what is written to a folder, and to where it is kept.
func TestGrowthWritten(t *testing.T) {
	t.Parallel()
	found, folder := someGrowth(), t.TempDir()
	figures, err := found.json()
	if err != nil {
		t.Fatal(err)
	}
	apart := filepath.Join(folder, "apart")
	if err := found.keep(apart); err != nil {
		t.Fatal(err)
	}
	page := filepath.Join(folder, growthPage)
	if err := found.publish(folder); err == nil {
		t.Error("published without a page to write to")
	}
	if err := os.WriteFile(page, []byte("a\n<!-- growth -->old<!-- /growth -->\nb\n"), readable); err != nil {
		t.Fatal(err)
	}
	if err := found.publish(folder); err != nil {
		t.Fatal(err)
	}
	clients, secrets := found.chart(found.Curves[0]), found.chart(found.Curves[1])
	for file, want := range map[string]string{
		filepath.Join(apart, "growth.md"):          found.markdown(),
		filepath.Join(apart, "results.json"):       string(figures),
		filepath.Join(apart, "growth-clients.svg"): clients,
		filepath.Join(apart, "growth-secrets.svg"): secrets,
		page:                              "a\n<!-- growth -->\n" + found.markdown() + "<!-- /growth -->\nb\n",
		filepath.Join(folder, growthFile): string(figures),
		filepath.Join(folder, "growth-clients.svg"): clients,
		filepath.Join(folder, "growth-secrets.svg"): secrets,
	} {
		if diff := cmp.Diff(want, fileText(t, file)); diff != "" {
			t.Errorf("%s is not what was found (-want +got):\n%s", file, diff)
		}
	}
}

func TestGauge(t *testing.T) {
	t.Parallel()
	server := httptest.NewServer(http.HandlerFunc(func(w http.ResponseWriter, r *http.Request) {
		if r.URL.Path == "/metrics" {
			_, _ = w.Write([]byte("# TYPE a gauge\nab 1\na 2.5e+09\n"))
		}
	}))
	defer server.Close()
	p := &process{addr: strings.TrimPrefix(server.URL, "http://")}
	if got, err := p.gauge(t.Context(), "a"); err != nil || got != 2.5e9 {
		t.Errorf("got %v and %v, want 2.5e+09", got, err)
	}
	if _, err := p.gauge(t.Context(), "b"); err == nil {
		t.Error("a metric that is not there was found")
	}
}
