package conformance

import (
	"fmt"
	"time"

	"github.com/keyturn/keyturn/conformance/profile"
)

// Answer is what the oracle says of a secret.
type Answer string

// The answers. Unclear is neither: the oracle answered, and not in a way that tells.
const (
	Accepted Answer = "accepted"
	Refused  Answer = "refused"
	Unclear  Answer = "unclear"
)

// agreeing is how many answers in a row have to agree before a state counts as
// settled: over a kept connection, a fresh one, and a kept one again.
const agreeing = 3

// oracle asks the token side whether a secret works. Best is to revoke a token that
// does not exist: the client has to authenticate and nothing is issued (RFC 7009
// section 2.1). Next is to introspect one (RFC 7662 section 2.1), last to ask for a
// token, which is then revoked.
type oracle struct {
	door         // the first that was proven; its operation is "" where none was
	doors []door // all that were proven
	proof string
}

// door is an endpoint of the token side and a way to authenticate there. A service
// may let a secret in by one and not by another.
type door struct {
	operation string
	way       profile.ClientAuth
}

func (d door) String() string { return fmt.Sprintf("%s by %s", d.operation, d.way) }

// ask puts one question.
func (s *Session) ask(at door, clientID, secret string, options ...CallOption) (Answer, *Reply) {
	values := profile.Values{"token": "keyturn-no-such-token-" + s.run.id}
	if at.operation == "token" {
		values = nil
	}
	proof := ProvingBy(at.way, clientID, secret)
	s.run.probes.Add(1)
	reply := s.Call(at.operation, values, append([]CallOption{proof}, options...)...)
	if reply.OK {
		if token := reply.Text("token"); at.operation == "token" && token != "" && s.run.bound.Binds("revoke") {
			s.Call("revoke", profile.Values{"token": token}, proof)
		}
		return Accepted, reply
	}
	if code, _ := profile.At(reply.JSON(), "/error"); code == "invalid_client" && (reply.HTTP() == 400 || reply.HTTP() == 401) {
		return Refused, reply
	}
	return Unclear, reply
}

// Probe asks the oracle once whether a secret of the client's works.
func (s *Session) Probe(c *Client, secret string, options ...CallOption) Answer {
	answer, _ := s.ProbeReply(c, secret, options...)
	return answer
}

// ProbeReply is Probe with the reply.
func (s *Session) ProbeReply(c *Client, secret string, options ...CallOption) (Answer, *Reply) {
	s.NeedOracle()
	answer, reply := s.ask(s.run.oracle.door, c.ID(), secret, options...)
	c.note(asked{reply.End, secret, answer})
	return answer, reply
}

// NeedOracle ends the check as incomplete where no oracle was proven.
func (s *Session) NeedOracle() {
	if s.run.oracle.operation == "" {
		s.Incompletef("there is no proven oracle: %s", s.run.oracle.proof)
	}
}

// Given is a premise: the secret works, asked over several connections so that a
// cache on the way knows it. Otherwise the check is incomplete.
func (s *Session) Given(c *Client, secret Secret) {
	if !s.settle(c, secret.Value, Accepted, s.Policy().Accept) {
		s.Incompletef("the secret that the check begins with does not work")
	}
}

// BecomesAccepted expects a secret to work within the declared bound and to go on
// working. what names it, as in "the new secret". Before it is found not to, the premises
// are looked at: each ends the check as incomplete where it does not hold.
func (s *Session) BecomesAccepted(c *Client, secret Secret, what string, premises ...func(*Session)) bool {
	return s.becomes(c, secret, Accepted, s.Policy().Accept, what, premises...)
}

// BecomesRefused expects a secret to be refused within the declared bound, for good:
// it is asked about once more when the run ends.
func (s *Session) BecomesRefused(c *Client, secret Secret, what string) bool {
	ok := s.becomes(c, secret, Refused, s.Policy().Refuse, what)
	if ok {
		s.run.retire(s, c, secret)
	}
	return ok
}

