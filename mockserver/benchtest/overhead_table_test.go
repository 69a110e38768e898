package benchtest

import (
	"fmt"
	"io"
	"math"
	"math/rand/v2"
	"slices"
	"testing"
	"text/tabwriter"
)

// comparison is one operation on two programs, round by round.
type comparison struct {
	name      string
	then, now []pace
}

// leastKept is how much of the former throughput has to be left.
const leastKept = 0.95

// kept is the ratio of the medians of the rounds that are named.
func (c comparison) kept(rounds []int) float64 {
	then, now := make([]float64, len(rounds)), make([]float64, len(rounds))
	for i, round := range rounds {
		then[i], now[i] = c.then[round].perSecond, c.now[round].perSecond
	}
	return median(now) / median(then)
}

// cost is what a request takes of the processor, as a ratio. Times come in hundredths of
// a second, which only many rounds together make fine enough.
func (c comparison) cost() float64 {
	var then, now float64
	for i := range c.then {
		then, now = then+float64(c.then[i].cpu), now+float64(c.now[i].cpu)
	}
	return now / then
}

// keptOverAll is the geometric mean of the operations' ratios.
func keptOverAll(all []comparison, rounds []int) float64 {
	sum := 0.0
	for _, one := range all {
		sum += math.Log(one.kept(rounds))
	}
	return math.Exp(sum / float64(len(all)))
}

// spread is where 95 of 100 ratios lie when the rounds are drawn anew, with
// replacement, two successive ones together: one begins with the former program and
// one with the present one.
func spread(rounds int, ratio func(rounds []int) float64) (low, high float64) {
	const (
		pair  = 2
		draws = 2000
		tail  = draws / 40
	)
	random := rand.New(rand.NewPCG(1, uint64(rounds)))
	found := make([]float64, draws)
	drawn := make([]int, rounds)
	for i := range found {
		for j := 0; j+1 < rounds; j += pair {
			first := random.IntN(rounds/pair) * pair
			drawn[j], drawn[j+1] = first, first+1
		}
		found[i] = ratio(drawn)
	}
	slices.Sort(found)
	return found[tail], found[draws-1-tail]
}

func everyRound(count int) []int {
	rounds := make([]int, count)
	for i := range rounds {
		rounds[i] = i
	}
	return rounds
}

// printOverhead writes the table and returns the ratio over all operations.
func printOverhead(to io.Writer, commit string, all []comparison) float64 {
	const padding = 2
	count := len(all[0].then)
	fmt.Fprintf(to, "\n%s, %d connections, load on the same cores; throughput now : at %s, nothing switched on\n\n", processorName(), connections, commit)
	table := tabwriter.NewWriter(to, 0, 0, padding, ' ', 0)
	fmt.Fprintln(table, "operation\ttarget\tratio of medians\t95 % of draws\trounds\tCPU per request\t\t")
	line := func(name string, ratio func([]int) float64, note string) float64 {
		whole := ratio(everyRound(count))
		low, high := spread(count, ratio)
		verdict := "met"
		if whole < leastKept {
			verdict = "MISSED"
		}
		fmt.Fprintf(table, "%s\t>= %.2f\t%.3f\t%.3f to %.3f\t%d\t%s\t%s\n", name, leastKept, whole, low, high, count, note, verdict)
		return whole
	}
	for _, one := range all {
		line(one.name, one.kept, fmt.Sprintf("%.3f  (%s : %s)", one.cost(), middle(one.now), middle(one.then)))
	}
	whole := line("over all", func(rounds []int) float64 { return keptOverAll(all, rounds) }, "")
	_ = table.Flush()
	return whole
}

// TestComparison has rounds of which the figures are known.
func TestComparison(t *testing.T) {
	t.Parallel()
	rates := func(perSecond ...float64) []pace {
		paces := make([]pace, len(perSecond))
		for i, rate := range perSecond {
			paces[i] = pace{perSecond: rate, cpu: 100}
		}
		return paces
	}
	half := comparison{then: rates(100, 100, 90, 110), now: rates(50, 50, 45, 55)}
	twice := comparison{then: rates(10, 10, 10, 10), now: rates(20, 20, 20, 20)}
	rounds := everyRound(len(half.then))
	for name, test := range map[string]struct{ got, want float64 }{
		"half": {half.kept(rounds), 0.5}, "half of one round": {half.kept([]int{3}), 0.5},
		"over all": {keptOverAll([]comparison{half, twice}, rounds), 1}, "cost": {half.cost(), 1},
	} {
		if math.Abs(test.got-test.want) > 1e-9 {
			t.Errorf("%s: got %v, want %v", name, test.got, test.want)
		}
	}
	uneven := comparison{then: rates(100, 100, 100, 100), now: rates(80, 80, 100, 100)}
	if low, high := spread(len(rounds), uneven.kept); low != 0.8 || high != 1 {
		t.Errorf("the spread is %v to %v, want 0.8 to 1", low, high)
	}
}
