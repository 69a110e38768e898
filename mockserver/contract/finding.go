package contract

import (
	"cmp"
	"regexp"
	"slices"
	"strings"
)

// Level is how much a finding weighs.
type Level string

// The levels.
const (
	// Violation is what the document forbids, or demands and does not get.
	Violation Level = "violation"
	// Info is what the document neither knows nor forbids.
	Info Level = "info"
)

// Where a finding can be.
const (
	InBody   = "body"
	InHeader = "header"
	InMedia  = "media type"
	InPath   = "path"
	InQuery  = "query"
	InStatus = "status"
)

// Finding is one difference between an exchange and its document. It holds nothing of
// the values, so that it can be shown to everybody and counted with others of its kind.
type Finding struct {
	Level Level
	// In is one of the In constants.
	In string
	// Member is a JSON pointer into the body with * for each index, the name of a
	// parameter or header, or the status. A name that could be data is * too.
	Member string
	// Rule says what is broken: "required member is missing", "type is string, want
	// integer".
	Rule string
}

// mostFindings is how many one exchange is good for. More tell nothing new, and somebody
// else's body can have any number of members.
const mostFindings = 200

// findings are the different ones of an exchange.
type findings struct {
	list []Finding
	in   string
	// met counts them all, those that are in the list already included.
	met int
}

func (f *findings) add(level Level, member, rule string) {
	f.met++
	one := Finding{Level: level, In: f.in, Member: member, Rule: rule}
	if len(f.list) < mostFindings && !slices.Contains(f.list, one) {
		f.list = append(f.list, one)
	}
}

// sorted has violations first, and each by its place.
func (f *findings) sorted() []Finding {
	slices.SortStableFunc(f.list, func(a, b Finding) int {
		return cmp.Or(-strings.Compare(string(a.Level), string(b.Level)),
			strings.Compare(a.In, b.In), strings.Compare(a.Member, b.Member), strings.Compare(a.Rule, b.Rule))
	})
	return f.list
}

// anyName stands for an index, and for a name that could be data.
const anyName = "*"

var (
	ordinaryName = regexp.MustCompile(`^[A-Za-z_$@][A-Za-z0-9_$@.:-]{0,39}$`)
	digits       = regexp.MustCompile(`[0-9]`)
)

// nameOf is a name that the document does not know, as it may be shown. Some APIs have
// maps whose keys are ids, or worse; those have digits or are long.
func nameOf(name string) string {
	const few = 2
	if !ordinaryName.MatchString(name) || len(digits.FindAllStringIndex(name, few+1)) > few {
		return anyName
	}
	return name
}

var escapes = strings.NewReplacer("~", "~0", "/", "~1")

// under appends a segment to a JSON pointer (RFC 6901 section 3).
func under(pointer, segment string) string { return pointer + "/" + escapes.Replace(segment) }
