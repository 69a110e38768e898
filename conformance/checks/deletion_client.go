package checks

import (
	"slices"

	"github.com/keyturn/keyturn/conformance"
	"github.com/keyturn/keyturn/conformance/profile"
)

func deletedClientIsGone(s *conformance.Session) {
	c := s.NewClient()
	s.Given(c, c.Secret)
	if reply := c.Delete(); !reply.OK {
		s.FailOn(reply, "deleted", "the deletion of a client did not succeed")
		return
	}
	s.BecomesRefused(c, c.Secret, "the secret of a deleted client")
	isGone(s, c, "after its deletion")
	if s.Profile().Binds("list") {
		var reply *conformance.Reply
		if !s.Within(s.Policy().Refuse, conformance.Agreeing, func(options ...conformance.CallOption) bool {
			var item profile.Values
			item, reply = clientInList(s, c, options...)
			return item == nil || gone(item)
		}) {
			s.FailOn(reply, "no such client", "after its deletion a client is still in the list")
		}
	}
}

// isGone expects a read not to find a client, or to show it as deleted where that is
// how clients are deleted. Where there is no read, the token side tells.
func isGone(s *conformance.Session, c *conformance.Client, when string) {
	if !s.Profile().Binds("read") {
		s.BecomesRefused(c, c.Secret, "the secret of a client "+when)
		return
	}
	var reply *conformance.Reply
	gone := s.Within(s.Policy().Refuse, conformance.Agreeing, func(options ...conformance.CallOption) bool {
		reply = c.Call("read", options...)
		if reply.OK {
			return s.Policy().DeleteClient == "soft" && gone(reply.Values)
		}
		return slices.Contains(s.Profile().Statuses.Unknown, reply.Status)
	})
	if !gone {
		s.Refused(reply, s.Profile().Statuses.Unknown, "reading a client "+when)
	}
}
