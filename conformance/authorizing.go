package conformance

import "net/http"

// Authorizing sends the caller's credentials in another spelling: edit gets the header's
// ordinary value and returns one for each line of the header that is sent.
func (s *Session) Authorizing(edit func(ordinary string) []string) CallOption {
	how := s.run.bound.Authorization
	return func(c *call) {
		if c.principal == nil {
			return // only asked for its principal
		}
		c.header[http.CanonicalHeaderKey(how.Header)] = edit(how.Prefix + c.principal.token)
	}
}
