package mockserver_test

import (
	"context"
	"crypto/ecdsa"
	"crypto/elliptic"
	"crypto/rand"
	"crypto/tls"
	"crypto/x509"
	"encoding/json"
	"io"
	"log/slog"
	"net"
	"net/http"
	"strings"
	"testing"
	"time"

	"github.com/keyturn/keyturn/mockserver"
	"github.com/keyturn/keyturn/mockserver/certs"
)

// clientCertificate makes a certificate that is its own authority.
func clientCertificate(t *testing.T) tls.Certificate {
	t.Helper()
	key, err := ecdsa.GenerateKey(elliptic.P256(), rand.Reader)
	if err != nil {
		t.Fatal(err)
	}
	template := &x509.Certificate{
		NotBefore: time.Now().Add(-time.Hour), NotAfter: time.Now().Add(time.Hour),
		IsCA: true, BasicConstraintsValid: true, KeyUsage: x509.KeyUsageCertSign | x509.KeyUsageDigitalSignature,
		ExtKeyUsage: []x509.ExtKeyUsage{x509.ExtKeyUsageClientAuth},
	}
	der, err := x509.CreateCertificate(rand.Reader, template, template, key.Public(), key)
	if err != nil {
		t.Fatal(err)
	}
	leaf, err := x509.ParseCertificate(der)
	if err != nil {
		t.Fatal(err)
	}
	return tls.Certificate{Certificate: [][]byte{der}, PrivateKey: key, Leaf: leaf}
}

// serveTLS runs Serve behind TLS until the test ends. It tells which authority to trust.
func serveTLS(t *testing.T, handler http.Handler, change func(*tls.Config)) (base string, roots *x509.CertPool, stop context.CancelFunc, stopped <-chan error) {
	t.Helper()
	return serveTLSWith(t, handler, mockserver.Limits{}, change)
}

// serveTLSWith is serveTLS with these limits.
func serveTLSWith(
	t *testing.T, handler http.Handler, limits mockserver.Limits, change func(*tls.Config),
) (base string, roots *x509.CertPool, stop context.CancelFunc, stopped <-chan error) {
	t.Helper()
	authority, err := certs.New(time.Now(), nil)
	if err != nil {
		t.Fatal(err)
	}
	certificate, err := authority.Issue(certs.Names(), time.Now(), nil)
	if err != nil {
		t.Fatal(err)
	}
	config := certs.Config(certificate)
	change(config)
	listener, err := (&net.ListenConfig{}).Listen(t.Context(), "tcp", "127.0.0.1:0")
	if err != nil {
		t.Fatal(err)
	}
	ctx, cancel := context.WithCancel(t.Context())
	result, ended := make(chan error, 1), make(chan struct{})
	go func() {
		defer close(ended)
		result <- mockserver.Serve(ctx, tls.NewListener(listener, config), handler, limits, slog.New(slog.DiscardHandler))
	}()
	t.Cleanup(func() { cancel(); <-ended })
	return "https://" + listener.Addr().String(), authority.Pool(), cancel, result
}

// clientOf trusts the roots and presents the certificates, whatever the server asks for.
func clientOf(t *testing.T, roots *x509.CertPool, protocols func(*http.Protocols), certificates ...tls.Certificate) *http.Client {
	t.Helper()
	config := &tls.Config{RootCAs: roots, MinVersion: tls.VersionTLS12}
	if len(certificates) > 0 {
		config.GetClientCertificate = func(*tls.CertificateRequestInfo) (*tls.Certificate, error) { return &certificates[0], nil }
	}
	transport := &http.Transport{TLSClientConfig: config, Protocols: new(http.Protocols)}
	protocols(transport.Protocols)
	t.Cleanup(transport.CloseIdleConnections)
	return &http.Client{Transport: transport}
}

func onlyHTTP1(p *http.Protocols) { p.SetHTTP1(true) }
func onlyHTTP2(p *http.Protocols) { p.SetHTTP2(true) }

var httpVersions = map[string]func(*http.Protocols){"HTTP/1.1": onlyHTTP1, "HTTP/2.0": onlyHTTP2}

// TestServeOverTLS speaks both versions of HTTP, and stops without a wait.
func TestServeOverTLS(t *testing.T) {
	base, roots, stop, stopped := serveTLS(t, standIn(t), func(*tls.Config) {})
	for version, protocols := range httpVersions {
		response, err := clientOf(t, roots, protocols).Get(base + "/oidc/.well-known/openid-configuration")
		if err != nil {
			t.Fatalf("%s: %v", version, err)
		}
		body, err := io.ReadAll(response.Body)
		response.Body.Close()
		if err != nil || response.Proto != version || !strings.Contains(string(body), `"issuer":"`+base+`/oidc"`) {
			t.Errorf("%s: got %s, %v, %s", version, response.Proto, err, body)
		}
	}
	old := clientOf(t, roots, onlyHTTP1)
	old.Transport.(*http.Transport).TLSClientConfig.MinVersion = tls.VersionTLS10
	old.Transport.(*http.Transport).TLSClientConfig.MaxVersion = tls.VersionTLS11
	if _, err := old.Get(base + "/__admin/health"); err == nil || !strings.Contains(err.Error(), "protocol version") {
		t.Errorf("TLS 1.1: got %v", err)
	}
	stop()
	select {
	case err := <-stopped:
		if err != nil {
			t.Errorf("got %v", err)
		}
	case <-time.After(patience):
		t.Errorf("it did not stop while nothing was under way")
	}
}

