package client

import (
	"context"
	"encoding/json"
	"encoding/pem"
	"errors"
	"fmt"
	"net/http"
	"net/url"
	"strings"
)

// Options configure a Client. The zero value is for a plane without a token.
type Options struct {
	// Token is what the stand-in was given as --admin-plane-token. Empty sends none.
	Token string
	// HTTP sends the requests. Without it the Client has one of its own, which keeps no
	// connections, trusts the authorities of the machine, uses no proxy and follows no
	// redirection.
	HTTP *http.Client
}

// Client asks one stand-in. It is safe for concurrent use and needs no closing.
//
// What the plane refuses is a *Problem, and a verification that does not pass a
// *VerificationError. Every other error begins with the method and what was asked. No
// error holds the token.
type Client struct {
	base *url.URL
	// baseErr is why there is no base.
	baseErr error
	token   string
	// namespace is empty for the choice of the server: the default one, or that of the
	// base URL.
	namespace string
	http      *http.Client
	// maxReply bounds the bytes of one reply.
	maxReply int64
}

// New returns a client of the stand-in at the base URL, such as http://127.0.0.1:7070.
// Nothing is sent yet, and a URL that cannot be one is an error of every method.
func New(baseURL string, options Options) *Client {
	c := &Client{token: options.Token, http: options.HTTP, maxReply: 128 << 20}
	c.base, c.baseErr = parseBase(baseURL)
	if c.http == nil {
		c.http = &http.Client{
			Transport:     &http.Transport{DisableKeepAlives: true, ForceAttemptHTTP2: true},
			CheckRedirect: func(*http.Request, []*http.Request) error { return http.ErrUseLastResponse },
		}
	}
	return c
}

// Namespace returns a client that asks the same server in the same way, and acts on the
// namespace of this name; an empty name is the server's choice. Nothing is sent yet:
// CreateNamespace makes one. What concerns the whole server, such as Health, Settings
// and Namespaces, is the same for all of them.
func (c *Client) Namespace(name string) *Client {
	chosen := *c
	chosen.namespace = name
	return &chosen
}

// parseBase shows nothing of what it cannot read, as a password may be in it.
func parseBase(text string) (*url.URL, error) {
	base, err := url.Parse(strings.TrimRight(text, "/"))
	if err != nil {
		return nil, errors.New("admin plane: the base URL cannot be read, want one such as http://127.0.0.1:7070")
	}
	if base.Scheme != "http" && base.Scheme != "https" || base.Hostname() == "" || base.RawQuery != "" || base.Fragment != "" {
		return nil, fmt.Errorf("admin plane: base URL %s: want http or https, a host and no query", shown(base))
	}
	return base, nil
}

// shown is the address without what may be secret in it.
func shown(u *url.URL) string {
	return (&url.URL{Scheme: u.Scheme, Host: u.Host, Path: u.Path, RawPath: u.RawPath}).String()
}

// Health reports whether the process is alive: nil means that it is.
func (c *Client) Health(ctx context.Context) error { return c.status(ctx, "health", "ok") }

// Ready reports whether the emulated APIs can be used: nil means that they can.
func (c *Client) Ready(ctx context.Context) error { return c.status(ctx, "ready", "ready") }

func (c *Client) status(ctx context.Context, path, want string) error {
	return c.do(ctx, call{method: http.MethodGet, path: path, whole: true, receive: func(text []byte) error {
		var reply struct {
			Status string `json:"status"`
		}
		if err := json.Unmarshal(text, &reply); err != nil {
			return err
		}
		if reply.Status != want {
			return fmt.Errorf("status is %q, want %q", reply.Status, want)
		}
		return nil
	}})
}

// Version is which Keyturn answers.
type Version struct {
	// Version is "devel" for a binary that was built from a working tree.
	Version string `json:"version"`
	// Commit is empty when the build was not told.
	Commit string `json:"commit"`
	// Go is the version of the language that it was built with.
	Go string `json:"go"`
}

// Version tells which Keyturn answers.
func (c *Client) Version(ctx context.Context) (Version, error) {
	var version Version
	err := c.do(ctx, call{method: http.MethodGet, path: "version", whole: true, receive: into(&version)})
	return version, err
}

// CA returns the certificate of the server's own authority as PEM. The plane refuses
// with 404 when the server has none.
func (c *Client) CA(ctx context.Context) ([]byte, error) {
	var certificate []byte
	err := c.do(ctx, call{method: http.MethodGet, path: "ca.pem", whole: true, receive: func(text []byte) error {
		if block, _ := pem.Decode(text); block == nil || block.Type != "CERTIFICATE" {
			return errors.New("want a certificate as PEM")
		}
		certificate = text
		return nil
	}})
	return certificate, err
}

// adminDocument is the name of the plane's own document.
const adminDocument = "admin"

// Specs lists the names of the OpenAPI documents that the stand-in has, its own
// admin plane's among them.
func (c *Client) Specs(ctx context.Context) ([]string, error) {
	var reply struct {
		Documents []struct {
			Name string `json:"name"`
		} `json:"documents"`
	}
	if err := c.do(ctx, call{method: http.MethodGet, path: "specs", whole: true, receive: into(&reply)}); err != nil {
		return nil, err
	}
	names := make([]string, len(reply.Documents))
	for i, document := range reply.Documents {
		names[i] = document.Name
	}
	return names, nil
}

// Providers lists the emulated APIs, such as "authing-v2".
func (c *Client) Providers(ctx context.Context) ([]string, error) {
	names, err := c.Specs(ctx)
	if err != nil {
		return nil, err
	}
	providers := names[:0]
	for _, name := range names {
		if name != adminDocument {
			providers = append(providers, name)
		}
	}
	return providers, nil
}
