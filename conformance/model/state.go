package model

import "hash/maphash"

// State is what a client is like by one of the models: Set, Register, Attributes or
// Life. A value is never changed, only replaced. Each operation has one next state, so
// that a search through orders needs no guesses; an operation whose outcome is unknown
// takes effect wherever the search places it, and that it never did is the order in
// which it comes last of all.
type State interface {
	// next gives the state after an operation, or says why its reply cannot be in this one.
	next(o *Operation) (next State, reason string)
	equal(other State) bool
	hash() uint64
}

var seed = maphash.MakeSeed()

func hashOf[T comparable](value T) uint64 { return maphash.Comparable(seed, value) }
