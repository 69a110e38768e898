package mocktest

import (
	"context"
	"fmt"
	"net/http"
	"slices"
	"strings"
	"sync/atomic"
	"testing"

	"github.com/keyturn/keyturn/mockserver"
	"github.com/keyturn/keyturn/mockserver/admin/client"
	"github.com/keyturn/keyturn/specs"
)

// Server is a stand-in that answers until its test ends. It is safe for concurrent
// use, and so is everything that it returns. Its own methods and those that it has from
// mockserver act on the default namespace; Namespace makes others.
type Server struct {
	*mockserver.Server

	baseURL   string
	transport *http.Transport
	token     string
	// spaces is how many namespaces tests have asked for.
	spaces atomic.Uint64
}

// Start runs a stand-in on a free loopback port until the test ends, with the default
// world where no option says otherwise. An option that cannot be followed fails the
// test, and the message begins with the option's name.
func Start(tb testing.TB, options ...Option) *Server {
	tb.Helper()
	set := settings{listen: listen, scheme: "http"}
	for _, option := range options {
		if err := option(&set); err != nil {
			tb.Fatalf("start a stand-in: %v", err)
		}
	}
	standIn, err := mockserver.New(tb.Context(), set.options())
	if err != nil {
		tb.Fatalf("start a stand-in: %v", err)
	}
	tb.Cleanup(func() {
		if err := standIn.Close(context.WithoutCancel(tb.Context())); err != nil {
			tb.Errorf("close the stand-in: %v", err)
		}
	})
	baseURL, transport, err := serve(tb, standIn, set)
	if err != nil {
		tb.Fatalf("start a stand-in: %v", err)
	}
	return &Server{Server: standIn, baseURL: baseURL, transport: transport, token: set.server.AdminToken}
}

// BaseURL is where the stand-in answers, without a slash at the end.
func (s *Server) BaseURL() string { return s.baseURL }

// ProviderURL is what a client of the provider, such as "authing-v2", is given as its
// host. It panics for a provider that there is not: a wrong name is a mistake in the
// test, and the goroutine that makes it need not be one that may end the test.
func (s *Server) ProviderURL(provider string) string {
	// No document has a path of its own before those of its operations.
	known := slices.DeleteFunc(specs.Names(), func(name string) bool { return name == specs.Admin })
	if !slices.Contains(known, provider) {
		panic(fmt.Sprintf("mocktest: there is no provider %q, want one of %s", provider, strings.Join(known, ", ")))
	}
	return s.baseURL
}

// HTTPClient returns a client of its own for each caller, which trusts the stand-in's
// authority, uses no proxy and, under WithoutListener, reaches nothing else.
func (s *Server) HTTPClient() *http.Client { return &http.Client{Transport: s.transport} }

// Admin returns a client of the admin plane that holds its token.
func (s *Server) Admin() *client.Client {
	return client.New(s.baseURL, client.Options{Token: s.token, HTTP: s.HTTPClient()})
}
