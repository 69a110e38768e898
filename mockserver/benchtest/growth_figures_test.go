package benchtest

import (
	"encoding/json"
	"fmt"
	"os"
	"slices"
	"time"
)

const (
	growthPage = "README.md"
	growthFile = "testdata/growth/results.json"
	growthMark = "growth"
	readable   = 0o644
	passable   = 0o755
)

// growthFigures is everything that one run found, from which the table and the charts are
// made.
type growthFigures struct {
	Date        string         `json:"date"`
	Commit      string         `json:"commit"`
	Machine     machineFigures `json:"machine"`
	Connections int            `json:"connections"` // but where they are what grows
	Rounds      int            `json:"rounds"`
	RoundMillis int64          `json:"round_ms"`
	Curves      []curves       `json:"curves"`
}

// curves are what more of one thing does to some operations.
type curves struct {
	Name        string    `json:"name"`
	Title       string    `json:"title"`
	Sizes       []int     `json:"sizes"`
	Operations  []curve   `json:"operations"`
	ResidentMiB []float64 `json:"resident_mib"` // anonymous memory by size, after all of it
	Weight      *weight   `json:"weight,omitempty"`
}

type curve struct {
	Name  string         `json:"name"`
	Paces [][]paceFigure `json:"paces"` // by size, then round
}

// weight is what each of Many takes more than each of Few, anonymous resident memory of
// two servers that collect garbage often.
type weight struct {
	Few          int     `json:"few"`
	Many         int     `json:"many"`
	Bytes        float64 `json:"bytes"`
	VisitedBytes float64 `json:"visited_bytes,omitempty"` // once each was asked
}

func curveOf(name string, paces [][]pace) curve {
	found := curve{Name: name}
	for _, rounds := range paces {
		var list []paceFigure
		for _, one := range rounds {
			list = append(list, paceFigure{PerSecond: one.perSecond, CPUMicros: float64(one.cpu) / float64(time.Microsecond)})
		}
		found.Paces = append(found.Paces, list)
	}
	return found
}

// of picks a figure from each round of a size.
func (c curve) of(size int, figure func(paceFigure) float64) []float64 {
	var all []float64
	for _, one := range c.Paces[size] {
		all = append(all, figure(one))
	}
	return all
}

// relative is a figure to that of the smallest size, round by round.
func (c curve) relative(size int, figure func(paceFigure) float64) []float64 {
	least := c.of(0, figure)
	all := c.of(size, figure)
	for i := range all {
		all[i] /= least[i]
	}
	return all
}

func cpuMicros(p paceFigure) float64 { return p.CPUMicros }
func perSecond(p paceFigure) float64 { return p.PerSecond }

// verdict is what the median costs of a request say: flat, as long as none is growthBound
// times another, else where the curve goes.
func (c curve) verdict() string {
	var costs []float64
	for size := range c.Paces {
		costs = append(costs, median(c.relative(size, cpuMicros)))
	}
	last, least, most := costs[len(costs)-1], slices.Min(costs), slices.Max(costs)
	switch {
	case most <= growthBound*least:
		return "flat"
	case last >= 1 && last == most:
		return "rises"
	case last < 1 && last == least:
		return "falls"
	default:
		return "uneven"
	}
}

// uneven counts the curves that are not flat.
func (found *growthFigures) uneven() (count int) {
	for _, one := range found.Curves {
		for _, each := range one.Operations {
			if each.verdict() != "flat" {
				count++
			}
		}
	}
	return count
}

func (one curves) chartFile() string { return "growth-" + one.Name + ".svg" }

func (found *growthFigures) json() ([]byte, error) {
	text, err := json.MarshalIndent(found, "", " ")
	return append(text, '\n'), err
}

func readGrowth() (*growthFigures, error) {
	text, err := os.ReadFile(growthFile)
	if err != nil {
		return nil, err
	}
	var found growthFigures
	if err := json.Unmarshal(text, &found); err != nil {
		return nil, fmt.Errorf("read %s: %w", growthFile, err)
	}
	return &found, nil
}
