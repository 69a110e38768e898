package probe

import (
	"fmt"
	"slices"

	"github.com/keyturn/keyturn/conformance"
)

// capacity makes one secret after the other and asks each time which ones work.
func (sc *scout) capacity(s *conformance.Session) {
	if sc.bound.Policy.Rotation == "replace" && !sc.dry {
		words := "each rotation ends the secret before it"
		most := sc.ruled("max_live", "1", sc.given.Policy.MaxLive == 1 || !sc.given.Says("max_live"), "%s", words)
		sc.ruled("overflow", "evict", sc.given.Policy.Overflow == "evict" || !sc.given.Says("overflow"), "%s", words)
		most.bound = true
		sc.facts["overflow"].bound = true
		sc.bound.Policy.MaxLive, sc.bound.Policy.Overflow = 1, "evict"
		return
	}
	c := sc.unused(s)
	c.Spoil() // its secrets would be in the way of others
	ever := []conformance.Secret{c.Secret}
	for len(ever) <= sc.most && (!sc.dry || len(ever) < 3) {
		fresh, reply := c.TryRotate()
		if !reply.OK {
			sc.refusesMore(s, c, ever, reply)
			return
		}
		s.Given(c, fresh)
		ever = append(ever, fresh)
		if lost := sc.lost(s, c, ever); len(lost) > 0 {
			sc.evicts(ever, lost)
			return
		}
	}
	if !sc.dry {
		sc.holds(s, c, ever)
	}
}

// refusesMore notes that a secret too many was refused.
func (sc *scout) refusesMore(s *conformance.Session, c *conformance.Client, ever []conformance.Secret, reply *conformance.Reply) {
	if reply.Status >= 500 || reply.Status < 400 {
		s.Incompletef("with %d secrets that work one more ended in %s", len(ever), reply)
	}
	if lost := sc.lost(s, c, ever); len(lost) > 0 {
		s.Incompletef("one more than %d secrets was refused with %s, and %d of them stopped all the same", len(ever), reply, len(lost))
	}
	words := fmt.Sprintf("%d of %d worked side by side, and one more was refused with %s", len(ever), len(ever), reply)
	sc.found("max_live", fmt.Sprint(len(ever)), "%s", words)
	sc.found("overflow", "refuse", "%s", words)
	sc.bound.Policy.MaxLive, sc.bound.Policy.Overflow = len(ever), "refuse"
}

// lost lists which of the secrets are refused for good, counted from 0.
func (*scout) lost(s *conformance.Session, c *conformance.Client, ever []conformance.Secret) []int {
	var lost []int
	for i, secret := range ever {
		refused := 0
		for refused < conformance.Agreeing && s.Probe(c, secret.Value) == conformance.Refused {
			refused++
		}
		if refused == conformance.Agreeing {
			lost = append(lost, i)
		}
	}
	return lost
}

// evicts notes that older secrets went when one was made.
func (sc *scout) evicts(ever []conformance.Secret, lost []int) {
	most := len(ever) - len(lost)
	words := fmt.Sprintf("%d worked side by side, and when number %d was made number %d stopped", most, len(ever), lost[0]+1)
	sc.found("max_live", fmt.Sprint(most), "%s", words)
	value := "evict"
	if lost[len(lost)-1] != len(lost)-1 {
		value, words = "", words+", which is not the oldest"
	}
	sc.ruled("overflow", value, value == sc.given.Policy.Overflow, "%s", words)
	sc.bound.Policy.MaxLive, sc.bound.Policy.Overflow = most, "evict"
}

// holds is for a target that took as many secrets as were tried. An eviction may still be
// on its way.
func (sc *scout) holds(s *conformance.Session, c *conformance.Client, ever []conformance.Secret) {
	brief := sc.bound.Policy.Rotation == "grace" && sc.bound.Policy.Grace <= sc.patience // they end by themselves
	var lost []int
	if !brief && s.Within(sc.patience, 1, func(...conformance.CallOption) bool {
		lost = sc.lost(s, c, ever)
		return len(lost) > 0
	}) {
		sc.evicts(ever, lost)
		return
	}
	words := fmt.Sprintf("%d of %d secrets worked side by side", len(ever), len(ever))
	if most := sc.given.Policy.MaxLive; most >= len(ever) {
		sc.unknown("max_live", "%s, and no more than that were tried", words)
		sc.unknown("overflow", "%s, and no more than that were tried", words)
		return
	}
	sc.found("max_live", "0", "%s", words)
	sc.found("overflow", "none", "%s", words)
}

// readback looks for the client's secret wherever it can be read later.
func (sc *scout) readback(s *conformance.Session) {
	c := sc.anyClient(s)
	var looked, shows []string
	for _, operation := range []string{"read", "reveal", "list", "list_secrets"} {
		if !sc.given.Binds(operation) {
			continue
		}
		looked = append(looked, operation)
		if sc.shows(s, c, operation) {
			shows = append(shows, operation)
		}
	}
	switch {
	case len(looked) == 0:
		sc.structural("readback", "never", "the profile binds nothing to read with")
	case len(shows) == 0:
		sc.found("readback", "never", "not shown to the admin by %s", listed(looked))
	case s.Reader() == nil:
		declared := sc.given.Policy.Readback
		sc.ruled("readback", "privileged", declared != "never", "shown to the admin by %s; whether a reader sees it was not tried, as no credentials of one were given", listed(shows))
	default:
		reads := slices.DeleteFunc(slices.Clone(shows), func(operation string) bool { return !sc.shows(s, c, operation, conformance.As(s.Reader())) })
		if len(reads) > 0 {
			sc.found("readback", "always", "shown by %s to a caller who may only read", listed(reads))
			return
		}
		sc.found("readback", "privileged", "shown to the admin by %s, and not to a caller who may only read", listed(shows))
	}
}
