package main

import (
	"context"
	"fmt"
	"net"
	"net/http"
	"net/netip"
	"os"
	"strings"
	"time"

	"github.com/spf13/cobra"
)

func newHealthcheck() *cobra.Command {
	var url string
	timeout := 2 * time.Second
	cmd := &cobra.Command{
		Use:   "healthcheck",
		Short: "Ask a running stand-in whether it is ready",
		Long: `Exits with 0 when the stand-in answers that it is ready, and with 1 when it does
not. It is made for images without a shell or curl.

Without --url it asks where KEYTURN_ADDR says that serve listens, on this machine when
that is every address, and at 127.0.0.1:7070 when it is not set.`,
		Example: `  keyturn healthcheck
  HEALTHCHECK CMD ["keyturn", "healthcheck"]                in a Dockerfile`,
		Args: cobra.NoArgs,
	}
	flags := cmd.Flags()
	flags.Var(newSetting(&url, "", "URL", parseURL), "url", "base URL of the stand-in")
	flags.Var(newSetting(&timeout, timeout, "DURATION", parsePositive), "timeout", "DURATION to wait for the answer")
	cmd.RunE = running(func(cmd *cobra.Command, _ []string) error {
		environ := os.Environ()
		if err := applyEnvironment(cmd, environ); err != nil {
			return usage{err}
		}
		if url == "" {
			url = localURL(environ)
		}
		ctx, cancel := context.WithTimeout(cmd.Context(), timeout)
		defer cancel()
		return checkReady(ctx, url)
	})
	return cmd
}

// localURL is where the serve of this machine listens, as far as its environment
// tells. Nobody can be asked at an address that stands for all.
func localURL(environ []string) string {
	host, port, err := net.SplitHostPort(lookup(environ, variableOf("addr")))
	if err != nil {
		return "http://" + defaultAddr
	}
	if ip, err := netip.ParseAddr(host); host == "" || err == nil && ip.IsUnspecified() {
		host = "127.0.0.1"
	}
	return "http://" + net.JoinHostPort(host, port)
}

// checkReady goes straight to the server: a proxy or a redirection would answer for
// something else.
func checkReady(ctx context.Context, url string) error {
	request, err := http.NewRequestWithContext(ctx, http.MethodGet, strings.TrimRight(url, "/")+"/__admin/ready", nil)
	if err != nil {
		return usage{err}
	}
	response, err := (&http.Transport{DisableKeepAlives: true}).RoundTrip(request)
	if err != nil {
		return fmt.Errorf("not ready: %w", err)
	}
	defer response.Body.Close()
	if response.StatusCode != http.StatusOK {
		return fmt.Errorf("not ready: %s answered %s", request.URL, response.Status)
	}
	return nil
}
