package postgres

import (
	"context"
	"errors"
	"strconv"
	"sync"
	"sync/atomic"
	"time"

	"github.com/jackc/pgx/v5/pgconn"

	"github.com/keyturn/keyturn/mockserver/client"
	"github.com/keyturn/keyturn/mockserver/store"
	"github.com/keyturn/keyturn/mockserver/store/cache"
	"github.com/keyturn/keyturn/mockserver/store/group"
)

// Backend implements store.Shared.
type Backend struct {
	place string
	// pool is for what has to be on the disk when it is acknowledged, journals for what
	// need not be.
	pool, journals *pool
	cache          *cache.Cache[question, *version]
	// revisions counts the writes of this server from a number of its own.
	revisions atomic.Uint64

	gets, finds *group.Group[*lookupCall]
	// updates has one lane: two batches would fight for the same clients, and what waits
	// for the one becomes a larger next one.
	updates *group.Group[*updateCall]
	records *group.Group[*recordCall]
	numbers *group.Group[*numberCall]
	appends *group.Group[*appendCall]

	system func() time.Time
	// fresh is for how long a content is left alone that nobody has recorded.
	fresh    time.Duration
	onces    forgetter
	watchers watchers

	stop  context.CancelFunc
	tasks sync.WaitGroup
	ended sync.Once
}

var _ store.Shared = (*Backend)(nil)

const (
	// together is how many calls share a statement.
	together = 256
	// rotations is how many updates share a commit.
	rotations = 64
	// journalConns are for appends, which take turns on one of them, and for the
	// notifications about them.
	journalConns = 2
)

func newBackend(config *pgconn.Config, options Options, listening string) (*Backend, error) {
	b := &Backend{place: placeOf(config), system: options.System, fresh: time.Hour, cache: cache.New[question, *version](options.CacheEntries, options.CacheBytes)}
	first, err := origin(options.Random)
	if err != nil {
		return nil, err
	}
	b.revisions.Store(first)
	condition := &condition{logger: options.Logger, system: options.System}
	if b.pool, err = newPool(config, int32(options.Conns), wishes, condition, options.System); err != nil {
		return nil, err
	}
	if b.journals, err = newPool(config, journalConns, append([]string{lax}, wishes...), condition, options.System); err != nil {
		return nil, err
	}
	b.gets = group.New(together, 2, func(batch []*lookupCall) { b.lookUp(clientsGet, batch) })
	b.finds = group.New(together, 2, func(batch []*lookupCall) { b.lookUp(clientsFind, batch) })
	b.updates = group.New(rotations, 1, b.updateTogether)
	b.records = group.New(together, 1, b.readRecords)
	b.numbers = group.New(together, 1, b.giveNumbers)
	b.appends = group.New(together, 1, b.appendBatches)
	b.watchers.init(listening)
	ctx, stop := context.WithCancel(context.Background())
	b.stop = stop
	b.tasks.Go(func() { b.poll(ctx) })
	b.tasks.Go(func() { b.listen(ctx, config) })
	b.tasks.Go(func() { b.notify(ctx) })
	return b, nil
}

// Close implements store.Durable.
func (b *Backend) Close() error {
	b.ended.Do(func() {
		b.stop()
		b.tasks.Wait()
		b.pool.conns.Close()
		b.journals.conns.Close()
	})
	return nil
}

// New implements store.Backend.
func (b *Backend) New(ctx context.Context) (store.Content, error) {
	id, err := b.Next(ctx)
	if err != nil {
		return nil, err
	}
	if err := b.exec(ctx, contentNew, integer(int64(id)), integer(0), integer(0)); err != nil {
		return nil, err
	}
	return &content{b: b, id: int64(id)}, nil
}

// exec carries out a statement without an answer.
func (b *Backend) exec(ctx context.Context, st *statement, parameters ...value) error {
	return b.pool.write(ctx, func(c *conn) error {
		_, err := c.run(st, nil, parameters...)
		return err
	})
}

// Open implements store.Durable.
func (b *Backend) Open(ctx context.Context, id string) (store.Content, error) {
	if err := ctx.Err(); err != nil {
		return nil, err
	}
	number, err := strconv.ParseInt(id, 10, 64)
	if err != nil {
		return nil, noContent(id)
	}
	found := false
	err = b.pool.read(ctx, func(c *conn) error {
		_, err := c.run(contentOpen, func(row) error { found = true; return nil }, integer(number))
		return err
	})
	switch {
	case err != nil:
		return nil, err
	case !found:
		return nil, noContent(id)
	}
	return &content{b: b, id: number}, nil
}

func noContent(id string) error {
	return client.Errorf(client.NotFound, "the database keeps no content %q", id)
}

// Prune implements store.Durable. What is so new that it is left alone is an hour old at
// most, by the database's clock.
func (b *Backend) Prune(ctx context.Context, keep []string) error {
	if err := ctx.Err(); err != nil {
		return err
	}
	kept := map[string]bool{}
	for _, id := range keep {
		kept[id] = true
	}
	var stale []int64
	err := b.pool.read(ctx, func(c *conn) error {
		stale = nil
		_, err := c.run(contentStale, func(r row) error {
			stale = append(stale, r.integer(0))
			return nil
		}, integer(int64(b.fresh/time.Second)))
		return err
	})
	if err != nil {
		return err
	}
	for _, id := range stale {
		if !kept[strconv.FormatInt(id, 10)] {
			if err := (&content{b: b, id: id}).Drop(ctx); err != nil {
				return err
			}
		}
	}
	return nil
}

// numberCall is somebody who asks for a number.
type numberCall struct {
	number uint64
	err    error
}

// Next implements store.Durable. Those who ask at the same time share a statement.
func (b *Backend) Next(ctx context.Context) (uint64, error) {
	if err := ctx.Err(); err != nil {
		return 0, err
	}
	call := &numberCall{}
	b.numbers.Do(call)
	return call.number, call.err
}

func (b *Backend) giveNumbers(batch []*numberCall) {
	var last int64
	err := b.pool.write(context.Background(), func(c *conn) error {
		_, err := c.run(nextNumber, func(r row) error {
			last = r.integer(0)
			return nil
		}, value("next"), integer(int64(len(batch))))
		return err
	})
	if err == nil && last == 0 {
		err = errors.New("keyturn_counter has lost its row")
	}
	for i, call := range batch {
		call.number, call.err = uint64(last)-uint64(len(batch)-1-i), err
	}
}

// Secret implements store.Durable.
func (b *Backend) Secret(ctx context.Context, name string, generate func() ([]byte, error)) ([]byte, error) {
	if err := ctx.Err(); err != nil {
		return nil, err
	}
	secret, err := b.secret(ctx, name)
	if err != nil || secret != nil {
		return secret, err
	}
	made, err := generate()
	if err != nil {
		return nil, err
	}
	if err := b.exec(ctx, secretPut, key(name), flat(made)); err != nil {
		return nil, err
	}
	return b.secret(ctx, name)
}

// secret is nil when there is none.
func (b *Backend) secret(ctx context.Context, name string) (secret []byte, err error) {
	err = b.pool.read(ctx, func(c *conn) error {
		_, err := c.run(secretGet, func(r row) error {
			secret = append([]byte{}, r[0]...)
			return nil
		}, key(name))
		return err
	})
	return secret, err
}
