package memory

import (
	"math"

	"github.com/keyturn/keyturn/mockserver/client"
)

// state is what a store holds: a content and how serials are told from it.
//
// A client keeps the serial with which it was created, epoch<<32 + place. Those who
// were there when a store was renewed have another one outside.
type state struct {
	*content
	// shared says that another store has the content too.
	shared bool

	// given is the last place that was given, epoch the one of the next client.
	given place
	epoch uint64
	// Clients up to the place renewed are of the epoch renewal, whatever they keep.
	renewed place
	renewal uint64
}

// add takes ownership of c and gives it the next serial.
func (s *state) add(c *client.Client) error {
	if s.given == math.MaxUint32 {
		return client.Errorf(client.Limit, "the store has created %d clients, the most that it has serials for", s.given)
	}
	c.Serial = s.epoch<<32 + uint64(s.given) + 1
	if err := s.own().add(c); err != nil {
		return err
	}
	s.given++
	return nil
}

// outside copies a client as it is seen from outside.
func (s *state) outside(c *client.Client) client.Client {
	shown := c.Clone()
	if at := place(c.Serial); at <= s.renewed {
		shown.Serial = s.renewal<<32 + uint64(at)
	}
	return shown
}

// own makes the content one that may be written.
func (s *state) own() *content {
	if s.shared {
		s.content, s.shared = s.fork(), false
	}
	return s.content
}

// share returns the store's state for another one, and keeps both from writing into
// what they have in common.
func (s *Store) share() state {
	s.mu.RLock()
	taken := s.state
	s.mu.RUnlock()
	if taken.shared {
		return taken // the way of a seed that is forked over and over: no writer waits
	}
	s.mu.Lock()
	defer s.mu.Unlock()
	s.state.shared = true
	return s.state
}

// Fork returns an independent store with the same clients. It takes the same time
// however many there are: the stores share what neither has written since. Clients that
// are created later in the one may get the serials of others in the other; Renew and
// Restore keep them apart.
func (s *Store) Fork() *Store { return &Store{state: s.share()} }

// Renew makes this store's content a copy of from's in which every client is a new one:
// their serials, and those of clients created later, are above epoch<<32, in the same
// order. The epoch must be larger than any that a store was given before, and below
// 1<<32. It takes the same time however many clients there are.
func (s *Store) Renew(from *Store, epoch uint64) {
	taken := from.share()
	taken.epoch, taken.renewal, taken.renewed = epoch, epoch, taken.given
	s.set(taken)
}

// Restore makes this store's content a copy of from's with the same clients. Clients
// created later get serials above epoch<<32, which is to be chosen as for Renew.
func (s *Store) Restore(from *Store, epoch uint64) {
	taken := from.share()
	taken.epoch = epoch
	s.set(taken)
}

func (s *Store) set(next state) {
	s.mu.Lock()
	defer s.mu.Unlock()
	s.state = next
}
