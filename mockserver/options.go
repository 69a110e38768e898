package mockserver

import (
	"crypto/rand"
	"fmt"
	"io"
	"log/slog"
	"net/url"
	"strings"
	"time"

	"github.com/keyturn/keyturn/fixtures"
	"github.com/keyturn/keyturn/mockserver/journal"
	"github.com/keyturn/keyturn/mockserver/store"
	"github.com/keyturn/keyturn/mockserver/store/memory"
)

// Options configure a Server. The zero value is a stand-in with the default world,
// in memory, on the system clock.
type Options struct {
	// World is what exists at the start and after a reset.
	World *fixtures.World
	// Store keeps the clients. Its content is replaced by the world's.
	Store store.Store
	// Clock is the time that secrets and tokens live by.
	Clock func() time.Time
	// Random is where secrets and identifiers come from.
	Random io.Reader
	Logger *slog.Logger
	// PublicURL is the base of the addresses that replies contain. Without it
	// they follow the Host header of each request.
	PublicURL string
	// AdminHosts are further Host names under which the admin plane answers. See
	// package admin for the ones it always takes.
	AdminHosts []string
	Journal    journal.Bounds
	// Defects are the deliberate misbehaviours, or the sets of them, that are
	// switched on at the start and after a reset. See package defect.
	Defects []string
	// Unchecked skips every check against the documents. Its only use is to
	// measure what the checks cost.
	Unchecked bool
}

func (o Options) withDefaults() (Options, error) {
	if o.World == nil {
		world, err := fixtures.Default()
		if err != nil {
			return o, err
		}
		o.World = &world
	}
	if o.Store == nil {
		o.Store = memory.New()
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
	if o.PublicURL != "" {
		if err := CheckPublicURL(o.PublicURL); err != nil {
			return o, err
		}
		o.PublicURL = strings.TrimRight(o.PublicURL, "/")
	}
	return o, nil
}

// CheckPublicURL reports why the text cannot be the base of addresses.
func CheckPublicURL(text string) error {
	u, err := url.Parse(text)
	if err != nil || (u.Scheme != "http" && u.Scheme != "https") || u.Hostname() == "" || u.RawQuery != "" || u.Fragment != "" {
		return fmt.Errorf("public URL %q: want an http or https URL with a host and without a query", text)
	}
	if u.User != nil {
		// Replies show the addresses to everybody.
		return fmt.Errorf("public URL %q: want an http or https URL without a user and a password", u.Redacted())
	}
	return nil
}
