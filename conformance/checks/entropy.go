package checks

import (
	"fmt"
	"math"
	"strings"
)

const (
	digits = "0123456789"
	lower  = "abcdefghijklmnopqrstuvwxyz"
	upper  = "ABCDEFGHIJKLMNOPQRSTUVWXYZ"
)

// alphabets are those that secrets are commonly written in, the smallest first. The
// first that has every character is taken for the one that was drawn from.
var alphabets = []struct{ name, characters string }{
	{"decimal", digits},
	{"hexadecimal", digits + "abcdef"},
	{"hexadecimal", digits + "ABCDEF"},
	{"hexadecimal in both cases", digits + "abcdefABCDEF"},
	{"lower case", lower},
	{"upper case", upper},
	{"base32", upper + "234567"},
	{"base32", lower + "234567"},
	{"Crockford's base32", "0123456789ABCDEFGHJKMNPQRSTVWXYZ"},
	{"lower case and digits", lower + digits},
	{"upper case and digits", upper + digits},
	{"letters", lower + upper},
	{"base58", "123456789ABCDEFGHJKLMNPQRSTUVWXYZabcdefghijkmnopqrstuvwxyz"},
	{"letters and digits", lower + upper + digits},
	{"base64url", lower + upper + digits + "-_"},
	{"base64", lower + upper + digits + "+/"},
	{"printable ASCII", printable()},
}

func printable() string {
	characters := make([]byte, 0, '~'-' '+1)
	for c := byte(' '); c <= '~'; c++ {
		characters = append(characters, c)
	}
	return string(characters)
}

// capacity is how much randomness there is room for in secrets of one kind.
type capacity struct {
	Bits     float64
	Length   int // of the shortest
	Fixed    int // positions that are the same in all
	Narrow   int // positions that draw from a part of the alphabet
	Alphabet string
	Size     int // of the alphabet
}

func (c capacity) String() string {
	text := fmt.Sprintf("%d characters of %s (%d)", c.Length, c.Alphabet, c.Size)
	if c.Fixed > 0 {
		text += fmt.Sprintf(", %d of them the same in all", c.Fixed)
	}
	if c.Narrow > 0 {
		text += fmt.Sprintf(", %d with only a few of the alphabet's", c.Narrow)
	}
	return text
}

// measure finds an upper bound of the capacity of the secrets that samples were drawn
// from. The shortest sample counts. Positions that never change hold nothing, and one
// where so few characters turned up that chance is ruled out, as for the variant of a
// UUID (RFC 9562 section 4.1), holds no more than could have stayed unseen.
func measure(samples []string) capacity {
	if len(samples) == 0 {
		return capacity{}
	}
	measured := capacity{Length: len(samples[0])}
	for _, sample := range samples {
		measured.Length = min(measured.Length, len(sample))
	}
	seen := make([]map[byte]bool, measured.Length)
	drawn := new(strings.Builder) // what turned up where something changes
	for i := range seen {
		seen[i] = map[byte]bool{}
		for _, sample := range samples {
			seen[i][sample[i]] = true
		}
		if len(seen[i]) > 1 {
			for c := range seen[i] {
				drawn.WriteByte(c)
			}
		}
	}
	measured.Alphabet, measured.Size = alphabetOf(drawn.String())
	for _, characters := range seen {
		if len(characters) == 1 {
			measured.Fixed++
			continue
		}
		choices := choices(len(characters), measured.Size, len(samples))
		if choices < measured.Size {
			measured.Narrow++
		}
		measured.Bits += math.Log2(float64(choices))
	}
	return measured
}

// alphabetOf is the smallest common alphabet that has all the characters.
func alphabetOf(characters string) (name string, size int) {
	for _, alphabet := range alphabets {
		foreign := func(r rune) bool { return !strings.ContainsRune(alphabet.characters, r) }
		if !strings.ContainsFunc(characters, foreign) {
			return alphabet.name, len(alphabet.characters)
		}
	}
	return "bytes", 1 << 8
}

// choices is the largest number of equally likely characters, up to size, that may
// have shown as few different ones in so many draws. More are ruled out: they would do
// so once in a thousand million times or less often. There are C(n, few) ways to choose
// so few of n, and each holds all draws with a chance of (few/n)^draws.
func choices(few, size, draws int) int {
	const improbable = -9 // as a power of ten
	for n := few + 1; n <= size; n++ {
		if binomial(n, few)+float64(draws)*math.Log10(float64(few)/float64(n)) < improbable {
			return n - 1
		}
	}
	return size
}

// binomial is the decimal logarithm of n over k.
func binomial(n, k int) float64 {
	factorial := func(m int) float64 {
		value, _ := math.Lgamma(float64(m + 1))
		return value
	}
	return (factorial(n) - factorial(k) - factorial(n-k)) / math.Ln10
}
