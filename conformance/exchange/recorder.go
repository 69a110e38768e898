package exchange

import "sync"

// Recorder numbers the exchanges of one check. It is safe for concurrent use.
type Recorder struct {
	mu   sync.Mutex
	list []*Exchange
}

func (r *Recorder) add(e *Exchange) {
	r.mu.Lock()
	defer r.mu.Unlock()
	r.list = append(r.list, e)
	e.Number = len(r.list)
}

// All lists the exchanges in the order in which they were begun.
func (r *Recorder) All() []*Exchange {
	r.mu.Lock()
	defer r.mu.Unlock()
	return append([]*Exchange(nil), r.list...)
}
