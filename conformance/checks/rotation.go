package checks

import (
	"github.com/keyturn/keyturn/conformance"
	"github.com/keyturn/keyturn/conformance/profile"
)

var rotation = []conformance.Check{
	{ID: "ROT-001", Run: rotationChangesTheSecret},
	{ID: "ROT-002", Run: newSecretWorks},
	{ID: "ROT-003", Run: oldSecretStops},
	{ID: "ROT-004", Run: refusedSecretsStayRefused},
	{ID: "ROT-009", Run: unknownClientIsNotRotated},
	{ID: "ROT-013", Run: callerCannotChooseTheSecret},
}

func rotationChangesTheSecret(s *conformance.Session) {
	c := s.NewClient()
	before := c.Secret
	after, reply := c.TryRotate()
	switch {
	case !reply.OK:
		s.FailOn(reply, "a new secret", "the rotation of a fresh client did not succeed")
	case after.Value == "":
		s.FailOn(reply, "a new secret", "the rotation shows no secret")
	case after.Value == before.Value:
		s.FailOn(reply, "a secret other than the one before", "the rotation left the secret as it was")
	}
}

func newSecretWorks(s *conformance.Session) {
	c := s.NewClient()
	s.Given(c, c.Secret)
	s.BecomesAccepted(c, c.Rotate(), "the new secret")
}

func oldSecretStops(s *conformance.Session) {
	c := s.NewClient()
	old := c.Secret
	s.Given(c, old)
	fresh := c.Rotate()
	s.BecomesRefused(c, old, "the old secret")
	s.BecomesAccepted(c, fresh, "the new secret")
}

// refusedSecretsStayRefused asks once more about every secret that any check of the
// run saw refused, after all that has happened to its client since.
func refusedSecretsStayRefused(s *conformance.Session) {
	retired := s.Retired()
	if len(retired) == 0 {
		s.Incompletef("no secret was retired in this run")
	}
	for c, secrets := range retired {
		for _, one := range secrets {
			if answer, reply := s.ProbeReply(c, one.Secret.Value); answer == conformance.Accepted {
				s.FailOn(reply, "refused, as it was in "+one.Check, "a secret that was refused works again")
			}
		}
	}
}

func unknownClientIsNotRotated(s *conformance.Session) {
	unknown := profile.Values{"client": s.NoClient(), "client_id": s.NoClient()}
	if s.Policy().SecretSource == "caller" {
		unknown["secret"] = s.ChooseSecret()
	}
	s.Refused(s.Call("rotate", unknown), s.Profile().Statuses.Unknown, "rotating a client that does not exist")
	if s.Profile().Binds("read") {
		s.Refused(s.Call("read", unknown), s.Profile().Statuses.Unknown, "reading it afterwards")
	}
}

// callerCannotChooseTheSecret offers a secret under every name that a careless
// binding might listen to.
func callerCannotChooseTheSecret(s *conformance.Session) {
	c := s.NewClient()
	old, chosen := c.Secret, s.ChooseSecret()
	var options []conformance.CallOption
	for _, name := range []string{"/secret", "/clientSecret", "/client_secret", "/appSecret", "/value", "/newSecret"} {
		options = append(options, conformance.Member(name, chosen))
	}
	s.Step("rotate with a secret of our own in the body")
	fresh, reply := c.TryRotate(options...)
	if reply.OK && fresh.Value == chosen {
		s.FailOn(reply, "a secret of the service's making, or a refusal", "the service took the secret that the caller chose")
	}
	if s.Probe(c, chosen) == conformance.Accepted {
		s.FailOn(reply, "the chosen secret is refused", "the secret that the caller chose works")
	}
	if !reply.OK {
		s.Given(c, old)
	}
}
