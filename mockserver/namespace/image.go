package namespace

import (
	"context"
	"strings"
	"time"

	"github.com/keyturn/keyturn/fixtures"
	"github.com/keyturn/keyturn/mockserver/client"
	"github.com/keyturn/keyturn/mockserver/realm"
	"github.com/keyturn/keyturn/mockserver/store"
	"github.com/keyturn/keyturn/mockserver/store/memory"
)

// image is a state that namespaces are made from. It is never written to.
type image struct {
	realms  map[string]*realm.Realm
	clients *memory.Store
}

// load makes an image of the world. now dates what the world leaves undated. Errors
// name the file and the line of the world.
func (r *Registry) load(ctx context.Context, world fixtures.World, now time.Time) (*image, error) {
	for name := range world.Realms {
		if _, known := r.kinds[name]; !known {
			return nil, world.Errorf([]any{"realms", fixtures.Key(name)}, "there is no such realm, want one of %s", strings.Join(r.names, ", "))
		}
	}
	made := &image{realms: make(map[string]*realm.Realm, len(r.kinds)), clients: memory.New()}
	var clients []client.Client
	for _, name := range r.names {
		loaded, of, err := realm.Load(r.kinds[name], world, r.keys[name], now)
		if err != nil {
			return nil, err
		}
		made.realms[name] = loaded
		clients = append(clients, of...)
	}
	if err := made.clients.Replace(ctx, clients); err != nil {
		return nil, client.Wrap(client.KindOf(err), err, "load the world")
	}
	return made, nil
}

// renew fills the store with the clients of another, each of which becomes a new one.
func renew(ctx context.Context, s store.Store, from *memory.Store, r *Registry) error {
	if own, is := s.(*memory.Store); is {
		own.Renew(from, r.nextEpoch())
		return nil
	}
	all, err := everyClient(ctx, from, r.names)
	if err != nil {
		return err
	}
	return s.Replace(ctx, all)
}

// copied returns the clients of a store as they are now.
func copied(ctx context.Context, s store.Store, realms []string) (*memory.Store, error) {
	if own, is := s.(*memory.Store); is {
		return own.Fork(), nil
	}
	all, err := everyClient(ctx, s, realms)
	if err != nil {
		return nil, err
	}
	made := memory.New()
	return made, made.Replace(ctx, all)
}

func everyClient(ctx context.Context, s store.Store, realms []string) ([]client.Client, error) {
	var all []client.Client
	for _, name := range realms {
		page, err := s.List(ctx, store.Query{Realm: name})
		if err != nil {
			return nil, err
		}
		all = append(all, page.Clients...)
	}
	return all, nil
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
