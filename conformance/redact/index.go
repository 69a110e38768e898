package redact

import (
	"maps"
	"slices"
)

// index finds every form of every value in one pass over a text. The first bytes of
// each place are looked up in a bitset, which nearly always ends the matter; behind it
// are the few lengths that forms with these bytes have. So the cost hardly grows with
// the number of values, nor with a start that many of them share, as tokens do.
type index struct {
	names  []string         // pseudonyms in the order of registration; the first is that of no value
	values map[string]int32 // value → place in names

	starts  *[1 << (startBits - 6)]uint64 // a bit for each hash of the first bytes of a form
	lengths map[uint64][]int              // first bytes → lengths of the forms that begin so, the longest first
	forms   map[string]owner
}

// owner says which value a form is of.
type owner struct {
	value int32
	form  form
}

// startBits makes the bitset 128 KiB: it stays in a core's cache, and 30,000 forms set
// one bit in 35.
const startBits = 20

// match is a place where a credential stands in a text.
type match struct {
	start, end int
	name       string
	form       form
}

func newIndex() *index {
	return &index{
		names:   []string{""},
		values:  map[string]int32{},
		starts:  new([1 << (startBits - 6)]uint64),
		lengths: map[uint64][]int{},
		forms:   map[string]owner{},
	}
}

// clone shares the names: they are only ever appended to, and by the newest clone alone.
func (x *index) clone() *index {
	starts := *x.starts
	return &index{
		names:   x.names,
		values:  maps.Clone(x.values),
		starts:  &starts,
		lengths: maps.Clone(x.lengths),
		forms:   maps.Clone(x.forms),
	}
}

// name registers a new value and returns the place of its pseudonym.
func (x *index) name(value, pseudonym string) int32 {
	at := int32(len(x.names))
	x.names = append(x.names, pseudonym)
	x.values[value] = at
	return at
}

// add makes a form findable. A form that two values have is that of the first, except
// that a value is always itself before it is what another one becomes.
func (x *index) add(text string, o owner) {
	if len(text) < MinSearched {
		return
	}
	if _, known := x.forms[text]; known {
		if o.form == raw {
			x.forms[text] = o
		}
		return
	}
	x.forms[text] = o
	var first uint64
	for i := range MinSearched {
		first = shift(first, text[i])
	}
	word, bit := place(first)
	x.starts[word] |= bit
	lengths := x.lengths[first]
	if at, known := slices.BinarySearchFunc(lengths, len(text), func(a, b int) int { return b - a }); !known {
		// A new slice: clones share the old one.
		x.lengths[first] = slices.Insert(slices.Clip(slices.Clone(lengths)), at, len(text))
	}
}

// shift drops the oldest of eight bytes for the next one.
func shift(bytes uint64, next byte) uint64 { return bytes>>8 | uint64(next)<<56 }

func place(first uint64) (word, bit uint64) {
	const mix = 0x9E3779B97F4A7C15 // 2⁶⁴ divided by the golden ratio: spreads neighbours
	hash := first * mix >> (64 - startBits)
	return hash >> 6, 1 << (hash & 63)
}

// search returns the longest form at every place where one begins, in order. They may
// overlap.
func (x *index) search(text string) []match {
	if len(x.forms) == 0 {
		return nil
	}
	var found []match
	var first uint64
	for i := range len(text) {
		first = shift(first, text[i])
		word, bit := place(first)
		if x.starts[word]&bit == 0 || i < MinSearched-1 {
			continue
		}
		start := i - (MinSearched - 1)
		for _, length := range x.lengths[first] {
			if length > len(text)-start {
				continue
			}
			if o, known := x.forms[text[start:start+length]]; known {
				found = append(found, match{start: start, end: start + length, name: x.names[o.value], form: o.form})
				break
			}
		}
	}
	return found
}
