package checks

import (
	"slices"

	"github.com/keyturn/keyturn/conformance"
	"github.com/keyturn/keyturn/conformance/model"
	"github.com/keyturn/keyturn/conformance/profile"
)

// attributeSpread is how far apart the updates of a round begin, in parts in a hundred
// of how long one takes.
var attributeSpread = []int{0, 50, 10, 25}

// maxWritten bounds how many attributes are written at once.
const maxWritten = 3

// updatesAtOnceAreAllThere writes several attributes of a client at once, each by a
// worker of its own, while one more reads. In every other round the first attribute has
// two that write it. Each round gives each attribute the value that it did not have.
func updatesAtOnceAreAllThere(s *conformance.Session) {
	attributes := twoValued(s.Profile().Attributes)
	if len(attributes) == 0 {
		s.Incompletef("the profile declares no attribute with two values")
	}
	c := s.NewClient()
	r := newRecord(s, c)
	updated := 0
	for round, spread := range attributeSpread {
		now := r.attributesNow()
		writers := attributes
		if round%2 == 1 {
			writers = append(slices.Clip(writers), attributes[0])
		}
		s.Step("round %d: update %s by a worker each, %d%% of an update after the one before", round+1, some(len(writers), "attribute"), spread)
		outcomes := make([]model.Outcome, len(writers))
		s.Together(len(writers)+1, r.pauses(model.Update, len(writers)+1, spread), func(i int) {
			if i == len(writers) {
				if one, ok := r.read(); ok {
					r.add(i+1, one)
				}
				return
			}
			value := writers[i].Values[round%2]
			if i >= len(attributes) {
				value = writers[i].Values[1-round%2]
			}
			outcomes[i] = r.update(i+1, writers[i], value)
		})
		judgement := r.settle(func([]model.Operation) model.State { return model.Attributes(now) }, r.readAfterwards)
		if r.tell(judgement, "updates of one client at once") {
			return
		}
		updated += count(outcomes, model.OK)
		r.round(0)
	}
	r.exercised(updated, "update")
}

// twoValued picks the attributes to write.
func twoValued(all []profile.Attribute) []profile.Attribute {
	var list []profile.Attribute
	for _, attribute := range all {
		if len(attribute.Values) > 1 && len(list) < maxWritten {
			list = append(list, attribute)
		}
	}
	return list
}

// attributesNow is what a read shows before a round.
func (r *record) attributesNow() map[string]string {
	for _, o := range r.history.All() {
		if o.Kind == model.Update {
			return nil // it is still open: what a read shows is learned in the round
		}
	}
	return r.readAfterwards()[0].Output.Attributes
}

func (r *record) readAfterwards() []noted {
	one, ok := r.read()
	if !ok || one.Output.Gone {
		r.s.Incompletef("the client could not be read: %s", one.reply)
	}
	return []noted{one}
}
