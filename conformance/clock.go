package conformance

import "time"

// KnowsTheClock reports whether any answer told the time.
func (s *Session) KnowsTheClock() bool {
	s.run.mu.Lock()
	defer s.run.mu.Unlock()
	return s.run.skew.known
}

// ServerNow is the time on the target's clock, as far as its Date headers (RFC 9110
// section 6.6.1) tell. They have whole seconds, so after a few answers it may be off
// by half of one.
func (s *Session) ServerNow() time.Time {
	s.run.mu.Lock()
	defer s.run.mu.Unlock()
	return s.run.options.Now().Add(s.run.skew.likely())
}
