package probe

import (
	"slices"
	"time"

	"github.com/keyturn/keyturn/conformance"
)

// samples is how many rotations are timed.
const samples = 5

// windows times how long new secrets take to work and old ones to be refused, and
// proposes bounds.
func (sc *scout) windows(s *conformance.Session) {
	c := sc.unused(s)
	c.Spoil()
	if sc.canDelete() {
		if ids := sc.ids(s, c); len(ids) == 1 {
			c.Secret.ID = ids[0]
		}
	}
	live := []conformance.Secret{c.Secret}
	for range samples {
		if sc.full(len(live)) && !sc.retire(s, c, &live) {
			break
		}
		if !sc.turn(s, c, &live) {
			break
		}
	}
	if len(sc.took["refuse"])+sc.never["refuse"] == 0 && sc.given.Binds("delete") {
		for range 3 {
			sc.timeDeletion(s)
		}
	}
	sc.settle("accept", sc.given.Policy.Accept)
	sc.settle("refuse", sc.given.Policy.Refuse)
}

// turn times one rotation, and the end of the secret that it ends.
func (sc *scout) turn(s *conformance.Session, c *conformance.Client, live *[]conformance.Secret) bool {
	policy := sc.bound.Policy
	fresh, reply := c.TryRotate()
	if !reply.OK || fresh.Value == "" {
		return false
	}
	ended := conformance.Secret{}
	switch {
	case policy.Rotation == "replace":
		ended, *live = (*live)[len(*live)-1], nil
	case policy.Overflow == "evict" && policy.MaxLive > 0 && len(*live) >= policy.MaxLive:
		ended, *live = (*live)[0], (*live)[1:]
	}
	s.Parallel(2, func(i int) {
		if i == 0 {
			sc.time(s, c, "accept", fresh.Value, conformance.Accepted, reply.End)
		} else if ended.Value != "" {
			sc.time(s, c, "refuse", ended.Value, conformance.Refused, reply.End)
		}
	})
	if sc.canDelete() {
		for _, id := range sc.ids(s, c) {
			if !slices.ContainsFunc(*live, func(one conformance.Secret) bool { return one.ID == id }) {
				fresh.ID = id
			}
		}
	}
	*live = append(*live, fresh)
	if ended.Value == "" && len(*live) > 1 {
		sc.retire(s, c, live)
	}
	return true
}

// retire deletes the oldest secret and times its end. It reports false where that cannot
// be done.
func (sc *scout) retire(s *conformance.Session, c *conformance.Client, live *[]conformance.Secret) bool {
	oldest := (*live)[0]
	if !sc.canDelete() || oldest.ID == "" {
		return false
	}
	reply := c.DeleteSecret(oldest)
	if !reply.OK {
		return false
	}
	*live = (*live)[1:]
	sc.time(s, c, "refuse", oldest.Value, conformance.Refused, reply.End)
	return true
}

// timeDeletion times the end of a deleted client's secret, where nothing else ends one.
func (sc *scout) timeDeletion(s *conformance.Session) {
	c := sc.unused(s)
	if reply := c.Delete(); reply.OK {
		sc.time(s, c, "refuse", c.Secret.Value, conformance.Refused, reply.End)
	}
}

func (sc *scout) time(s *conformance.Session, c *conformance.Client, what, secret string, want conformance.Answer, since time.Duration) {
	seen := sc.until(s, c, secret, want, since)
	if sc.dry {
		return
	}
	sc.mu.Lock()
	defer sc.mu.Unlock()
	if seen.over {
		sc.took[what] = append(sc.took[what], seen.took)
	} else {
		sc.never[what]++
	}
}

// settle makes a bound of what was timed.
func (sc *scout) settle(name string, declared time.Duration) {
	took, never := slices.Sorted(slices.Values(sc.took[name])), sc.never[name]
	what := map[string]string{"accept": "new secrets worked", "refuse": "old secrets were refused"}[name]
	switch {
	case len(took)+never == 0:
		sc.unknown(name, "%s", map[string]string{"accept": "no rotation could be timed", "refuse": "nothing that is bound ends a secret"}[name])
	case never > 0 && declared > sc.patience:
		sc.unknown(name, "within %s only %d of %d %s, and nobody waited longer", sc.patience, len(took), len(took)+never, what)
	case never > 0:
		sc.ruled(name, "", false, "within %s only %d of %d %s", sc.patience, len(took), len(took)+never, what)
	default:
		longest := took[len(took)-1]
		bound := sensible(longest)
		sc.ruled(name, bound.String(), longest <= declared, "%d %s, half of them within %s, all within %s", len(took), what, short(took[len(took)/2]), short(longest))
	}
}

// bounds are those that one would declare.
var bounds = []time.Duration{
	time.Second, 2 * time.Second, 5 * time.Second, 10 * time.Second, 15 * time.Second, 30 * time.Second, time.Minute,
}

// sensible is a bound that is kept on a worse day too: three times the longest, rounded
// up to one that people declare.
func sensible(longest time.Duration) time.Duration {
	const spare = 3
	for _, bound := range bounds {
		if spare*longest <= bound {
			return bound
		}
	}
	return (spare*longest + time.Minute - 1).Truncate(time.Minute)
}
