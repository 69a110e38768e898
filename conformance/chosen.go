package conformance

import "github.com/keyturn/keyturn/conformance/redact"

// Conceal makes a value known as a credential, so that no report shows it: for values
// that a check puts together itself. It returns the value.
func (s *Session) Conceal(value string) string {
	if !s.run.dry {
		s.run.book.Add(redact.Secret, value)
	}
	return value
}

// TryRotateTo is TryRotate with a value that the check chooses, for providers where
// the caller does. The value is concealed.
func (c *Client) TryRotateTo(value string, options ...CallOption) (Secret, *Reply) {
	s := c.session
	secret := Secret{Value: s.Conceal(value)}
	if !s.run.dry {
		s.run.book.Pair(c.ID(), value)
	}
	reply := c.Call("rotate", append([]CallOption{With("secret", value)}, options...)...)
	if !reply.OK {
		return Secret{}, reply
	}
	c.changes("rotate", reply, c.Secret.Value, value)
	c.Adopt(secret)
	return secret, reply
}
