package pgtest

import (
	"context"
	"os"
	"sync"
	"testing"
)

// Shared is one server for all tests of a package, each of which takes a database of its
// own. It belongs in a variable next to TestMain:
//
//	var server pgtest.Shared
//
//	func TestMain(m *testing.M) { os.Exit(server.Main(m)) }
type Shared struct {
	once   sync.Once
	server *Server
	err    error
}

// Main runs the tests, then stops the server if they used it.
func (s *Shared) Main(m *testing.M) int {
	defer func() {
		if s.server != nil {
			s.server.discard()
		}
	}()
	return m.Run()
}

// Get starts the server when it is the first to ask for it.
func (s *Shared) Get(tb testing.TB) *Server {
	tb.Helper()
	binaries := need(tb)
	s.once.Do(func() {
		var folder string
		if folder, s.err = os.MkdirTemp("", "keyturn-pg-"); s.err != nil {
			return
		}
		s.server = &Server{binaries: binaries, folder: folder, settings: []string{"-c", "max_connections=400"}}
		s.err = s.server.begin(context.Background()) // it outlives the test
	})
	if s.err != nil {
		tb.Fatal(s.err)
	}
	return s.server
}
