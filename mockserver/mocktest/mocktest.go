// Package mocktest starts a stand-in for a Go test.
package mocktest

import (
	"net/http/httptest"
	"testing"

	"github.com/keyturn/keyturn/mockserver"
)

// Start serves a stand-in on a free loopback port until the test ends.
func Start(tb testing.TB, options mockserver.Options) *Server {
	tb.Helper()
	standIn, err := mockserver.New(tb.Context(), options)
	if err != nil {
		tb.Fatalf("start the stand-in: %v", err)
	}
	listener := httptest.NewServer(standIn)
	tb.Cleanup(listener.Close)
	return &Server{Server: standIn, URL: listener.URL}
}

// Server is a running stand-in.
type Server struct {
	*mockserver.Server
	// URL is its base URL, without a slash at the end.
	URL string
}
