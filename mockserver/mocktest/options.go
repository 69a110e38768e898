package mocktest

import (
	"context"
	"errors"
	"fmt"
	"net"
	"slices"
	"time"

	"github.com/keyturn/keyturn/fixtures"
	"github.com/keyturn/keyturn/mockserver"
	"github.com/keyturn/keyturn/mockserver/certs"
	"github.com/keyturn/keyturn/mockserver/defect"
)

// Option says in what a stand-in differs from the default one. Options are followed in
// the order in which they are given.
type Option func(*settings) error

// settings are what the options make.
type settings struct {
	server mockserver.Options
	listen func(context.Context) (host, error)
	scheme string
	// authority is nil without TLS, and names are further ones for its certificate.
	authority *certs.Authority
	names     []string
	// adminHosts are added to those of server, which an option may replace.
	adminHosts []string
}

// options are what the stand-in is made with.
func (s settings) options() mockserver.Options {
	s.server.AdminHosts = slices.Concat(s.server.AdminHosts, s.adminHosts)
	if s.authority != nil {
		s.server.CA = s.authority.PEM()
	}
	return s.server
}

// host is where a stand-in can be reached.
type host struct {
	net.Listener

	// name is what follows the scheme of the base URL.
	name string
	// dial is nil for the ways of the operating system.
	dial func(ctx context.Context, network, address string) (net.Conn, error)
}

// WithWorld starts with the world of a file, or of a folder of them, in the place of
// the default one.
func WithWorld(file string) Option {
	return func(s *settings) error {
		world, err := fixtures.ReadWorld(file)
		if err != nil {
			return fmt.Errorf("WithWorld: %w", err)
		}
		s.server.World = &world
		return nil
	}
}

// WithDefect switches deliberate misbehaviours on, or sets of them, in addition to
// those of options before this one. They are on at the start and after a reset.
func WithDefect(ids ...string) Option {
	return func(s *settings) error {
		if _, err := defect.Switch(ids...); err != nil {
			return fmt.Errorf("WithDefect: %w", err)
		}
		s.server.Defects = slices.Concat(s.server.Defects, ids)
		return nil
	}
}

// WithTLS has the stand-in speak HTTPS, with a certificate from an authority that is
// made for this test, for the names by which this machine reaches it and for these.
// HTTPClient trusts it, and CA returns it for other clients.
func WithTLS(names ...string) Option {
	return func(s *settings) error {
		for _, name := range names {
			if err := certs.CheckName(name); err != nil {
				return fmt.Errorf("WithTLS: %w", err)
			}
		}
		authority, err := certs.New(time.Now(), nil)
		if err != nil {
			return fmt.Errorf("WithTLS: %w", err)
		}
		s.scheme, s.authority, s.names = "https", authority, names
		return nil
	}
}

// WithAdminToken has the admin plane demand this token, which Admin presents. Without
// it the plane trusts everybody on this machine.
func WithAdminToken(token string) Option {
	return func(s *settings) error {
		if err := mockserver.CheckAdminToken(token); err != nil {
			return fmt.Errorf("WithAdminToken: %w", err)
		}
		s.server.AdminToken = token
		return nil
	}
}

// WithPublicURL sets the base of the addresses in replies, which else follow the Host
// header of each request. BaseURL stays what it is.
func WithPublicURL(url string) Option {
	return func(s *settings) error {
		if err := mockserver.CheckPublicURL(url); err != nil {
			return fmt.Errorf("WithPublicURL: %w", err)
		}
		s.server.PublicURL = url
		return nil
	}
}

// WithoutListener opens no port. HTTPClient alone reaches the stand-in then, in the
// memory of the test's process, at a base URL that nobody else can resolve. The
// exchange is the same in all else: requests and replies are written and read as they
// are over a network, by the same code. A test in a bubble of testing/synctest needs
// it, as a bubble's time stands still while anything waits for a network.
func WithoutListener() Option {
	return func(s *settings) error {
		s.listen, s.adminHosts = s.listenInMemory, []string{memoryHost}
		return nil
	}
}

// WithOptions sets what has no option here: the clock, randomness, a world that is no
// file, the bounds of the journal.
func WithOptions(change func(*mockserver.Options)) Option {
	return func(s *settings) error {
		if change == nil {
			return errors.New("WithOptions: want a func")
		}
		change(&s.server)
		return nil
	}
}
