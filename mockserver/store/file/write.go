package file

import (
	"context"
	"errors"
	"fmt"

	bolt "go.etcd.io/bbolt"
	berrors "go.etcd.io/bbolt/errors"
)

// most bounds a batch. More do not make a call cheaper.
const most = 256

// job is a call that writes.
type job struct {
	// do checks first and writes then. It may be run again, when another call of its batch
	// has to be taken back.
	do    func(*batch) error
	err   error
	crash any
}

func (j *job) run(x *batch) {
	j.err, j.crash = nil, nil
	defer func() { j.crash = recover() }()
	j.err = j.do(x)
}

// write carries the call out with others, and returns when all of them are on the disk.
func (b *Backend) write(ctx context.Context, do func(*batch) error) error {
	if err := ctx.Err(); err != nil {
		return err
	}
	if err := b.enter(); err != nil {
		return err
	}
	defer b.underWay.Done()
	j := &job{do: do}
	b.group.Do(j)
	if j.crash != nil {
		panic(j.crash)
	}
	return j.err
}

// enter counts a call that Close waits for.
func (b *Backend) enter() error {
	b.mu.RLock()
	defer b.mu.RUnlock()
	if b.closed {
		return b.gone()
	}
	b.underWay.Add(1)
	return nil
}

// carryOut is what the group runs, one batch at a time.
func (b *Backend) carryOut(jobs []*job) {
	for len(jobs) > 0 {
		jobs = b.attempt(jobs)
	}
}

// attempt carries out all jobs, or returns those that are left when one has failed after it
// had begun to write: nothing of it may stay.
func (b *Backend) attempt(jobs []*job) (again []*job) {
	if err := b.condition.refusal(); err != nil {
		fail(jobs, err)
		return nil
	}
	tx, err := b.db.Begin(true)
	if err != nil {
		fail(jobs, b.failed(err))
		return nil
	}
	x := newBatch(b, tx)
	for i, j := range jobs {
		before := x.writes
		if j.run(x); x.writes > before && (j.err != nil || j.crash != nil) {
			b.rollback(tx)
			return append(jobs[:i:i], jobs[i+1:]...)
		}
	}
	if x.writes == 0 && !x.unsaved() {
		b.rollback(tx)
		return nil
	}
	if err = x.finish(); err == nil {
		err = b.commit(tx)
	} else {
		b.rollback(tx)
	}
	if err == nil {
		err = b.publish(x)
	}
	if err != nil {
		fail(jobs, b.failed(err))
		return nil
	}
	b.recovered()
	return nil
}

// unsaved reports whether there is something to be written that no call wrote itself.
func (x *batch) unsaved() bool {
	for _, d := range x.drafts {
		if d.root != d.saved {
			return true
		}
	}
	return x.backend.numbers.short()
}

// finish writes what the calls of the batch have in common.
func (x *batch) finish() error {
	if err := x.saveRoots(); err != nil {
		return err
	}
	if !x.backend.numbers.short() {
		return nil
	}
	return x.put(tableSelf, keyNumbers, number(x.backend.numbers.extension()))
}

// fail tells all, those too that were refused: what they were refused for may be what is
// not there.
func fail(jobs []*job, err error) {
	for _, j := range jobs {
		if j.crash == nil {
			j.err = err
		}
	}
}

// errCrash is a fault of the engine, after which nothing is known of what it has in memory.
var errCrash = errors.New("the engine has failed")

// commit returns when the transaction is on the disk.
func (b *Backend) commit(tx *bolt.Tx) (err error) {
	defer func() {
		if crash := recover(); crash != nil {
			err = fmt.Errorf("%w: %v", errCrash, crash)
			b.rollback(tx)
		}
	}()
	b.db.AllocSize = growth(tx.Size())
	return tx.Commit()
}

func (b *Backend) rollback(tx *bolt.Tx) {
	defer func() {
		if crash := recover(); crash != nil {
			b.logger.Error("the state file could not be rolled back", "file", b.path, "cause", crash)
		}
	}()
	if err := tx.Rollback(); err != nil && !errors.Is(err, berrors.ErrTxClosed) {
		b.logger.Error("the state file could not be rolled back", "file", b.path, "error", err)
	}
}

// publish lets readers see what is on the disk now. From the first step on nobody fills the
// cache from an older state; the old clients leave the cache before the first reader can
// see the new ones elsewhere.
func (b *Backend) publish(x *batch) error {
	tx, err := b.db.Begin(false)
	if err != nil {
		return fmt.Errorf("%w: %w", errCrash, err)
	}
	views := make(map[*content]*view, len(x.drafts))
	for c, d := range x.drafts {
		views[c] = d.view(c.view.Load())
	}
	next := newState(tx, b.state.sequence+1)
	b.newest.Store(next.sequence)
	for name := range x.clients {
		b.cache.Drop(name)
	}
	b.mu.Lock()
	last := b.state
	b.state = next
	for c, v := range views {
		b.show(c, v, x.drafts[c])
	}
	for name, record := range x.records {
		if record == nil {
			delete(b.records, name)
		} else {
			b.records[name] = *record
		}
	}
	b.mu.Unlock()
	last.release()
	b.numbers.extend()
	for name, c := range x.clients {
		if c != nil {
			b.cache.Put(name, c, sizeOf(c))
		}
	}
	if x.sweeps {
		b.sweeper.wake()
	}
	return nil
}

// view is the content as it is now, the same as before when nothing was changed in it.
func (d *draft) view(before *view) *view {
	switch {
	case d.dropped:
		return nil
	case before != nil && d.root == before.root && d.from == before.orders && len(d.moves) == 0:
		return before
	}
	next := &view{root: d.root, orders: d.from}
	if len(d.moves) > 0 {
		next.orders = d.from.fork()
		next.orders.apply(d.moves)
	}
	return next
}

func (b *Backend) show(c *content, v *view, d *draft) {
	c.view.Store(v)
	switch {
	case v == nil:
		delete(b.contents, c.number)
		delete(b.made, c.number)
	case d.opened:
		b.contents[c.number] = c
		b.made[c.number] = b.system()
	}
}
