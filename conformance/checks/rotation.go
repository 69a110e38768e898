package checks

import (
	"slices"

	"github.com/keyturn/keyturn/conformance"
)

var rotation = []conformance.Check{
	{ID: "ROT-001", Run: rotationChangesTheSecret},
	{ID: "ROT-002", Run: newSecretWorks},
	{ID: "ROT-003", Run: oldSecretStops},
	{ID: "ROT-004", Run: refusedSecretsStayRefused},
	{ID: "ROT-005", Run: retiredSecretIsInvalidClient},
	{ID: "ROT-006", Run: idsSurviveTheRotation},
	{ID: "ROT-007", Run: rotationChangesNothingElse},
	{ID: "ROT-008", Run: rotationLeavesOthersAlone},
	{ID: "ROT-009", Run: unknownClientIsNotRotated},
	{ID: "ROT-010", Run: deletedClientIsNotRotated},
	{ID: "ROT-012", Run: rotationDoesNotEnable},
	{ID: "ROT-013", Run: callerCannotChooseTheSecret},
	{ID: "ROT-014", Run: safeMethodsDoNotRotate},
	{ID: "ROT-016", Run: additionAddsExactlyOne},
	{ID: "ROT-017", Run: liveSecretsWorkTogether},
	{ID: "ROT-018", Run: shownSecretWorks},
	{ID: "ROT-019", Run: deletionEndsTheSecretOfItsID},
	{ID: "ROT-020", Run: updateSwitchesOnlyWithASecret},
	{ID: "ROT-023", Run: tokensGoAsDeclared},
	{ID: "ROT-026", Run: secretInUseIsRefused},
}

// rotationChangesTheSecret rotates several times: an answer from a cache, or by an
// earlier reply, shows only from the second time on.
func rotationChangesTheSecret(s *conformance.Session) {
	const times = 3
	c := s.NewClient()
	before := c.Secret.Value
	seen := []string{before}
	for range max(1, rotations(s, times)) {
		makeRoom(s, c)
		fresh, reply := c.TryRotate()
		switch {
		case !reply.OK:
			s.FailOn(reply, "a new secret", "the rotation of a fresh client did not succeed")
			return
		case fresh.Value == "":
			s.FailOn(reply, "a new secret", "the rotation shows no secret")
			return
		case fresh.Value == before:
			s.FailOn(reply, "a secret other than the one before", "the rotation left the secret as it was")
		case slices.Contains(seen, fresh.Value):
			s.FailOn(reply, "a secret that was not there before", "the rotation brought an earlier secret back")
		}
		before = fresh.Value
		seen = append(seen, before)
	}
}

func newSecretWorks(s *conformance.Session) {
	c := s.NewClient()
	if c.Secret.Value != "" {
		s.Given(c, c.Secret) // so that a cache on the way has a verdict about this client
	}
	fresh := c.Rotate()
	if s.BecomesAccepted(c, fresh, "the new secret") {
		everywhere(s, c, fresh, conformance.Accepted, "the new secret")
	}
}

func oldSecretStops(s *conformance.Session) {
	c := clientWithSecret(s)
	old := c.Secret
	s.Given(c, old)
	fresh := c.Rotate()
	s.BecomesRefused(c, old, "the old secret")
	s.BecomesAccepted(c, fresh, "the new secret", newSecretsWork) // ROT-002 is about that
}

// unknownClientIsNotRotated looks for the client afterwards: a refusal that comes
// after the row was written has still made one.
func unknownClientIsNotRotated(s *conformance.Session) {
	unknown := strangers(s)
	reply := s.Call("rotate", unknown)
	s.Refused(reply, s.Profile().Statuses.Unknown, "rotating a client that does not exist")
	switch {
	case s.Profile().Binds("read"):
		s.Refused(s.Call("read", unknown), s.Profile().Statuses.Unknown, "reading it afterwards")
	case s.Profile().Binds("list"):
		for _, item := range s.Walk("list", 0) {
			if isOf(unknown, item) {
				s.FailOn(reply, "no such client afterwards", "rotating a client that does not exist made it: it is in the list")
			}
		}
	}
}

// shownSecretWorks is held to twice, as a first secret may be made elsewhere than
// those that follow.
func shownSecretWorks(s *conformance.Session) {
	const times = 2
	c := s.NewClient()
	for range times {
		makeRoom(s, c)
		shown, reply := c.TryRotate()
		s.Must(reply)
		if s.BecomesAccepted(c, shown, "the secret that the reply shows") {
			continue
		}
		if what := disguise(shown.Value); what != "" {
			s.FailOn(reply, "the secret itself", "the reply shows %s in place of the secret", what)
		}
		return
	}
}

// updateSwitchesOnlyWithASecret ends with an update of another member once more: one
// that writes a stale copy back brings the old secret with it.
func updateSwitchesOnlyWithASecret(s *conformance.Session) {
	c := s.NewClient()
	old := c.Secret
	if old.Value == "" {
		old = c.Rotate()
	}
	s.Given(c, old)
	s.Must(updateAnotherMember(s, c, 0))
	if !s.BecomesAccepted(c, old, "the secret after an update of another member") {
		return
	}
	chosen := conformance.Secret{Value: s.ChooseSecret()}
	if s.Profile().Operations["update"].Put["secret"] == "" {
		chosen = c.Rotate()
	} else {
		s.Must(c.Call("update", conformance.With("secret", chosen.Value)))
		c.Adopt(chosen)
	}
	s.BecomesAccepted(c, chosen, "the secret that the update set")
	s.BecomesRefused(c, old, "the secret before the update")
	s.Must(updateAnotherMember(s, c, 1))
	s.BecomesAccepted(c, chosen, "the secret that an update set, after one of another member")
	s.BecomesRefused(c, old, "the secret before both updates")
}

// updateAnotherMember updates a member that is not the secret to the first or the
// second of two values.
func updateAnotherMember(s *conformance.Session, c *conformance.Client, which int) *conformance.Reply {
	for _, attribute := range s.Profile().Attributes {
		if which < len(attribute.Values) {
			return c.Call("update", conformance.Member(attribute.Write, attribute.Values[which]))
		}
	}
	names := [...]string{c.Name + "-a", c.Name + "-b"}
	return c.Call("update", conformance.With("name", names[which]))
}
