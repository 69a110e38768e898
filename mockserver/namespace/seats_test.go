package namespace_test

import (
	"context"
	"path/filepath"
	"sync"
	"sync/atomic"
	"testing"
	"time"

	"github.com/keyturn/keyturn/mockserver/client"
	"github.com/keyturn/keyturn/mockserver/namespace"
	"github.com/keyturn/keyturn/mockserver/store"
	"github.com/keyturn/keyturn/mockserver/store/file"
)

// table is what several backends of one database have in common, here a file and the
// journals in memory.
type table struct {
	*file.Backend

	mu       sync.Mutex
	uses     map[string]time.Time
	journals map[string][]store.Batch
	onces    map[string]time.Time
}

func newTable(t *testing.T) *table {
	t.Helper()
	b, err := file.Open(filepath.Join(t.TempDir(), "state"), file.Options{})
	if err != nil {
		t.Fatal(err)
	}
	t.Cleanup(func() { _ = b.Close() })
	return &table{Backend: b, uses: map[string]time.Time{}, journals: map[string][]store.Batch{}, onces: map[string]time.Time{}}
}

// seat is the backend of one server. While away it answers nothing.
type seat struct {
	*table

	away          atomic.Bool // all but records that are read
	beforePut     func()
	beforeBatches func()
	afterNames    func()
	slow          time.Duration
}

var errAway = client.Errorf(client.Unavailable, "the state does not answer")

func (s *seat) Put(ctx context.Context, name string, data []byte, known uint64) (uint64, error) {
	if s.beforePut != nil {
		s.beforePut()
	}
	if s.away.Load() {
		return 0, errAway
	}
	return s.table.Put(ctx, name, data, known)
}

func (s *seat) Record(ctx context.Context, name string, known uint64) (store.Record, error) {
	if s.away.Load() {
		return store.Record{}, errAway
	}
	if s.slow > 0 {
		time.Sleep(s.slow) // a round trip
	}
	return s.table.Record(ctx, name, known)
}

func (s *seat) Open(ctx context.Context, id string) (store.Content, error) {
	if s.away.Load() {
		return nil, errAway
	}
	return s.table.Open(ctx, id)
}

func (s *seat) Names(ctx context.Context) ([]string, error) {
	if s.away.Load() {
		return nil, errAway
	}
	names, err := s.table.Names(ctx)
	if s.afterNames != nil {
		s.afterNames()
	}
	return names, err
}

func (s *seat) Remove(ctx context.Context, name string, known uint64) error {
	if s.away.Load() {
		return errAway
	}
	if err := s.table.Remove(ctx, name, known); err != nil {
		return err
	}
	s.mu.Lock()
	defer s.mu.Unlock()
	delete(s.journals, name)
	delete(s.uses, name)
	return nil
}

func (s *seat) Uses(ctx context.Context, here map[string]time.Time) (map[string]time.Time, error) {
	names, err := s.Names(ctx)
	if err != nil {
		return nil, err
	}
	s.mu.Lock()
	defer s.mu.Unlock()
	for name, at := range here {
		if at.After(s.uses[name]) {
			s.uses[name] = at
		}
	}
	anywhere := map[string]time.Time{}
	for _, name := range names {
		if at, there := s.uses[name]; there {
			anywhere[name] = at
		}
	}
	return anywhere, nil
}

func (s *seat) Once(_ context.Context, token string, at, since time.Time) (bool, error) {
	s.mu.Lock()
	defer s.mu.Unlock()
	last, there := s.onces[token]
	s.onces[token] = at
	for other, last := range s.onces { // what the contract permits
		if last.Before(since) {
			delete(s.onces, other)
		}
	}
	return !there || last.Before(since), nil
}

func (s *seat) Append(ctx context.Context, name string, batch store.Batch, _ int) error {
	if _, err := s.table.Record(ctx, name, 0); err != nil || s.away.Load() {
		return errAway
	}
	s.mu.Lock()
	defer s.mu.Unlock()
	var last store.Batch
	if all := s.journals[name]; len(all) > 0 {
		last = all[len(all)-1]
	}
	batch.Sequence, batch.Last = last.Sequence+1, last.Last+uint64(batch.Count)
	s.journals[name] = append(s.journals[name], batch)
	return nil
}

func (s *seat) Batches(_ context.Context, name string, after uint64) ([]store.Batch, error) {
	if s.beforeBatches != nil {
		s.beforeBatches()
	}
	if s.away.Load() {
		return nil, errAway
	}
	s.mu.Lock()
	defer s.mu.Unlock()
	var some []store.Batch
	for _, b := range s.journals[name] {
		if b.Sequence > after {
			some = append(some, b)
		}
	}
	return some, nil
}

func (s *seat) Watch(string, func()) func() { return func() {} }

var _ store.Shared = (*seat)(nil)

// serverAt is another server over the same table.
func serverAt(t *testing.T, common *table) (*namespace.Registry, *seat) {
	t.Helper()
	own := &seat{table: common}
	r := newRegistry(t, 1, func(o *namespace.Options) { o.Backend = own })
	t.Cleanup(func() { _ = r.Close(context.Background()) })
	return r, own
}
