package checks

import (
	"maps"
	"slices"
	"strings"

	"github.com/keyturn/keyturn/conformance"
)

// leastBodyIsEnough makes a client of what the document requires and of what the run
// needs to find it again, and of nothing else.
func leastBodyIsEnough(s *conformance.Session) {
	route := s.Profile().Route("create")
	schema := route.BodySchema()
	if schema == nil {
		s.Incompletef("the document has no schema of a creation's body")
	}
	needed := slices.Clone(schema.Required)
	for _, pointer := range route.Binding.Put {
		if member, inBody := strings.CutPrefix(pointer, "/body/"); inBody {
			needed = append(needed, member)
		}
	}
	left := 0
	made, reply := s.TryNewClient(s.Reworked("create", func(body map[string]any) []byte {
		all := len(body)
		maps.DeleteFunc(body, func(name string, _ any) bool { return !slices.Contains(needed, name) })
		left = all - len(body)
		return encoded(body)
	}))
	if made != nil {
		made.Spoil() // it may lack what other checks need, such as the right to tokens
	}
	switch {
	case s.Mode() == conformance.Plan:
	case made == nil:
		s.FailOn(reply, "a new client", "a creation with what the document requires alone (%d members fewer than another): %s", left, reply)
	case left == 0:
		s.Step("the ordinary creation has nothing that the document does not require")
	}
}
