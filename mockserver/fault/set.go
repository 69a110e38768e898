package fault

import (
	"encoding/binary"
	"io"
	"slices"
	"strconv"
	"strings"
	"sync"
	"sync/atomic"
	"time"

	"github.com/keyturn/keyturn/mockserver/client"
)

// maxFaults bounds a Set, as every request asks each of its faults.
const maxFaults = 1000

// Set is the faults of one namespace, in order of creation. It is safe for concurrent
// use, and a nil one is empty.
type Set struct {
	// armed is nil while there are no faults, and what it points to never changes.
	armed atomic.Pointer[[]*armed]
	// changing is held by whoever adds or takes away, and guards last.
	changing sync.Mutex
	last     uint64
}

// NewSet returns an empty set.
func NewSet() *Set { return &Set{} }

// Active reports whether there is any fault. It costs one atomic load.
func (s *Set) Active() bool { return s != nil && s.armed.Load() != nil }

func (s *Set) all() []*armed {
	if s == nil {
		return nil
	}
	if all := s.armed.Load(); all != nil {
		return *all
	}
	return nil
}

// Add takes a fault in and returns it with its id, and with a seed read from random
// where chance plays a part and none was given. What it says of hits is ignored. Errors:
// Invalid, see Check; Limit for more than 1000.
func (s *Set) Add(f Fault, random io.Reader) (Fault, error) {
	f.ID, f.Hits, f.Seen, f.Window = "", 0, 0, nil
	if err := f.Check(); err != nil {
		return Fault{}, err
	}
	if f.Match.Seed == 0 && f.random() {
		var bytes [8]byte
		if _, err := io.ReadFull(random, bytes[:]); err != nil {
			return Fault{}, client.Wrap(client.Internal, err, "read randomness for a seed")
		}
		f.Match.Seed = 1 + binary.LittleEndian.Uint64(bytes[:])%maxSeed
	}
	s.changing.Lock()
	defer s.changing.Unlock()
	present := s.all()
	if len(present) >= maxFaults {
		return Fault{}, tooMany()
	}
	s.last++
	f.ID = "f" + strconv.FormatUint(s.last, 10)
	added := arm(f)
	s.put(append(slices.Clone(present), added))
	return added.state(), nil
}

func tooMany() error {
	return client.Errorf(client.Limit, "the namespace can have %d faults: delete some", maxFaults)
}

// put makes these the faults. The caller holds changing.
func (s *Set) put(faults []*armed) {
	if len(faults) == 0 {
		s.armed.Store(nil)
		return
	}
	s.armed.Store(&faults)
}

// Remove takes a fault away. Errors: NotFound.
func (s *Set) Remove(id string) error {
	s.changing.Lock()
	defer s.changing.Unlock()
	present := s.all()
	left := slices.DeleteFunc(slices.Clone(present), func(a *armed) bool { return a.fault.ID == id })
	if len(left) == len(present) {
		return client.Errorf(client.NotFound, "there is no fault %.50q", id).At("/id")
	}
	s.put(left)
	return nil
}

// Clear takes all faults away. Their ids are not given again.
func (s *Set) Clear() {
	s.changing.Lock()
	defer s.changing.Unlock()
	s.armed.Store(nil)
}

// List returns the faults as they stand. It is nil when there are none.
func (s *Set) List() []Fault {
	var list []Fault
	for _, a := range s.all() {
		list = append(list, a.state())
	}
	return list
}

// Restore makes these the faults, each of which goes on from where it stood. The next
// id is the one after them, as it was when they were listed. They must pass CheckAll.
func (s *Set) Restore(faults []Fault) {
	made := make([]*armed, 0, len(faults))
	last := uint64(0)
	for _, f := range faults {
		made = append(made, arm(f))
		if number, err := strconv.ParseUint(strings.TrimPrefix(f.ID, "f"), 10, 64); err == nil {
			last = max(last, number)
		}
	}
	s.changing.Lock()
	defer s.changing.Unlock()
	s.last = last
	s.put(made)
}

// Sees reports whether any of the faults would count the request.
func (s *Set) Sees(r *Request) bool {
	return slices.ContainsFunc(s.all(), func(a *armed) bool { return a.fault.Match.takes(r) })
}

// Hit returns what happens to a request at a time, by the namespace's clock: first what
// it asks for itself, which may be nil, then what the faults do that match it. The first
// that ends the request wins, latencies add up, and of each way to shape the answer the
// first counts. A fault that comes too late to do anything has seen the request and is
// not spent on it. Nil means that nothing happens.
func (s *Set) Hit(r Request, asked *Effect, now time.Time) *Outcome {
	var o *Outcome
	if asked != nil {
		window := Window{Start: now}
		o = o.with(asked.resolved(), preferred, asked.latency(), asked.Throttle.left(&window, now))
	}
	for _, a := range s.all() {
		if !a.fault.Match.takes(&r) {
			continue
		}
		if held, left, hit := a.meet(o, now); hit {
			o = o.with(a.fault.Effect, a.fault.ID, held, left)
		}
	}
	return o
}
