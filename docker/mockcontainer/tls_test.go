package mockcontainer_test

import (
	"bytes"
	"context"
	"crypto/tls"
	"crypto/x509"
	"encoding/pem"
	"errors"
	"net/http"
	"slices"
	"strings"
	"testing"
	"time"

	"github.com/testcontainers/testcontainers-go"
	"github.com/testcontainers/testcontainers-go/network"

	"github.com/keyturn/keyturn/docker/mockcontainer"
	"github.com/keyturn/keyturn/mockserver/certs"
)

// TestTLS demands a certificate that holds for every name by which tests and other
// containers reach the stand-in, and for nobody who does not know its authority.
func TestTLS(t *testing.T) {
	t.Parallel()
	ctx := t.Context()
	net, err := network.New(ctx)
	testcontainers.CleanupNetwork(t, net)
	if err != nil {
		t.Fatal(err)
	}
	c := run(t, network.WithNetwork([]string{"id-provider"}, net), mockcontainer.WithTLS("id.staging.example.com"))
	app := applicationOf(t, c)
	if !strings.HasPrefix(app.base, "https://") || !strings.HasPrefix(app.issuer(), app.base) {
		t.Errorf("base URL %s, issuer %s, want both https", app.base, app.issuer())
	}
	if fresh := app.rotate(); !app.takes(fresh) {
		t.Error("the new secret is refused")
	}
	response, err := http.Get(app.base + "/__admin/ready")
	if err == nil {
		response.Body.Close()
	}
	if unknown := (x509.UnknownAuthorityError{}); !errors.As(err, &unknown) {
		t.Errorf("for a client that does not know the authority: %v", err)
	}

	authority, err := c.CA(ctx)
	if err != nil {
		t.Fatal(err)
	}
	block, _ := pem.Decode(authority)
	if block == nil {
		t.Fatalf("the authority is %q, want PEM", authority)
	}
	client, err := c.HTTPClient(ctx)
	if err != nil {
		t.Fatal(err)
	}
	response, err = client.Get(app.base + "/__admin/ready")
	if err != nil {
		t.Fatal(err)
	}
	response.Body.Close()
	leaf := response.TLS.PeerCertificates[0]
	for _, name := range []string{"localhost", "id-provider", "id.staging.example.com", "127.0.0.1"} {
		if leaf.VerifyHostname(name) != nil {
			t.Errorf("the certificate does not hold for %s, only for %v and %v", name, leaf.DNSNames, leaf.IPAddresses)
		}
	}
	if !slices.Contains([]uint16{tls.VersionTLS12, tls.VersionTLS13}, response.TLS.Version) || response.ProtoMajor != 2 {
		t.Errorf("TLS version %x, HTTP/%d", response.TLS.Version, response.ProtoMajor)
	}
}

// TestOwnCertificate brings a certificate, and tells the client whom to trust.
func TestOwnCertificate(t *testing.T) {
	t.Parallel()
	authority, err := certs.New(time.Now(), nil)
	if err != nil {
		t.Fatal(err)
	}
	certificate, err := authority.Issue([]string{"127.0.0.1", "localhost"}, time.Now(), nil)
	if err != nil {
		t.Fatal(err)
	}
	key, err := x509.MarshalPKCS8PrivateKey(certificate.PrivateKey)
	if err != nil {
		t.Fatal(err)
	}
	inside := func(name, kind string, der []byte) testcontainers.ContainerFile {
		text := pem.EncodeToMemory(&pem.Block{Type: kind, Bytes: der})
		return testcontainers.ContainerFile{Reader: bytes.NewReader(text), ContainerFilePath: name, FileMode: 0o444}
	}
	c := run(t,
		testcontainers.WithFiles(inside("/cert.pem", "CERTIFICATE", certificate.Certificate[0]), inside("/key.pem", "PRIVATE KEY", key)),
		testcontainers.WithEnv(map[string]string{"KEYTURN_TLS_CERT": "/cert.pem", "KEYTURN_TLS_KEY": "/key.pem"}),
		mockcontainer.WithClientTLS(&tls.Config{RootCAs: authority.Pool(), MinVersion: tls.VersionTLS12}))
	admin, err := c.Admin(t.Context())
	if err != nil {
		t.Fatal(err)
	}
	if err := admin.Reset(t.Context()); err != nil {
		t.Error(err)
	}
}

// TestTrustIsAskedForAgain demands that one failure to read the authority is not
// remembered for good.
func TestTrustIsAskedForAgain(t *testing.T) {
	t.Parallel()
	c := run(t, mockcontainer.WithTLS())
	over, cancel := context.WithCancel(t.Context())
	cancel()
	if _, err := c.HTTPClient(over); !errors.Is(err, context.Canceled) {
		t.Errorf("with a context that is over: %v", err)
	}
	client, err := c.HTTPClient(t.Context())
	if err != nil {
		t.Fatal(err)
	}
	if again, err := c.HTTPClient(t.Context()); err != nil || again != client {
		t.Errorf("asked again it is %v, %v, want the same client", again, err)
	}
}
