package checks

import (
	"fmt"
	"maps"
	"slices"
	"time"

	"github.com/keyturn/keyturn/conformance"
	"github.com/keyturn/keyturn/conformance/profile"
)

// shortLived gives a client a secret that is seen to work, and the instant of the target's
// clock at which it ends: the next whole second that a target nearby has time for, a later
// one for one far away. Where that is over before a new secret works, it gets longer by the
// bound that is declared for that.
func shortLived(s *conformance.Session, c *conformance.Client) (conformance.Secret, time.Time) {
	const margin = 100 * time.Millisecond
	if !s.KnowsTheClock() && s.Mode() != conformance.Plan {
		s.Incompletef("the target's replies have no Date, so when a secret expires on its clock is not known")
	}
	for _, life := range []time.Duration{300 * time.Millisecond, time.Second, s.Policy().Accept + 2*time.Second} {
		end := s.ServerNow().Add(life).Truncate(time.Second).Add(time.Second)
		if _, at := written(s.Profile(), end); !at.Equal(end) {
			s.Incompletef("the form of the profile's dates has no instant that is soon enough to wait for")
		}
		makeRoom(s, c)
		secret := c.Rotate(conformance.With("expires", end))
		if s.Profile().Binds("list_secrets") {
			c.Call("list_secrets") // it may go off the list with its expiry, and is known to have been there
		}
		if s.AcceptedBefore(c, secret, end.Add(-margin)) {
			return secret, end
		}
	}
	s.Incompletef("a secret with an expiry did not work before it either")
	return conformance.Secret{}, time.Time{}
}

// outlast waits until a short-lived secret is refused. That it is refused at all is not
// what the check is about.
func outlast(s *conformance.Session, c *conformance.Client, secret conformance.Secret, end time.Time) {
	s.Step("wait for the expiry at %s", instant(end))
	s.Sleep(end.Sub(s.ServerNow()))
	if !refusedNow(s, c, secret) {
		s.Incompletef("the secret with an expiry works after it too, so nothing shows what an expiry does beside")
	}
}

// siblingsOutliveAnExpiry has an expiring secret between two that do not expire, where
// the client may have as many.
func siblingsOutliveAnExpiry(s *conformance.Session) {
	if s.Policy().MaxLive == 1 {
		s.Incompletef("a client has but one secret at a time")
	}
	c := clientWithSecret(s)
	makeRoomBeside(s, c, c.Secret)
	siblings := []conformance.Secret{c.Secret}
	s.Given(c, c.Secret)
	victim, end := shortLived(s, c)
	c.Expires(end)
	if most := s.Policy().MaxLive; most == 0 || most > 2 {
		siblings = append(siblings, c.Rotate())
	}
	for _, sibling := range siblings {
		s.Given(c, sibling)
	}
	_, before := othersListed(s, c, end)
	outlast(s, c, victim, end)
	for i, sibling := range siblings {
		what := fmt.Sprintf("secret %d of %d that do not expire", i+1, len(siblings))
		if answer, reply := s.ProbeReply(c, sibling.Value); answer == conformance.Refused {
			s.FailOn(reply, "still accepted", "%s is refused once another has expired", what)
			continue
		}
		s.BecomesAccepted(c, sibling, what+", once another has expired,")
	}
	reply, after := othersListed(s, c, end)
	for _, id := range slices.Sorted(maps.Keys(before)) {
		if is, there := after[id]; !there || !profile.Equal(before[id], is) {
			s.FailOn(reply, "as it was", "the expiry of one secret changed the entry of another from %v to %v", before[id], is)
		}
	}
}

// othersListed lists the client's secrets by id, but for those that expire at an
// instant; nil where none are listed.
func othersListed(s *conformance.Session, c *conformance.Client, end time.Time) (*conformance.Reply, map[string]profile.Values) {
	if !s.Profile().Binds("list_secrets") {
		return nil, nil
	}
	reply, entries := secretEntries(c)
	maps.DeleteFunc(entries, func(_ string, entry profile.Values) bool {
		expires, ends := entry["expires"].(time.Time)
		return ends && !expires.After(end)
	})
	return reply, entries
}

// expiredSecretStaysListed reads the list before and after the end: an entry that was
// not there to begin with has not been taken away.
func expiredSecretStaysListed(s *conformance.Session) {
	c := s.NewClient()
	victim, end := shortLived(s, c)
	var id string
	var entry profile.Values
	_, entries := secretEntries(c)
	for name, listed := range entries {
		if sameInstant(listed["expires"], end) {
			id, entry = name, listed
		}
	}
	if id == "" && s.Mode() != conformance.Plan {
		s.Incompletef("no entry of the list has the expiry %s that a new secret was given", instant(end))
	}
	c.Expires(end)
	outlast(s, c, victim, end)
	reply, entries := secretEntries(c)
	is, listed := entries[id]
	switch {
	case !listed:
		s.FailOn(reply, "listed under its id, and not marked", "a secret that has expired is not in the list any more")
	case gone(is):
		s.FailOn(reply, "deleted false", "a secret that has expired is listed as deleted, which nobody did")
	case !profile.Equal(entry["expires"], is["expires"]):
		s.FailOn(reply, "expires "+instant(entry["expires"]), "a secret that has expired is listed with the expiry %s", instant(is["expires"]))
	}
}
