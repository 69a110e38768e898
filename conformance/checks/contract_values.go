package checks

import (
	"fmt"

	"github.com/keyturn/keyturn/conformance"
	"github.com/keyturn/keyturn/conformance/profile"
	"github.com/keyturn/keyturn/conformance/report"
)

// valuesHaveTheirForm looks at every reply of the run to a method that the document has
// there. An id of the wrong form may be in one reply of a hundred.
func valuesHaveTheirForm(s *conformance.Session) {
	var told findings
	looked := 0
	judge := func(seen conformance.Seen) {
		if !asDocumented(seen.Reply) || seen.JSON() == nil {
			return
		}
		wrong, documented := seen.Route.Misformed(seen.HTTP(), seen.Response.Header, seen.JSON())
		if documented {
			looked++
		}
		for _, breach := range wrong {
			at := index.ReplaceAllString(breach.Pointer, "/*$1")
			told.show(s, seen, seen.Route.Name+at, report.Finding{
				Message:  fmt.Sprintf("%s answered HTTP %d with a value that is not what the document says: %s %s", seen.Route.Name, seen.HTTP(), at, breach.Message),
				Expected: "the documented form", Observed: breach.String(),
			})
		}
	}
	for _, seen := range s.Exchanges() {
		judge(seen)
	}
	if looked == 0 {
		for _, reply := range provoked(s) {
			judge(conformance.Seen{Check: "this check", Reply: reply})
		}
	}
	if looked == 0 && s.Mode() != conformance.Plan {
		s.Incompletef("no reply of the run has a documented body in JSON")
	}
}

// asDocumented reports whether a reply answers the method that the document has for its
// operation: what meets another is answered by whatever stands before the operation.
func asDocumented(reply *conformance.Reply) bool {
	return reply.Route != nil && !reply.Lost() && reply.Request.Method == reply.Route.Method
}

// refusalsAreMarked holds the API's own failures to the members that the profile
// declares for them, and its successes to having none of those.
func refusalsAreMarked(s *conformance.Session) {
	var told findings
	declared := s.Profile().Failure
	looked := overRun(s, refusedHere, func(seen conformance.Seen) {
		if !ownFailure(s, seen.Reply) {
			return
		}
		for _, pointer := range declared.Always {
			if member, _ := profile.At(seen.JSON(), pointer); !tells(member) {
				told.show(s, seen, seen.Route.Name+pointer, report.Finding{
					Message:  fmt.Sprintf("a failure of %s has %s in %s, which every failure has a value for", seen.Route.Name, asJSON(member), pointer),
					Expected: "a text or a number in " + pointer, Observed: asJSON(member),
				})
			}
		}
	})
	for _, seen := range s.Exchanges() {
		if !seen.OK || !asDocumented(seen.Reply) || seen.Route.TokenSide() {
			continue
		}
		for _, pointer := range declared.Only {
			if member, _ := profile.At(seen.JSON(), pointer); tells(member) {
				told.show(s, seen, "success "+seen.Route.Name+pointer, report.Finding{
					Message:  fmt.Sprintf("a success of %s has %s in %s, which is for failures alone", seen.Route.Name, asJSON(member), pointer),
					Expected: "nothing in " + pointer, Observed: asJSON(member),
				})
			}
		}
	}
	if looked == 0 && s.Mode() != conformance.Plan {
		s.Incompletef("no request of the run was refused")
	}
}

// refusedHere reports whether an operation of the management API was refused. One without a
// body says nothing, neither right nor wrong.
func refusedHere(reply *conformance.Reply) bool {
	return asDocumented(reply) && !reply.OK && !reply.Route.TokenSide() && reply.Route.Name != "login"
}

// ownFailure reports whether the API itself refused, and not what stands before it: then
// there is the envelope's member, or without an envelope an object.
func ownFailure(s *conformance.Session, reply *conformance.Reply) bool {
	if !refusedHere(reply) {
		return false
	}
	if envelope := s.Profile().Envelope; envelope != nil {
		_, has := profile.At(reply.JSON(), envelope.Member)
		return has
	}
	_, object := reply.JSON().(map[string]any)
	return object
}

// tells reports whether a member says anything: a text that is not empty, or a number.
func tells(member any) bool {
	switch v := member.(type) {
	case string:
		return v != ""
	case float64:
		return true
	}
	return false
}
