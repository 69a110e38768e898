package checks

import (
	"github.com/keyturn/keyturn/conformance"
	"github.com/keyturn/keyturn/conformance/profile"
)

// switched sets the member that disables a client and enables it again.
func switched(c *conformance.Client, by profile.Switch, value any) *conformance.Reply {
	return c.Call("update", conformance.Member(by.Write, value))
}

// refusedNow reports whether a secret comes to be refused within the declared bound. It
// judges nothing, and the secret may work again later.
func refusedNow(s *conformance.Session, c *conformance.Client, secret conformance.Secret) bool {
	return s.Within(s.Policy().Refuse, conformance.Agreeing, func(options ...conformance.CallOption) bool {
		return s.Probe(c, secret.Value, options...) == conformance.Refused
	})
}

// rotationDoesNotEnable takes a refusal of the rotation too: what counts is that the
// client stays as it was. It ends with an enabled client, whose newest secret works: so
// that the refusals before were for the switch and not for a secret that was never made.
func rotationDoesNotEnable(s *conformance.Session) {
	c, by := clientWithSecret(s), s.Profile().Switch
	c.Spoil()
	old := c.Secret
	s.Given(c, old)
	s.Must(switched(c, by, by.Off))
	if !refusedNow(s, c, old) {
		s.Incompletef("a disabled client can authenticate, so whether a rotation enables it would not show")
	}
	makeRoom(s, c)
	fresh, rotated := c.TryRotate()
	for _, secret := range []struct{ what, value string }{{"the new secret", fresh.Value}, {"the old secret", old.Value}} {
		if secret.value == "" {
			continue
		}
		if answer, reply := s.ProbeEverywhere(c, secret.value); answer == conformance.Accepted {
			s.FailOn(reply, "refused, as the client is disabled", "%s of a disabled client works after a rotation", secret.what)
		}
	}
	staysOff(s, c, rotated)
	s.Must(switched(c, by, by.On))
	switch {
	case rotated.OK:
		s.BecomesAccepted(c, fresh, "the secret that a rotation made while the client was disabled, now that it is enabled,", newSecretsWork, updatesKeepTheRest)
	case !saysNo(rotated):
		s.Must(rotated) // which of the two secrets is the client's is not known
	default:
		s.BecomesAccepted(c, old, "the secret of a client that was disabled and is enabled", updatesKeepTheRest)
	}
}

// staysOff expects a read to show the client as disabled.
func staysOff(s *conformance.Session, c *conformance.Client, rotated *conformance.Reply) {
	by := s.Profile().Switch
	if by.Read == "" || !s.Profile().Binds("read") {
		return
	}
	shown, _ := profile.At(c.Read().JSON(), by.Read)
	if !profile.Equal(shown, by.Off) {
		s.FailOn(rotated, by.Write+" as it was, "+asJSON(by.Off), "a rotation of a disabled client enabled it: a read shows %s %s", by.Read, asJSON(shown))
	}
}
