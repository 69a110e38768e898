package report

import (
	"cmp"
	"fmt"
	"maps"
	"math"
	"slices"
	"strings"
)

// Drift is how long one kind of change took to be in force in each of two runs, in
// milliseconds since it was acknowledged.
type Drift struct {
	Kind   string `json:"kind"` // rotate, add, delete or expire
	What   string `json:"what"` // accepted, of the new secret, or refused, of the old
	Before Timing `json:"before"`
	After  Timing `json:"after"`
}

// Timing sums up how long something took. Missing is how often it was waited for and
// did not come.
type Timing struct {
	Seen    int     `json:"seen"`
	Missing int     `json:"missing"`
	Min     float64 `json:"min_ms"`
	Median  float64 `json:"median_ms"`
	Max     float64 `json:"max_ms"`
}

// drifts has a line for whatever was waited for in both runs.
func drifts(before, after []Rotation) []Drift {
	list := []Drift{}
	old := latencies(before)
	for _, now := range latencies(after) {
		i := slices.IndexFunc(old, func(row latencyRow) bool { return row.Kind == now.Kind })
		if i < 0 {
			continue
		}
		for _, one := range []Drift{
			{now.Kind, "accepted", Timing(old[i].Accepted), Timing(now.Accepted)},
			{now.Kind, "refused", Timing(old[i].Refused), Timing(now.Refused)},
		} {
			if one.Before.Seen+one.Before.Missing > 0 && one.After.Seen+one.After.Missing > 0 {
				list = append(list, one)
			}
		}
	}
	return list
}

// Words is the timing in a line.
func (t Timing) Words() string { return latency(t).Words() }

// Subject is whose fate the line is about.
func (d Drift) Subject() string {
	if d.What == "accepted" {
		return "new accepted"
	}
	return "old refused"
}

// Words is how much later or sooner the median is.
func (d Drift) Words() string {
	if d.Before.Seen == 0 || d.After.Seen == 0 {
		return "no median to compare"
	}
	by := d.After.Median - d.Before.Median
	if by == 0 {
		return "the same median"
	}
	word := "later"
	if by < 0 {
		word = "sooner"
	}
	words := fmt.Sprintf("median %s %s", span(math.Abs(by)), word)
	if d.Before.Median > 0 {
		words += fmt.Sprintf(" (%+.0f %%)", 100*by/d.Before.Median)
	}
	return words
}

// differences says what else is not the same in the two runs, and so may be the reason
// of a change.
func differences(before, after *Report) []string {
	lines := []string{}
	add := func(name, a, b string) {
		if a != b {
			lines = append(lines, fmt.Sprintf("%s: %s → %s", name, cmp.Or(a, "none"), cmp.Or(b, "none")))
		}
	}
	add("target", before.Target.URL, after.Target.URL)
	for _, name := range namesOf(before.Target.Identity, after.Target.Identity) {
		add("it says "+name, before.Target.Identity[name], after.Target.Identity[name])
	}
	add("catalogue", before.Catalogue.Version, after.Catalogue.Version)
	if before.Catalogue.Version == after.Catalogue.Version {
		add("catalogue digest", before.Catalogue.Digest, after.Catalogue.Digest)
	}
	add("profile digest", before.Profile.Digest, after.Profile.Digest)
	for _, name := range namesOf(before.Profile.Policy, after.Profile.Policy) {
		add("policy "+name, before.Profile.Policy[name], after.Profile.Policy[name])
	}
	add("mode", before.Run.Mode, after.Run.Mode)
	add("chosen checks", orAll(before.Run.Checks), orAll(after.Run.Checks))
	add("oracle", before.Oracle.Kind, after.Oracle.Kind)
	add("principals", strings.Join(before.Run.Principals, ", "), strings.Join(after.Run.Principals, ", "))
	add("made with", before.Tool.Version, after.Tool.Version)
	if after.Run.Started.Before(before.Run.Started) {
		lines = append(lines, fmt.Sprintf("order: the second run is the earlier one, %s before %s", clock(after.Run.Started), clock(before.Run.Started)))
	}
	return lines
}

func namesOf(a, b map[string]string) []string {
	names := slices.Collect(maps.Keys(a))
	return slices.Compact(slices.Sorted(slices.Values(slices.AppendSeq(names, maps.Keys(b)))))
}
