package journal

import (
	"fmt"
	"slices"
	"strings"
)

// likeness is how a path differs from a template. Less cost is nearer, and of what
// costs the same what has more segments that agree to the letter.
type likeness struct {
	cost     int
	literals int
	// why is nil when nothing differs.
	why []string
}

func (l likeness) less(other likeness) bool {
	if l.cost != other.cost {
		return l.cost < other.cost
	}
	return l.literals > other.literals
}

// What a slip costs. They order guesses and have no other meaning.
const (
	costSlash    = 1 // at the end, or twice
	costCase     = 1
	costMethod   = 2
	costOutside  = 4 // something before the path or behind it, or missing there
	costSegment  = 1 // and one for each letter that differs
	costTemplate = 1 // takes anything, so it tells little
	maxDiffering = 2 // segments
	maxOutside   = 3 // segments
)

// compare tries one explanation after the other, and reports whether there is any.
func compare(got, want []string) (likeness, bool) {
	if slices.Equal(got, want) {
		return likeness{literals: len(want)}, true
	}
	if l, near := aligned(got, want); near {
		return l, true
	}
	if cleaned := withoutEmpty(got); len(cleaned) < len(got) && len(cleaned) > 0 {
		if l, near := exactly(cleaned, withoutEmpty(want)); near {
			return l.with(costSlash, "there is a slash too many"), true
		}
	}
	if last := len(want) - 1; last > 0 && want[last] == "" {
		if l, near := exactly(got, want[:last]); near {
			return l.with(costSlash, "the slash at the end is missing"), true
		}
	}
	switch more := len(got) - len(want); {
	case more > 0 && more <= maxOutside:
		if l, near := exactly(got[more:], want); near {
			return l.with(costOutside, "/"+clip(strings.Join(got[:more], "/"))+" stands before it"), true
		}
		if l, near := exactly(got[:len(want)], want); near {
			return l.with(costOutside, fmt.Sprintf("segment %d %q is too much", len(want)+1, clip(got[len(want)]))), true
		}
	case more < 0 && more >= -maxOutside:
		if l, near := exactly(got, want[-more:]); near {
			return l.with(costOutside, "/"+strings.Join(want[:-more], "/")+" is missing before it"), true
		}
		if l, near := exactly(got, want[:len(got)]); near {
			return l.with(costOutside, fmt.Sprintf("segment %d %q is missing", len(got)+1, want[len(got)])), true
		}
	}
	return likeness{}, false
}

// exactly compares without any other difference, and wants a literal that agrees.
func exactly(got, want []string) (likeness, bool) {
	l, near := aligned(got, want)
	return l, near && l.why == nil
}

func (l likeness) with(cost int, why string) likeness {
	return likeness{cost: l.cost + cost, literals: l.literals, why: append(l.why, why)}
}

// aligned compares segment by segment.
func aligned(got, want []string) (likeness, bool) {
	if len(got) != len(want) {
		return likeness{}, false
	}
	l := likeness{}
	for i, segment := range got {
		switch {
		case segment == want[i] && segment != "":
			l.literals++
		case segment == want[i]:
		case segment != "" && strings.Contains(want[i], "{"):
			l.cost += costTemplate
		case len(l.why) == maxDiffering:
			return likeness{}, false
		default:
			cost, near := slip(segment, want[i])
			if !near {
				return likeness{}, false
			}
			l = l.with(cost, fmt.Sprintf("segment %d is %q, not %q", i+1, clip(segment), want[i]))
		}
	}
	return l, l.literals > 0 || len(l.why) == 1
}

func withoutEmpty(segments []string) []string {
	kept := make([]string, 0, len(segments))
	for _, segment := range segments {
		if segment != "" {
			kept = append(kept, segment)
		}
	}
	return kept
}

// slip is what it costs to take got for want, and whether it is likely at all.
func slip(got, want string) (cost int, near bool) {
	if got == "" || want == "" || strings.Contains(want, "{") {
		return 0, false
	}
	if strings.EqualFold(got, want) {
		return costCase, true
	}
	most := min(3, max(1, len(want)/3))
	if distance := editDistance(strings.ToLower(got), strings.ToLower(want), most); distance <= most {
		return costSegment + distance, true
	}
	return 0, false
}

// editDistance counts the letters to put in, leave out or replace, up to most; more
// are most+1. Only a band as wide as that around the diagonal is looked at.
func editDistance(a, b string, most int) int {
	if d := len(a) - len(b); d > most || -d > most {
		return most + 1
	}
	row := make([]int, len(b)+1)
	for j := range row {
		row[j] = min(j, most+1)
	}
	for i := range len(a) {
		from, to := max(0, i-most), min(len(b), i+1+most)
		diagonal := row[from]
		if from == 0 {
			row[0] = min(i+1, most+1)
		} else {
			row[from] = most + 1
		}
		least := row[from]
		for j := from; j < to; j++ {
			above := row[j+1]
			if j+1 == to && to == i+1+most {
				above = most + 1 // outside the band of the row before
			}
			next := min(above, row[j]) + 1
			if a[i] == b[j] {
				next = min(next, diagonal)
			} else {
				next = min(next, diagonal+1)
			}
			diagonal, row[j+1] = row[j+1], min(next, most+1)
			least = min(least, row[j+1])
		}
		if least > most {
			return most + 1
		}
	}
	return row[len(b)]
}
