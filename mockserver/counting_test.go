package mockserver_test

import (
	"context"
	"testing"
	"time"

	"github.com/keyturn/keyturn/mockserver"
	"github.com/keyturn/keyturn/mockserver/client"
	"github.com/keyturn/keyturn/mockserver/store"
)

// countingStore counts the writes that took effect, in whichever content.
type countingStore struct{ writes int }

// counted is a content whose writes are counted.
type counted struct {
	store.Content
	*countingStore
}

func (s *countingStore) count(err error) error {
	if err == nil {
		s.writes++
	}
	return err
}

func (s counted) Create(ctx context.Context, c client.Client) (client.Client, error) {
	created, err := s.Content.Create(ctx, c)
	return created, s.count(err)
}

func (s counted) Update(ctx context.Context, key client.Key, change func(*client.Client) error) (client.Client, error) {
	updated, err := s.Content.Update(ctx, key, change)
	return updated, s.count(err)
}

func (s counted) Delete(ctx context.Context, keys ...client.Key) error {
	return s.count(s.Content.Delete(ctx, keys...))
}

// startOver puts the world back when something was written.
func (s *countingStore) startOver(t *testing.T, server *mockserver.Server) {
	t.Helper()
	if s.writes == 0 {
		return
	}
	if err := server.Reset(t.Context()); err != nil {
		t.Fatal(err)
	}
	s.writes = 0
}

func newCountingServer(tb testing.TB) (*mockserver.Server, *countingStore) {
	tb.Helper()
	now := time.Date(2026, 5, 6, 7, 8, 9, 0, time.UTC)
	counting := &countingStore{}
	state := around(func(c store.Content) store.Content { return counted{c, counting} })
	server, err := mockserver.New(tb.Context(), mockserver.Options{Clock: func() time.Time { return now }, State: state})
	if err != nil {
		tb.Fatal(err)
	}
	return server, counting
}
