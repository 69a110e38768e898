package checks

import (
	"slices"
	"time"

	"github.com/keyturn/keyturn/conformance"
	"github.com/keyturn/keyturn/conformance/model"
)

// deletionAfter is when a client is deleted while it is rotated, in parts in a hundred
// of how long a rotation takes. What comes after the first four is for runs whose first
// deletions were all answered when no rotation was under way, which shows little.
var deletionAfter = []int{50, 0, 75, 25, 50, 100, 0, 75}

// deletionsOutlasted is how many of these four have to be outlasted by a rotation.
const deletionsOutlasted, deletionRounds = 2, 4

// deletedClientStaysDeleted rotates a client and deletes it at the same time, a client
// for each distance between the two, and looks whether anything of it is left.
func deletedClientStaysDeleted(s *conformance.Session) {
	s.NeedOracle()
	deleted, outlived, met := 0, 0, false
	pace := time.Duration(0)
	for round, after := range deletionAfter {
		if round >= deletionRounds && (outlived >= deletionsOutlasted || s.Mode() == conformance.Plan) {
			break
		}
		c := clientWithSecret(s)
		r := newRecord(s, c)
		first := r.number(c.Secret.Value)
		if !s.Within(s.Policy().Accept, 1, func(...conformance.CallOption) bool { return r.probe(first).Output.Works }) {
			s.Incompletef("the secret that the check begins with does not work")
		}
		s.Step("round %d: rotate a client by two workers and delete it %d%% of a rotation later", round+1, after)
		step := min(pace, maxPause)
		pauses := []time.Duration{0, step / 2, step * time.Duration(after) / 100}
		how := model.Unknown
		s.Together(len(pauses), pauses, func(i int) {
			if i < 2 {
				r.rotate(i + 1)
			}
			if i < 2 && s.Mode() != conformance.Plan {
				return
			}
			how = outcome(r.drop(i + 1))
		})
		pace = r.pace[model.Rotate]
		judgement := r.settle(func([]model.Operation) model.State { return model.Life() }, r.remains)
		if r.tell(judgement, "rotations and the deletion of one client at once") {
			return
		}
		if how == model.OK {
			deleted++
		}
		all := r.history.All()
		met = met || model.Overlap(all) > 0
		if outlasted(all) {
			outlived++
		}
	}
	switch {
	case s.Mode() == conformance.Plan:
	case deleted == 0:
		s.Incompletef("no deletion at once with a rotation succeeded")
	case !met:
		s.Incompletef("no rotation was under way while a client was deleted; the rates of this run keep them apart")
	}
}

// outlasted tells whether a rotation succeeded that was still under way when the client's
// deletion was answered: one that may have read the client before and written it after.
func outlasted(all []model.Operation) bool {
	return slices.ContainsFunc(all, func(drop model.Operation) bool {
		return drop.Kind == model.Drop && drop.Outcome == model.OK && slices.ContainsFunc(all, func(o model.Operation) bool {
			return o.Kind == model.Rotate && o.Outcome == model.OK && o.Call < drop.Return && o.Return > drop.Return
		})
	})
}

// remains looks for what is left of a client: whether a read finds it, what is shown as
// its secret, and each secret that is known.
func (r *record) remains() []noted {
	var seen []noted
	if r.s.Profile().Binds("reveal") {
		if one, ok := r.reveal(); ok {
			seen = append(seen, one)
		}
	}
	if r.s.Profile().Binds("read") {
		if one, ok := r.read(); ok {
			seen = append(seen, one)
		}
	}
	if r.s.HasOracle() {
		for number := 1; number <= r.known(); number++ {
			seen = append(seen, r.probe(number))
		}
	}
	return seen
}

// deletionWorkers is how many delete one thing at once, deletionSpread how far apart they
// begin, in parts in a hundred of how long a deletion takes.
const deletionWorkers = 6

var deletionSpread = []int{0, 10, 25}

// deletingAtOnceIsDeletingOnce deletes one secret, or one client, by several workers.
func deletingAtOnceIsDeletingOnce(s *conformance.Session) {
	if s.Profile().Binds("delete_secret") {
		deleteSecretAtOnce(s)
	}
	if s.Profile().Binds("delete") && !s.Failed() {
		deleteClientAtOnce(s)
	}
}

func deleteSecretAtOnce(s *conformance.Session) {
	c := s.NewClient()
	r := newRecord(s, c)
	deleted := 0
	for round, spread := range deletionSpread {
		victim := secretToDelete(s, c)
		sibling := c.Secret
		first := model.State(nil)
		if lists := s.Profile().Binds("list_secrets") && s.Policy().Rotation == "add" && s.Policy().DefaultExpiry == 0; lists {
			first = model.Set(modelEntries(s, c.Call("list_secrets", wholeList(s)...)), declaredDeletion(s))
		}
		s.Step("round %d: delete one secret by %d workers", round+1, deletionWorkers)
		replies := make([]*conformance.Reply, deletionWorkers)
		s.Together(deletionWorkers, r.pauses(model.Delete, deletionWorkers, spread), func(i int) { replies[i] = r.remove(i+1, victim.ID) })
		deleted += oneOfThemDeletes(s, replies, "a secret")
		if first != nil {
			judgement := r.settle(func([]model.Operation) model.State { return first }, r.theList)
			if r.tell(judgement, "deletions of one secret at once") {
				return
			}
		}
		if round == len(deletionSpread)-1 && s.HasOracle() && sibling.Value != "" && sibling.ID != victim.ID {
			s.BecomesAccepted(c, sibling, "the secret beside one that was deleted several times at once", newSecretsWork)
		}
		if s.Failed() {
			return
		}
		r.round(0)
	}
	r.exercised(deleted, "deletion of a secret")
}

func (r *record) theList() []noted {
	one, ok := r.listed()
	if !ok {
		r.s.Incompletef("no list of secrets after the deletions")
	}
	return []noted{one}
}

func deleteClientAtOnce(s *conformance.Session) {
	deleted := 0
	var last *record
	for round, spread := range deletionSpread {
		c := s.NewClient()
		r := newRecord(s, c)
		r.number(c.Secret.Value)
		if last != nil {
			r.pace, r.met = last.pace, last.met
		}
		s.Step("round %d: delete one client by %d workers", round+1, deletionWorkers)
		replies := make([]*conformance.Reply, deletionWorkers)
		s.Together(deletionWorkers, r.pauses(model.Drop, deletionWorkers, spread), func(i int) { replies[i] = r.drop(i + 1) })
		deleted += oneOfThemDeletes(s, replies, "a client")
		judgement := r.settle(func([]model.Operation) model.State { return model.Life() }, r.remains)
		if r.tell(judgement, "deletions of one client at once") || s.Failed() {
			return
		}
		r.round(0)
		last = r
	}
	last.exercised(deleted, "deletion of a client")
}

// oneOfThemDeletes holds each answer to what is declared for a deletion, for one more of
// the same, and for a meeting of two, and counts those that succeeded.
func oneOfThemDeletes(s *conformance.Session, replies []*conformance.Reply, what string) int {
	statuses := s.Profile().Statuses
	allowed := slices.Concat(statuses.RepeatDelete, statuses.Unknown)
	done := 0
	for _, reply := range replies {
		switch {
		case reply == nil || reply.Lost(): // open
		case reply.OK:
			done++
		case slices.Contains(allowed, reply.Status) || conflicting(reply):
		default:
			s.FailOn(reply, "success, or HTTP "+statusWords(allowed), "one of %d deletions of %s at once: %s", len(replies), what, reply)
			return done
		}
	}
	return done
}
