package journal

import (
	"crypto/sha256"
	"unicode/utf8"
)

// The bounds on what is remembered by value. A client needs no credentials to send
// secrets, so their number must not decide what a look into the journal costs. A
// value beyond them is still hidden wherever its name tells.
const (
	maxPart       = 200
	maxFound      = 20_000
	maxFoundBytes = 4 << 20
)

// tally counts the different named values of one part.
type tally map[string]bool

func (t tally) add(value string) {
	if len(t) <= maxPart {
		t[value] = true
	}
}

// collector finds secrets and changes nothing.
type collector struct {
	part  tally
	found map[string]bool
	bytes int
	// The bounds on what is found.
	maxFound, maxBytes int
}

func newCollector() *collector {
	return &collector{part: tally{}, found: map[string]bool{}, maxFound: maxFound, maxBytes: maxFoundBytes}
}

func (c *collector) named(value string) string {
	c.part.add(value)
	return value
}

func (*collector) hidden(value string) string { return value }

func (*collector) plain(text string) string { return text }

// overfull remembers the part's values, or none when there are too many: a part
// that holds hundreds of secrets was made to.
func (c *collector) overfull() bool {
	over := len(c.part) > maxPart
	for value := range c.part {
		if !over {
			c.remember(value)
		}
	}
	clear(c.part)
	return over
}

func (c *collector) remember(value string) {
	if !isFindable(value) || c.found[value] || len(c.found) >= c.maxFound || c.bytes+len(value) > c.maxBytes {
		return
	}
	c.found[value] = true
	c.bytes += len(value)
}

func (*collector) fingerprint([sha256.Size]byte) string { return "" }

func isFindable(value string) bool { return utf8.RuneCountInString(value) >= minValue }

// shower replaces secrets.
type shower struct {
	redactor *Redactor
	part     tally
	known    layers
}

func (s *shower) named(value string) string {
	s.part.add(value)
	return s.hidden(value)
}

func (s *shower) hidden(value string) string {
	if value == "" || isMark(value) {
		return value
	}
	return s.redactor.mark(value)
}

func (s *shower) plain(text string) string { return s.known.replace(text) }

func (s *shower) overfull() bool {
	over := len(s.part) > maxPart
	clear(s.part)
	return over
}

func (s *shower) fingerprint(digest [sha256.Size]byte) string { return s.redactor.Fingerprint(digest) }
