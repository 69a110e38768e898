package checks

import (
	"fmt"
	"maps"
	"slices"
	"strings"

	"github.com/keyturn/keyturn/conformance"
	"github.com/keyturn/keyturn/conformance/profile"
)

// disagreement is a member that two views of one client show differently.
type disagreement struct {
	pointer        string
	listed, detail any
}

// listAgreesWithDetail sets the attributes first: what is empty agrees by itself.
func listAgreesWithDetail(s *conformance.Session) {
	c := lookedAt(s)
	if attributes := s.Profile().Attributes; s.Mode() != conformance.ReadOnly && s.Profile().Binds("update") && len(attributes) > 0 {
		s.Must(c.Call("update", setting(attributes, 0)...))
	}
	var page *conformance.Reply
	var listed, detail any
	var differing []disagreement
	agree := s.Within(s.Policy().Accept, 1, func(options ...conformance.CallOption) bool {
		listed, page = rawInList(s, c, options...)
		read := s.Must(c.Call("read", options...))
		detail = clientIn(read.JSON(), read.Route.Binding)
		differing = disagreements(listed, detail, "")
		differing = slices.DeleteFunc(differing, func(one disagreement) bool {
			// Lists leave secrets out, by right.
			return len(s.Leaks([]byte(asJSON(one.detail)+asJSON(one.listed)))) > 0
		})
		return listed != nil && len(differing) == 0
	})
	switch {
	case s.Mode() == conformance.Plan:
	case listed == nil:
		s.Incompletef("the list does not have the client")
	case shared(listed, detail) == 0:
		s.Incompletef("what the list shows of a client and what a read shows have no member in common")
	case !agree:
		for _, one := range differing[:min(most, len(differing))] {
			s.FailOn(page, "as a read shows it: "+asJSON(one.detail), "the list shows %s as %s, and a read as %s", one.pointer, asJSON(one.listed), asJSON(one.detail))
		}
	}
}

// rawInList is the item of a client as it stands in the list, nil where there is none,
// and the page.
func rawInList(s *conformance.Session, c *conformance.Client, options ...conformance.CallOption) (item any, page *conformance.Reply) {
	walkList(s, largestPage(s), func(reply *conformance.Reply, items []profile.Values) bool {
		page = reply
		i := slices.IndexFunc(items, func(one profile.Values) bool { return isOf(c.Values, one) })
		if i < 0 {
			return false
		}
		raw, _ := profile.At(reply.JSON(), fmt.Sprint(*reply.Route.Binding.Items, "/", i))
		item = clientIn(raw, reply.Route.Binding)
		return true
	}, options...)
	return item, page
}

// clientIn is the object that a client's id is a member of.
func clientIn(value any, binding profile.Binding) any {
	for _, name := range []string{"client", "client_id"} {
		if pointer := binding.Take[name]; pointer != "" {
			object, _ := profile.At(value, pointer[:strings.LastIndexByte(pointer, '/')])
			return object
		}
	}
	return value
}

// disagreements compares the members that both have.
func disagreements(listed, detail any, at string) []disagreement {
	one, isObject := listed.(map[string]any)
	other, areObjects := detail.(map[string]any)
	if !isObject || !areObjects {
		if at == "" || profile.Equal(listed, detail) {
			return nil
		}
		return []disagreement{{at, listed, detail}}
	}
	var found []disagreement
	for _, name := range slices.Sorted(maps.Keys(one)) {
		if shown, has := other[name]; has {
			found = append(found, disagreements(one[name], shown, at+"/"+name)...)
		}
	}
	return found
}

// shared counts the members that two objects both have.
func shared(listed, detail any) int {
	one, _ := listed.(map[string]any)
	other, _ := detail.(map[string]any)
	count := 0
	for name := range one {
		if _, has := other[name]; has {
			count++
		}
	}
	return count
}

func unknownClientHasNoList(s *conformance.Session) {
	none := s.NoClient()
	reply := s.Call("list_secrets", profile.Values{"client": none, "client_id": none})
	if items, ok := s.Profile().Items("list_secrets", reply.JSON()); reply.OK && ok {
		s.FailOn(reply, "refused with "+statusWords(s.Profile().Statuses.Unknown),
			"the secrets of a client that does not exist are listed, and there are %d", len(items))
		return
	}
	s.Refused(reply, s.Profile().Statuses.Unknown, "listing the secrets of a client that does not exist")
}
