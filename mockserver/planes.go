package mockserver

import (
	"net/http"
	"strings"

	"github.com/keyturn/keyturn/mockserver/contract"
	"github.com/keyturn/keyturn/mockserver/provider"
	"github.com/keyturn/keyturn/specs"
)

// planePrefix is what the admin plane is under, once the namespace is chosen.
const planePrefix = "/__admin"

// wrongListener is the kind of the problem that says so.
const wrongListener = "wrong-listener"

// Emulated returns the server for a listener at which the admin plane is not to be had:
// the emulated APIs, the metrics, and of the plane the operations whose access is open, as
// probes and new clients need them there. The rest of the plane, its pages included, is a
// 404 problem, which does not tell a stranger where it is. For that there is Plane.
func (s *Server) Emulated() http.Handler {
	return http.HandlerFunc(func(w http.ResponseWriter, r *http.Request) {
		if asked := pastChoice(r); isPlane(asked) && !s.isOpen(asked) {
			x := s.aside(w, asked)
			x.send(x.problem(http.StatusNotFound, wrongListener, "The admin plane does not answer here",
				"this listener has of it only what is open to all, such as GET /__admin/health and /__admin/specs; "+
					"the rest is at the address that the server was given by --admin-addr or KEYTURN_ADMIN_ADDR"))
			return
		}
		s.ServeHTTP(w, r)
	})
}

// Plane returns the server for a listener of the admin plane's own: the plane, in any
// namespace, and the metrics. Anything else is a 404 problem, and in no journal, because no
// emulated API was asked.
func (s *Server) Plane() http.Handler {
	return http.HandlerFunc(func(w http.ResponseWriter, r *http.Request) {
		if asked := pastChoice(r); !isPlane(asked) && asked.URL.Path != metricsPath {
			x := s.aside(w, asked)
			x.nowhere = true
			x.send(x.problem(http.StatusNotFound, wrongListener, "Only the admin plane answers here",
				"this listener has /__admin and /metrics; the emulated APIs are at the address that the server was given by --addr or KEYTURN_ADDR"))
			return
		}
		s.ServeHTTP(w, r)
	})
}

// pastChoice is the request without what of its path chooses a namespace, as the pipeline
// will see it.
func pastChoice(r *http.Request) *http.Request {
	if strings.HasPrefix(r.URL.Path, namespacePath) {
		_, _, r = withoutPrefix(r)
	}
	return r
}

// isPlane goes by the path that is left when escapes are undone, as pages do. Operations go
// by the escaped one, which begins like this only where the other does too.
func isPlane(r *http.Request) bool { return behind(r.URL.Path, planePrefix) }

// isOpen reports whether the request is for an operation of the plane that everybody may use.
func (s *Server) isOpen(r *http.Request) bool {
	route, _, failure := s.router.match(r)
	return failure == nil && route.provider.Name == specs.Admin && route.operation.Access == contract.Open
}

// aside is the exchange of a request that is refused before it is anybody's. It chooses no
// namespace, so that it keeps none in use.
func (s *Server) aside(w http.ResponseWriter, r *http.Request) *exchange {
	x := &exchange{
		server: s, writer: w, id: s.ids.Next(), space: s.Namespace, start: s.Clock().Now(), began: s.options.Clock(),
		call: provider.Call{HTTP: r},
	}
	x.provider, x.door = s.router.door(r.URL.Path)
	return x
}
