package postgres

import (
	"fmt"
	"slices"

	"github.com/keyturn/keyturn/mockserver/client"
	"github.com/keyturn/keyturn/mockserver/store/codec"
)

// fold is updates of one client that become one write.
type fold struct {
	question

	// calls are those that wait for an answer, in their order.
	calls []*updateCall
	// base is the version that the first is applied to; confirmed says that it was read
	// after all calls had come, and not taken from the cache.
	base      *version
	confirmed bool

	// accepted and refused are what became of the calls.
	accepted, refused []*updateCall
	// next is what the accepted ones made, body the same as it is kept.
	next *version
	body []byte
	// written says that next is kept. Otherwise somebody else was faster, or there is a
	// failure.
	written bool
	failure error
}

// apply runs the changes one after the other. One that changes a name is left to its
// caller, and the refusal of the name is that caller's only.
func (f *fold) apply(b *Backend) {
	f.accepted, f.refused, f.written, f.failure = nil, nil, false, nil
	var alone []*updateCall
	f.next = &version{place: f.base.place, epoch: f.base.epoch, revision: b.revision(), client: f.base.client}
	for _, call := range f.calls {
		after, body, err := attempt(call, f.next.client)
		if call.err = err; err != nil || call.crashed {
			f.refused = append(f.refused, call)
			continue
		}
		if !sameNames(&after, &f.next.client) {
			call.alone = true
			alone = append(alone, call)
			continue
		}
		f.next.client, f.body, f.next.size = after, body, len(body)
		call.result = after.Clone()
		f.accepted = append(f.accepted, call)
	}
	f.answer(alone, nil)
}

// attempt runs one change on a copy. What it panics with is kept for its caller.
func attempt(call *updateCall, before client.Client) (after client.Client, body []byte, err error) {
	call.crash, call.crashed = nil, true
	defer func() {
		if call.crashed {
			call.crash = recover()
		}
	}()
	draft := before.Clone()
	err = call.change(&draft)
	call.crashed = false
	if err != nil {
		return client.Client{}, nil, err
	}
	after = draft.Clone()
	after.Key, after.Serial = before.Key, before.Serial
	if body, err = codec.Append(nil, &after); err != nil {
		return client.Client{}, nil, fmt.Errorf("writing client %q: %w", before.ID, err)
	}
	return after, body, nil
}

// settle takes the calls that have their answer out of the fold. A refusal is one only if
// the version was the current one: it is when it was read, or when a write has found it.
func (f *fold) settle() {
	current := f.confirmed || f.written
	switch {
	case f.failure != nil:
		f.fail(f.failure)
		return
	case f.written:
		f.answer(f.accepted, nil)
	}
	if current {
		for _, call := range f.refused {
			f.answer([]*updateCall{call}, call.err)
		}
	}
	f.base, f.confirmed = nil, true // what is left needs another version
}

// answer has the calls end with the error.
func (f *fold) answer(calls []*updateCall, err error) {
	for _, call := range calls {
		call.err = err
	}
	f.calls = slices.DeleteFunc(f.calls, func(call *updateCall) bool { return slices.Contains(calls, call) })
}

// fail has all calls end with the error.
func (f *fold) fail(err error) {
	for _, call := range f.calls {
		call.crashed, call.err = false, err
	}
	f.calls = nil
}
