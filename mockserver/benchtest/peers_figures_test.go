package benchtest

import (
	"encoding/json"
	"fmt"
	"math"
	"os"
	"runtime"
	"slices"
	"strconv"
	"strings"
)

const (
	readme      = "../../README.md"
	chartFile   = "peers.svg"
	figuresFile = peerFiles + "/results.json"
)

// comparisonOfPeers is everything that one run found, from which the table and the chart
// are made.
type comparisonOfPeers struct {
	Date        string           `json:"date"`
	Commit      string           `json:"commit"`
	Machine     machineFigures   `json:"machine"`
	Connections int              `json:"connections"`
	Rounds      int              `json:"rounds"`
	RoundMillis int64            `json:"round_ms"`
	AnswerBytes []int            `json:"answer_bytes"` // of the operations of the first contest
	Contests    []contestFigures `json:"contests"`
	LeftOut     []leftOut        `json:"left_out"`
}

type machineFigures struct {
	Processor string `json:"processor"`
	Cores     int    `json:"cores"`
	System    string `json:"system"`
	Go        string `json:"go"`
	Node      string `json:"node"`
	Java      string `json:"java"`
}

// contestFigures has the stand-in first.
type contestFigures struct {
	Name       string        `json:"name"`
	Operations []string      `json:"operations"`
	Servers    []peerFigures `json:"servers"`
}

type peerFigures struct {
	Name        string            `json:"name"`
	Version     string            `json:"version,omitempty"`
	Setup       string            `json:"setup"`
	StartMillis []float64         `json:"start_ms"`
	ReadyMiB    float64           `json:"ready_mib"`
	AfterMiB    float64           `json:"after_mib"`
	Paces       [][]paceFigure    `json:"paces"` // by operation, then round
	Verdicts    map[string]string `json:"verdicts"`
	Replies     string            `json:"replies"`
}

type paceFigure struct {
	PerSecond float64 `json:"per_second"`
	CPUMicros float64 `json:"cpu_us"` // a request
}

type leftOut struct {
	Name string `json:"name"`
	Why  string `json:"why"`
}

func thisMachine(at installed) machineFigures {
	return machineFigures{
		Processor: processorName(), Cores: runtime.NumCPU(), System: systemName(),
		Go: strings.TrimPrefix(runtime.Version(), "go"), Node: at.nodeVersion, Java: at.javaVersion,
	}
}

func systemName() string {
	text, err := os.ReadFile("/etc/os-release")
	if err != nil {
		return runtime.GOOS
	}
	for line := range strings.Lines(string(text)) {
		if name, ok := strings.CutPrefix(strings.TrimSpace(line), "PRETTY_NAME="); ok {
			return strings.Trim(name, `"`)
		}
	}
	return runtime.GOOS
}

func (found *comparisonOfPeers) json() ([]byte, error) {
	text, err := json.MarshalIndent(found, "", " ")
	return append(text, '\n'), err
}

func readFigures() (*comparisonOfPeers, error) {
	text, err := os.ReadFile(figuresFile)
	if err != nil {
		return nil, err
	}
	var found comparisonOfPeers
	if err := json.Unmarshal(text, &found); err != nil {
		return nil, fmt.Errorf("read %s: %w", figuresFile, err)
	}
	return &found, nil
}

func (f peerFigures) title() string { return strings.TrimSpace(f.Name + " " + f.Version) }

func (f peerFigures) perSecond(operation int) []float64 {
	var all []float64
	for _, one := range f.Paces[operation] {
		all = append(all, one.PerSecond)
	}
	return all
}

func (f peerFigures) micros(operation int) float64 {
	var all []float64
	for _, one := range f.Paces[operation] {
		all = append(all, one.CPUMicros)
	}
	return median(all)
}

// against is how many times as fast the other is, round by round.
func (f peerFigures) against(other peerFigures, operation int) []float64 {
	own, others := f.perSecond(operation), other.perSecond(operation)
	all := make([]float64, len(own))
	for i := range own {
		all[i] = others[i] / own[i]
	}
	return all
}

// refusals counts what was refused of what was tried.
func (f peerFigures) refusals() (refusedOnes, tried int) {
	for _, verdict := range f.Verdicts {
		tried++
		if verdict == refused {
			refusedOnes++
		}
	}
	return refusedOnes, tried
}

// short writes a positive number in two digits where it is small, and with a comma between
// the thousands where it is large, in three.
func short(value float64) string {
	const ten, hundred, thousand = 10, 100, 1000
	const rounding = 0.05
	switch {
	case value < 1:
		return strconv.FormatFloat(value, 'g', 2, 64)
	case value < ten-rounding:
		return strconv.FormatFloat(value, 'f', 1, 64)
	case value < hundred:
		return strconv.FormatFloat(value, 'f', 0, 64)
	}
	unit := math.Pow(ten, math.Floor(math.Log10(value))-2) // of the third digit
	whole := int64(math.Round(value/unit) * unit)
	if whole < thousand {
		return strconv.FormatInt(whole, 10)
	}
	return fmt.Sprintf("%d,%03d", whole/thousand, whole%thousand)
}

func span(values []float64) string {
	return fmt.Sprintf("%s (%s to %s)", short(median(values)), short(slices.Min(values)), short(slices.Max(values)))
}
