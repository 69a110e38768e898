package journal

import (
	"hash/maphash"
	"slices"
)

const (
	// minValue is the length from which a value is replaced wherever it stands. A
	// shorter one may be an ordinary word: the default bearer is "token".
	minValue = 8
	// maxLengths is how many patterns of different lengths may have one start. With
	// more, everything from such a start to the end of the text is taken for a
	// secret, or texts could be made in which every byte is worth a thousand looks.
	maxLengths = 64
	// edge is how much of either end of a pattern tells it from others of its
	// length.
	edge = 64
)

// values replaces what is known to be secret in any text. Every pattern is at least
// minValue bytes long, so its start finds the few lengths that are worth a look,
// and the cost hardly grows with the number of secrets. Patterns are kept as
// fingerprints: a secret has a dozen spellings, each longer than itself.
type values struct {
	redactor *Redactor
	seed     maphash.Seed
	secrets  map[fingerprint]string
	lengths  map[[minValue]byte][]int // the longest first
}

type fingerprint struct {
	size int
	sum  uint64
}

func newValues(r *Redactor) *values {
	return &values{redactor: r, seed: maphash.MakeSeed(), secrets: map[fingerprint]string{}, lengths: map[[minValue]byte][]int{}}
}

// learn adds every spelling of the secret, if it is long enough.
func (v *values) learn(secret string) {
	if !isFindable(secret) {
		return
	}
	for _, pattern := range spellings(secret) {
		if len(pattern) >= minValue {
			v.add(pattern, secret)
		}
	}
}

func (v *values) add(pattern, secret string) {
	sum := v.fingerprint(pattern)
	if _, known := v.secrets[sum]; known {
		return
	}
	start := startOf(pattern)
	lengths := v.lengths[start]
	if len(lengths) > maxLengths {
		return // the start alone tells
	}
	v.secrets[sum] = secret
	at, known := slices.BinarySearchFunc(lengths, len(pattern), func(a, b int) int { return b - a })
	if !known {
		v.lengths[start] = slices.Insert(lengths, at, len(pattern))
	}
}

// fingerprint looks at both ends only, so that its cost does not grow with the
// pattern. What agrees in them and in length is taken for the same.
func (v *values) fingerprint(text string) fingerprint {
	var hash maphash.Hash
	hash.SetSeed(v.seed)
	_, _ = hash.WriteString(text[:min(len(text), edge)]) // it never fails
	_, _ = hash.WriteString(text[max(0, len(text)-edge):])
	return fingerprint{size: len(text), sum: hash.Sum64()}
}

func startOf(text string) (start [minValue]byte) {
	copy(start[:], text)
	return start
}

// at returns the secret that the text begins with and the size of its spelling, or
// zero.
func (v *values) at(text string) (secret string, size int) {
	lengths := v.lengths[startOf(text)]
	if len(lengths) > maxLengths {
		return text, len(text)
	}
	for _, length := range lengths {
		if length > len(text) {
			continue
		}
		if secret, known := v.secrets[v.fingerprint(text[:length])]; known {
			return secret, length
		}
	}
	return "", 0
}
