package checks

import (
	"strings"

	"github.com/getkin/kin-openapi/openapi3"

	"github.com/keyturn/keyturn/conformance"
	"github.com/keyturn/keyturn/conformance/profile"
)

// emptyUpdateChangesNothing sets the attributes first, so that there is something to
// lose.
func emptyUpdateChangesNothing(s *conformance.Session) {
	c := s.NewClient()
	if attributes := s.Profile().Attributes; len(attributes) > 0 {
		s.Must(c.Call("update", setting(attributes, 0)...))
	}
	before := settled(s, c)
	reply := c.Call("update")
	if !reply.OK {
		s.Refused(reply, s.Profile().Statuses.Invalid, "an update with no member")
	}
	differences := before.Diff(s.Snapshot(c), mayMove(s, before))
	for _, difference := range differences[:min(most, len(differences))] {
		s.FailOn(reply, "the client as before", "an update with no member changed the client: %s", difference)
	}
}

// readShowsWhatWasWritten writes in every way there is, each time other values.
func readShowsWhatWasWritten(s *conformance.Session) {
	attributes := s.Profile().Attributes
	var initial []profile.Attribute // what a creation takes
	for _, attribute := range attributes {
		if takes(s.Profile().Route("create").BodySchema(), attribute.Write) {
			initial = append(initial, attribute)
		}
	}
	c, reply := s.TryNewClient(setting(initial, 0)...)
	if c == nil {
		s.Incompletef("no client could be made with the attributes of the profile: create answered %s", reply)
	}
	shows(s, c, "the creation", initial, 0)
	if s.Profile().Binds("update") && len(attributes) > 0 {
		s.Must(c.Call("update", setting(attributes, 1)...))
		shows(s, c, "the update", attributes, 1)
	}
	if s.Profile().Binds("replace") {
		s.Must(c.Call("replace", append(replacing(s, c), setting(attributes, 0)...)...))
		shows(s, c, "the replacement", attributes, 0)
	}
}

// takes reports whether the schema of a body has the member that a pointer begins with.
func takes(schema *openapi3.Schema, pointer string) bool {
	if schema == nil {
		return false
	}
	name, _, _ := strings.Cut(strings.TrimPrefix(pointer, "/"), "/")
	if schema.Properties[name] != nil {
		return true
	}
	for _, part := range schema.AllOf {
		if takes(part.Value, pointer) {
			return true
		}
	}
	return false
}

// shows expects a read to have the i-th values of attributes, and the name and the ids
// of the client.
func shows(s *conformance.Session, c *conformance.Client, write string, attributes []profile.Attribute, i int) {
	var reply *conformance.Reply
	var wrong []disagreement
	compare := func(pointer string, want, got any) {
		if !profile.Equal(got, want) {
			wrong = append(wrong, disagreement{pointer, got, want})
		}
	}
	if s.Within(s.Policy().Accept, 1, func(options ...conformance.CallOption) bool {
		reply = s.Must(c.Call("read", options...))
		wrong = nil
		for _, attribute := range attributes {
			if i < len(attribute.Values) {
				got, _ := profile.At(reply.JSON(), attribute.Read)
				compare(attribute.Read, attribute.Values[i], got)
			}
		}
		for name, pointer := range reply.Route.Binding.Take {
			switch name {
			case "name":
				compare(pointer, c.Name, reply.Values[name])
			case "client", "client_id":
				compare(pointer, c.Values[name], reply.Values[name])
			}
		}
		return len(wrong) == 0
	}) {
		return
	}
	for _, one := range wrong {
		s.FailOn(reply, asJSON(one.detail), "after %s a read shows %s as %s, and it was written as %s", write, one.pointer, asJSON(one.listed), asJSON(one.detail))
	}
}