func TestMutualTLS(t *testing.T) {
	t.Parallel()
	server, err := mockserver.New(t.Context(), mockserver.Options{})
	if err != nil {
		t.Fatal(err)
	}
	known, unknown := clientCertificate(t), clientCertificate(t)
	clients := x509.NewCertPool()
	clients.AddCert(known.Leaf)
	base, roots, _, _ := serveTLS(t, server.RequireClientCertificate(server), func(c *tls.Config) { certs.VerifyClients(c, clients) })
	for version, protocols := range httpVersions {
		with := clientOf(t, roots, protocols, known)
		without := clientOf(t, roots, protocols)
		for _, test := range []struct {
			client *http.Client
			path   string
			want   int
		}{
			{with, "/oidc/.well-known/openid-configuration", http.StatusOK},
			{with, "/__admin/version", http.StatusOK},
			{with, "/__admin/health", http.StatusOK},
			{without, "/__admin/health", http.StatusOK},
			{without, "/__admin/ready", http.StatusOK},
			{without, "/oidc/.well-known/openid-configuration", http.StatusForbidden},
			{without, "/__admin/version", http.StatusForbidden},
			{without, "/__admin/docs/", http.StatusForbidden},
			{without, "/__admin/ready/", http.StatusForbidden},
			{without, "/__admin/ready/../version", http.StatusForbidden},
			{without, "/__admin/%72eady", http.StatusForbidden},
			{without, "/nowhere", http.StatusForbidden},
		} {
			response, err := test.client.Get(base + test.path)
			if err != nil {
				t.Fatalf("%s %s: %v", version, test.path, err)
			}
			response.Body.Close()
			if response.StatusCode != test.want {
				t.Errorf("%s %s: got %s, want %d", version, test.path, response.Status, test.want)
			}
		}
		if response, err := clientOf(t, roots, protocols, unknown).Get(base + "/__admin/health"); err == nil {
			t.Errorf("%s: a certificate of an unknown authority got %s", version, response.Status)
		}
	}
}

// TestARequestWithoutACertificateIsTold looks at the refusal and at what is kept of it.
func TestARequestWithoutACertificateIsTold(t *testing.T) {
	t.Parallel()
	server, err := mockserver.New(t.Context(), mockserver.Options{})
	if err != nil {
		t.Fatal(err)
	}
	base, roots, _, _ := serveTLS(t, server.RequireClientCertificate(server), func(c *tls.Config) { certs.VerifyClients(c, x509.NewCertPool()) })
	client := clientOf(t, roots, onlyHTTP1)
	response, err := client.Post(base+"/api/v3/refresh-application-secret", "application/json", strings.NewReader("{}"))
	if err != nil {
		t.Fatal(err)
	}
	defer response.Body.Close()
	var problem struct {
		Title, Detail string
		Status        int
	}
	if err := json.NewDecoder(response.Body).Decode(&problem); err != nil {
		t.Fatal(err)
	}
	if response.StatusCode != http.StatusForbidden || problem.Status != http.StatusForbidden || problem.Title == "" || !strings.Contains(problem.Detail, "/__admin/ready") ||
		response.Header.Get("Content-Type") != "application/problem+json" || response.Header.Get("Keyturn-Problem") != "no-client-certificate" ||
		response.Header.Get("Cache-Control") != "no-store" {
		t.Errorf("got %s %v %+v", response.Status, response.Header, problem)
	}
	if refused, err := client.Get(base + "/__admin/world"); err != nil || refused.Header.Get("Keyturn-Problem") != "no-client-certificate" {
		t.Errorf("got %v, %v", refused, err)
	} else {
		refused.Body.Close()
	}
	page := server.Journal().Snapshot().Entries
	if len(page) != 1 || page[0].Provider != "genauth-v3" || !strings.HasPrefix(page[0].Violation, "no-client-certificate") {
		t.Errorf("the journal holds %+v", page)
	}
}

// TestNoTLSIsNoCertificate has somebody forget the listener.
func TestNoTLSIsNoCertificate(t *testing.T) {
	server, err := mockserver.New(t.Context(), mockserver.Options{})
	if err != nil {
		t.Fatal(err)
	}
	address, _, _ := serve(t, server.RequireClientCertificate(server))
	response, err := http.Get("http://" + address + "/__admin/version")
	if err != nil {
		t.Fatal(err)
	}
	response.Body.Close()
	if response.StatusCode != http.StatusForbidden {
		t.Errorf("got %s", response.Status)
	}
}
