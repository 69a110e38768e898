package realm

// Era is a stretch of a namespace's history. One ends where a snapshot is saved and one
// where a snapshot is restored, so that the tokens of what was undone can be told from
// those that were there before. A nil Era is the one before any snapshot.
type Era struct {
	number uint64
	before *Era
}

// Next returns the era that follows. The number must be larger than any that the server
// has given, and more than zero.
func (e *Era) Next(number uint64) *Era { return &Era{number: number, before: e} }

// Number tells the era from all others, zero for the one before any snapshot.
func (e *Era) Number() uint64 {
	if e == nil {
		return 0
	}
	return e.number
}

// Has reports whether the era of this number is this one, or came before it in the same
// history.
func (e *Era) Has(number uint64) bool {
	for e != nil && e.number > number {
		e = e.before
	}
	return e.Number() == number
}

// Numbers are those of this era and of all before it, in their order.
func (e *Era) Numbers() []uint64 {
	if e == nil {
		return nil
	}
	return append(e.before.Numbers(), e.number)
}

// EraOf returns the era whose Numbers these are.
func EraOf(numbers []uint64) *Era {
	var last *Era
	for _, number := range numbers {
		last = last.Next(number)
	}
	return last
}
