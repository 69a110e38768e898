package checks

import (
	"cmp"
	"fmt"
	"maps"
	"slices"
	"time"

	"github.com/keyturn/keyturn/conformance"
	"github.com/keyturn/keyturn/conformance/report"
)

// doomed makes a client with a secret that can be retired at once, and the last step
// of doing so. Everything before that step is done.
func doomed(s *conformance.Session) (c *conformance.Client, victim conformance.Secret, end func()) {
	policy := s.Policy()
	c = clientWithSecret(s)
	victim = c.Secret
	rotate := func() { c.Rotate() }
	switch {
	case policy.Rotation == "replace":
		return c, victim, rotate
	case canDeleteSecrets(s):
		makeRoom(s, c)
		victim = c.Add()
		return c, victim, func() { s.Must(c.DeleteSecret(victim)) }
	case policy.Overflow == "evict" && policy.MaxLive > 0:
		for range policy.MaxLive - 1 {
			c.Rotate()
		}
		return c, victim, rotate
	case policy.Rotation == "grace" && policy.Grace > 0 && policy.Grace <= time.Minute:
		return c, victim, func() { c.Rotate(); s.Sleep(policy.Grace) }
	}
	s.Incompletef("the profile has no way to retire a secret at once: it neither replaces nor evicts, and deletes none")
	return c, victim, end
}

func secretInUseIsRefused(s *conformance.Session) {
	c, victim, end := doomed(s)
	s.Given(c, victim)
	s.Step("use the secret over %d connections at once", connections)
	if answer, reply := askAtOnce(s, c, victim.Value, conformance.Accepted); answer != conformance.Accepted {
		s.Incompletef("the secret that is about to be retired does not work over every connection: %s", reply)
	}
	end()
	s.Step("use it over as many at once, until all refuse it")
	if everywhere(s, c, victim, conformance.Refused, "the retired secret") {
		s.BecomesRefused(c, victim, "the retired secret")
	}
}

// refusedSecretsStayRefused asks once more about every secret that any check of the
// run saw refused, after all that has happened to its client since. One secret it
// retires itself, and rotates over it.
func refusedSecretsStayRefused(s *conformance.Session) {
	const worth = 10 // findings that say the same
	retireAndRotate(s)
	retired := s.Retired()
	if len(retired) == 0 {
		s.Incompletef("no secret was seen to be refused in this run")
	}
	asked, unclear := 0, 0
	var again []int // exchanges that show a secret to work again
	for _, c := range slices.SortedFunc(maps.Keys(retired), func(a, b *conformance.Client) int { return cmp.Compare(a.Name, b.Name) }) {
		for _, one := range retired[c] {
			asked++
			switch answer, reply := s.ProbeEverywhere(c, one.Secret.Value); answer {
			case conformance.Accepted:
				if again = append(again, reply.Number); len(again) <= worth {
					s.FailOn(reply, "refused, as it was in "+one.Check, "a secret that was refused works again")
				}
			case conformance.Unclear:
				unclear++
			}
		}
	}
	switch {
	case len(again) > worth:
		s.Find(report.Finding{
			Verdict: report.Fail, Message: fmt.Sprintf("%d of %d secrets that were refused work again", len(again), asked),
			Expected: "none", Observed: fmt.Sprint(len(again)), Exchanges: again[worth:],
		})
	case unclear > 0:
		s.Incompletef("the oracle does not tell of %d of %d retired secrets whether they work", unclear, asked)
	}
}

// retireAndRotate retires a secret and goes on rotating its client. Where it is not
// refused there is nothing to say about it here.
func retireAndRotate(s *conformance.Session) {
	const later = 2
	if s.Policy().Rotation != "replace" && !canDeleteSecrets(s) && len(s.Retired()) > 0 {
		return // others found a way, and there may be none here
	}
	c, victim, end := doomed(s)
	s.Given(c, victim)
	end()
	refused := s.Within(s.Policy().Refuse, conformance.Agreeing, func(options ...conformance.CallOption) bool {
		return s.Probe(c, victim.Value, options...) == conformance.Refused
	})
	if !refused {
		return
	}
	s.BecomesRefused(c, victim, "the retired secret")
	for range min(later, max(1, rotations(s, later))) {
		s.Given(c, renew(s, c))
	}
}
