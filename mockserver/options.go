package mockserver

import (
	"crypto/rand"
	"io"
	"log/slog"
	"time"

	"github.com/keyturn/keyturn/fixtures"
	"github.com/keyturn/keyturn/mockserver/journal"
	"github.com/keyturn/keyturn/mockserver/store"
	"github.com/keyturn/keyturn/mockserver/telemetry"
)

// Options configure a Server. The zero value is a stand-in with the default world,
// in memory, on the system clock.
type Options struct {
	// World is what exists at the start and after a reset.
	World *fixtures.World
	// State keeps the clients. Where it is a store.Durable it keeps the namespaces too, and
	// has the last word about what exists at the start: the world is for one that is empty.
	// Nil keeps all in memory. Whoever has opened it closes it, after Close of the server.
	State store.Backend
	// Clock is the time that secrets and tokens live by.
	Clock func() time.Time
	// Random is where secrets and identifiers come from.
	Random io.Reader
	Logger *slog.Logger
	// PublicURL is the base of the addresses that replies contain. Without it
	// they follow the Host header of each request. SetPublicURL changes it later.
	PublicURL string
	// AdminToken is what callers of the admin plane have to present as a bearer
	// token: 8 or more visible ASCII characters. Without one it trusts the machine
	// that it runs on.
	AdminToken string
	// AdminClosed is for a server that other machines can reach: without an
	// AdminToken its admin plane answers only what is open to all.
	AdminClosed bool
	// AdminHosts are further Host names under which an admin plane without a token
	// answers. See package admin for the ones it always takes.
	AdminHosts []string
	// CA is the certificate of the server's own authority as PEM, for callers to
	// fetch. Empty means that there is none.
	CA []byte
	// Journal bounds the journal of each namespace, and JournalBudget what those of all
	// but the default one take together, in bytes. Zero means 64 MiB.
	Journal       journal.Bounds
	JournalBudget int
	// MaxNamespaces bounds how many there can be at a time. Zero means 20,000.
	MaxNamespaces int
	// Defects are the deliberate misbehaviours, or the sets of them, that are
	// switched on at the start and after a reset. See package defect.
	Defects []string
	// Tracing records a span of each request. Nil records none.
	Tracing *telemetry.Tracing
	// Proxy is nil for a stand-in, which answers itself.
	Proxy *Proxy
	// Unchecked skips every check against the documents. Its only use is to
	// measure what the checks cost.
	Unchecked bool
}

func (o Options) withDefaults() (Options, error) {
	if o.World == nil && o.Proxy != nil {
		o.World = &fixtures.World{Version: 1} // the clients are the deployment's
	}
	if o.World == nil {
		world, err := fixtures.Default()
		if err != nil {
			return o, err
		}
		o.World = &world
	}
	if o.Clock == nil {
		o.Clock = time.Now
	}
	if o.Random == nil {
		o.Random = rand.Reader
	}
	if o.Logger == nil {
		o.Logger = slog.New(slog.DiscardHandler)
	}
	if o.AdminToken != "" {
		if err := CheckAdminToken(o.AdminToken); err != nil {
			return o, err
		}
	}
	return o, nil
}
