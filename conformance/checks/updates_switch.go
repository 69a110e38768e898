package checks

import (
	"fmt"

	"github.com/keyturn/keyturn/conformance"
	"github.com/keyturn/keyturn/conformance/profile"
)

// disabledClientIsRefused takes a refusal of any kind: no standard says which one a
// client gets that is known and may not.
func disabledClientIsRefused(s *conformance.Session) {
	c, by := clientWithSecret(s), s.Profile().Switch
	c.Spoil()
	s.Given(c, c.Secret)
	if !turned(s, c, "disabled", by.Off) {
		return
	}
	var answer conformance.Answer
	var reply *conformance.Reply
	if !s.Within(s.Policy().Refuse, 2, func(...conformance.CallOption) bool {
		answer, reply = s.ProbeEverywhere(c, c.Secret.Value)
		return !reply.OK && reply.Status >= 400 && reply.Status <= 499
	}) {
		if answer == conformance.Unclear {
			s.Incompletef("the oracle does not tell whether a disabled client is refused: %s", reply)
		}
		s.FailOn(reply, fmt.Sprintf("refused within %s", s.Policy().Refuse), "the secret of a disabled client is accepted")
	}
	if turned(s, c, "enabled again", by.On) {
		s.BecomesAccepted(c, c.Secret, "the secret of a client that was disabled and enabled again", updatesKeepTheRest)
	}
}

// turned expects an update to set the switch, and a read to show it where one does.
func turned(s *conformance.Session, c *conformance.Client, what string, value any) bool {
	by := s.Profile().Switch
	if reply := switched(c, by, value); !reply.OK {
		canWrite(s, "update")
		s.FailOn(reply, what, "the client cannot be %s", what)
		return false
	}
	if by.Read == "" || !s.Profile().Binds("read") {
		return true
	}
	var reply *conformance.Reply
	var shown any
	if !s.Within(s.Policy().Accept, 1, func(options ...conformance.CallOption) bool {
		reply = c.Call("read", options...)
		shown, _ = profile.At(reply.JSON(), by.Read)
		return profile.Equal(shown, value)
	}) {
		s.Must(reply)
		s.FailOn(reply, asJSON(value), "the client was %s, and a read shows %s as %s", what, by.Read, asJSON(shown))
	}
	return true
}
