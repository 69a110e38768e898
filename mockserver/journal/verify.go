package journal

import (
	"fmt"
	"strings"
)

// Verdict is what became of an expectation.
type Verdict struct {
	// Outcome is Pass, Fail or Inconclusive.
	Outcome string
	// Count is how many requests matched, or how many of InOrder were found.
	Count int
	// Evicted counts the requests after After that are gone: forgotten for the
	// bounds, or taken by a Clear when After names an id before it.
	Evicted uint64
	// Reason is a sentence without anything of a request in it.
	Reason string
	// Nearest are up to three requests that explain a verdict other than Pass: those
	// that should not have matched, or else those that agree in most members.
	Nearest []Near
}

// The outcomes. Inconclusive is given wherever what is gone could have decided
// otherwise; Pass and Fail hold whatever it was.
const (
	Pass         = "pass"
	Fail         = "fail"
	Inconclusive = "inconclusive"
)

// answers counts them.
type answers struct {
	certain, open int
}

// Verify holds the requests to the expectation. They are in the order in which they
// were recorded, which is that of their replies. Errors: *FieldError.
func (s Snapshot) Verify(x Expectation) (Verdict, error) {
	if err := x.check(s.Last); err != nil {
		return Verdict{}, err
	}
	entries, evicted, cleared := s.window(x.After)
	v := verification{expectation: &x, entries: entries, evicted: evicted, cleared: cleared}
	if x.InOrder != nil {
		return v.order(), nil
	}
	return v.number(), nil
}

// verification is an expectation with the requests that count for it.
type verification struct {
	expectation      *Expectation
	entries          []Entry
	evicted, cleared uint64
}

// number is the verdict for Exactly, AtLeast and Never.
func (v *verification) number() Verdict {
	x := v.expectation
	asked := x.Match.asked()
	var count answers
	for i := range v.entries {
		switch x.Match.matches(&v.entries[i], asked) {
		case yes:
			count.certain++
		case open:
			count.open++
		case no:
		}
	}
	lowest, highest, want := 0, 0, "none"
	switch {
	case x.Exactly != nil:
		lowest, highest, want = *x.Exactly, *x.Exactly, fmt.Sprintf("exactly %d", *x.Exactly)
	case x.AtLeast != nil:
		lowest, highest, want = *x.AtLeast, int(^uint(0)>>1), fmt.Sprintf("at least %d", *x.AtLeast)
	}
	verdict := Verdict{Count: count.certain, Evicted: v.evicted, Reason: requests(count.certain) + " matched, want " + want}
	doubt := v.evicted > 0 || count.open > 0
	switch {
	case count.certain > highest:
		verdict.Outcome = Fail
		verdict.Nearest = v.matching(highest)
		return verdict
	case count.certain >= lowest && (x.AtLeast != nil || !doubt):
		verdict.Outcome = Pass
		return verdict
	case doubt:
		verdict.Outcome = Inconclusive
		verdict.Reason += v.because(count.open)
	default:
		verdict.Outcome = Fail
	}
	verdict.Nearest = v.nearest(&x.Match)
	return verdict
}

// order is the verdict for InOrder.
func (v *verification) order() Verdict {
	wanted := v.expectation.InOrder
	found := v.subsequence(yes)
	verdict := Verdict{
		Outcome: Pass, Count: found, Evicted: v.evicted, Reason: fmt.Sprintf("%d of %d were found in this order", found, len(wanted)),
	}
	if found == len(wanted) {
		return verdict
	}
	verdict.Outcome = Fail
	verdict.Nearest = v.nearest(&wanted[found])
	if possible := v.subsequence(open); v.evicted > 0 || possible == len(wanted) {
		verdict.Outcome = Inconclusive
		verdict.Reason += v.because(possible - found)
	}
	return verdict
}

// subsequence returns how many of the wanted can be found one after the other when
// this answer is enough.
func (v *verification) subsequence(enough answer) int {
	wanted := v.expectation.InOrder
	found := 0
	var asked []member
	for i := range v.entries {
		if asked == nil {
			asked = wanted[found].asked()
		}
		if wanted[found].matches(&v.entries[i], asked) < enough {
			continue
		}
		if found++; found == len(wanted) {
			break
		}
		asked = nil
	}
	return found
}

// because says what makes it inconclusive.
func (v *verification) because(undecided int) string {
	var reasons []string
	if forgotten := v.evicted - v.cleared; forgotten > 0 {
		reasons = append(reasons, "forgotten and unknown: "+requests(int(forgotten)))
	}
	if v.cleared > 0 {
		reasons = append(reasons, "cleared and unknown: "+requests(int(v.cleared)))
	}
	if undecided > 0 {
		reasons = append(reasons, "kept in part and undecided: "+requests(undecided))
	}
	return "; " + strings.Join(reasons, "; ")
}

func requests(n int) string {
	if n == 1 {
		return "1 request"
	}
	return fmt.Sprintf("%d requests", n)
}
