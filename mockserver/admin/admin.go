package admin

import (
	"context"
	"net/http"

	"github.com/keyturn/keyturn/fixtures"
	"github.com/keyturn/keyturn/mockserver/build"
	"github.com/keyturn/keyturn/mockserver/journal"
	"github.com/keyturn/keyturn/mockserver/provider"
	"github.com/keyturn/keyturn/mockserver/wire"
	"github.com/keyturn/keyturn/specs"
)

// Control is what the plane controls.
type Control interface {
	Reset(ctx context.Context) error
	World(ctx context.Context) (fixtures.World, error)
	// ReplaceWorld fails with an error of kind Internal when the server is at
	// fault, and with any other when the world is.
	ReplaceWorld(ctx context.Context, world fixtures.World) error
	Journal() *journal.Journal
	// Defects lists the ids of those that are on, and SetDefects puts others in their
	// place. Its error is of kind Invalid for an id that nobody has.
	Defects() []string
	SetDefects(ids ...string) error
	// PublicURL is the base of the addresses in replies, empty where they follow the
	// Host header, and SetPublicURL puts another in its place.
	PublicURL() string
	SetPublicURL(address string) error
	// CA is the certificate of the server's own authority as PEM, empty where there
	// is none.
	CA() []byte
	// Secrets returns what the server holds that the journal must not show.
	Secrets(ctx context.Context) ([]string, error)
}

const prefix = "/__admin"

// New returns the admin plane as a provider without a realm.
func New(control Control, guard Guard) provider.Provider {
	plane := plane{control: control, redactor: journal.NewRedactor()}
	return provider.Provider{
		Name: specs.Admin,
		Handlers: map[string]provider.Handler{
			"health":        plane.health,
			"ready":         plane.ready,
			"version":       plane.version,
			"getAuthority":  plane.getAuthority,
			"getSettings":   plane.getSettings,
			"putSettings":   plane.putSettings,
			"reset":         plane.reset,
			"getWorld":      plane.getWorld,
			"putWorld":      plane.putWorld,
			"listRequests":  plane.listRequests,
			"clearRequests": plane.clearRequests,
			"listDefects":   plane.listDefects,
			"setDefects":    plane.setDefects,
			"listSpecs":     plane.listSpecs,
			"getSpec":       plane.getSpec,
		},
		BodyLimits:     map[string]int64{"putWorld": maxWorld},
		Authenticators: guard.authenticators(),
		Doors:          []provider.Door{{Prefix: prefix, Refuse: refuse}},
	}
}

type plane struct {
	control  Control
	redactor *journal.Redactor
}

var done = provider.Reply{Status: http.StatusNoContent}

func (plane) health(context.Context, *provider.Call) (provider.Reply, error) {
	return provider.OK(wire.Object{"status": "ok"}), nil
}

func (plane) ready(context.Context, *provider.Call) (provider.Reply, error) {
	return provider.OK(wire.Object{"status": "ready"}), nil
}

func (plane) version(context.Context, *provider.Call) (provider.Reply, error) {
	info := build.Read()
	return provider.OK(wire.Object{"version": info.Version, "commit": info.Commit, "go": info.Go}), nil
}

func (p plane) reset(ctx context.Context, _ *provider.Call) (provider.Reply, error) {
	return done, p.control.Reset(ctx)
}
