package journal

import (
	"fmt"
	"slices"
	"strconv"
	"strings"
)

const (
	maxNear = 3
	// maxQuoted is how much of a text a sentence quotes.
	maxQuoted = 120
)

// Near is a request that explains a verdict.
type Near struct {
	ID      uint64
	want    Match
	differs []differing
	score   int
}

type differing struct {
	by   member
	open bool
}

// Difference says in what the request differs from what was expected, as in "status
// is 400, want 200; violation: …". It quotes nothing of the request but what is in
// shown, the same request as a Redactor returned it.
func (n Near) Difference(shown *Shown) string {
	if len(n.differs) == 0 {
		return "it matches"
	}
	var all []string
	for _, differs := range n.differs {
		if differs.open {
			all = append(all, "whether the "+n.name(differs.by)+" agrees cannot be told, as too little was kept")
			continue
		}
		all = append(all, n.sentence(differs.by, shown))
	}
	if shown.Violation != "" {
		all = append(all, "violation: "+clip(shown.Violation))
	}
	return strings.Join(all, "; ")
}

func (Near) name(by member) string {
	return [members]string{
		byProvider: "provider", byOperation: "operation", byClient: "client", byMethod: "method", byPath: "path", byStatus: "status",
	}[by]
}

func (n Near) sentence(by member, shown *Shown) string {
	path, _, _ := strings.Cut(shown.URL, "?")
	var got, want string
	switch by {
	case byClient:
		return "it is not of client " + clip(n.want.Client)
	case byProvider:
		got, want = shown.Provider, n.want.Provider
	case byOperation:
		got, want = shown.Operation, n.want.Operation
	case byMethod:
		got, want = shown.Method, n.want.Method
	case byPath:
		got, want = path, n.want.Path
	case byStatus:
		got, want = strconv.Itoa(shown.Status), strconv.Itoa(n.want.Status)
	}
	if got == "" {
		got = "none"
	}
	return fmt.Sprintf("%s is %s, want %s", n.name(by), clip(got), clip(want))
}

func clip(text string) string {
	if len(text) <= maxQuoted {
		return text
	}
	return strings.ToValidUTF8(text[:maxQuoted], "") + "…"
}

// nearest returns the requests that agree in most members without all agreeing.
// What is undecided counts half, a path that begins like the wanted one a little,
// and the newest come first.
func (v *verification) nearest(want *Match) []Near {
	var best []Near
	asked := want.asked()
	for i := len(v.entries) - 1; i >= 0; i-- {
		near := want.compare(&v.entries[i], asked)
		if len(near.differs) == 0 {
			continue
		}
		at, _ := slices.BinarySearchFunc(best, near.score, func(other Near, score int) int {
			if other.score >= score {
				return -1
			}
			return 1
		})
		if at < maxNear {
			best = slices.Insert(best, at, near)
			best = best[:min(len(best), maxNear)]
		}
	}
	return best
}

func (m *Match) compare(e *Entry, asked []member) Near {
	const whole, half = 1000, 500
	near := Near{ID: e.ID, want: *m}
	for _, by := range asked {
		switch m.agree(e, by) {
		case yes:
			near.score += whole
		case open:
			near.score += half
			near.differs = append(near.differs, differing{by: by, open: true})
		case no:
			near.differs = append(near.differs, differing{by: by})
			if by == byPath {
				near.score += commonStart(e.path(), m.Path, half-1)
			}
		}
	}
	return near
}

func commonStart(a, b string, most int) int {
	n := 0
	for n < min(len(a), len(b), most) && a[n] == b[n] {
		n++
	}
	return n
}

// matching returns those that match after the first that were allowed to.
func (v *verification) matching(allowed int) []Near {
	var list []Near
	asked := v.expectation.Match.asked()
	for i := range v.entries {
		if v.expectation.Match.matches(&v.entries[i], asked) != yes {
			continue
		}
		if allowed > 0 {
			allowed--
			continue
		}
		if list = append(list, Near{ID: v.entries[i].ID}); len(list) == maxNear {
			break
		}
	}
	return list
}
