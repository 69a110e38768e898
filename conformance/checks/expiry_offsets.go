package checks

import (
	"strings"
	"time"

	"github.com/keyturn/keyturn/conformance"
	"github.com/keyturn/keyturn/conformance/profile"
)

// nearby is less than any offset that is tried: so near that a date whose offset is
// dropped is on the other side of now.
const nearby = 30 * time.Minute

// notations writes an instant in the form of the profile's dates: where that has an
// offset in several, one ahead of UTC and one behind.
func notations(b *profile.Bound, at time.Time) []string {
	text, _ := written(b, at)
	texts := []string{text}
	if !hasOffset(b.Dates.Layout) {
		return texts
	}
	for _, zone := range []*time.Location{time.FixedZone("", 8*3600), time.FixedZone("", -9*3600-1800)} {
		texts = append(texts, at.In(zone).Format(b.Dates.Layout))
	}
	return texts
}

// expiryIsAnInstant asks for expiries so near that whoever reads the clock of a date and
// not its instant takes what is ahead for past, or the other way round. A form without
// an offset has its zone declared, and whoever reads it in another is as far off.
func expiryIsAnInstant(s *conformance.Session) {
	c, shown := s.NewClient(), showsExpiry(s)
	ahead := s.ServerNow().Truncate(time.Second).Add(nearby)
	if _, at := written(s.Profile(), ahead); !at.Equal(ahead) {
		s.Incompletef("the form of the profile's dates does not tell an instant from one half an hour later")
	}
	for _, text := range notations(s.Profile(), ahead) {
		s.Step("rotate with the expiry %s, which is ahead", text)
		makeRoom(s, c)
		shown.mark(c)
		secret, reply := c.TryRotate(conformance.With("expires", text))
		if !reply.OK {
			canRotate(s)
			s.FailOn(reply, "a secret that expires then", "an expiry half an hour ahead, written as %s, is refused", text)
			continue
		}
		shown.expect(c, reply, ahead, text)
		if !s.Within(s.Policy().Accept, 1, func(options ...conformance.CallOption) bool {
			return s.Probe(c, secret.Value, options...) == conformance.Accepted
		}) {
			newSecretsWork(s)
			s.FailOn(reply, "accepted until then", "a secret whose expiry is half an hour ahead, written as %s, does not work", text)
		}
	}
	if s.Policy().PastExpiry == "none" {
		return // what becomes of a past date is not declared
	}
	if !shown.bySecret || s.Policy().PastExpiry == "dead" {
		c.Spoil()
	}
	for _, text := range notations(s.Profile(), ahead.Add(-2*nearby)) {
		s.Step("rotate with the expiry %s, which is past", text)
		makeRoom(s, c)
		pastInstantIsPast(s, c, text)
	}
}

// pastInstantIsPast holds an expiry half an hour ago to what is declared of past ones.
func pastInstantIsPast(s *conformance.Session, c *conformance.Client, text string) {
	secret, reply := rotateWith(s, c, text)
	switch {
	case s.Policy().PastExpiry == "refuse" && reply.OK:
		s.FailOn(reply, "refused, as it is past", "an expiry half an hour ago, written as %s, is taken", text)
	case reply.OK && secret.Value != "" && s.Probe(c, secret.Value) == conformance.Accepted:
		s.FailOn(reply, "refused at any time", "a secret whose expiry is half an hour ago, written as %s, works", text)
	case !reply.OK && reply.Status >= 500:
		canRotate(s)
		s.FailOn(reply, "as is declared of past dates", "an expiry half an hour ago, written as %s: %s", strings.TrimSpace(text), reply)
	}
}
