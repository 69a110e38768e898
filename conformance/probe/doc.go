// Package probe finds out by behaviour what the policy of a target is, and writes it down
// as a profile that can be used.
//
// It puts questions to the target through package conformance, with the same care and on
// clients of its own. Each question settles a few facts, and those after it go by what
// the earlier ones have found. A fact is only ever claimed with what was seen; what could
// not be seen is said to be unknown, with the reason, and never guessed.
package probe
