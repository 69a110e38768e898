package checks

import (
	"slices"
	"strings"
	"time"

	"github.com/keyturn/keyturn/conformance"
	"github.com/keyturn/keyturn/conformance/profile"
)

var expiry = []conformance.Check{
	{ID: "EXP-001", Run: futureExpiryIsKept},
	{ID: "EXP-003", Run: expiredSecretIsRefused},
	{ID: "EXP-004", Run: pastExpiryGivesNoSecret},
	{ID: "EXP-005", Run: unreadableExpiryIsRefused},
	{ID: "EXP-006", Run: expiryIsAnInstant},
	{ID: "EXP-009", Run: siblingsOutliveAnExpiry},
	{ID: "EXP-010", Run: expiredSecretStaysListed},
	{ID: "EXP-012", Run: updatedExpiryIsReadBack},
}

// futureExpiryIsKept writes instants in every way that the form of the profile's
// dates has. One that is further away than a service may allow may be refused.
func futureExpiryIsKept(s *conformance.Session) {
	c := s.NewClient()
	shown := showsExpiry(s)
	kept := map[string]time.Time{}
	for _, form := range expiryForms(s.Profile(), s.ServerNow()) {
		s.Step("rotate with the expiry %s", form.text)
		makeRoom(s, c)
		shown.mark(c)
		_, reply := c.TryRotate(conformance.With("expires", form.text))
		if !reply.OK {
			if !form.distant || !slices.Contains(s.Profile().Statuses.Invalid, reply.Status) {
				canRotate(s)
				s.FailOn(reply, "a secret that expires then", "a rotation with the expiry %s did not succeed", form.text)
			}
			continue
		}
		if id := shown.expect(c, reply, form.at, form.text); id != "" {
			kept[id] = form.at
		}
	}
	if !shown.bySecret {
		return
	}
	reply, entries := secretEntries(c)
	for id, at := range kept {
		if entry, listed := entries[id]; listed && !sameInstant(entry["expires"], at) {
			s.FailOn(reply, "expires "+instant(at), "a later rotation moved the expiry of an earlier secret from %s to %s", instant(at), instant(entry["expires"]))
		}
	}
}

// expiredSecretIsRefused waits for the end of a secret that worked until then.
func expiredSecretIsRefused(s *conformance.Session) {
	c := s.NewClient()
	if !showsExpiry(s).bySecret {
		c.Spoil() // the next secret would be dead too
	}
	secret, end := shortLived(s, c)
	c.Expires(end)
	s.Step("wait for the expiry at %s", instant(end))
	s.Sleep(end.Sub(s.ServerNow()))
	s.BecomesRefused(c, secret, "the secret after its expiry")
}

// pastExpiryGivesNoSecret tries an hour ago, a year long gone, and the instant that a
// service may have stored as none.
func pastExpiryGivesNoSecret(s *conformance.Session) {
	c := s.NewClient()
	s.Given(c, c.Secret)
	dead := s.Policy().PastExpiry == "dead"
	if dead {
		c.Spoil()
	}
	before := s.Snapshot(c)
	for _, past := range []time.Time{s.ServerNow().Add(-time.Hour), time.Date(2001, 2, 3, 4, 5, 6, 0, time.UTC), time.Unix(0, 0)} {
		text, _ := written(s.Profile(), past)
		s.Step("rotate with the expiry %s", text)
		if dead {
			makeRoom(s, c)
		}
		secret, reply := rotateWith(s, c, text)
		what := "a secret with the past expiry " + text
		switch {
		case dead && !reply.OK:
			canRotate(s)
			s.FailOn(reply, "made, and dead at once", "%s: %s", what, reply)
			continue
		case !dead && reply.Status >= 500:
			canRotate(s)
			s.Refused(reply, s.Profile().Statuses.Invalid, what)
		case !dead && !s.Refused(reply, s.Profile().Statuses.Invalid, what) && reply.OK:
			before = s.Snapshot(c)
		}
		if secret.Value != "" && s.Probe(c, secret.Value) == conformance.Accepted {
			s.FailOn(reply, "refused at any time", "%s works", what)
		} else if dead {
			s.BecomesRefused(c, secret, what)
		}
	}
	if !dead {
		s.Unchanged(c, before, "a rotation with a past expiry")
	}
}

