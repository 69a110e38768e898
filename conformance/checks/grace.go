package checks

import (
	"fmt"
	"slices"

	"github.com/keyturn/keyturn/conformance"
)

var grace = []conformance.Check{
	{ID: "GRC-003", Run: boundOnLiveSecretsHolds},
	{ID: "GRC-004", Run: overflowGoesAsDeclared},
	{ID: "GRC-009", Run: rotationHasNoGap},
}

// mostTried is the largest declared bound that is worth filling.
const mostTried = 100

// filled makes a client with as many live secrets as the profile allows and returns
// them, the oldest first. All of them work.
func filled(s *conformance.Session) (*conformance.Client, []conformance.Secret) {
	most := s.Policy().MaxLive
	if most > mostTried {
		s.Incompletef("the declared bound of %d live secrets is more than a run tries to fill", most)
	}
	c := clientWithSecret(s)
	live := []conformance.Secret{c.Secret}
	for len(live) < most {
		live = append(live, c.Rotate())
	}
	for _, secret := range live {
		s.Given(c, secret)
	}
	return c, live
}

// boundOnLiveSecretsHolds asks about every secret that there ever was after each
// rotation past the bound. That the newest works comes first, so that none is
// missing from the count because it is on its way.
func boundOnLiveSecretsHolds(s *conformance.Session) {
	const past = 2
	most := s.Policy().MaxLive
	c, ever := filled(s)
	for range past {
		fresh, reply := c.TryRotate()
		switch {
		case reply.OK && fresh.Value == "":
			s.Incompletef("a rotation succeeded and showed no secret")
		case reply.OK:
			isAnother(s, fresh, ever)
			ever = append(ever, fresh)
			s.Given(c, fresh)
		case s.Policy().Overflow == "evict":
			s.Must(reply)
		}
		var live []int
		within := s.Within(s.Policy().Refuse, 1, func(...conformance.CallOption) bool {
			live = accepted(s, c, ever)
			return len(live) <= most
		})
		if !within {
			s.FailOn(reply, fmt.Sprintf("at most %d of %d secrets work", most, len(ever)),
				"%d secrets work at the same time, those made as number %v", len(live), live)
			return
		}
	}
}

// isAnother ends the check where a rotation gave a secret that was there before.
func isAnother(s *conformance.Session, fresh conformance.Secret, before []conformance.Secret) {
	if s.Mode() != conformance.Plan && slices.ContainsFunc(before, func(one conformance.Secret) bool { return one.Value == fresh.Value }) {
		s.Incompletef("a rotation gave a secret that was there before, so that there are not several to tell apart")
	}
}

// accepted lists which of the secrets work, counted from 1.
func accepted(s *conformance.Session, c *conformance.Client, secrets []conformance.Secret) []int {
	var numbers []int
	for i, secret := range secrets {
		switch answer, reply := s.ProbeReply(c, secret.Value); answer {
		case conformance.Accepted:
			numbers = append(numbers, i+1)
		case conformance.Unclear:
			s.Incompletef("the oracle does not tell whether secret %d works: %s", i+1, reply)
		}
	}
	return numbers
}

func overflowGoesAsDeclared(s *conformance.Session) {
	c, live := filled(s)
	if s.Policy().Overflow == "refuse" {
		overflowIsRefused(s, c, live)
		return
	}
	fresh, reply := c.TryRotate()
	if !reply.OK {
		if !saysNo(reply) {
			canRotate(s)
		}
		s.FailOn(reply, "a new secret, and the oldest retired", "with %d live secrets one more was refused", len(live))
		return
	}
	isAnother(s, fresh, live)
	s.BecomesAccepted(c, fresh, "the secret past the bound", newSecretsWork)
	s.BecomesRefused(c, live[0], "the oldest secret")
	for i, secret := range live[1:] {
		s.BecomesAccepted(c, secret, fmt.Sprintf("secret %d of the %d before, which is not the oldest,", i+2, len(live)))
	}
}

func overflowIsRefused(s *conformance.Session, c *conformance.Client, live []conformance.Secret) {
	before := s.Snapshot(c)
	_, reply := c.TryRotate()
	switch {
	case reply.OK:
		s.FailOn(reply, "refused", "with %d live secrets, which is the declared bound, one more was made", len(live))
		return
	case reply.Status < 400 || reply.Status >= 500:
		s.FailOn(reply, "refused with a status of 4xx", "with %d live secrets one more was not refused as the caller's mistake", len(live))
	}
	s.Unchanged(c, before, "a rotation past the bound, which was refused,")
	for i, secret := range live {
		s.BecomesAccepted(c, secret, fmt.Sprintf("secret %d of %d, after one more was refused,", i+1, len(live)))
	}
}
