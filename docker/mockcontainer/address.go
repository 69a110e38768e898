package mockcontainer

import (
	"context"
	"crypto/tls"
	"crypto/x509"
	"errors"
	"fmt"
	"io"
	"net/http"
	"path"
	"slices"
	"strings"

	adminclient "github.com/keyturn/keyturn/mockserver/admin/client"
)

// BaseURL is where this machine reaches the stand-in, without a slash at the end.
func (c *Container) BaseURL(ctx context.Context) (string, error) {
	url, err := c.PortEndpoint(ctx, Port, c.made.scheme())
	if err != nil {
		return "", c.explain(ctx, fmt.Errorf("address of the container: %w", err))
	}
	return url, nil
}

// ProviderURL is what a client of the provider, such as "authing-v2", is given as its
// host. An error names the providers that this image has.
func (c *Container) ProviderURL(ctx context.Context, provider string) (string, error) {
	base, err := c.BaseURL(ctx)
	if err != nil {
		return "", err
	}
	admin, err := c.Admin(ctx)
	if err != nil {
		return "", err
	}
	there, err := admin.Providers(ctx)
	if err != nil {
		return "", err
	}
	if !slices.Contains(there, provider) {
		return "", fmt.Errorf("there is no provider %q, want one of %s", provider, strings.Join(there, ", "))
	}
	return base, nil
}

// Admin is a client of the admin plane that holds its token.
func (c *Container) Admin(ctx context.Context) (*adminclient.Client, error) {
	base, err := c.BaseURL(ctx)
	if err != nil {
		return nil, err
	}
	client, err := c.HTTPClient(ctx)
	if err != nil {
		return nil, err
	}
	return adminclient.New(base, adminclient.Options{Token: c.made[tokenVariable], HTTP: client}), nil
}

// HTTPClient goes straight to the stand-in and trusts its certificate. When the
// container has ended, its errors say so and wrap an [ExitedError].
func (c *Container) HTTPClient(context.Context) (*http.Client, error) { return c.client() }

// CA is the certificate of the authority that the stand-in made, in PEM, for clients
// that take it by a file. The error says so when it made none.
func (c *Container) CA(ctx context.Context) ([]byte, error) {
	if c.made[tlsVariable] != "true" {
		return nil, errors.New("the stand-in has no authority of its own: want a container that was run with WithTLS")
	}
	// It comes by way of the engine, which is trusted already.
	file, err := c.CopyFileFromContainer(ctx, path.Join(c.made[tlsDirVariable], "ca.pem"))
	if err != nil {
		return nil, fmt.Errorf("read the authority's certificate: %w", err)
	}
	defer file.Close()
	text, err := io.ReadAll(file)
	if err != nil {
		return nil, fmt.Errorf("read the authority's certificate: %w", err)
	}
	return text, nil
}

func (c *Container) newHTTPClient(ctx context.Context) (*http.Client, error) {
	// A proxy of the environment does not know the engine's ports.
	transport := &http.Transport{ForceAttemptHTTP2: true}
	if c.made[tlsVariable] == "true" {
		text, err := c.CA(ctx)
		if err != nil {
			return nil, err
		}
		trusted := x509.NewCertPool()
		if !trusted.AppendCertsFromPEM(text) {
			return nil, errors.New("the authority's certificate is not PEM")
		}
		transport.TLSClientConfig = &tls.Config{RootCAs: trusted, MinVersion: tls.VersionTLS12}
	}
	return &http.Client{Transport: explaining{transport, c}}, nil
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
	return response, nil
}
