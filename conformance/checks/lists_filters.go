package checks

import (
	"fmt"
	"maps"
	"slices"
	"strconv"

	"github.com/keyturn/keyturn/conformance"
	"github.com/keyturn/keyturn/conformance/profile"
)

// filtersTakeData tries each filter with what the client has, so that one which finds
// nothing at all does not pass, and then with what a query could be made of.
func filtersTakeData(s *conformance.Session) {
	c := s.NewClient()
	var item profile.Values
	s.Within(s.Policy().Accept, 1, func(options ...conformance.CallOption) bool {
		item, _ = clientInList(s, c, options...)
		return item != nil
	})
	binding := s.Profile().Operations["list"]
	for _, name := range slices.Sorted(maps.Keys(binding.Filters)) {
		value := plainly(item[name])
		if value == "" {
			if s.Mode() != conformance.Plan {
				s.Incompletef("the list shows no %s of the client to narrow it down by", name)
			}
			value = "{" + name + "}"
		}
		f := filter{session: s, name: name, parameter: binding.Filter(name)}
		f.finds(c, value)
		for _, one := range queries(value) {
			f.takes(one)
		}
	}
}

// filter narrows the list of clients down by one value.
type filter struct {
	session   *conformance.Session
	name      string // of the value
	parameter string
	told      int
}

func (f *filter) ask(value string, options ...conformance.CallOption) *conformance.Reply {
	values := profile.Values{}
	if f.session.Profile().Operations["list"].Page != nil {
		values, _ = f.session.TurnTo("list", 0, largestPage(f.session), nil)
	}
	return f.session.Call("list", values, append(options, conformance.Query(f.parameter, value))...)
}

// finds expects the filter to find the client, and to have an effect.
func (f *filter) finds(c *conformance.Client, value string) {
	s := f.session
	var reply *conformance.Reply
	if s.Within(s.Policy().Accept, 1, func(options ...conformance.CallOption) bool {
		reply = f.ask(value, options...)
		items, _ := s.Profile().Items("list", reply.JSON())
		return reply.OK && slices.ContainsFunc(items, func(item profile.Values) bool { return isOf(c.Values, item) })
	}) || s.Mode() == conformance.Plan {
		f.onlyHas(reply, value, "the filter by "+f.name)
		return
	}
	f.told++
	s.FailOn(reply, "the client", "the filter by %s does not find the client that has the value", f.name)
}

// takes expects a value that no client has to find none, or to be refused as it is.
func (f *filter) takes(query variant) {
	s := f.session
	if f.told > 2 && s.Mode() != conformance.Plan {
		return // more of the same
	}
	reply := f.ask(query.value)
	what := fmt.Sprintf("the filter by %s with %s", f.name, query.what)
	if reply.OK {
		f.onlyHas(reply, query.value, what)
		return
	}
	if reply.Status < 400 || reply.Status > 499 {
		f.told++
		s.FailOn(reply, "no items, or a refusal with a 4xx", "%s: %s", what, reply)
	}
}

// onlyHas expects every item to have the very value.
func (f *filter) onlyHas(reply *conformance.Reply, value, what string) {
	others := 0
	for _, item := range f.session.Items(reply) {
		if plainly(item[f.name]) != value {
			others++
		}
	}
	if others > 0 {
		f.told++
		f.session.FailOn(reply, "items that have the value, and no others", "%s finds %s without the value", what, some(others, "item"))
	}
}

// plainly is a value as it stands in a query, "" for one that has no place there.
func plainly(value any) string {
	switch v := value.(type) {
	case string:
		return v
	case float64:
		return strconv.FormatFloat(v, 'f', -1, 64)
	}
	return ""
}

// queries are values that mean more than themselves once they are put into a query
// unescaped: patterns, and ends of a text with a condition after it. None changes
// anything.
func queries(value string) []variant {
	most := max(0, len(value)-1)
	return []variant{
		{"a percent sign", "%"},
		{"the beginning of one and a percent sign", value[:len(value)/2] + "%"},
		{"one whose last character is an underscore", value[:most] + "_"},
		{"an asterisk", "*"},
		{"a condition behind a single quote", value + "' OR '1'='1"},
		{"a condition behind a double quote", value + `" OR "1"="1`},
		{"a condition", value + " OR 1=1"},
		{"a comment behind a single quote", value + "'-- "},
	}
}
