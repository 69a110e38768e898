package mockcontainer

import (
	"context"
	"errors"
	"fmt"
	"io"
	"net/http"
	"path"
	"slices"
	"strings"

	adminclient "github.com/keyturn/keyturn/mockserver/admin/client"
)

// providers are the APIs that the image of this version emulates.
var providers = []string{"angusgm", "authing-v2", "genauth-v3", "identity-service"}

// BaseURL is where this machine reaches the stand-in, without a slash at the end.
func (c *Container) BaseURL(ctx context.Context) (string, error) {
	url, err := c.PortEndpoint(ctx, Port, c.made.scheme())
	if err != nil {
		return "", c.explain(ctx, fmt.Errorf("address of the container: %w", err))
	}
	return url, nil
}

// ProviderURL is what a client of the provider, such as "authing-v2", is given as its
// host. An error names the providers that there are.
func (c *Container) ProviderURL(ctx context.Context, provider string) (string, error) {
	if !slices.Contains(providers, provider) {
		return "", fmt.Errorf("there is no provider %q, want one of %s", provider, strings.Join(providers, ", "))
	}
	return c.BaseURL(ctx)
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

// CA is the certificate of the authority that the stand-in made, in PEM, for clients
// that take it by a file. The error says so when it made none.
func (c *Container) CA(ctx context.Context) ([]byte, error) {
	if c.made[tlsVariable] != "true" {
		return nil, errors.New("the stand-in has no authority of its own: want a container that was run with WithTLS")
	}
	// It comes by way of the engine, which is trusted already.
	file, err := c.CopyFileFromContainer(ctx, path.Join(c.made[tlsDirVariable], "ca.pem"))
	if err != nil {
		return nil, c.explain(ctx, fmt.Errorf("read the authority's certificate: %w", err))
	}
	defer file.Close()
	text, err := io.ReadAll(file)
	if err != nil {
		return nil, fmt.Errorf("read the authority's certificate: %w", err)
	}
	return text, nil
}

// answers tells whether the stand-in is there, whatever became of a request.
func (c *Container) answers(ctx context.Context) bool {
	base, err := c.PortEndpoint(ctx, Port, c.made.scheme())
	if err != nil {
		return false
	}
	request, err := http.NewRequestWithContext(ctx, http.MethodGet, base+"/__admin/health", nil)
	if err != nil {
		return false
	}
	transport := c.newTransport(nil)
	transport.DisableKeepAlives = true
	if transport.TLSClientConfig != nil {
		transport.TLSClientConfig.InsecureSkipVerify = true // whether, not who
	}
	response, err := transport.RoundTrip(request)
	if err != nil {
		return false
	}
	response.Body.Close()
	return true
}
