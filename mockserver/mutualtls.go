package mockserver

import (
	"net/http"

	"github.com/keyturn/keyturn/mockserver/provider"
)

// openToAll answer without a client's certificate, because probes and health checks
// have none.
var openToAll = map[string]bool{"/__admin/health": true, "/__admin/ready": true}

// RequireClientCertificate returns the server behind mutual TLS. A request over a
// connection without a verified certificate is refused with a problem document, but
// for the health and readiness of the admin plane. The handshake is where a
// certificate that does not verify is refused: this knows only whether there is one.
func (s *Server) RequireClientCertificate() http.Handler {
	return http.HandlerFunc(func(w http.ResponseWriter, r *http.Request) {
		if identified(r) || openToAll[r.URL.EscapedPath()] {
			s.ServeHTTP(w, r)
			return
		}
		x := &exchange{server: s, writer: w, id: s.ids.Next(), space: s.Namespace, start: s.Clock().Now(), began: s.options.Clock(), call: provider.Call{HTTP: r}}
		x.provider, x.door = s.router.door(r.URL.Path)
		reply := x.problem(http.StatusForbidden, "no-client-certificate", "A client certificate is required",
			"the connection came without one; /__admin/health and /__admin/ready alone answer then")
		x.send(reply)
	})
}

func identified(r *http.Request) bool { return r.TLS != nil && len(r.TLS.VerifiedChains) > 0 }
