package checks

import (
	"github.com/keyturn/keyturn/conformance"
	"github.com/keyturn/keyturn/conformance/profile"
)

// tokensGoAsDeclared ends the secret that a token was issued to: by the rotation where
// that replaces it, and by its deletion where both stand side by side, which is the last
// step of a rotation there. Another secret of the client asks about the token.
func tokensGoAsDeclared(s *conformance.Session) {
	c := clientWithSecret(s)
	holder, end := c.Secret, func() { c.Rotate() }
	if s.Policy().Rotation != "replace" && canDeleteSecrets(s) {
		makeRoom(s, c)
		holder = secretToDelete(s, c)
		end = func() { s.Must(c.DeleteSecret(holder)) }
	}
	s.Given(c, holder)
	token := tokenOf(s, c, holder)
	if active, reply := introspected(s, c, holder, token); !active {
		s.Incompletef("a token is not active before the rotation either: %s", reply)
	}
	end()
	s.Given(c, c.Secret)
	keeps := s.Policy().TokenEffect == "keep"
	var reply *conformance.Reply
	asDeclared := s.Within(s.Policy().Refuse, conformance.Agreeing, func(options ...conformance.CallOption) bool {
		var active bool
		active, reply = introspected(s, c, c.Secret, token, options...)
		return active == keeps
	})
	switch {
	case asDeclared:
	case keeps:
		s.FailOn(reply, "active, as the profile declares that tokens are kept", "a rotation ended a token that was issued before it")
	default:
		s.FailOn(reply, "not active, as the profile declares that tokens are revoked", "a token that was issued before a rotation outlives it")
	}
}

// tokenOf gets a token for a client's secret. The check ends as incomplete without one.
func tokenOf(s *conformance.Session, c *conformance.Client, secret conformance.Secret) string {
	reply := s.Must(s.Call("token", nil, s.Proving(c.ID(), secret.Value)))
	token := reply.Text("token")
	if token == "" {
		s.Incompletef("the token endpoint answered %s, and its reply has no token", reply)
	}
	return token
}

// introspected reports whether a token is active by what a client is told, or the
// administrator where that is who asks.
func introspected(s *conformance.Session, c *conformance.Client, secret conformance.Secret, token string, options ...conformance.CallOption) (bool, *conformance.Reply) {
	if s.Profile().Route("introspect").TokenSide() {
		options = append(options, s.Proving(c.ID(), secret.Value))
	}
	reply := s.Must(s.Call("introspect", profile.Values{"token": token}, options...))
	return reply.Values["active"] == true || s.Mode() == conformance.Plan, reply
}
