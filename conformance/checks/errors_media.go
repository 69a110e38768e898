package checks

import (
	"fmt"
	"mime"

	"github.com/keyturn/keyturn/conformance"
	"github.com/keyturn/keyturn/conformance/profile"
	"github.com/keyturn/keyturn/conformance/report"
)

// problemsHaveTheirMediaType looks at the failures whose document knows problem details
// and no other JSON. A failure without a body has no type to name.
func problemsHaveTheirMediaType(s *conformance.Session) {
	var told findings
	looked := overRun(s, dueAsProblem, func(seen conformance.Seen) {
		given := seen.Response.Header.Get("Content-Type")
		if media, _, err := mime.ParseMediaType(given); err == nil && media == problemType || len(seen.Response.Body) == 0 {
			return
		}
		told.show(s, seen, seen.Route.Name+given, report.Finding{
			Message:  fmt.Sprintf("a failure of %s with HTTP %d has the Content-Type %q", seen.Route.Name, seen.HTTP(), given),
			Expected: problemType, Observed: fmt.Sprintf("%q", given),
		})
	})
	if looked == 0 && s.Mode() != conformance.Plan {
		s.Incompletef("no failure of the run has problem details due to it")
	}
}

func dueAsProblem(reply *conformance.Reply) bool {
	if !asDocumented(reply) || reply.HTTP() < 400 {
		return false
	}
	response := reply.Route.Documented(reply.HTTP())
	return response != nil && len(response.Content) == 1 && response.Content[problemType] != nil
}

// occurrencesHaveTheirOwnID provokes each refusal twice, so that two that are alike have
// to differ in this, and then compares the ids of all failures of the run.
func occurrencesHaveTheirOwnID(s *conformance.Session) {
	pointer := s.Profile().Failure.ID
	var told findings
	named := map[string]conformance.Seen{}
	var unnamed *conformance.Reply
	refusals := 0
	consider := func(seen conformance.Seen) {
		if refusedHere(seen.Reply) {
			refusals++
		}
		if !ownFailure(s, seen.Reply) {
			return
		}
		unnamed = seen.Reply
		member, has := profile.At(seen.JSON(), pointer)
		if !has {
			return
		}
		id := fmt.Sprint(member)
		first, again := named[id]
		switch {
		case !tells(member):
			told.show(s, seen, "empty", report.Finding{
				Message:  fmt.Sprintf("a failure of %s has %s as the id of the occurrence", seen.Route.Name, asJSON(member)),
				Expected: "an id in " + pointer, Observed: asJSON(member),
			})
		case again:
			told.show(s, seen, "again", report.Finding{
				Message:  fmt.Sprintf("a failure of %s in %s and one of %s in %s have the same id, %s", first.Route.Name, first.Check, seen.Route.Name, seen.Check, asJSON(member)),
				Expected: "an id of its own for each failure", Observed: asJSON(member),
			})
		}
		named[id] = seen
	}
	for _, seen := range s.Exchanges() {
		consider(seen)
	}
	for range 2 {
		for _, reply := range provoked(s) {
			consider(conformance.Seen{Check: "this check", Reply: reply})
		}
	}
	switch {
	case s.Mode() == conformance.Plan:
	case refusals == 0:
		s.Incompletef("no request of the run was refused")
	case len(named) == 0 && unnamed != nil:
		s.FailOn(unnamed, "an id in "+pointer, "none of %d failures has an id of the occurrence", refusals)
	}
}
