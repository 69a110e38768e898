package checks

import (
	"sync/atomic"
	"time"

	"github.com/keyturn/keyturn/conformance"
)

// rotationHasNoGap is what a service goes through that uses the old secret until it has
// been given the new one, and then goes over to it as soon as it works.
func rotationHasNoGap(s *conformance.Session) {
	const times = 2
	c := clientWithSecret(s)
	for range max(1, rotations(s, times)) {
		old := c.Secret
		s.Given(c, old)
		makeRoomBeside(s, c, old)
		fresh, missed := rotatedInUse(s, c, old)
		if missed != nil {
			s.FailOn(missed, "accepted at every instant", "the old secret was refused while the new one was being made")
			return
		}
		if gap := gapBefore(s, c, old, fresh); gap != nil {
			s.FailOn(gap, "the old secret or the new one accepted at every instant", "after a rotation the old secret was refused before the new one was accepted")
			return
		}
	}
}

// makeRoomBeside is makeRoom that keeps the secret in use: the latest in the list.
func makeRoomBeside(s *conformance.Session, c *conformance.Client, old conformance.Secret) {
	if !full(s) || !canDeleteSecrets(s) || s.Mode() == conformance.Plan {
		return
	}
	stay := old.ID
	if live := liveSecrets(s, c); stay == "" && len(live) > 0 {
		stay = live[len(live)-1]
	}
	makeRoom(s, c, stay)
}

// rotatedInUse rotates while others ask about the old secret without a break. It returns
// the new secret and the first reply that refused the old one.
func rotatedInUse(s *conformance.Session, c *conformance.Client, old conformance.Secret) (conformance.Secret, *conformance.Reply) {
	const (
		askers  = 2                      // side by side
		soonest = time.Millisecond       // between two questions of one of them at first,
		slowest = 100 * time.Millisecond // and at last, where a rotation takes its time
		more    = 3                      // questions once the rotation was answered
	)
	var fresh conformance.Secret
	var missed atomic.Pointer[conformance.Reply]
	answered := make(chan struct{})
	s.Parallel(1+askers, func(i int) {
		if i == 0 {
			defer close(answered)
			s.Sleep(soonest) // the others are at it by now
			fresh = c.Rotate()
			return
		}
		pause, left := soonest, more
		for left > 0 && missed.Load() == nil {
			if answer, reply := s.ProbeReply(c, old.Value); answer == conformance.Refused {
				missed.CompareAndSwap(nil, reply)
			}
			select {
			case <-answered:
				left--
			default:
				s.Sleep(pause)
				pause = min(2*pause, slowest)
			}
		}
	})
	return fresh, missed.Load()
}

// gapBefore asks about the new secret until it has settled, and about the old one
// whenever it is refused. It returns the reply that shows neither to work: the new one
// is asked about once more, as it may have come to work in between.
func gapBefore(s *conformance.Session, c *conformance.Client, old, fresh conformance.Secret) (gap *conformance.Reply) {
	settled := s.Within(s.Policy().Accept, conformance.Agreeing, func(options ...conformance.CallOption) bool {
		if gap != nil || s.Probe(c, fresh.Value, options...) == conformance.Accepted {
			return true
		}
		answer, reply := s.ProbeReply(c, old.Value)
		if answer == conformance.Refused && s.Probe(c, fresh.Value, options...) == conformance.Refused {
			gap = reply
		}
		return false
	})
	if !settled && gap == nil {
		s.Incompletef("the new secret does not work within the declared bound, so nobody can go over to it")
	}
	return gap
}
