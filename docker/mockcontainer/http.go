package mockcontainer

import (
	"context"
	"crypto/tls"
	"crypto/x509"
	"errors"
	"io"
	"net/http"
)

// HTTPClient goes straight to the stand-in. It trusts the authority that the stand-in
// made, or what WithClientTLS says. When the container has ended, its errors say so and
// wrap an [ExitedError].
func (c *Container) HTTPClient(ctx context.Context) (*http.Client, error) {
	c.mu.Lock()
	defer c.mu.Unlock()
	if c.client != nil {
		return c.client, nil
	}
	trusted, err := c.trusted(ctx)
	if err != nil {
		return nil, err
	}
	c.client = &http.Client{Transport: explaining{c.newTransport(trusted), c}}
	return c.client, nil
}

// trusted is the stand-in's own authority, nil where there is none or the test brings
// what it trusts.
func (c *Container) trusted(ctx context.Context) (*x509.CertPool, error) {
	if c.made[tlsVariable] != "true" || c.clientTLS != nil && c.clientTLS.RootCAs != nil {
		return nil, nil //nolint:nilnil // no pool is what a configuration has by default
	}
	text, err := c.CA(ctx)
	if err != nil {
		return nil, err
	}
	pool := x509.NewCertPool()
	if !pool.AppendCertsFromPEM(text) {
		return nil, errors.New("the authority's certificate is not PEM")
	}
	return pool, nil
}

// newTransport uses no proxy: one of the environment does not know the engine's ports.
func (c *Container) newTransport(trusted *x509.CertPool) *http.Transport {
	transport := &http.Transport{ForceAttemptHTTP2: true}
	if c.made.scheme() != "https" {
		return transport
	}
	transport.TLSClientConfig = &tls.Config{MinVersion: tls.VersionTLS12}
	if c.clientTLS != nil {
		transport.TLSClientConfig = c.clientTLS.Clone()
	}
	if trusted != nil {
		transport.TLSClientConfig.RootCAs = trusted
	}
	return transport
}

// explaining says of a request that failed whether the container is still there.
type explaining struct {
	*http.Transport

	container *Container
}

// RoundTrip implements http.RoundTripper.
func (e explaining) RoundTrip(request *http.Request) (*http.Response, error) {
	response, err := e.Transport.RoundTrip(request)
	if err != nil {
		return nil, e.container.explain(request.Context(), err)
	}
	response.Body = explainingBody{response.Body, request.Context(), e.container}
	return response, nil
}

// explainingBody does the same for a reply that breaks off.
type explainingBody struct {
	io.ReadCloser

	ctx       context.Context //nolint:containedctx // the request's own, as long as its reply
	container *Container
}

// Read implements io.Reader.
func (b explainingBody) Read(p []byte) (int, error) {
	n, err := b.ReadCloser.Read(p)
	if err != nil && err != io.EOF { //nolint:errorlint // a reader's end is this value
		err = b.container.explain(b.ctx, err)
	}
	return n, err
}
