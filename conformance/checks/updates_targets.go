package checks

import (
	"net/http"
	"slices"
	"strconv"

	"github.com/keyturn/keyturn/conformance"
	"github.com/keyturn/keyturn/conformance/profile"
)

// unknownClientIsNotWritten leaves replacements out where the document has a 201 for
// them: there they create by right (RFC 9110 section 9.3.4).
func unknownClientIsNotWritten(s *conformance.Session) {
	for _, write := range []struct{ operation, what string }{{"update", "the update"}, {"replace", "the replacement"}} {
		route := s.Profile().Route(write.operation)
		if route == nil {
			continue
		}
		if write.operation == "replace" && route.Operation.Responses.Value(strconv.Itoa(http.StatusCreated)) != nil {
			s.Step("a replacement of a client that does not exist is left out: the document says that it creates one")
			continue
		}
		unknown := strangers(s)
		reply := s.Call(write.operation, unknown, setting(s.Profile().Attributes, 0)...)
		s.Refused(reply, s.Profile().Statuses.Unknown, write.what+" of a client that does not exist")
		if isThere(s, unknown) {
			s.FailOn(reply, "no such client afterwards", "%s of a client that does not exist made it", write.what)
			if s.Profile().Binds("delete") && s.Profile().Binds("read") {
				s.Call("delete", unknown) // it is this check's: a read before showed that the id was nobody's
			}
		}
	}
}

// isThere looks for a client by its ids.
func isThere(s *conformance.Session, ids profile.Values) bool {
	if s.Mode() == conformance.Plan {
		return false
	}
	if s.Profile().Binds("read") {
		return s.Call("read", ids).OK
	}
	return s.Profile().Binds("list") && slices.ContainsFunc(s.Walk("list", 0), func(item profile.Values) bool { return isOf(ids, item) })
}

// takenIDIsRefused gives the second client a name of its own, so that nothing but the
// id is taken.
func takenIDIsRefused(s *conformance.Session) {
	c := s.NewClient()
	before := settled(s, c)
	chosen, taken := s.Profile().ChosenID(), c.Name
	if chosen == "client_id" {
		taken = c.ID()
	}
	second, reply := s.TryNewClient(conformance.With(chosen, taken))
	if second != nil {
		s.FailOn(reply, "refused with "+statusWords(s.Profile().Statuses.Taken), "a second client with an id that another has was made")
	} else {
		s.Refused(reply, s.Profile().Statuses.Taken, "making a client with an id that another has")
		if strays, looked := s.Strays(); looked && len(strays) > 0 && s.Mode() != conformance.Plan {
			s.FailOn(reply, "no other client", "making a client with an id that another has was refused, and made one all the same")
		}
	}
	s.Unchanged(c, before, "making a client with the same id")
}
