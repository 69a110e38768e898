package probe

import (
	"fmt"
	"slices"
	"time"

	"github.com/keyturn/keyturn/conformance"
)

// unused makes a client that no question had before, with a secret that works.
func (sc *scout) unused(s *conformance.Session) *conformance.Client {
	c, created := s.TryNewClient()
	if c == nil {
		s.Incompletef("no client could be made: create answered %s", created)
	}
	return sc.ready(s, c)
}

// anyClient makes a client or takes one over.
func (sc *scout) anyClient(s *conformance.Session) *conformance.Client {
	return sc.ready(s, s.NewClient())
}

func (*scout) ready(s *conformance.Session, c *conformance.Client) *conformance.Client {
	if c.Secret.Value == "" {
		c.Rotate()
	}
	s.Given(c, c.Secret)
	return c
}

// rotate makes a secret and waits until it works.
func (*scout) rotate(s *conformance.Session, c *conformance.Client) (conformance.Secret, *conformance.Reply) {
	fresh, reply := c.TryRotate()
	s.Must(reply)
	if fresh.Value == "" {
		s.Incompletef("a rotation succeeded and showed no secret")
	}
	return fresh, reply
}

// spell is how long something about a secret took to come true.
type spell struct {
	over   bool          // it came true within the patience
	before time.Duration // when it was last seen not to be, 0 where it never was
	took   time.Duration // when it first was and stayed so
}

// until watches a secret until it is accepted, or refused, counting from when something
// was acknowledged.
func (sc *scout) until(s *conformance.Session, c *conformance.Client, secret string, want conformance.Answer, since time.Duration) spell {
	return sc.watch(s, c, secret, want, since, sc.patience)
}

func (*scout) watch(s *conformance.Session, c *conformance.Client, secret string, want conformance.Answer, since, bound time.Duration) spell {
	var seen spell
	streak := 0
	seen.over = s.Within(bound, conformance.Agreeing, func(options ...conformance.CallOption) bool {
		answer, reply := s.ProbeReply(c, secret, options...)
		if answer != want {
			streak, seen.before = 0, max(reply.Start-since, time.Nanosecond)
			return false
		}
		if streak == 0 {
			seen.took = max(0, reply.End-since)
		}
		streak++
		return true
	})
	return seen
}

// canDelete reports whether single secrets can be deleted by what a list shows.
func (sc *scout) canDelete() bool {
	return sc.given.Binds("delete_secret") && sc.given.Binds("list_secrets") && sc.given.Operations["list_secrets"].Take["secret_id"] != ""
}

// ids lists those of the secrets that are neither deleted nor expired, in the list's
// order.
func (*scout) ids(s *conformance.Session, c *conformance.Client, options ...conformance.CallOption) []string {
	var live []string
	items, _ := c.ListSecrets(options...)
	for _, item := range items {
		expires, ends := item["expires"].(time.Time)
		if item["deleted"] != true && (!ends || expires.After(s.ServerNow())) {
			live = append(live, fmt.Sprint(item["secret_id"]))
		}
	}
	return live
}

// added is rotate for where the id of the new secret matters too.
func (sc *scout) added(s *conformance.Session, c *conformance.Client) (conformance.Secret, *conformance.Reply) {
	if !sc.canDelete() {
		return sc.rotate(s, c)
	}
	before := sc.ids(s, c)
	fresh, reply := sc.rotate(s, c)
	first := true
	s.Within(sc.patience, 1, func(...conformance.CallOption) bool {
		for _, id := range sc.ids(s, c) {
			if !slices.Contains(before, id) || sc.dry {
				fresh.ID = id
			}
		}
		sc.sawAtOnce(&first, fresh.ID != "")
		return fresh.ID != ""
	})
	return fresh, reply
}

// sawAtOnce notes whether the first read after a write shows it.
func (sc *scout) sawAtOnce(first *bool, shown bool) {
	if *first && !sc.dry {
		sc.reads = append(sc.reads, shown)
	}
	*first = false
}

// full reports whether one more secret would be refused.
func (sc *scout) full(live int) bool {
	policy := sc.bound.Policy
	return policy.Rotation != "replace" && policy.Overflow == "refuse" && policy.MaxLive > 0 && live >= policy.MaxLive
}

// short is a duration for a person.
func short(d time.Duration) string {
	switch {
	case d >= 10*time.Second:
		return d.Round(time.Second).String()
	case d >= time.Second:
		return d.Round(100 * time.Millisecond).String()
	case d >= 10*time.Millisecond:
		return d.Round(time.Millisecond).String()
	}
	return d.Round(100 * time.Microsecond).String()
}
