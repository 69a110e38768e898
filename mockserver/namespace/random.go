package namespace

import (
	"encoding/binary"
	"io"
	"math/rand/v2"
	"sync"
	"sync/atomic"
)

// randomness is the server's own, or that of a generator, which makes the same secrets
// again after a reset.
type randomness struct {
	own io.Reader
	// start is the state that a rewind goes back to, nil for the server's own.
	start []byte
	// drawn is nil while the server's own is read.
	drawn atomic.Pointer[generator]
}

type generator struct {
	mu     sync.Mutex
	source rand.ChaCha8
}

func newRandomness(own io.Reader, seed *uint64) *randomness {
	r := &randomness{own: own}
	if seed != nil {
		var key [32]byte
		binary.LittleEndian.PutUint64(key[:], *seed)
		r.start, _ = rand.NewChaCha8(key).MarshalBinary() // it never fails
		r.rewind()
	}
	return r
}

// Read implements io.Reader.
func (r *randomness) Read(p []byte) (int, error) {
	g := r.drawn.Load()
	if g == nil {
		return r.own.Read(p)
	}
	g.mu.Lock()
	defer g.mu.Unlock()
	return g.source.Read(p)
}

// rewind begins again with what came first.
func (r *randomness) rewind() {
	if len(r.start) == 0 {
		r.drawn.Store(nil)
		return
	}
	_ = r.resume(r.start) // it is a state
}

// forget goes on with the server's own.
func (r *randomness) forget() {
	r.start = nil
	r.rewind()
}

// begin goes on from a state, also after a rewind.
func (r *randomness) begin(state []byte) error {
	r.start = state
	return r.resume(state)
}

// state is where a generator stands, nil for the server's own.
func (r *randomness) state() []byte {
	g := r.drawn.Load()
	if g == nil {
		return nil
	}
	g.mu.Lock()
	defer g.mu.Unlock()
	state, _ := g.source.MarshalBinary() // it never fails
	return state
}

// resume goes on from a state. Without one it goes on from where it is: a snapshot that
// says nothing of randomness leaves it alone.
func (r *randomness) resume(state []byte) error {
	if len(state) == 0 {
		return nil
	}
	made := &generator{}
	if err := made.source.UnmarshalBinary(state); err != nil {
		return err
	}
	r.drawn.Store(made)
	return nil
}
