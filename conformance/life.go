package conformance

import (
	"time"

	"github.com/keyturn/keyturn/conformance/exchange"
)

// Adopt makes a secret the one that the client goes by, in place of the latest: for
// checks that end the latest and leave another.
func (c *Client) Adopt(secret Secret) {
	c.Secret = secret
	c.made.secret = secret
}

// AcceptedBefore reports whether a secret is seen to work before an instant of the
// target's clock. It judges nothing.
func (s *Session) AcceptedBefore(c *Client, secret Secret, end time.Time) bool {
	return s.settle(c, secret.Value, Accepted, end.Sub(s.ServerNow()))
}

// Expires begins the timeline of an expiry: the client's secret is to end at an
// instant of the target's clock.
func (c *Client) Expires(at time.Time) {
	s := c.session
	moment := s.run.sender.Since() + at.Sub(s.ServerNow())
	c.changes("expire", &Reply{Exchange: &exchange.Exchange{Start: moment, End: moment}}, c.Secret.Value, "")
}

// HasOracle reports whether the token side can be asked: for checks that do more where
// it can.
func (s *Session) HasOracle() bool { return s.run.oracle.operation != "" }
