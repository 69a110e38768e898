package postgres

import (
	"context"

	"github.com/keyturn/keyturn/mockserver/client"
)

// question names a client by its id or by its ClientID.
type question struct {
	st          *statement
	content     int64
	realm, name string
}

// version is a client as it was at a revision. Nobody changes it. A revision of a place in
// a content is one and the same for ever: servers count theirs from numbers far apart, so
// that not even a database that was set back to an earlier state gives one twice.
type version struct {
	place, epoch, revision int64
	client                 client.Client
	// size is how many bytes the client has as it is kept.
	size int
}

// overhead is about what a client takes in memory besides what it is written as.
const overhead = 1024

type lookupCall struct {
	question

	// found is nil when there is no such client.
	found *version
	err   error
}

// Get implements store.Store.
func (s *content) Get(ctx context.Context, key client.Key) (client.Client, error) {
	return s.get(ctx, question{clientsGet, s.id, key.Realm, key.ID})
}

// Find implements store.Store.
func (s *content) Find(ctx context.Context, realm, clientID string) (client.Client, error) {
	return s.get(ctx, question{clientsFind, s.id, realm, clientID})
}

func (s *content) get(ctx context.Context, q question) (client.Client, error) {
	if err := ctx.Err(); err != nil {
		return client.Client{}, err
	}
	call := &lookupCall{question: q}
	if q.st == clientsGet {
		s.b.gets.Do(call)
	} else {
		s.b.finds.Do(call)
	}
	switch {
	case call.err != nil:
		return client.Client{}, call.err
	case call.found == nil:
		return client.Client{}, notFound(q.name)
	}
	return call.found.client.Clone(), nil
}

// lookUp answers questions of one kind with one statement, which began after they were
// asked. It brings the bodies only of those that the cache has in another version.
func (b *Backend) lookUp(st *statement, batch []*lookupCall) {
	n := len(batch)
	contents, names, places, revisions := integers(n), byteses(n), integers(n), integers(n)
	known := make([]*version, n)
	for i, call := range batch {
		cached, ok := b.cache.Get(call.question)
		if !ok {
			cached = &version{place: -1}
		}
		known[i] = cached
		contents.integer(call.content)
		names.bytes(key(call.realm, call.name))
		places.integer(cached.place)
		revisions.integer(cached.revision)
	}
	parameters := []value{contents.sent(), names.sent(), places.sent(), revisions.sent()}
	err := b.pool.read(context.Background(), func(c *conn) error {
		for _, call := range batch {
			call.found, call.err = nil, nil
		}
		_, err := c.run(st, func(r row) error {
			i := r.integer(0) - 1
			call := batch[i]
			switch {
			case r[1] == nil:
				return nil
			case r[4] == nil:
				call.found = known[i]
				return nil
			}
			found := &version{place: r.integer(1), epoch: r.integer(2), revision: r.integer(3), size: len(r[4])}
			found.client, call.err = decode(r[4], found.place, found.epoch)
			if call.err == nil {
				call.found = found
				b.remember(call.question, found)
			}
			return nil
		}, parameters...)
		return err
	})
	if err == nil {
		return
	}
	for _, call := range batch {
		call.found, call.err = nil, err
	}
}

func (b *Backend) remember(q question, v *version) { b.cache.Put(q, v, v.size+overhead) }
