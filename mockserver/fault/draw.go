package fault

import (
	"encoding/binary"
	"math"
	"math/rand/v2"
	"time"
)

// chance is the randomness of one request: a generator of its own, made from the
// fault's seed and the request's number. So what the k-th request gets depends on
// nothing that happened to the others, and a fault that is restored needs no state of
// a generator.
func chance(seed, number uint64) *rand.Rand {
	var key [32]byte
	binary.LittleEndian.PutUint64(key[:], seed)
	binary.LittleEndian.PutUint64(key[8:], number)
	return rand.New(rand.NewChaCha8(key)) //nolint:gosec // it must be the same again
}

// Draw returns how long one request is held up. A nil Latency holds nothing up.
func (l *Latency) Draw(random *rand.Rand) time.Duration {
	switch {
	case l == nil:
		return 0
	case l.Uniform != nil:
		return time.Duration(l.Uniform.Min) + time.Duration(random.Int64N(int64(l.Uniform.Max-l.Uniform.Min)+1))
	case l.LogNormal != nil:
		held := float64(l.LogNormal.Median) * math.Exp(l.LogNormal.Sigma*random.NormFloat64())
		// Compared as a float: what is longer than a Duration can say has no order there.
		return time.Duration(min(held, float64(MaxLatency)))
	default:
		return time.Duration(l.Fixed)
	}
}
