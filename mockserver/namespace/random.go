package namespace

import (
	"encoding/binary"
	"io"
	"math/rand/v2"
	"sync"
)

// randomness is the server's own, or that of a seed, which makes the same secrets
// again after a reset.
type randomness struct {
	io.Reader

	mu     sync.Mutex
	seeded *rand.ChaCha8 // nil for the server's
	seed   uint64
}

func newRandomness(own io.Reader, seed *uint64) *randomness {
	r := &randomness{Reader: own}
	if seed != nil {
		r.seed, r.seeded = *seed, chacha(*seed)
		r.Reader = readerFunc(r.draw)
	}
	return r
}

func chacha(seed uint64) *rand.ChaCha8 {
	var key [32]byte
	binary.LittleEndian.PutUint64(key[:], seed)
	return rand.NewChaCha8(key)
}

type readerFunc func([]byte) (int, error)

func (f readerFunc) Read(p []byte) (int, error) { return f(p) }

func (r *randomness) draw(p []byte) (int, error) {
	r.mu.Lock()
	defer r.mu.Unlock()
	return r.seeded.Read(p)
}

// rewind begins again with what the seed gives first.
func (r *randomness) rewind() {
	if r.seeded == nil {
		return
	}
	r.mu.Lock()
	defer r.mu.Unlock()
	r.seeded = chacha(r.seed)
}

// state is where a seeded one stands, nil for the server's own.
func (r *randomness) state() []byte {
	if r.seeded == nil {
		return nil
	}
	r.mu.Lock()
	defer r.mu.Unlock()
	state, _ := r.seeded.MarshalBinary() // it never fails
	return state
}

// resume goes on from a state. A namespace that has no seed keeps the server's.
func (r *randomness) resume(state []byte) error {
	if r.seeded == nil || len(state) == 0 {
		return nil
	}
	r.mu.Lock()
	defer r.mu.Unlock()
	return r.seeded.UnmarshalBinary(state)
}
