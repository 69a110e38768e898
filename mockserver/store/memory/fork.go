package memory

import (
	"context"
	"math"

	"github.com/keyturn/keyturn/mockserver/client"
	"github.com/keyturn/keyturn/mockserver/store"
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

// share returns the state for another store, and keeps both from writing into what they
// have in common.
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

// ID implements store.Content.
func (*Store) ID() string { return "" }

// Fork implements store.Content. It takes the same time however many clients there are:
// the two share what neither has written since.
func (s *Store) Fork(ctx context.Context, epoch uint64) (store.Content, error) {
	if err := ctx.Err(); err != nil {
		return nil, err
	}
	taken := s.share()
	taken.epoch = epoch
	return &Store{state: taken}, nil
}

// Renew implements store.Content, and takes as long as Fork.
func (s *Store) Renew(ctx context.Context, epoch uint64) (store.Content, error) {
	if err := ctx.Err(); err != nil {
		return nil, err
	}
	taken := s.share()
	taken.epoch, taken.renewal, taken.renewed = epoch, epoch, taken.given
	return &Store{state: taken}, nil
}

// Drop implements store.Content. There is nothing to do: what nobody uses is collected.
func (*Store) Drop(ctx context.Context) error { return ctx.Err() }

// Backend implements store.Backend.
type Backend struct{}

// New implements store.Backend.
func (Backend) New(ctx context.Context) (store.Content, error) { return New(), ctx.Err() }
