package mockserver

import "net/http"

// openToAll answer without a client's certificate, because probes and health checks
// have none.
var openToAll = map[string]bool{"/__admin/health": true, "/__admin/ready": true}

// RequireClientCertificate returns next, the server or what it has for one listener,
// behind mutual TLS. A request over a connection without a verified certificate is refused
// with a problem document, but for the health and readiness of the admin plane. The
// handshake is where a certificate that does not verify is refused: this knows only
// whether there is one.
func (s *Server) RequireClientCertificate(next http.Handler) http.Handler {
	return http.HandlerFunc(func(w http.ResponseWriter, r *http.Request) {
		if identified(r) || openToAll[r.URL.EscapedPath()] {
			next.ServeHTTP(w, r)
			return
		}
		x := s.aside(w, r)
		x.send(x.problem(http.StatusForbidden, "no-client-certificate", "A client certificate is required",
			"the connection came without one; /__admin/health and /__admin/ready alone answer then"))
	})
}

func identified(r *http.Request) bool { return r.TLS != nil && len(r.TLS.VerifiedChains) > 0 }
