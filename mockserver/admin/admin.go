package admin

import (
	"context"
	"net/http"

	"github.com/keyturn/keyturn/fixtures"
	"github.com/keyturn/keyturn/mockserver/client"
	"github.com/keyturn/keyturn/mockserver/journal"
	"github.com/keyturn/keyturn/mockserver/provider"
	"github.com/keyturn/keyturn/mockserver/wire"
	"github.com/keyturn/keyturn/specs"
)

// Control is what the plane controls.
type Control interface {
	Reset(ctx context.Context) error
	World(ctx context.Context) (fixtures.World, error)
	ReplaceWorld(ctx context.Context, world fixtures.World) error
	Journal() *journal.Journal
}

// New returns the admin plane as a provider without a realm.
func New(control Control, hosts HostPolicy) provider.Provider {
	plane := plane{control: control}
	return provider.Provider{
		Name: specs.Admin,
		Handlers: map[string]provider.Handler{
			"health": plane.health,
		},
		Authenticators: map[string]provider.Authenticator{"sameOrigin": hosts.authenticate},
		Doors:          []provider.Door{{Prefix: "/__admin", Refuse: refuse}},
	}
}

type plane struct{ control Control }

func (plane) health(context.Context, *provider.Call) (provider.Reply, error) {
	return provider.OK(wire.Object{"status": "ok"}), nil
}

func refuse(_ *provider.Call, err *client.Error) provider.Reply {
	return provider.Reply{Status: http.StatusBadRequest, Media: "application/problem+json", Body: wire.Object{
		"type": "about:blank", "title": err.Kind.String(), "status": http.StatusBadRequest, "detail": err.Message,
	}}
}
