package model

import (
	"fmt"
	"maps"
)

// register is the secret of a client that has one: a rotation writes it, a probe asks
// whether it is a certain one, and a reveal reads it.
//
// The reply to a rotation need not show what was written: it was lost, or the secret is
// for a reveal to show. Then the state has a secret without a number, and the first
// reply that accepts or shows one which no other rotation has made tells which it is.
type register struct {
	secret int          // that works; 0 is one that nobody has seen yet
	owned  map[int]bool // those that one rotation is known to have made, or that were there before
	past   map[int]bool // those that have been made so far
}

// Register begins with a client whose secret of this number works, and with numbers of
// secrets that were there before and do not. 0 is a secret that nobody has seen. The
// history is the one that will be judged. It judges rotations, probes and reveals where
// a rotation ends the secret before it at once.
func Register(history []Operation, secret int, before ...int) State {
	s := register{secret: secret, owned: map[int]bool{}, past: map[int]bool{}}
	for _, number := range append(before, secret) {
		if number != 0 {
			s.owned[number], s.past[number] = true, true
		}
	}
	for _, o := range history {
		if o.Kind == Rotate && o.Secret != 0 {
			s.owned[o.Secret] = true
		}
	}
	return s
}

func (s register) next(o *Operation) (next State, reason string) {
	switch {
	case o.Kind == Rotate && o.Outcome == Unknown && s.past[o.Secret]:
		return s, "" // what it says it made is another's
	case o.Kind == Rotate && o.Outcome != Refused:
		if s.past[o.Secret] {
			return s, fmt.Sprintf("it gives secret %d, which was there before", o.Secret)
		}
		return s.with(o.Secret), ""
	case o.Outcome != OK:
		return s, ""
	case o.Kind == Probe && !o.Output.Works:
		if o.Secret != 0 && o.Secret == s.secret {
			return s, fmt.Sprintf("it refuses secret %d, which is the one that works", o.Secret)
		}
	case o.Kind == Probe:
		return s.seen("accepts", o.Secret)
	case o.Kind == Reveal:
		return s.seen("shows", o.Output.Secret)
	}
	return s, ""
}

func (s register) with(secret int) register {
	past := s.past
	if secret != 0 {
		past = maps.Clone(past)
		past[secret] = true
	}
	return register{secret, s.owned, past}
}

// seen takes a secret for the one that works.
func (s register) seen(verb string, secret int) (next State, reason string) {
	switch {
	case secret != 0 && secret == s.secret:
		return s, ""
	case secret == 0:
		return s, fmt.Sprintf("it %s a secret that nobody made", verb)
	case s.secret == 0 && !s.owned[secret] && !s.past[secret]:
		return s.with(secret), ""
	case s.secret == 0:
		return s, fmt.Sprintf("it %s secret %d, after a rotation that made another", verb, secret)
	case !s.past[secret]:
		return s, fmt.Sprintf("it %s secret %d, which was not made yet, where secret %d is the one that works", verb, secret, s.secret)
	}
	return s, fmt.Sprintf("it %s secret %d, where secret %d is the one that works", verb, secret, s.secret)
}

func (s register) equal(other State) bool {
	o, ok := other.(register)
	return ok && s.secret == o.secret && maps.Equal(s.past, o.past)
}

func (s register) hash() uint64 {
	sum := hashOf(s.secret)
	for number := range s.past {
		sum ^= hashOf([2]int{1, number})
	}
	return sum
}
