package mockserver

import (
	"net"
	"net/http"
	"net/netip"
	"strings"

	"github.com/keyturn/keyturn/mockserver/build"
	"github.com/keyturn/keyturn/mockserver/telemetry"
)

// metricsPath is where Prometheus looks unless it is told, and metricsMedia its text
// format.
const (
	metricsPath  = "/metrics"
	metricsMedia = "text/plain; version=0.0.4; charset=utf-8"
)

// newMetrics counts what the server answers, and looks at the rest when it is asked.
func (s *Server) newMetrics() *telemetry.Metrics {
	info := build.Read()
	return telemetry.NewMetrics(telemetry.Gauges{
		Build:          telemetry.Build{Version: info.Version, Revision: info.Commit},
		Namespaces:     s.spaces.Count,
		JournalEntries: func() int { return s.spaces.JournalSize().Entries },
		JournalBytes:   func() int { return s.spaces.JournalSize().Bytes },
		JournalEvicted: func() uint64 { return s.spaces.JournalSize().Evicted },
		SpansDropped:   s.options.Tracing.Dropped,
	})
}

// serveMetrics is open to everybody, as those who gather figures have no token: it shows
// no secret, no client and no namespace.
func (s *Server) serveMetrics(w http.ResponseWriter, r *http.Request) {
	if r.Method != http.MethodGet && r.Method != http.MethodHead {
		w.Header().Set("Allow", "GET, HEAD")
		w.WriteHeader(http.StatusMethodNotAllowed)
		return
	}
	w.Header().Set("Content-Type", metricsMedia)
	w.Header()["X-Content-Type-Options"] = noSniff
	s.metrics.Write(w)
}

// measure counts the request when its answer is on the way, and ends its span.
func (x *exchange) measure(status int) {
	name, happened := x.providerName(), x.outcome.String()
	if x.outcome != nil && x.outcome.Delivery.Reset {
		status = 0
	}
	took := x.decided
	if x.outcome != nil {
		took = x.took() // a fault may have kept the answer on its way
	}
	x.server.metrics.Observe(telemetry.Request{
		Provider: name, Operation: x.operationID(), Status: status, Took: took, Violation: x.violation, Fault: happened,
	})
	if x.span == nil {
		return
	}
	r := x.call.HTTP
	exchange := telemetry.Exchange{
		Method: knownMethod(r.Method), Host: x.publicHost(), Scheme: "http", Status: status, Provider: name, Operation: x.operationID(),
		Namespace: x.call.Namespace, RequestID: x.id, Violation: x.violation, Fault: happened,
	}
	if r.TLS != nil {
		exchange.Scheme = "https"
	}
	if x.route != nil {
		// What stands in a path need not be what belongs there.
		exchange.Route, exchange.Path = x.route.operation.Path, x.route.operation.Path
	}
	x.span.End(&exchange)
}

// The log and the spans are no place for what a caller sends: a secret can stand where a
// method, a path or a host belongs. The journal, which shows all of it, redacts.

// knownMethod is the method of RFC 9110 or RFC 5789, or a word for any other.
func knownMethod(method string) string {
	switch method {
	case http.MethodGet, http.MethodHead, http.MethodPost, http.MethodPut, http.MethodPatch, http.MethodDelete,
		http.MethodOptions, http.MethodTrace, http.MethodConnect:
		return method
	}
	return "_OTHER"
}

// publicHost is the host of the request where it says no more than the operator does.
func (x *exchange) publicHost() string {
	host := x.call.HTTP.Host
	name, _, err := net.SplitHostPort(host)
	if err != nil {
		name = host
	}
	if _, err := netip.ParseAddr(name); err == nil || strings.EqualFold(name, "localhost") || x.server.isOwnHost(name) {
		return host
	}
	return ""
}
