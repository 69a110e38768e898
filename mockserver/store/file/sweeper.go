package file

import (
	"context"
	"sync"
)

// sweeper removes loose generations in the background, chunk by chunk, while others write.
type sweeper struct {
	backend *Backend
	// ctx is done when the backend closes.
	ctx     context.Context
	cancel  context.CancelFunc
	running sync.WaitGroup

	mu sync.Mutex
	// spared are those that are being built.
	spared map[uint64]bool
	// busy says that the goroutine runs, again that it is to look once more.
	busy, again bool
}

func newSweeper(b *Backend) *sweeper {
	s := &sweeper{backend: b, spared: map[uint64]bool{}}
	s.ctx, s.cancel = context.WithCancel(context.Background())
	return s
}

// spare keeps the generation from being swept until forget or sweep.
func (s *sweeper) spare(generation uint64) {
	s.mu.Lock()
	defer s.mu.Unlock()
	s.spared[generation] = true
}

func (s *sweeper) forget(generation uint64) {
	s.mu.Lock()
	defer s.mu.Unlock()
	delete(s.spared, generation)
}

// sweep removes a generation that will not be finished.
func (s *sweeper) sweep(generation uint64) {
	s.forget(generation)
	s.wake()
}

func (s *sweeper) wake() {
	s.mu.Lock()
	defer s.mu.Unlock()
	if s.ctx.Err() != nil {
		return
	}
	if s.busy {
		s.again = true
		return
	}
	s.busy = true
	s.running.Go(s.run)
}

// stop returns when the goroutine has ended. What is left is swept by the next to open the
// file.
func (s *sweeper) stop() {
	s.mu.Lock()
	s.cancel()
	s.mu.Unlock()
	s.running.Wait()
}

func (s *sweeper) run() {
	for {
		err := s.round()
		s.mu.Lock()
		if err != nil || !s.again {
			s.busy = false
			s.mu.Unlock()
			return
		}
		s.again = false
		s.mu.Unlock()
	}
}

// round sweeps what is loose now. An error ends it: the file was closed, or takes nothing.
func (s *sweeper) round() error {
	loose, err := s.loose()
	for _, generation := range loose {
		for left := true; left && err == nil; {
			err = s.backend.write(s.ctx, func(x *batch) error {
				left, err = x.sweep(generation)
				return err
			})
		}
	}
	return err
}

func (s *sweeper) loose() ([]uint64, error) {
	at, err := s.backend.begin()
	if err != nil {
		return nil, err
	}
	defer at.release()
	s.mu.Lock()
	defer s.mu.Unlock()
	var list []uint64
	at.eachOf(tableLoose, nil, func(key, _ []byte) bool {
		if generation := numberOf(key); !s.spared[generation] {
			list = append(list, generation)
		}
		return true
	})
	return list, nil
}

// sweep removes a chunk, and at the end the note that there was something.
func (x *batch) sweep(generation uint64) (left bool, err error) {
	if x.get(tableLoose, number(generation)) == nil {
		return false, nil
	}
	if left, err = x.removeSome(generation); err != nil || left {
		return left, err
	}
	return false, x.remove(tableLoose, number(generation))
}
