package admin

import (
	"context"
	"net/http"

	"github.com/keyturn/keyturn/mockserver/build"
	"github.com/keyturn/keyturn/mockserver/journal"
	"github.com/keyturn/keyturn/mockserver/namespace"
	"github.com/keyturn/keyturn/mockserver/provider"
	"github.com/keyturn/keyturn/mockserver/proxy"
	"github.com/keyturn/keyturn/mockserver/wire"
	"github.com/keyturn/keyturn/specs"
)

// Control is what the plane controls.
type Control interface {
	// Namespaces are those of the server. What is below the plane's prefix acts on the
	// one that the request has chosen.
	Namespaces() *namespace.Registry
	// Redactor makes what the journals hold fit to be shown.
	Redactor() *journal.Redactor
	// Operations are those of the emulated APIs.
	Operations() []journal.Operation
	// PublicURL is the base of the addresses in replies, empty where they follow the
	// Host header, and SetPublicURL puts another in its place.
	PublicURL() string
	SetPublicURL(address string) error
	// Drift is the ledger of a server that stands before a deployment, nil for any other.
	Drift() *proxy.Drift
	// CA is the certificate of the server's own authority as PEM, empty where there
	// is none.
	CA() []byte
}

const prefix = "/__admin"

// New returns the admin plane as a provider without a realm.
func New(control Control, guard Guard) provider.Provider {
	differences := drift{control}
	plane := plane{control: control}
	return provider.Provider{
		Name: specs.Admin,
		Handlers: map[string]provider.Handler{
			"health":          plane.health,
			"ready":           plane.ready,
			"version":         plane.version,
			"getAuthority":    plane.getAuthority,
			"getSettings":     plane.getSettings,
			"putSettings":     plane.putSettings,
			"reset":           plane.in(plane.reset),
			"listNamespaces":  plane.listNamespaces,
			"createNamespace": plane.createNamespace,
			"getNamespace":    plane.getNamespace,
			"deleteNamespace": plane.deleteNamespace,
			"getClock":        plane.in(plane.getClock),
			"putClock":        plane.change(plane.putClock),
			"listFaults":      plane.in(plane.listFaults),
			"addFault":        plane.change(plane.addFault),
			"clearFaults":     plane.change(plane.clearFaults),
			"deleteFault":     plane.change(plane.deleteFault),
			"getPropagation":  plane.in(plane.getPropagation),
			"putPropagation":  plane.in(plane.putPropagation),
			"verifyRequests":  plane.in(plane.verifyRequests),
			"listUnmatched":   plane.in(plane.listUnmatched),
			"exportRequests":  plane.in(plane.exportRequests),
			"streamRequests":  plane.in(plane.streamRequests),
			"listSnapshots":   plane.in(plane.listSnapshots),
			"saveSnapshot":    plane.in(plane.saveSnapshot),
			"getSnapshot":     plane.in(plane.getSnapshot),
			"putSnapshot":     plane.in(plane.putSnapshot),
			"deleteSnapshot":  plane.in(plane.deleteSnapshot),
			"restoreSnapshot": plane.in(plane.restoreSnapshot),
			"diffSnapshot":    plane.in(plane.diffSnapshot),
			"getDrift":        differences.get,
			"clearDrift":      differences.clear,
			"getWorld":        plane.in(plane.getWorld),
			"putWorld":        plane.in(plane.putWorld),
			"listRequests":    plane.in(plane.listRequests),
			"clearRequests":   plane.in(plane.clearRequests),
			"listDefects":     plane.in(plane.listDefects),
			"setDefects":      plane.in(plane.setDefects),
			"listSpecs":       plane.listSpecs,
			"getSpec":         plane.getSpec,
		},
		BodyLimits:     map[string]int64{"putWorld": maxWorld, "putSnapshot": maxWorld},
		Authenticators: guard.authenticators(),
		Doors:          []provider.Door{{Prefix: prefix, Refuse: refuse}},
	}
}

type plane struct {
	control Control
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

func (plane) reset(ctx context.Context, space *namespace.Namespace, _ *provider.Call) (provider.Reply, error) {
	return done, space.Reset(ctx)
}

// in has a handler act on the namespace that the request has chosen. Errors: NotFound
// for one that was deleted meanwhile.
func (p plane) in(handle func(context.Context, *namespace.Namespace, *provider.Call) (provider.Reply, error)) provider.Handler {
	return func(ctx context.Context, call *provider.Call) (provider.Reply, error) {
		space, err := p.control.Namespaces().Find(ctx, call.Namespace)
		if err == nil {
			err = space.Refresh(ctx)
		}
		if err != nil {
			return provider.Reply{}, err
		}
		return handle(ctx, space, call)
	}
}

// change is in for what is recorded, where a namespace is.
func (p plane) change(handle func(context.Context, *namespace.Namespace, *provider.Call) (provider.Reply, error)) provider.Handler {
	return p.in(func(ctx context.Context, space *namespace.Namespace, call *provider.Call) (reply provider.Reply, err error) {
		err = space.Change(ctx, func() error {
			reply, err = handle(ctx, space, call)
			return err
		})
		return reply, err
	})
}
