package main

import (
	"context"
	"crypto/tls"
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
	var base, caFile string
	timeout := 2 * time.Second
	cmd := &cobra.Command{
		Use:   "healthcheck",
		Short: "Ask a running stand-in whether it is ready",
		Long: `Exits with 0 when the stand-in answers that it is ready, and with 1 when it does
not. It is made for images without a shell or curl.

Without --url it asks where KEYTURN_ADDR says that serve listens, on this machine when
that is every address, and at 127.0.0.1:7070 when it is not set; by HTTPS when KEYTURN_TLS
or KEYTURN_TLS_CERT says that serve speaks it. A certificate of this machine is taken as it
is, unless --ca-file says which authority has to have issued it.`,
		Example: `  keyturn healthcheck
  HEALTHCHECK CMD ["keyturn", "healthcheck"]                in a Dockerfile`,
		Args: cobra.NoArgs,
	}
	flags := cmd.Flags()
	flags.Var(newSetting(&base, "", "URL", parseURL), "url", "base URL of the stand-in")
	flags.Var(newSetting(&caFile, "", "FILE", parseText), "ca-file", "PEM FILE with the authorities to trust (default: the system's)")
	flags.Var(newSetting(&timeout, timeout, "DURATION", parsePositive), "timeout", "DURATION to wait for the answer")
	cmd.RunE = running(func(cmd *cobra.Command, _ []string) error {
		environ := os.Environ()
		if err := applyEnvironment(cmd, environ); err != nil {
			return usage{err}
		}
		if base == "" {
			base = localURL(environ)
		}
		trust, err := trustFor(base, caFile)
		if err != nil {
			return usage{err}
		}
		ctx, cancel := context.WithTimeout(cmd.Context(), timeout)
		defer cancel()
		return checkReady(ctx, base, trust)
	})
	return cmd
}

// localURL is where the serve of this machine listens, as far as its environment
// tells. Nobody can be asked at an address that stands for all.
func localURL(environ []string) string {
	scheme := "http://"
	if lookup(environ, variableOf("tls")) == "true" || lookup(environ, variableOf("tls-cert")) != "" {
		scheme = "https://"
	}
	host, port, err := net.SplitHostPort(lookup(environ, variableOf("addr")))
	if err != nil {
		return scheme + defaultAddr
	}
	if ip, err := netip.ParseAddr(host); host == "" || err == nil && ip.IsUnspecified() {
		host = "127.0.0.1"
	}
	return scheme + net.JoinHostPort(host, port)
}

// trustFor is whose certificates are taken. What this machine itself presents is not
// verified: the certificate may well be for the names that others use, the file of the
// authority may be out of reach, and nobody else can listen here. Nothing is sent that
// is worth catching, and all that is read is a status.
func trustFor(base, caFile string) (*tls.Config, error) {
	config := &tls.Config{MinVersion: tls.VersionTLS12}
	if caFile != "" {
		pool, err := certs.LoadPool(caFile)
		if err != nil {
			return nil, fmt.Errorf("ca-file: %w", err)
		}
		config.RootCAs = pool
		return config, nil
	}
	if u, err := url.Parse(base); err == nil {
		config.InsecureSkipVerify = isLoopback(net.JoinHostPort(u.Hostname(), ""))
	}
	return config, nil
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
		return fmt.Errorf("not ready: %s answered %s", request.URL, response.Status)
	}
	return nil
}
