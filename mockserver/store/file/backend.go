package file

import (
	"context"
	"log/slog"
	"strconv"
	"sync"
	"sync/atomic"
	"time"

	bolt "go.etcd.io/bbolt"

	"github.com/keyturn/keyturn/mockserver/client"
	"github.com/keyturn/keyturn/mockserver/store"
	"github.com/keyturn/keyturn/mockserver/store/cache"
	"github.com/keyturn/keyturn/mockserver/store/group"
)

// The cache's bounds: as much as the clients of a large test's world take.
const (
	cachedClients = 1 << 16
	cachedBytes   = 128 << 20
)

// recent is for how long a content that was made here is left alone by Prune.
const recent = 10 * time.Minute

// Backend implements store.Durable.
type Backend struct {
	path   string
	logger *slog.Logger
	system func() time.Time

	db        *bolt.DB
	group     *group.Group[*job]
	condition condition
	numbers   numbers
	sweeper   *sweeper
	cache     *cache.Cache[clientKey, *client.Client]
	// newest is the sequence of the state that is shown, or about to be.
	newest atomic.Uint64

	// mu guards what readers see.
	mu       sync.RWMutex
	state    *state
	contents map[uint64]*content
	// made is when the contents of this process were made.
	made    map[uint64]time.Time
	records map[string]store.Record
	closed  bool
	stopped atomic.Bool

	// loading is held while a content comes into memory or leaves the file.
	loading  sync.Mutex
	underWay sync.WaitGroup
	closing  sync.Once
	failure  error
}

var _ store.Durable = (*Backend)(nil)

func newBackend(db *bolt.DB, path string, options Options) *Backend {
	b := &Backend{
		path: path, logger: options.Logger, system: options.System, db: db,
		cache:    cache.New[clientKey, *client.Client](cachedClients, cachedBytes),
		contents: map[uint64]*content{}, made: map[uint64]time.Time{}, records: map[string]store.Record{},
	}
	b.group = group.New(most, 1, b.carryOut)
	b.sweeper = newSweeper(b)
	return b
}

// New implements store.Backend.
func (b *Backend) New(ctx context.Context) (store.Content, error) {
	c := &content{backend: b}
	err := b.write(ctx, func(x *batch) error {
		r := root{generation: b.numbers.take()}
		c.number = r.generation
		return x.open(c, r, &orders{})
	})
	if err != nil {
		return nil, err
	}
	return c, nil
}

// open adds a content that was not there.
func (x *batch) open(c *content, r root, from *orders) error {
	x.drafts[c] = &draft{root: r, saved: r, from: from, opened: true}
	return x.put(tableContents, number(c.number), r.bytes())
}

// Open implements store.Durable.
func (b *Backend) Open(ctx context.Context, id string) (store.Content, error) {
	if err := ctx.Err(); err != nil {
		return nil, err
	}
	b.loading.Lock()
	defer b.loading.Unlock()
	s, err := b.begin()
	if err != nil {
		return nil, err
	}
	defer s.release()
	of, err := strconv.ParseUint(id, 10, 64)
	if err != nil || strconv.FormatUint(of, 10) != id {
		return nil, noContent(id)
	}
	b.mu.RLock()
	open := b.contents[of]
	b.mu.RUnlock()
	if open != nil {
		return open, nil
	}
	value := s.get(tableContents, number(of))
	if value == nil {
		return nil, noContent(id)
	}
	r, ok := readRoot(value)
	if !ok {
		return nil, b.damaged(errDamaged)
	}
	v, ok := s.load(r)
	if !ok {
		return nil, b.damaged(errDamaged)
	}
	c := &content{backend: b, number: of}
	c.view.Store(v)
	b.mu.Lock()
	b.contents[of] = c
	b.mu.Unlock()
	return c, nil
}

func noContent(id string) error {
	return client.Errorf(client.NotFound, "there is no content %q", id)
}

// load reads the orders of a content that nobody has opened.
func (s *state) load(r root) (*view, bool) {
	l := loader{orders: &orders{}, both: map[string][2]*members{}}
	ok := s.each(tableOrder, r.generation, func(key, value []byte) bool {
		return len(key) == widthOfGeneration+4 && l.add(value, placeOf(key))
	})
	return &view{root: r, orders: l.orders}, ok
}

// Prune implements store.Durable. Contents that were made by this process are new for ten
// minutes; nobody else can be about to record one.
func (b *Backend) Prune(ctx context.Context, keep []string) error {
	if err := ctx.Err(); err != nil {
		return err
	}
	b.loading.Lock()
	defer b.loading.Unlock()
	s, err := b.begin()
	if err != nil {
		return err
	}
	kept := make(map[string]bool, len(keep))
	for _, id := range keep {
		kept[id] = true
	}
	var drop []uint64
	now := b.system()
	b.mu.RLock()
	s.eachOf(tableContents, nil, func(key, _ []byte) bool {
		of := numberOf(key)
		made, here := b.made[of]
		if !kept[strconv.FormatUint(of, 10)] && (!here || now.Sub(made) > recent) {
			drop = append(drop, of)
		}
		return true
	})
	b.mu.RUnlock()
	s.release()
	return b.dropAll(ctx, drop)
}

func (b *Backend) dropAll(ctx context.Context, drop []uint64) error {
	for len(drop) > 0 {
		some := drop[:min(len(drop), chunk)]
		drop = drop[len(some):]
		if err := b.write(ctx, func(x *batch) error { return x.dropAll(some) }); err != nil {
			return err
		}
	}
	return nil
}

// Close implements store.Durable.
func (b *Backend) Close() error {
	b.closing.Do(func() {
		b.sweeper.stop()
		b.mu.Lock()
		b.closed = true
		b.stopped.Store(true)
		b.mu.Unlock()
		b.underWay.Wait()
		b.leave()
		b.state.release()
		// It waits for who is reading.
		b.failure = b.db.Close()
	})
	return b.failure
}

// leave writes down which pages are free, so that the next to open the file need not look
// at them all.
func (b *Backend) leave() {
	if b.condition.refusal() != nil {
		return
	}
	tx, err := b.db.Begin(true)
	if err != nil {
		return
	}
	b.db.NoFreelistSync = false
	if err := b.commit(tx); err != nil {
		b.logger.Info("the state file was closed without a list of its free pages, which makes it slower to open", "file", b.path, "error", err)
	}
}
