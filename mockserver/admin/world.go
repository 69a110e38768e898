package admin

import (
	"context"
	"errors"

	"github.com/keyturn/keyturn/fixtures"
	"github.com/keyturn/keyturn/mockserver/client"
	"github.com/keyturn/keyturn/mockserver/namespace"
	"github.com/keyturn/keyturn/mockserver/provider"
	"github.com/keyturn/keyturn/mockserver/snapshot"
)

// maxWorld is room for what a long rehearsal leaves behind: what getWorld shows can
// be put again.
const maxWorld = 64 << 20

func (plane) getWorld(ctx context.Context, space *namespace.Namespace, _ *provider.Call) (provider.Reply, error) {
	world, err := space.World(ctx)
	if err != nil {
		return provider.Reply{}, err
	}
	tree, err := snapshot.World(world)
	if err != nil {
		return provider.Reply{}, err
	}
	return provider.OK(tree), nil
}

func (plane) putWorld(ctx context.Context, space *namespace.Namespace, call *provider.Call) (provider.Reply, error) {
	world, err := fixtures.ParseWorld("body", call.Raw)
	if err != nil {
		return provider.Reply{}, client.Errorf(client.Invalid, "%s", err)
	}
	err = space.ReplaceWorld(ctx, world)
	var failure *client.Error
	switch {
	case err == nil:
		return done, nil
	case ctx.Err() != nil, errors.As(err, &failure) && (failure.Kind == client.Internal || failure.Kind == client.Unavailable):
		return provider.Reply{}, err
	default:
		return provider.Reply{}, client.Errorf(client.Invalid, "%s", err)
	}
}
