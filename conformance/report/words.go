package report

import (
	"fmt"
	"math"
	"slices"
	"strconv"
	"strings"
	"time"
)

// Count is the number of results by verdict, for Report.Counts.
func Count(results []Result) Counts {
	counts := Counts{}
	for i := range results {
		counts[results[i].Verdict]++
	}
	return counts
}

// Total is the number of results.
func (c Counts) Total() int {
	total := 0
	for _, n := range c {
		total += n
	}
	return total
}

// Words is the verdict as people read it.
func (v Verdict) Words() string {
	return strings.ReplaceAll(string(v), "_", " ")
}

// Headline is the outcome as people read it.
func (o Outcome) Headline() string {
	switch o {
	case Conformant:
		return "Conformant"
	case Nonconformant:
		return "Not conformant"
	case Incomplete:
		return "Incomplete"
	case Broken:
		return "The suite went wrong"
	}
	return string(o)
}

// exitMeanings follows the list in the package's documentation.
var exitMeanings = map[int]string{
	0: "conformant",
	1: "not conformant",
	2: "wrong usage or configuration",
	3: "incomplete",
	4: "the suite went wrong",
	5: "resources left behind",
	6: "a stale waiver",
}

func exitWords(code int) string {
	if meaning, known := exitMeanings[code]; known {
		return fmt.Sprintf("%d, %s", code, meaning)
	}
	return strconv.Itoa(code)
}

// family is the results of one family, in the order of the report.
type family struct {
	ID, Name string
	Counts   Counts
	Results  []*Result
}

// families keeps the order in which they first appear.
func families(r *Report) []*family {
	var all []*family
	place := map[string]*family{}
	for i := range r.Results {
		result := &r.Results[i]
		f := place[result.Family]
		if f == nil {
			f = &family{ID: result.Family, Name: result.FamilyName, Counts: Counts{}}
			place[result.Family] = f
			all = append(all, f)
		}
		f.Counts[result.Verdict]++
		f.Results = append(f.Results, result)
	}
	return all
}

// of picks the results with one of these verdicts, in the order of the verdicts.
func of(r *Report, verdicts ...Verdict) []*Result {
	var found []*Result
	for _, v := range verdicts {
		for i := range r.Results {
			if r.Results[i].Verdict == v {
				found = append(found, &r.Results[i])
			}
		}
	}
	return found
}

// span is a time in milliseconds in the unit that suits it.
func span(ms float64) string {
	size := math.Abs(ms)
	switch {
	case size == 0:
		return "0 ms"
	case size < 10:
		return strconv.FormatFloat(math.Round(ms*10)/10, 'f', -1, 64) + " ms"
	case size < 1000:
		return strconv.FormatFloat(math.Round(ms), 'f', -1, 64) + " ms"
	case size < 120_000:
		return strconv.FormatFloat(math.Round(ms)/1000, 'f', -1, 64) + " s"
	}
	return (time.Duration(math.Round(ms/1000)) * time.Second).String()
}

func took(run RunFacts) string {
	return span(float64(run.Ended.Sub(run.Started).Microseconds()) / 1000)
}

func clock(t time.Time) string {
	return t.UTC().Format("2006-01-02 15:04:05 UTC")
}

func skewWords(seconds *float64) string {
	switch {
	case seconds == nil:
		return "not known"
	case *seconds > 0:
		return span(*seconds*1000) + " ahead of ours"
	case *seconds < 0:
		return span(-*seconds*1000) + " behind ours"
	}
	return "in step with ours"
}

func oracleWords(o Oracle) string {
	if o.Kind == "" {
		return "none could be proven"
	}
	return o.Kind + ", asked " + counted(o.Probes, "time")
}

// counted is a number with its noun, of those that take an s.
func counted(count int, noun string) string {
	if count == 1 {
		return "1 " + noun
	}
	return strconv.Itoa(count) + " " + noun + "s"
}

// changeNouns name the kinds of change. Any other is a change.
var changeNouns = map[string]string{"rotate": "rotation", "add": "addition", "delete": "deletion", "expire": "expiry"}

// changesOf counts the changes of each kind, in the order in which they first appear.
func changesOf(kinds []string) string {
	counts := map[string]int{}
	var nouns []string
	for _, kind := range kinds {
		noun, known := changeNouns[kind]
		if !known {
			noun = "change"
		}
		if counts[noun]++; counts[noun] == 1 {
			nouns = append(nouns, noun)
		}
	}
	words := make([]string, len(nouns))
	for i, noun := range nouns {
		words[i] = counted(counts[noun], noun)
		if noun == "expiry" && counts[noun] > 1 {
			words[i] = strconv.Itoa(counts[noun]) + " expiries"
		}
	}
	return strings.Join(words, ", ")
}

func numbers(of []int) string {
	words := make([]string, len(of))
	for i, n := range of {
		words[i] = strconv.Itoa(n)
	}
	return strings.Join(words, ", ")
}

// pair is a name and its value, of a map in the order of its names.
type pair struct{ Name, Value string }

func pairs(of map[string]string) []pair {
	list := make([]pair, 0, len(of))
	for name, value := range of {
		list = append(list, pair{visible(name), value})
	}
	slices.SortStableFunc(list, func(a, b pair) int { return strings.Compare(a.Name, b.Name) })
	return list
}

// facts is what a reader wants to know of a run before believing it.
func facts(r *Report) []pair {
	list := []pair{{"Target", r.Target.URL}}
	for _, says := range pairs(r.Target.Identity) {
		list = append(list, pair{"It says " + says.Name, says.Value})
	}
	list = append(list,
		pair{"Provider", strings.TrimSpace(r.Profile.Title + " (" + r.Profile.Provider + ")")},
		pair{"Profile digest", r.Profile.Digest},
		pair{"Catalogue", r.Catalogue.Version + ", " + counted(r.Catalogue.Checks, "check")},
		pair{"Catalogue digest", r.Catalogue.Digest},
		pair{"Chosen checks", orAll(r.Run.Checks)},
		pair{"Mode", r.Run.Mode},
		pair{"Fails on", r.Run.FailOn},
		pair{"Exit code", exitWords(r.Exit)},
		pair{"Oracle", oracleWords(r.Oracle)},
		pair{"Proof of the oracle", r.Oracle.Proof},
		pair{"Principals", strings.Join(r.Run.Principals, ", ")},
		pair{"Clock of the target", skewWords(r.Target.ClockSkew)},
		pair{"Requests", fmt.Sprintf("%d by %s side by side, %d throttled", r.Run.Requests, counted(r.Run.Concurrency, "check"), r.Run.Throttled)},
		pair{"Started", clock(r.Run.Started)},
		pair{"Took", took(r.Run)},
	)
	if path := longestPath(r); path != "" {
		list = append(list, pair{"Longest path", path})
	}
	return append(list,
		pair{"Run", r.Run.ID},
		pair{"Seed", strconv.FormatInt(r.Run.Seed, 10)},
		pair{"Made with", strings.TrimSpace(r.Tool.Name + " " + r.Tool.Version)},
	)
}

func orAll(filter string) string {
	if filter == "" {
		return "all"
	}
	return filter
}