func (s *Session) becomes(c *Client, secret Secret, want Answer, bound time.Duration, what string, premises ...func(*Session)) bool {
	if secret.Value == "" {
		s.Failf("%s is not known: no reply showed it", what)
		return s.run.dry
	}
	if s.settle(c, secret.Value, want, bound) {
		return s.everywhere(c, secret, want, bound, what)
	}
	answer, reply := s.ProbeReply(c, secret.Value)
	if answer == Unclear {
		s.Incompletef("the oracle does not tell whether %s works: %s", what, reply)
	}
	for _, holds := range premises {
		holds(s)
	}
	s.FailOn(reply, fmt.Sprintf("%s %d times in a row within %s", want, agreeing, bound), "%s is %s", what, answer)
	return false
}

// everywhere asks at the other doors too, each of which has the same bound: a secret
// that is dead at one may be alive at another.
func (s *Session) everywhere(c *Client, secret Secret, want Answer, bound time.Duration, what string) bool {
	against := map[Answer]Answer{Accepted: Refused, Refused: Accepted}[want]
	for _, other := range s.run.oracle.doors {
		if other == s.run.oracle.door {
			continue
		}
		var answer Answer
		var reply *Reply
		s.Within(bound, 1, func(options ...CallOption) bool {
			answer, reply = s.ask(other, c.ID(), secret.Value, options...)
			return answer != against
		})
		if answer == against && !s.run.dry {
			s.FailOn(reply, fmt.Sprintf("%s within %s at every endpoint", want, bound), "%s is %s at %s, and %s at %s",
				what, want, s.run.oracle.door, answer, other)
			return false
		}
	}
	return true
}

// ProbeEverywhere asks once at every proven endpoint in every proven way, until one
// accepts the secret.
func (s *Session) ProbeEverywhere(c *Client, secret string) (Answer, *Reply) {
	answer, reply := s.ProbeReply(c, secret)
	for _, other := range s.run.oracle.doors {
		if answer == Accepted {
			break
		}
		if other != s.run.oracle.door {
			if answer, reply := s.ask(other, c.ID(), secret); answer == Accepted {
				return answer, reply
			}
		}
	}
	return answer, reply
}

// settle polls until as many answers in a row agree as it takes, or the bound is
// over. It waits for nothing else: the time it takes is a result.
func (s *Session) settle(c *Client, secret string, want Answer, bound time.Duration) bool {
	s.NeedOracle()
	c.change.await(secret, want)
	var first time.Duration // when the present streak began
	streak := 0
	settled := s.Within(bound, agreeing, func(options ...CallOption) bool {
		answer, reply := s.ask(s.run.oracle.door, c.ID(), secret, options...)
		c.note(asked{reply.End, secret, answer})
		if answer != want {
			streak = 0
			return false
		}
		if streak == 0 {
			first = reply.End
		}
		streak++
		return true
	})
	if settled {
		c.change.settled(secret, want, first)
	}
	return settled
}

// proveOracle finds where and how a known-good secret can be told from a known-bad
// one: every endpoint that the profile names, in every way that clients may
// authenticate. The first that does is the oracle.
func (s *Session) proveOracle(c *Client) oracle {
	found := oracle{proof: "the profile names none"}
	for _, operation := range s.run.bound.Oracle {
		for _, way := range s.run.bound.ClientAuth {
			at := door{operation, way}
			if operation == "token" && s.Mode() == ReadOnly && len(found.doors) > 0 {
				continue // it issues tokens, and is not needed
			}
			bound := s.Policy().Accept
			if len(found.doors) > 0 {
				bound = 0 // by now the secret works
			}
			proven, proof := s.proves(at, c, bound)
			switch {
			case len(found.doors) == 0:
				found.proof = proof
			case proven:
				found.proof += "; also " + at.String()
			}
			if proven {
				found.doors = append(found.doors, at)
				found.door = found.doors[0]
			}
		}
	}
	return found
}

func (s *Session) proves(at door, c *Client, bound time.Duration) (proven bool, proof string) {
	var good Answer
	var reply *Reply
	s.Within(bound, 1, func(options ...CallOption) bool {
		good, reply = s.ask(at, c.ID(), c.Secret.Value, options...)
		return good != Refused // a new secret may take its time
	})
	bad, bogus := s.ask(at, c.ID(), "keyturn-never-a-secret-"+s.run.id)
	proof = fmt.Sprintf("%s: a known-good secret got %s (%s), a made-up one %s (%s)", at, reply, good, bogus, bad)
	return s.run.dry || good == Accepted && bad == Refused, proof
}
