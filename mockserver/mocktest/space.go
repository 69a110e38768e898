package mocktest

import (
	"context"
	"net/http"
	"strconv"
	"strings"
	"testing"

	"github.com/keyturn/keyturn/mockserver/admin/client"
)

// Space is a namespace of a stand-in: a world, a clock, faults, defects and a journal of
// its own. Whatever it returns acts on that namespace, and nothing of it on the default
// one, as the methods that a Server has from mockserver do. It is safe for concurrent
// use.
type Space struct {
	server *Server
	name   string
}

// SpaceOption says in what a namespace differs from one that begins as the server did.
type SpaceOption func(*client.NewNamespace)

// WithSeed makes the secrets and identifiers of a namespace the same each time. It is
// below 2^53.
func WithSeed(seed uint64) SpaceOption {
	return func(n *client.NewNamespace) { n.Seed = &seed }
}

// WithCopyOf begins with the present state of another namespace, or with a snapshot of
// it where that has a name. The default one is "default".
func WithCopyOf(namespace, snapshot string) SpaceOption {
	return func(n *client.NewNamespace) { n.From, n.Snapshot = namespace, snapshot }
}

// Namespace makes a namespace for a test, so that many tests can share a stand-in. It
// begins with the world of the server's start, is named after the test and is gone when
// the test ends, which has to be before the stand-in's own. It shadows the field of
// mockserver.Server, which is the default namespace.
func (s *Server) Namespace(tb testing.TB, options ...SpaceOption) *Space {
	tb.Helper()
	name := spaceName(tb.Name(), s.spaces.Add(1))
	wanted := client.NewNamespace{Idle: client.Forever}
	for _, option := range options {
		option(&wanted)
	}
	wanted.Name = name
	if _, err := s.Admin().CreateNamespace(tb.Context(), wanted); err != nil {
		tb.Fatalf("make the namespace %s: %v", name, err)
	}
	tb.Cleanup(func() {
		if err := s.Admin().DeleteNamespace(context.WithoutCancel(tb.Context()), name); err != nil {
			tb.Errorf("delete the namespace %s, which this test made: %v", name, err)
		}
	})
	return &Space{server: s, name: name}
}

// spaceName is what can be a label of a host (RFC 1123 section 2.1) of a test's name,
// and a number that no other namespace of the server has. Of a long name the end stays,
// where subtests are told apart.
func spaceName(test string, number uint64) string {
	const longest = 63
	end := "-" + strconv.FormatUint(number, 10)
	words := strings.FieldsFunc(strings.ToLower(test), func(r rune) bool {
		return (r < 'a' || r > 'z') && (r < '0' || r > '9')
	})
	name := strings.Join(words, "-")
	if over := len(name) + len(end) - longest; over > 0 {
		name = strings.TrimLeft(name[over:], "-")
	}
	if name == "" {
		name = "test"
	}
	return name + end
}

// Name is what the X-Keyturn-Namespace header chooses the namespace by.
func (s *Space) Name() string { return s.name }

// BaseURL is where the stand-in answers for the namespace, without a slash at the end.
func (s *Space) BaseURL() string { return s.server.baseURL + "/ns/" + s.name }

// ProviderURL is what a client of the provider is given as its host. It panics as the
// server's own does.
func (s *Space) ProviderURL(provider string) string {
	s.server.ProviderURL(provider)
	return s.BaseURL()
}

// HTTPClient returns a client as the server's own does. It is the address that chooses
// the namespace, and not the client.
func (s *Space) HTTPClient() *http.Client { return s.server.HTTPClient() }

// Admin returns a client of the admin plane that acts on the namespace: its clock, its
// faults, its propagation, its snapshots and its journal.
func (s *Space) Admin() *client.Client { return s.server.Admin().Namespace(s.name) }

// Expect fails the test unless what was asked of the namespace is as expected. The
// message lists the requests that come nearest. The test goes on.
func (s *Space) Expect(tb testing.TB, expected client.Expectation) {
	tb.Helper()
	expect(tb, s.Admin(), expected)
}

// Expect does what [Space.Expect] does, for the default namespace.
func (s *Server) Expect(tb testing.TB, expected client.Expectation) {
	tb.Helper()
	expect(tb, s.Admin(), expected)
}

// expect also works while a test cleans up, when its context is over.
func expect(tb testing.TB, admin *client.Client, expected client.Expectation) {
	tb.Helper()
	if err := admin.Verify(context.WithoutCancel(tb.Context()), expected); err != nil {
		tb.Error(err)
	}
}
