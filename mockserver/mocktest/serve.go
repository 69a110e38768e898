package mocktest

import (
	"context"
	"crypto/tls"
	"io"
	"log"
	"net"
	"net/http"
	"net/http/httptest"
	"testing"
	"time"

	"github.com/keyturn/keyturn/mockserver/certs"
)

// serve answers until the test ends, and returns the base URL and how to get there.
func serve(tb testing.TB, handler http.Handler, set settings) (string, *http.Transport, error) {
	tb.Helper()
	var serverTLS, clientTLS *tls.Config
	if set.authority != nil {
		// A bubble of testing/synctest may let years go by.
		certificate, err := set.authority.IssueForLife(certs.Names(append(set.names, memoryHost, "*."+memoryHost)...), time.Now(), nil)
		if err != nil {
			return "", nil, err
		}
		serverTLS = certs.Config(certificate)
		clientTLS = &tls.Config{RootCAs: set.authority.Pool(), MinVersion: tls.VersionTLS12}
	}
	at, err := set.listen(tb.Context())
	if err != nil {
		return "", nil, err
	}
	server := &httptest.Server{
		Listener: at.Listener,
		TLS:      serverTLS,
		// What goes wrong on a connection, its client is told.
		Config: &http.Server{Handler: handler, ReadHeaderTimeout: time.Minute, ErrorLog: log.New(io.Discard, "", 0)},
	}
	transport := &http.Transport{
		DialContext: at.dial, TLSClientConfig: clientTLS, ForceAttemptHTTP2: true, MaxIdleConnsPerHost: 64,
	}
	if serverTLS == nil {
		server.Start()
	} else {
		server.StartTLS()
	}
	tb.Cleanup(func() {
		transport.CloseIdleConnections()
		// A reply that nobody has read would be waited for.
		server.CloseClientConnections()
		server.Close()
	})
	return set.scheme + "://" + at.name, transport, nil
}

// listen takes a free port of the loopback address.
func listen(ctx context.Context) (host, error) {
	listener, err := new(net.ListenConfig).Listen(ctx, "tcp", "127.0.0.1:0")
	if err != nil {
		return host{}, err
	}
	return host{Listener: listener, name: listener.Addr().String()}, nil
}
