package checks

import (
	"fmt"
	"slices"

	"github.com/keyturn/keyturn/conformance"
	"github.com/keyturn/keyturn/conformance/profile"
)

// foreignerCannotRead has another tenant's administrator look at a client of the admin's,
// from its own tenant and, where requests name one, with the client's in the request.
func foreignerCannotRead(s *conformance.Session) {
	c, foreign := bystander(s), s.Foreign()
	operations := readings(s)
	for _, operation := range operations {
		var reply *conformance.Reply
		s.Within(s.Policy().Accept, 1, func(...conformance.CallOption) bool {
			reply = c.Call(operation)
			return reply.OK
		})
		s.Must(reply) // otherwise that it is refused says nothing
	}
	pry := func(words string, options ...conformance.CallOption) {
		options = append(options, conformance.As(foreign))
		for _, operation := range operations {
			if operation == "list" {
				notListed(s, c, words, options...)
				continue
			}
			s.Refused(c.Call(operation, options...), s.Profile().Statuses.Foreign, operation+" "+words)
		}
	}
	pry("by another tenant's administrator")
	if naming, scope := namingHome(s); naming != nil {
		pry("by another tenant's administrator who names the client's "+scope, naming)
	}
}

// namingHome puts the admin's tenant into a request; nil where requests name none, or the
// credentials do not tell the tenants apart.
func namingHome(s *conformance.Session) (naming conformance.CallOption, scope string) {
	if scope = s.Profile().Scope; scope == "" {
		return nil, ""
	}
	home := s.Admin().Value(scope)
	if home == "" || home == s.Foreign().Value(scope) {
		s.Step("the client's own %s is not tried: the credentials do not name one for admin that is not foreign's", scope)
		return nil, scope
	}
	return conformance.With(scope, home), scope
}

// notListed expects a list to be refused, or not to have the client.
func notListed(s *conformance.Session, c *conformance.Client, words string, options ...conformance.CallOption) {
	reply := s.Call("list", nil, options...)
	if !reply.OK {
		s.Step("list %s: %s", words, reply)
		return
	}
	walkList(s, largestPage(s), func(page *conformance.Reply, items []profile.Values) bool {
		has := slices.ContainsFunc(items, func(item profile.Values) bool { return isOf(c.Values, item) })
		if has {
			s.FailOn(page, "a list without the client", "list %s has the client %v", words, c.Values["client"])
		}
		return has
	}, options...)
}

// deletionStaysAtHome names a client of one's own and one of another tenant in a single
// deletion. What becomes of one's own is for the service to say, and has to be so then.
func deletionStaysAtHome(s *conformance.Session) {
	parameter, value := s.Profile().Bulk()
	own, theirs := s.NewClient(), s.NewClient(conformance.As(s.Foreign()))
	own.Read()
	theirs.Read()
	ownBefore, theirsBefore := settled(s, own), settled(s, theirs)
	const what = "a deletion that names a client of one's own and another tenant's"
	reply := own.Delete(conformance.Query(parameter, fmt.Sprint(theirs.Values[value])))
	if left := theirs.Call("read"); notThere(s, left) {
		s.FailOn(left, "the other tenant's client as before", "%s deletes the other tenant's", what)
	} else {
		s.Unchanged(theirs, theirsBefore, what)
	}
	statuses := s.Profile().Statuses
	after := own.Call("read")
	lost := notThere(s, after)
	switch {
	case reply.OK && !lost:
		s.FailOn(after, "no such client", "%s succeeds, and one's own is still there", what)
	case !reply.OK && lost:
		s.FailOn(reply, "success, or that nothing is deleted", "%s is refused, and one's own is gone", what)
	case !reply.OK:
		s.Refused(reply, union(statuses.Unknown, statuses.Foreign), what)
		s.Unchanged(own, ownBefore, what)
	}
}

// notThere reports that a read says that there is no such client. One that does not
// succeed for another reason says neither, and ends the check as incomplete.
func notThere(s *conformance.Session, reply *conformance.Reply) bool {
	if saysNo(reply) && s.Mode() != conformance.Plan {
		return true
	}
	s.Must(reply)
	return false
}

// tenantsDoNotMixAtTheTokenSide tries the secrets of two tenants' clients crosswise.
func tenantsDoNotMixAtTheTokenSide(s *conformance.Session) {
	ours, theirs := s.NewClient(), s.NewClient(conformance.As(s.Foreign()))
	s.Given(ours, ours.Secret)
	s.Given(theirs, theirs.Secret)
	for _, endpoint := range endpoints(s) {
		premise(s, ours, endpoint)
		for _, way := range s.Profile().ClientAuth {
			for _, pair := range []struct {
				words   string
				id, has *conformance.Client
			}{
				{"a client takes the secret of another tenant's", ours, theirs},
				{"another tenant's client takes the secret of one", theirs, ours},
			} {
				proof := conformance.ProvingBy(way, pair.id.ID(), pair.has.Secret.Value)
				reply := s.Call(endpoint, profile.Values{"token": noToken}, proof)
				if reply.OK {
					authenticates(s, pair.id, endpoint, way)
					s.FailOn(reply, "the error invalid_client", "%s by %s: %s", endpoint, way, pair.words)
				}
				giveBack(s, reply, proof)
			}
		}
	}
}
