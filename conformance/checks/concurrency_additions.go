package checks

import (
	"fmt"

	"github.com/keyturn/keyturn/conformance"
	"github.com/keyturn/keyturn/conformance/model"
	"github.com/keyturn/keyturn/conformance/profile"
)

// additionsAreAllThere adds many secrets at once. Where a bound is declared, past which
// the service refuses, it may refuse; what it has acknowledged has to be there.
func additionsAreAllThere(s *conformance.Session) {
	c := s.NewClient()
	_, before := secretEntries(c)
	s.Step("add 12 secrets at once")
	turns := turnAtOnce(s, c, 12)
	notCarriedOut(s, turns)
	acknowledged := having(turns, model.OK)
	least := 2
	if full(s) || s.Mode() == conformance.Plan {
		least = 1 // there may be room for no more
	}
	if acknowledged < least {
		s.Incompletef("%d of %d additions at once succeeded: %s", acknowledged, len(turns), turns[0].reply)
	}
	held := hold(c.Secret, turns)[1:]
	differ(s, held)
	listsThem(s, c, before, acknowledged, having(turns, model.Unknown))
	survey(s, c, held, func() bool { return len(lost(model.Rule{}, held)) == 0 })
	if missing := lost(model.Rule{}, held); len(missing) > 0 {
		s.FailIn(drawHoldings(s, c, held, missing[0], "its addition was acknowledged"), missing[0].reply, "every secret works that was acknowledged", "refused of %s that were acknowledged at once: the secrets of %d",
			some(acknowledged, "addition"), len(missing))
	}
}

// notCarriedOut finds additions that were refused though nothing declares a reason. One
// that is told to try again has lost nothing.
func notCarriedOut(s *conformance.Session, turns []turn) {
	var refused []turn
	for _, one := range turns {
		if one.Outcome == model.Refused && !full(s) && !conflicting(one.reply) || one.Outcome == model.Unknown && !one.reply.Lost() {
			refused = append(refused, one)
		}
	}
	if len(refused) > 0 {
		s.FailOn(refused[0].reply, "another secret", "%d of %d additions at once did not succeed", len(refused), len(turns))
	}
}

// differ expects as many secrets as additions, where their replies show them.
func differ(s *conformance.Session, held []*holding) {
	if s.Policy().SecretSource != "reply" {
		return
	}
	first := map[string]bool{}
	for _, one := range held {
		switch value := one.secret.Value; {
		case one.turn.Outcome != model.OK:
		case value == "":
			s.FailOn(one.turn.reply, "the secret", "an addition was acknowledged without showing its secret")
			return
		case first[value]:
			s.FailOn(one.turn.reply, "a secret of its own for each addition", "two additions at once gave the same secret")
			return
		default:
			first[value] = true
		}
	}
}

// listsThem expects an id of its own for every addition that was acknowledged, and none
// for nobody.
func listsThem(s *conformance.Session, c *conformance.Client, before map[string]profile.Values, acknowledged, unknown int) {
	var reply *conformance.Reply
	fresh, twice := 0, ""
	listed := s.Within(s.Policy().Accept, 1, func(...conformance.CallOption) bool {
		var items []profile.Values
		after := map[string]bool{}
		fresh, twice = 0, ""
		items, reply = c.ListSecrets()
		for _, item := range items {
			id := fmt.Sprint(item["secret_id"])
			if after[id] {
				twice = id
			} else if before[id] == nil {
				fresh++
			}
			after[id] = true
		}
		return twice == "" && fresh >= acknowledged && fresh <= acknowledged+unknown
	})
	switch {
	case listed:
	case twice != "":
		s.FailOn(reply, "an id of its own for each secret", "after %s at once the list shows %s twice", some(acknowledged, "addition"), twice)
	default:
		s.FailOn(reply, fmt.Sprintf("%d new ids", acknowledged), "after %s that were acknowledged at once the list shows %s", some(acknowledged, "addition"), some(fresh, "new id"))
	}
}