// unreadableExpiryIsRefused looks at the client once for all dates: none may leave
// anything behind.
func unreadableExpiryIsRefused(s *conformance.Session) {
	c := s.NewClient()
	s.Given(c, c.Secret)
	before := s.Snapshot(c)
	values := unreadableDates(s.Profile())
	if strings.HasPrefix(s.Profile().Operations["rotate"].Put["expires"], "/body/") {
		values = append(values, []any{}, map[string]any{}, true, 1_700_000_000)
	}
	for _, value := range values {
		secret, reply := rotateWith(s, c, value)
		if s.Refused(reply, s.Profile().Statuses.Invalid, "a rotation with the expiry "+asJSON(value)) {
			continue
		}
		if !reply.OK {
			continue
		}
		if secret.Value != "" && s.Probe(c, secret.Value) == conformance.Accepted {
			s.FailOn(reply, "no secret", "the expiry %s was dropped, and the secret works", asJSON(value))
		}
		before = s.Snapshot(c)
	}
	s.Unchanged(c, before, "rotations with an expiry that is no date")
}

// updatedExpiryIsReadBack writes an expiry wherever the profile puts one. Each is an
// instant that no other date of the client has, so that it is known where it shows.
func updatedExpiryIsReadBack(s *conformance.Session) {
	_, at := written(s.Profile(), s.ServerNow().AddDate(0, 1, 0))
	var options []conformance.CallOption
	if s.Profile().Operations["create"].Put["expires"] != "" {
		options = append(options, conformance.With("expires", at))
	}
	c := s.NewClient(options...)
	if len(options) > 0 {
		clientExpires(s, c, at, "a creation")
	}
	for _, operation := range []string{"update", "replace"} {
		if s.Profile().Operations[operation].Put["expires"] == "" {
			continue
		}
		_, at = written(s.Profile(), at.AddDate(0, 5, 3))
		options := []conformance.CallOption{conformance.With("expires", at)}
		if operation == "replace" {
			options = append(options, replacing(s, c)...)
		}
		reply := c.Call(operation, options...)
		if !reply.OK {
			canWrite(s, operation)
			s.FailOn(reply, "the expiry is changed", "the %s of the expiry did not succeed", operation)
			continue
		}
		clientExpires(s, c, at, "the "+operation)
	}
}

// clientExpires expects reads and lists to show a client's expiry, and no other date
// to have taken it.
func clientExpires(s *conformance.Session, c *conformance.Client, at time.Time, after string) {
	var reply *conformance.Reply
	if !s.Within(s.Policy().Accept, 1, func(options ...conformance.CallOption) bool {
		reply = c.Call("read", options...)
		return sameInstant(reply.Values["expires"], at)
	}) {
		s.Must(reply) // one that does not succeed shows nothing, whatever was written
		s.FailOn(reply, "expires "+instant(at), "after %s with the expiry %s a read shows %s", after, instant(at), instant(reply.Values["expires"]))
	}
	place := s.Profile().Operations["read"].Take["expires"]
	for pointer, leaf := range profile.Flatten(reply.JSON()) {
		other, err := s.Profile().Instant(leaf)
		if err == nil && other.Equal(at) && pointer != place {
			s.FailOn(reply, "no other date has it", "after %s with the expiry %s that is also what %s shows", after, instant(at), pointer)
		}
	}
	if !s.Profile().Binds("list") || s.Profile().Operations["list"].Take["expires"] == "" {
		return
	}
	var item profile.Values
	if !s.Within(s.Policy().Accept, 1, func(options ...conformance.CallOption) bool {
		item, reply = clientInList(s, c, options...)
		return sameInstant(item["expires"], at)
	}) {
		if item == nil {
			s.Incompletef("the list does not have the client, and so shows no expiry of it: %s", reply)
		}
		s.FailOn(reply, instant(at), "after %s with the expiry %s the list shows %s", after, instant(at), instant(item["expires"]))
	}
}
