package checks

import (
	"slices"

	"github.com/keyturn/keyturn/conformance"
	"github.com/keyturn/keyturn/conformance/model"
)

// The size of what is done to a register: each round is a few rotations at once, at
// other distances each time, and a look at every secret of the round afterwards.
const registerWorkers = 3

// registerSpread is how far apart the rotations of a round begin, in parts in a hundred
// of how long one takes: most of that may be the way, or the time between a read and a
// write.
var registerSpread = []int{50, 0, 25, 10, 50}

// someOrderExplainsTheSecrets rotates one client by several workers, each of which
// looks at once what came of its own, and asks when all are done which secrets work.
func someOrderExplainsTheSecrets(s *conformance.Session) {
	c := clientWithSecret(s)
	s.Given(c, c.Secret)
	r := newRecord(s, c)
	works := r.number(c.Secret.Value)
	acknowledged, before := 0, r.known()
	r.rotate(afterwards) // tells how long one takes
	for round, spread := range registerSpread {
		s.Step("round %d: rotate by %d workers, each %d%% of a rotation after the one before", round+1, registerWorkers, spread)
		over := without(r, works)
		outcomes := make([]model.Outcome, registerWorkers)
		s.Together(registerWorkers, r.pauses(model.Rotate, registerWorkers, spread), func(i int) {
			outcomes[i] = r.rotate(i + 1)
			r.glance(i + 1)
		})
		var last []noted
		judgement := r.settle(
			func(history []model.Operation) model.State { return model.Register(history, works, over...) },
			func() []noted {
				last = r.secretsThatWork(append(numbers(before+1, r.known()), works), last)
				return last
			},
		)
		if r.tell(judgement, "rotations at once") {
			return
		}
		acknowledged += count(outcomes, model.OK)
		works = theOne(last)
		r.round(works)
		before = r.known()
	}
	r.exercised(acknowledged, "rotation")
	if works > 0 {
		c.Adopt(conformance.Secret{Value: r.value(works)})
	}
}

// glance looks at once after a rotation at the secret that is shown as the one that
// works. What the token side says then may be as old as the declared bounds.
func (r *record) glance(worker int) {
	if !r.s.Profile().Binds("reveal") {
		return
	}
	if one, ok := r.reveal(); ok {
		r.add(worker, one)
	}
}

// secretsThatWork asks about secrets by their numbers. Once it has asked about all,
// only those are asked about again that were accepted, unless none was.
func (r *record) secretsThatWork(all []int, last []noted) []noted {
	r.s.NeedOracle()
	accepted := func(one noted) bool { return one.Kind == model.Probe && one.Output.Works }
	again := slices.ContainsFunc(last, accepted)
	var seen []noted
	if r.s.Policy().SecretSource == "reveal" {
		if one, ok := r.reveal(); ok {
			seen = append(seen, one)
			all = append(all, one.Output.Secret)
		}
	}
	slices.Sort(all)
	for _, number := range slices.Compact(all) {
		was := slices.IndexFunc(last, func(one noted) bool { return one.Kind == model.Probe && one.Secret == number })
		switch {
		case number == 0:
		case again && was >= 0 && !accepted(last[was]):
			seen = append(seen, last[was])
		default:
			seen = append(seen, r.probe(number))
		}
	}
	return seen
}

// theOne is the number of the secret that was accepted, 0 where none was.
func theOne(seen []noted) int {
	for _, one := range seen {
		if one.Kind == model.Probe && one.Output.Works {
			return one.Secret
		}
	}
	return 0
}

// without lists the secrets so far but for one and for those that a rotation which is
// still open may make.
func without(r *record, number int) []int {
	list := numbers(1, r.known())
	for _, o := range r.history.All() {
		list = slices.DeleteFunc(list, func(one int) bool { return one == o.Secret })
	}
	return slices.DeleteFunc(list, func(one int) bool { return one == number })
}

func numbers(from, to int) []int {
	var list []int
	for n := from; n <= to; n++ {
		list = append(list, n)
	}
	return list
}

func count(outcomes []model.Outcome, of model.Outcome) int {
	n := 0
	for _, outcome := range outcomes {
		if outcome == of {
			n++
		}
	}
	return n
}
