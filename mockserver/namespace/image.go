package namespace

import (
	"context"
	"strings"
	"time"

	"github.com/keyturn/keyturn/fixtures"
	"github.com/keyturn/keyturn/mockserver/client"
	"github.com/keyturn/keyturn/mockserver/realm"
	"github.com/keyturn/keyturn/mockserver/store"
)

// image is a state that namespaces are made from. It is never written to.
type image struct {
	realms  map[string]*realm.Realm
	clients store.Content
	// world is the realms as JSON, without their clients, where a record needs it.
	world []byte
}

// load makes an image of the world. now dates what the world leaves undated. Errors
// name the file and the line of the world.
func (r *Registry) load(ctx context.Context, world fixtures.World, now time.Time) (*image, error) {
	made, clients, err := r.read(world, now)
	if err != nil {
		return nil, err
	}
	if made.clients, err = r.options.Backend.New(ctx); err != nil {
		return nil, err
	}
	if err := made.clients.Replace(ctx, clients); err != nil {
		return nil, client.Wrap(client.KindOf(err), err, "load the world")
	}
	return made, nil
}

// ownSeed is what a new namespace goes back to, the same as the default one. Where contents
// outlive the process it is a copy, so that each can be dropped with what refers to it.
func (r *Registry) ownSeed(ctx context.Context) (*image, error) {
	if r.durable == nil {
		return r.fallback.seed.Load(), nil
	}
	if err := r.fallback.Refresh(ctx); err != nil {
		return nil, err
	}
	return r.forked(ctx, r.fallback.seed.Load())
}

// forked is the image with a copy of its clients.
func (r *Registry) forked(ctx context.Context, from *image) (*image, error) {
	epoch, err := r.nextEpoch(ctx)
	if err != nil {
		return nil, err
	}
	own := *from
	own.clients, err = from.clients.Fork(ctx, epoch)
	return &own, err
}

// read makes the realms of a world, and its clients.
func (r *Registry) read(world fixtures.World, now time.Time) (*image, []client.Client, error) {
	for name := range world.Realms {
		if _, known := r.kinds[name]; !known {
			return nil, nil, world.Errorf([]any{"realms", fixtures.Key(name)}, "there is no such realm, want one of %s", strings.Join(r.names, ", "))
		}
	}
	made := &image{realms: make(map[string]*realm.Realm, len(r.kinds))}
	var clients []client.Client
	for _, name := range r.names {
		loaded, of, err := realm.Load(r.kinds[name], world, r.keys[name], now)
		if err != nil {
			return nil, nil, err
		}
		made.realms[name] = loaded
		clients = append(clients, of...)
	}
	var err error
	if r.durable != nil {
		made.world, err = worldText(made.realms)
	}
	return made, clients, err
}

func saveWorld(ctx context.Context, realms map[string]*realm.Realm, s store.Store) (fixtures.World, error) {
	world := fixtures.World{Version: 1, Realms: map[string]fixtures.Realm{}}
	for name, r := range realms {
		page, err := s.List(ctx, store.Query{Realm: name})
		if err != nil {
			return fixtures.World{}, err
		}
		world.Realms[name] = r.Save(page.Clients)
	}
	return world, nil
}
