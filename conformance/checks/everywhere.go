package checks

import (
	"fmt"
	"sync"

	"github.com/keyturn/keyturn/conformance"
)

// connections is over how many connections at once a secret is asked about. Every
// third is a new one, so that replicas answer which the kept ones do not reach.
const connections = 12

// askAtOnce asks about a secret over many connections and returns the answer that is
// not the wanted one, with its reply; an accepted one before one that does not tell.
func askAtOnce(s *conformance.Session, c *conformance.Client, secret string, want conformance.Answer) (conformance.Answer, *conformance.Reply) {
	var (
		mu    sync.Mutex
		other = want
		shows *conformance.Reply
	)
	s.Parallel(connections, func(i int) {
		var options []conformance.CallOption
		if i%3 == 2 {
			options = append(options, conformance.Fresh())
		}
		answer, reply := s.ProbeReply(c, secret, options...)
		mu.Lock()
		defer mu.Unlock()
		if answer != want && (shows == nil || other == conformance.Unclear) {
			other, shows = answer, reply
		}
	})
	return other, shows
}

// everywhere expects a secret to get the same answer over many connections at once,
// twice in a row, before the declared bound is over. What is wrong then was asked
// after it.
func everywhere(s *conformance.Session, c *conformance.Client, secret conformance.Secret, want conformance.Answer, what string) bool {
	bound := s.Policy().Accept
	if want == conformance.Refused {
		bound = s.Policy().Refuse
	}
	agree := func(...conformance.CallOption) bool {
		answer, _ := askAtOnce(s, c, secret.Value, want)
		return answer == want
	}
	if s.Within(bound, 2, agree) {
		return true
	}
	answer, reply := askAtOnce(s, c, secret.Value, want)
	switch answer {
	case want:
		return true
	case conformance.Unclear:
		s.Incompletef("the oracle does not tell whether %s works: %s", what, reply)
	}
	s.FailOn(reply, fmt.Sprintf("%s over %d connections at once within %s", want, connections, bound),
		"%s is %s over some of the connections", what, answer)
	return false
}
