package mockserver

import (
	"net/http"

	"github.com/keyturn/keyturn/mockserver/admin"
	"github.com/keyturn/keyturn/mockserver/client"
	"github.com/keyturn/keyturn/mockserver/console"
	"github.com/keyturn/keyturn/mockserver/namespace"
	"github.com/keyturn/keyturn/mockserver/provider"
)

// page answers what is a page or a figure and no operation, and reports whether it was
// that. failure is why the request has no namespace, which the console says in its own
// way.
func (s *Server) page(w http.ResponseWriter, chosen selection, failure *client.Error) bool {
	switch path := chosen.request.URL.Path; {
	case console.Serves(path):
		ctx, stop := untilEnding(chosen.original.Context())
		defer stop()
		s.console.ServeHTTP(w, chosen.original.WithContext(ctx))
	case failure != nil:
		return false
	case admin.ServesDocs(path):
		s.docs.ServeHTTP(w, chosen.request)
	case path == metricsPath:
		s.serveMetrics(w, chosen.request)
	default:
		return false
	}
	return true
}

func (s *Server) newConsole(guard admin.Guard, emulated []provider.Provider, key []byte) http.Handler {
	options := console.Options{Control: s, Guard: guard, Key: key, System: s.options.Clock, Logger: s.logger, Enter: s.enter}
	for _, p := range emulated {
		options.Providers = append(options.Providers, console.Provider{Name: p.Name, Realm: p.Realm.Name})
	}
	return console.New(options)
}

func (s *Server) enter(r *http.Request) (chosen *namespace.Namespace, prefix string, err error) {
	selected, failure := s.choose(r)
	if failure != nil {
		return nil, selected.prefix, failure
	}
	return selected.space, selected.prefix, nil
}
