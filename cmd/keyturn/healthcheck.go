package main

import (
	"context"
	"crypto/tls"
	"errors"
	"fmt"
	"net"
	"net/http"
	"net/netip"
	"net/url"
	"os"
	"strings"
	"time"

	"github.com/spf13/cobra"

	"github.com/keyturn/keyturn/mockserver/certs"
)

func newHealthcheck() *cobra.Command {
	var given, caCert string
	timeout := 2 * time.Second
	cmd := &cobra.Command{
		Use:   "healthcheck",
		Short: "Ask a running stand-in whether it is ready",
		Long: `Exits with 0 when the stand-in answers that it is ready, and with 1 when it does
not. It is made for images without a shell or curl.

Without --url it asks where the variables of serve, or the file of KEYTURN_CONFIG, say
that serve listens: on this machine when that is every address, and at 127.0.0.1:7070
when they do not say. Flags of serve it does not see; that it speaks TLS it notices.
The certificate that it is shown there is taken as it is, as is one of an address of
this machine alone, unless --ca-cert says which authority has to have issued it.

KEYTURN_URL, KEYTURN_CA_CERT and KEYTURN_TIMEOUT are about the target of keyturn
conformance run, and mean nothing here.`,
		Example: `  keyturn healthcheck
  HEALTHCHECK CMD ["keyturn", "healthcheck"]                in a Dockerfile`,
		Args: cobra.NoArgs,
	}
	flags := cmd.Flags()
	flags.Var(flagOnly{newSetting(&given, "", "URL", parseURL)}, "url", "base URL of the stand-in")
	flags.Var(flagOnly{newSetting(&caCert, "", "FILE", parseText)}, "ca-cert", "PEM FILE with the authorities to trust (default: the system's)")
	flags.Var(flagOnly{newSetting(&timeout, timeout, "DURATION", parsePositive)}, "timeout", "DURATION to wait for the answer")
	cmd.RunE = running(func(cmd *cobra.Command, _ []string) error {
		environ := os.Environ()
		if err := applyEnvironment(cmd, environ); err != nil {
			return usage{err}
		}
		trust, err := trustFor(given, caCert)
		if err != nil {
			return usage{err}
		}
		ctx, cancel := context.WithTimeout(cmd.Context(), timeout)
		defer cancel()
		if given != "" {
			return checkReady(ctx, given, trust)
		}
		base, err := localURL(cmd.Root(), environ)
		if err != nil {
			return usage{err}
		}
		return checkLocal(ctx, base, trust)
	})
	return cmd
}

// localURL is where the serve of this machine listens, as far as its variables and its
// file tell. Nobody can be asked at an address that stands for all.
func localURL(root *cobra.Command, environ []string) (string, error) {
	serve, _, err := root.Find([]string{"serve"})
	if err != nil {
		return "", err
	}
	if err := applyEnvironment(serve, environ); err != nil {
		return "", err
	}
	if err := applyFile(serve); err != nil {
		return "", err
	}
	value := func(flag string) string { return serve.Flags().Lookup(flag).Value.String() }
	scheme := "http://"
	if value("tls") == "true" || value("tls-cert") != "" {
		scheme = "https://"
	}
	host, port, err := net.SplitHostPort(value("addr"))
	if err != nil {
		return "", err
	}
	if ip, err := netip.ParseAddr(host); host == "" || err == nil && ip.IsUnspecified() {
		host = "127.0.0.1"
	}
	return scheme + net.JoinHostPort(host, port), nil
}

// trustFor is whose certificates are taken at the base that was given, or where serve
// listens when none was. What this machine itself presents is not verified, at none of
// its addresses: the certificate may well be for the names that others use, the file of
// the authority may be out of reach, and nobody else can listen here. Nothing is sent
// that is worth catching, and all that is read is a status.
func trustFor(given, caCert string) (*tls.Config, error) {
	config := &tls.Config{MinVersion: tls.VersionTLS12}
	if caCert != "" {
		pool, err := certs.LoadPool(caCert)
		if err != nil {
			return nil, fmt.Errorf("--ca-cert: %w", err)
		}
		config.RootCAs = pool
		return config, nil
	}
	base, err := url.Parse(given)
	if err != nil {
		return nil, err
	}
	ip, _ := netip.ParseAddr(base.Hostname()) // the zero Addr of a name is no loopback
	config.InsecureSkipVerify = given == "" || base.Hostname() == "localhost" || ip.IsLoopback()
	return config, nil
}

// notReady is an answer that says something else.
type notReady struct {
	url    *url.URL
	status int
}

func (n notReady) Error() string {
	return fmt.Sprintf("not ready: %s answered %d %s", n.url, n.status, http.StatusText(n.status))
}

// checkLocal is checkReady for an address that nobody gave. TLS may have been switched
// on by a flag of serve, which cannot be seen from here; its servers answer 400 to a
// request in the clear.
func checkLocal(ctx context.Context, base string, trust *tls.Config) error {
	err := checkReady(ctx, base, trust)
	answer, is := errors.AsType[notReady](err)
	if host, plain := strings.CutPrefix(base, "http://"); is && plain && answer.status == http.StatusBadRequest {
		return checkReady(ctx, "https://"+host, trust)
	}
	return err
}

// checkReady goes straight to the server: a proxy or a redirection would answer for
// something else.
func checkReady(ctx context.Context, base string, trust *tls.Config) error {
	request, err := http.NewRequestWithContext(ctx, http.MethodGet, strings.TrimRight(base, "/")+"/__admin/ready", nil)
	if err != nil {
		return usage{err}
	}
	response, err := (&http.Transport{DisableKeepAlives: true, TLSClientConfig: trust}).RoundTrip(request)
	if err != nil {
		return fmt.Errorf("not ready: %w", err)
	}
	defer response.Body.Close()
	if response.StatusCode != http.StatusOK {
		return notReady{request.URL, response.StatusCode}
	}
	return nil
}
