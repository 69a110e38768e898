package postgres

import (
	"cmp"
	"context"
	"math/rand/v2"
	"slices"
	"time"

	"github.com/keyturn/keyturn/mockserver/client"
)

type updateCall struct {
	question

	change func(*client.Client) error
	result client.Client
	err    error
	// alone says that it changes a name, which takes a transaction of its own.
	alone bool
	// crash is what change panicked with, when crashed.
	crash   any
	crashed bool
}

// Update implements store.Store. It writes where the client still has the revision that
// change was given, and has change run again on a later one.
func (s *content) Update(ctx context.Context, key client.Key, change func(*client.Client) error) (client.Client, error) {
	if err := ctx.Err(); err != nil {
		return client.Client{}, err
	}
	call := &updateCall{question: question{clientsGet, s.id, key.Realm, key.ID}, change: change}
	if s.b.updates.Do(call); call.alone {
		s.b.updateAlone(call)
	}
	switch {
	case call.crashed:
		panic(call.crash)
	case call.err != nil:
		return client.Client{}, call.err
	}
	return call.result, nil
}

// rounds bounds how often a batch is begun again for those whom other servers were ahead
// of. In each round one server at least gets what it wants.
const rounds = 200

// updateTogether carries out a batch of updates: all of one client are applied one after the other,
// and what comes of that is written once.
func (b *Backend) updateTogether(batch []*updateCall) {
	pending := folds(batch)
	for round := range rounds {
		spread(round)
		pending = b.read(pending)
		for _, f := range pending {
			f.apply(b)
		}
		b.write(pending)
		again := pending[:0]
		for _, f := range pending {
			if f.settle(); len(f.calls) > 0 {
				again = append(again, f)
			}
		}
		if pending = again; len(pending) == 0 {
			return
		}
	}
	for _, f := range pending {
		f.fail(contended())
	}
}

// spread keeps servers apart that met more than a few times.
func spread(round int) {
	if round > 2 {
		time.Sleep(rand.N(time.Millisecond << min(round-2, 5))) //nolint:gosec // nothing depends on it
	}
}

func contended() error {
	return client.Errorf(client.Unavailable, "the client has too many writers at the same time")
}

// folds sorts the calls by client.
func folds(batch []*updateCall) []*fold {
	var all []*fold
	known := map[question]*fold{}
	for _, call := range batch {
		f := known[call.question]
		if f == nil {
			f = &fold{question: call.question}
			known[call.question] = f
			all = append(all, f)
		}
		f.calls = append(f.calls, call)
	}
	return all
}

// read gives each fold a version to begin with, and leaves out those that there is no
// client for. The first time one from the cache will do.
func (b *Backend) read(pending []*fold) []*fold {
	var lookups []*lookupCall
	var asking []*fold
	for _, f := range pending {
		if f.base == nil && !f.confirmed {
			f.base, _ = b.cache.Get(f.question)
		}
		if f.base == nil {
			f.confirmed = true
			asking = append(asking, f)
			lookups = append(lookups, &lookupCall{question: f.question})
		}
	}
	if len(asking) == 0 {
		return pending
	}
	b.lookUp(clientsGet, lookups)
	for i, f := range asking {
		f.base = lookups[i].found
		switch {
		case lookups[i].err != nil:
			f.fail(lookups[i].err)
		case f.base == nil:
			f.fail(notFound(f.name))
		}
	}
	return slices.DeleteFunc(pending, func(f *fold) bool { return len(f.calls) == 0 })
}

// write keeps what the folds came to, in one statement. It goes by place, so that two
// servers do not wait for each other in a ring.
func (b *Backend) write(pending []*fold) {
	var plain []*fold
	for _, f := range pending {
		if len(f.accepted) > 0 {
			plain = append(plain, f)
		}
	}
	if len(plain) == 0 {
		return
	}
	slices.SortFunc(plain, func(x, y *fold) int {
		return cmp.Or(cmp.Compare(x.content, y.content), cmp.Compare(x.base.place, y.base.place))
	})
	n := len(plain)
	contents, places, known, revisions, bodies := integers(n), integers(n), integers(n), integers(n), arrayOf(oidBytes, 400*n)
	byRevision := make(map[int64]*fold, n)
	for _, f := range plain {
		byRevision[f.next.revision] = f
		contents.integer(f.content)
		places.integer(f.next.place)
		known.integer(f.base.revision)
		revisions.integer(f.next.revision)
		bodies.bytes(f.body)
	}
	parameters := []value{contents.sent(), places.sent(), known.sent(), revisions.sent(), bodies.sent()}
	err := b.pool.write(context.Background(), func(c *conn) error {
		_, err := c.run(clientsUpdate, func(r row) error {
			byRevision[r.integer(0)].written = true
			return nil
		}, parameters...)
		return err
	})
	for _, f := range plain {
		if f.failure = err; err == nil && f.written {
			b.remember(f.question, f.next)
		}
	}
}
