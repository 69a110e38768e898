package mockserver_test

import (
	"context"

	"github.com/keyturn/keyturn/mockserver/store"
	"github.com/keyturn/keyturn/mockserver/store/memory"
)

// around is a backend in memory whose contents, and the copies of them, stand behind what
// the function puts before them.
type around func(store.Content) store.Content

func (a around) New(context.Context) (store.Content, error) { return behind{a(memory.New()), a}, nil }

type behind struct {
	store.Content
	front around
}

func (b behind) Fork(ctx context.Context, epoch uint64) (store.Content, error) {
	return b.wrap(b.Content.Fork(ctx, epoch))
}

func (b behind) Renew(ctx context.Context, epoch uint64) (store.Content, error) {
	return b.wrap(b.Content.Renew(ctx, epoch))
}

func (b behind) wrap(c store.Content, err error) (store.Content, error) {
	if err != nil {
		return nil, err
	}
	return behind{b.front(c), b.front}, nil
}
