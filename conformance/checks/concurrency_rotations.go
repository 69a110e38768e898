package checks

import (
	"fmt"

	"github.com/keyturn/keyturn/conformance"
	"github.com/keyturn/keyturn/conformance/model"
	"github.com/keyturn/keyturn/conformance/report"
)

// rotationBursts is how often many rotations are sent at once. A single one that is
// late can clean up after all the others, and hide what they did.
const rotationBursts = 2

// rotationsLeaveOneSecret turns one client many times at once, and then again. Where a
// later read reveals the secret, no reply tells which turn made it: what counts then is
// the one that is shown once all is quiet.
func rotationsLeaveOneSecret(s *conformance.Session) {
	c := clientWithSecret(s)
	s.Given(c, c.Secret)
	for range rotationBursts {
		unknown := leavesOneSecret(s, c)
		if s.Failed() || unknown > 0 { // what is open may take effect in the next burst
			return
		}
	}
}

// leavesOneSecret says of how many rotations it is not known whether they took effect.
func leavesOneSecret(s *conformance.Session, c *conformance.Client) (unknown int) {
	before := c.Secret
	s.Step("rotate one client 8 times at once")
	turns := turnAtOnce(s, c, 8)
	acknowledged, unknown := having(turns, model.OK), having(turns, model.Unknown)
	if acknowledged == 0 {
		s.Incompletef("none of %s at once succeeded: %s", some(len(turns), "rotation"), turns[0].reply)
	}
	if s.Policy().SecretSource == "reveal" {
		leavesTheRevealed(s, c, before, acknowledged)
		return unknown
	}
	held := hold(before, turns)
	rule := model.Rule{Keep: 1}
	survey(s, c, held, func() bool {
		alive := working(held)
		return len(alive) == 1 && alive[0] != held[0] && len(lost(rule, held)) == 0
	})
	draw := func(guilty *holding, reason string) *report.History { return drawHoldings(s, c, held, guilty, reason) }
	alive := working(held)
	switch {
	case len(alive) > 0 && alive[0] == held[0]:
		s.FailIn(draw(held[0], "the secret from before works after an acknowledged rotation"), held[0].reply,
			"refused", "the secret from before %s works", some(acknowledged, "acknowledged rotation"))
	case len(alive) > 1:
		last := alive[len(alive)-1]
		s.FailIn(draw(last, "another one works too"), last.reply,
			"exactly one secret works", "after %s at once %d of their secrets work", some(len(turns), "rotation"), len(alive))
	case len(alive) == 0 && unknown > 0:
		s.Incompletef("no secret that is known works, and %s may have made the one that does: their replies were lost", some(unknown, "rotation"))
	case len(alive) == 0:
		last := held[len(held)-1]
		s.FailIn(draw(last, "none works"), last.reply, "exactly one secret works", "none of the secrets of %s works", some(acknowledged, "acknowledged rotation"))
	default:
		for _, missing := range lost(rule, held)[:min(1, len(lost(rule, held)))] {
			s.FailIn(draw(missing, "the rotation whose secret works was over before this one began"), missing.reply,
				"the secret of a rotation that no other was asked for after",
				"the one secret that works is of a rotation that was over before another began, which was acknowledged and whose secret does not work")
		}
	}
	if len(alive) > 0 {
		c.Adopt(alive[len(alive)-1].secret)
	}
	return unknown
}

func leavesTheRevealed(s *conformance.Session, c *conformance.Client, before conformance.Secret, acknowledged int) {
	s.Step("reveal the secret once all of them are over")
	reply := s.Must(c.Call("reveal"))
	revealed := conformance.Secret{Value: reply.Text("secret")}
	if revealed.Value == before.Value {
		s.FailOn(reply, "a new secret", "after %s the secret that is shown is still the one from before", some(acknowledged, "acknowledged rotation"))
		return
	}
	if s.BecomesAccepted(c, revealed, fmt.Sprintf("the secret that is shown after %s at once", some(acknowledged, "rotation"))) {
		c.Adopt(revealed)
	}
	s.BecomesRefused(c, before, "the secret from before")
}

// overlapLosesNoSecret turns a client many times at once where secrets stand side by
// side, and works out which of them may be gone.
func overlapLosesNoSecret(s *conformance.Session) {
	c := clientWithSecret(s)
	before, policy := c.Secret, s.Policy()
	rule := model.Rule{}
	if policy.Overflow == "evict" {
		rule.Keep = policy.MaxLive
	}
	if policy.Rotation == "grace" {
		rule.Grace = policy.Grace
		if policy.Grace == 0 {
			rule.Keep = 1
		}
	}
	s.Given(c, before)
	s.Step("rotate one client 8 times at once")
	turns := turnAtOnce(s, c, 8)
	acknowledged := having(turns, model.OK)
	if acknowledged == 0 {
		s.Incompletef("none of %s at once succeeded: %s", some(len(turns), "rotation"), turns[0].reply)
	}
	held := hold(before, turns)
	if policy.SecretSource == "reveal" {
		s.Step("reveal the newest secret once all of them are over")
		revealed := conformance.Secret{Value: s.Must(c.Call("reveal")).Text("secret")}
		s.BecomesAccepted(c, revealed, "the secret that is shown once all rotations are over")
	}
	passed := func() bool { return policy.MaxLive > 0 && len(working(held)) > policy.MaxLive }
	survey(s, c, held, func() bool { return len(lost(rule, held)) == 0 && !passed() })
	missing := lost(rule, held)
	if len(missing) > 0 {
		s.FailIn(drawHoldings(s, c, held, missing[0], "no rule lets it go"), missing[0].reply, allowed(rule), "refused after %s at once: %d of %d secrets that were acknowledged, the one from before among them",
			some(len(turns), "rotation"), len(missing), acknowledged+1)
	}
	if passed() {
		s.FailIn(drawHoldings(s, c, held, working(held)[0], "more work than may"), working(held)[0].reply, fmt.Sprintf("at most %d work", policy.MaxLive),
			"after %s at once %d secrets work", some(len(turns), "rotation"), len(working(held)))
	}
	if rule.Grace > 0 && len(missing) == 0 && len(lost(model.Rule{Keep: rule.Keep}, held)) > 0 {
		s.Incompletef("the grace of %s was over before every secret could be asked about", rule.Grace)
	}
	if alive := working(held); len(alive) > 0 {
		c.Adopt(alive[len(alive)-1].secret)
	}
}

// allowed says what a rule lets go.
func allowed(rule model.Rule) string {
	switch {
	case rule.Keep > 0 && rule.Grace > 0:
		return fmt.Sprintf("every secret works that fewer than %d others have followed, for %s after that", rule.Keep, rule.Grace)
	case rule.Keep > 0:
		return fmt.Sprintf("every secret works that fewer than %d others have followed", rule.Keep)
	case rule.Grace > 0:
		return fmt.Sprintf("every secret works until %s after the next rotation", rule.Grace)
	}
	return "every secret works that was acknowledged"
}
