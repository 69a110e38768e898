package conformance

import (
	"maps"
	"slices"

	"github.com/keyturn/keyturn/conformance/profile"
)

// Attempt is Call for a check that takes a lost answer as one of the things that may
// happen: the reply is Lost then, and whether the operation was carried out is open.
// Nothing is asked a second time. What was never sent ends the check as incomplete.
func (s *Session) Attempt(operation string, values profile.Values, options ...CallOption) *Reply {
	request, route := s.prepare(operation, values, options)
	e := s.run.sender.Do(s.ctx, s.recorder, request)
	if e.Err != nil && (final(e.Err) || s.ctx.Err() != nil) {
		s.Incompletef("%s got no answer: %v", operation, e.Err)
	}
	return s.read(e, route)
}

// Attempt is Call that leaves a lost answer to the check.
func (c *Client) Attempt(operation string, options ...CallOption) *Reply {
	if by := c.made.by; by != nil {
		options = slices.Concat([]CallOption{As(by)}, options)
	}
	return c.sees(c.session.Attempt(operation, maps.Clone(c.Values), options...))
}

// AttemptRotate makes a new secret and leaves everything to the check, a lost answer
// too. Unlike TryRotate it may be called many times at once: it changes nothing about
// the Client. The secret is the one that the reply shows or that was chosen for the
// call, "" where it is neither; it need not have become one.
func (c *Client) AttemptRotate() (Secret, *Reply) {
	s := c.session
	secret := Secret{}
	var options []CallOption
	if s.Policy().SecretSource == "caller" {
		secret.Value = s.ChooseSecret()
		options = append(options, With("secret", secret.Value))
	}
	reply := c.Attempt("rotate", options...)
	if s.Policy().SecretSource == "reply" {
		secret.Value = reply.Text("secret")
	}
	if !s.run.dry {
		s.run.book.Pair(c.ID(), secret.Value)
	}
	if reply.OK {
		s.run.acknowledges(c.made, secret.Value)
	}
	return secret, reply
}

// Seed is what the run's random choices come from.
func (s *Session) Seed() int64 { return s.run.options.Seed }
