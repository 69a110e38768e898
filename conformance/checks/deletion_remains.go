package checks

import (
	"github.com/keyturn/keyturn/conformance"
	"github.com/keyturn/keyturn/conformance/profile"
)

// tokensEndWithTheirClient has another client ask about the token, as its own cannot any
// more.
func tokensEndWithTheirClient(s *conformance.Session) {
	c, witness := clientWithSecret(s), clientWithSecret(s)
	s.Given(c, c.Secret)
	s.Given(witness, witness.Secret)
	token := tokenOf(s, c, c.Secret)
	if active, reply := introspected(s, witness, witness.Secret, token); !active {
		s.Incompletef("a client is not told of another's token (%s), so nothing tells of it once its client is deleted", reply)
	}
	s.Must(c.Delete())
	if reply := outlives(s, witness, token); reply != nil {
		s.FailOn(reply, "not active", "a token outlives the client that it was issued to")
	}
}

// outlives expects a token to become inactive within the declared bound. It returns the
// last reply where it does not.
func outlives(s *conformance.Session, witness *conformance.Client, token string) (reply *conformance.Reply) {
	ended := s.Within(s.Policy().Refuse, conformance.Agreeing, func(options ...conformance.CallOption) bool {
		var active bool
		active, reply = introspected(s, witness, witness.Secret, token, options...)
		return !active
	})
	if ended || s.Mode() == conformance.Plan {
		return nil
	}
	return reply
}

// takenIDStartsClean makes a client with the id of one that was deleted, which is its
// name wherever the caller chooses it. A refusal is a way to keep them apart too.
func takenIDStartsClean(s *conformance.Session) {
	c := clientWithSecret(s)
	s.Given(c, c.Secret)
	token := ""
	if s.Profile().Binds("token") && s.Profile().Binds("introspect") {
		token = tokenOf(s, c, c.Secret)
	}
	worn := wear(s, c)
	s.Must(c.Delete())
	if !refusedNow(s, c, c.Secret) {
		s.Incompletef("the secret of a deleted client goes on working, whoever has its id")
	}
	heir, reply := s.TryNewClient(conformance.With(s.Profile().ChosenID(), c.Name))
	if heir == nil {
		if reply.Status >= 500 {
			s.FailOn(reply, "made, or refused with a status of 4xx", "making a client with the id of a deleted one: %s", reply)
		}
		s.BecomesRefused(c, c.Secret, "the secret of a deleted client, whose id was refused to another,")
		return
	}
	if heir.Secret.Value == "" {
		heir.Rotate()
	}
	s.Given(heir, heir.Secret)
	if answer, reply := s.ProbeEverywhere(heir, c.Secret.Value); answer == conformance.Accepted {
		s.FailOn(reply, "refused", "the secret of a deleted client works for another that was made with its id")
	}
	if token != "" {
		if reply := outlives(s, heir, token); reply != nil {
			s.FailOn(reply, "not active", "a token of a deleted client is active for another that was made with its id")
		}
	}
	for _, attribute := range worn {
		if value, _ := profile.At(heir.Read().JSON(), attribute.Read); profile.Equal(value, attribute.Values[0]) {
			s.Failf("a client that was made with the id of a deleted one has its %s, %s", attribute.Name, asJSON(value))
		}
	}
}

// wear sets what a client of its own may have, and returns what it set.
func wear(s *conformance.Session, c *conformance.Client) (worn []profile.Attribute) {
	if !s.Profile().Binds("update") || !s.Profile().Binds("read") {
		return nil
	}
	for _, attribute := range s.Profile().Attributes {
		if len(attribute.Values) > 0 && !profile.Equal(attribute.Values[0], attribute.Default) {
			worn = append(worn, attribute)
		}
	}
	if len(worn) > 0 {
		s.Must(c.Call("update", setting(worn, 0)...))
	}
	return worn
}
