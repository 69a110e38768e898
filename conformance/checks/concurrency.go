package checks

import (
	"fmt"
	"net/http"
	"slices"

	"github.com/keyturn/keyturn/conformance"
	"github.com/keyturn/keyturn/conformance/model"
)

var concurrency = []conformance.Check{
	{ID: "CON-001", Run: rotationsLeaveOneSecret},
	{ID: "CON-002", Run: someOrderExplainsTheSecrets},
	{ID: "CON-003", Run: additionsAreAllThere},
	{ID: "CON-004", Run: someOrderExplainsTheLists},
	{ID: "CON-005", Run: deletedClientStaysDeleted},
	{ID: "CON-006", Run: deletingAtOnceIsDeletingOnce},
	{ID: "CON-007", Run: updatesAtOnceAreAllThere},
	{ID: "CON-009", Run: overlapLosesNoSecret},
	{ID: "CON-012", Run: clientsDoNotInterfere},
	{ID: "CON-014", Run: sequencesKeepToTheModel},
}

// outcome reads from a reply whether an operation was carried out. A refusal says that
// it was not (RFC 9110 section 15.5); any other answer than a success leaves it open.
func outcome(reply *conformance.Reply) model.Outcome {
	switch {
	case reply.Lost():
		return model.Unknown
	case reply.OK:
		return model.OK
	case reply.Status >= 400 && reply.Status < 500:
		return model.Refused
	}
	return model.Unknown
}

// ended is when an operation was over, as far as can be known.
func ended(reply *conformance.Reply) model.Operation {
	o := model.Operation{Outcome: outcome(reply), Call: reply.Start, Return: reply.End, Exchange: reply.Number}
	o.Output.Detail = reply.String()
	if reply.Lost() {
		o.Return = model.Never
	}
	return o
}

// turn is one of many rotations at once.
type turn struct {
	secret conformance.Secret
	reply  *conformance.Reply
	model.Outcome
}

// bursts is how often rotations are sent at once before it counts as impossible that
// two of them meet.
const bursts = 3

// turnAtOnce rotates a client n times at once, and again where none of them met.
func turnAtOnce(s *conformance.Session, c *conformance.Client, n int) []turn {
	var turns []turn
	for range bursts {
		batch := make([]turn, n)
		s.Together(n, nil, func(i int) {
			secret, reply := c.AttemptRotate()
			batch[i] = turn{secret, reply, outcome(reply)}
		})
		turns = append(turns, slices.DeleteFunc(batch, func(t turn) bool { return t.reply == nil })...)
		history := make([]model.Operation, len(turns))
		for i, one := range turns {
			history[i] = ended(one.reply)
		}
		if s.Mode() == conformance.Plan || model.Overlap(history) > 0 {
			return turns
		}
	}
	s.Incompletef("no two of %d rotations were under way at the same time; the rates of this run keep them apart", len(turns))
	return nil
}

// having counts the turns with an outcome.
func having(turns []turn, outcome model.Outcome) int {
	count := 0
	for _, one := range turns {
		if one.Outcome == outcome {
			count++
		}
	}
	return count
}

// holding is a secret, where it comes from, and what became of it.
type holding struct {
	secret  conformance.Secret
	turn    *turn // nil for the one from before
	answer  conformance.Answer
	reply   *conformance.Reply // of the last probe
	granted model.Grant
}

// hold lists the secret from before and those of turns that may have made one.
func hold(before conformance.Secret, turns []turn) []*holding {
	all := []*holding{{secret: before, granted: model.Grant{Fate: model.Unseen}}}
	for i, one := range turns {
		if one.Outcome == model.Refused {
			continue
		}
		granted := model.Grant{Call: one.reply.Start, Return: one.reply.End, Fate: model.Unseen}
		if one.Outcome == model.Unknown {
			granted.Return = model.Never
		}
		all = append(all, &holding{secret: one.secret, turn: &turns[i], granted: granted})
	}
	return all
}

// survey asks about every secret whose value is known, until what they come to is
// good twice in a row or the declared bound is over.
func survey(s *conformance.Session, c *conformance.Client, held []*holding, good func() bool) {
	s.NeedOracle()
	settled := s.Within(max(s.Policy().Accept, s.Policy().Refuse), 2, func(options ...conformance.CallOption) bool {
		for _, one := range held {
			if one.secret.Value != "" {
				one.ask(s, c, options)
			}
		}
		return good()
	})
	for _, one := range held {
		if !settled && one.answer == conformance.Unclear {
			s.Incompletef("the oracle does not tell whether a secret works: %s", one.reply)
		}
	}
}

func (h *holding) ask(s *conformance.Session, c *conformance.Client, options []conformance.CallOption) {
	h.answer, h.reply = s.ProbeReply(c, h.secret.Value, options...)
	h.granted.Asked = h.reply.End
	switch {
	case h.answer == conformance.Accepted:
		h.granted.Fate = model.Works
	case h.answer == conformance.Refused && (h.turn == nil || h.turn.Outcome == model.OK):
		h.granted.Fate = model.Dead
	default: // one whose reply was lost need not have been made
		h.granted.Fate = model.Unseen
	}
}

// lost lists what no rule allows to be dead.
func lost(rule model.Rule, held []*holding) []*holding {
	grants := make([]model.Grant, 0, len(held))
	for _, one := range held {
		grants = append(grants, one.granted)
	}
	var missing []*holding
	for _, i := range rule.Lost(grants) {
		missing = append(missing, held[i])
	}
	return missing
}

// working lists what works.
func working(held []*holding) []*holding {
	return slices.DeleteFunc(slices.Clone(held), func(h *holding) bool { return h.answer != conformance.Accepted })
}

// conflicting reports whether a refusal says that the operation met another one and
// may be tried again (RFC 9110 sections 15.5.10 and 15.5.13, RFC 4918 section 11.3).
func conflicting(reply *conformance.Reply) bool {
	return slices.Contains([]int{http.StatusConflict, http.StatusPreconditionFailed, http.StatusLocked}, reply.Status)
}

// some counts in words: "1 secret", "3 secrets".
func some(n int, thing string) string {
	if n == 1 {
		return "1 " + thing
	}
	return fmt.Sprintf("%d %ss", n, thing)
}
