package main

import (
	"errors"
	"fmt"
	"io"
	"log/slog"
	"os"
	"strings"
	"time"

	"github.com/spf13/cobra"

	"github.com/keyturn/keyturn/mockserver"
	"github.com/keyturn/keyturn/mockserver/build"
	"github.com/keyturn/keyturn/mockserver/proxy"
)

// proxySettings are the flags of proxy. Those that serve has too are kept as its own.
type proxySettings struct {
	serveSettings

	providers []string
	upstream  string
	caCert    string
	timeout   time.Duration
	record    string
	fail      bool
}

func newProxy() *cobra.Command {
	s := &proxySettings{}
	cmd := &cobra.Command{
		Use:   "proxy",
		Short: "Stand before a real deployment and compare it with its document",
		Long: `Stands between a client and a real deployment. Requests are passed on and answers come
back as they are; what in either differs from the API's OpenAPI document is counted, by
operation and member, and printed at the end. /__admin/drift shows it while it runs.

Faults work as they do before the stand-in, on the admin plane and by the Prefer header:
a deployment that never fails can be seen to. The journal, the console, namespaces and
clocks are there too. Nothing is authenticated here: callers send the credentials that
the deployment asks for, and they are passed on.

A violation is what the document forbids, or demands and does not get. A member that the
document does not know and does not forbid is only listed. With --fail-on-drift the exit
code is 1 when there was a violation, in an answer or in a request, when the deployment
did not answer, and when nothing was passed on that could be compared.

A request body may have 1 MiB and one of an answer 8 MiB. Above that, and where there is no
answer, callers get a problem document with the header Keyturn-Problem, 413, 502 or 504.

Without --admin-addr the deployment's pages are of the same origin as /__admin: a browser
lets their scripts read the journal and change what they like. With it the plane answers
at that address alone, but for what is open to all, and they cannot.

With --record each exchange is appended to a file as a line of JSON, a second after it
ended. Secrets and tokens are replaced by "[redacted #1a2b3c4d]", where equal secrets have
equal digits. The file can be read by its owner alone all the same. A failure to write is
logged when it happens, and makes the exit code 1.

A deployment may have more than one of the APIs: give --provider for each. What none of
their documents has is passed on too, and listed as an undocumented operation.

Every flag can also be a variable, KEYTURN_UPSTREAM for --upstream, or a key of the
--config file. SIGINT or SIGTERM lets the requests under way finish.`,
		Example: `  keyturn proxy --provider angusgm --upstream https://id.example.com
  keyturn proxy --provider authing-v2,genauth-v3 --upstream https://id.example.com --record drift.jsonl
  keyturn proxy --provider angusgm --upstream https://localhost:8443 --ca-cert ca.pem --fail-on-drift`,
		Args: cobra.NoArgs,
	}
	s.register(cmd)
	cmd.RunE = running(func(cmd *cobra.Command, _ []string) error {
		s.tls.dirAsked = cmd.Flags().Changed("tls-dir") // as for serve
		if err := applyEnvironment(cmd, os.Environ()); err != nil {
			return usage{err}
		}
		if err := applyFile(cmd); err != nil {
			return usage{err}
		}
		return s.run(cmd)
	})
	return cmd
}

func (s *proxySettings) register(cmd *cobra.Command) {
	flags := cmd.Flags()
	flags.SortFlags = false
	flags.Var(&listSetting{target: &s.providers, parse: oneOf(providers()...)}, "provider", "NAME of an API that the deployment has: "+strings.Join(providers(), ", ")+"; repeatable")
	flags.Var(newSetting(&s.upstream, "", "URL", parseUpstream), "upstream", "base URL of the deployment")
	flags.Var(newSetting(&s.caCert, "", "FILE", parseText), "ca-cert", "FILE with certificates in PEM to trust beside the system's")
	flags.Var(newSetting(&s.timeout, 25*time.Second, "DURATION", parsePositive), "timeout", "DURATION to wait for a whole answer of the deployment")
	flags.Var(newSetting(&s.record, "", "FILE", parseText), "record", "FILE to append redacted exchanges to")
	failing := flags.VarPF(newSetting(&s.fail, false, "bool", parseBool), "fail-on-drift", "", "exit with 1 when anything broke the document, or was not answered or compared")
	failing.NoOptDefVal = "true"
	flags.Var(newSetting(&s.addr, defaultAddr, "HOST:PORT", parseAddr), "addr", "HOST:PORT to listen at; port 0 is any free one")
	flags.Var(newSetting(&s.adminAddr, "", "HOST:PORT", parseAddr), "admin-addr", "HOST:PORT for /__admin alone, with the same TLS (default: where all else is)")
	flags.Var(newSetting(&s.readyFile, "", "FILE", parseText), "ready-file", "FILE to write once it listens: JSON with url, admin_url and, with --tls, ca_file")
	s.tls.register(flags)
	flags.Var(newSecret(&s.adminToken, "TOKEN", parseAdminToken), adminTokenFlag, "TOKEN that callers of /__admin have to present")
	flags.Var(&listSetting{target: &s.adminHosts, parse: parseHost}, "admin-host", "further host NAME under which /__admin answers without a token; repeatable")
	flags.Var(newSetting(&s.logFormat, "text", "FORMAT", oneOf(logFormats...)), "log-format", "FORMAT of diagnostics on standard error: text or json")
	flags.Var(newSetting(&s.logLevel, "info", "LEVEL", oneOf(logLevels...)), "log-level", "least LEVEL of diagnostics: debug, info, warn or error")
	flags.Var(newSetting(&s.drain, 5*time.Second, "DURATION", parsePositive), "drain-timeout", "DURATION that requests may go on for after a signal")
	flags.Var(newSetting(new(string), "", "FILE", parseText), configFlag, "YAML FILE with these settings")
	for name, words := range map[string][]string{"provider": providers(), "log-format": logFormats, "log-level": logLevels} {
		_ = cmd.RegisterFlagCompletionFunc(name, cobra.FixedCompletions(words, cobra.ShellCompDirectiveNoFileComp)) // it fails only for a flag that does not exist
	}
}

func parseUpstream(text string) (string, error) { return text, proxy.CheckURL(text) }

// run serves until the context is done, and says then what was different.
func (s *proxySettings) run(cmd *cobra.Command) (err error) {
	if err := removeReady(s.readyFile); err != nil {
		return fmt.Errorf("ready-file: %w", err)
	}
	set, err := s.connect()
	if err != nil {
		return usage{err}
	}
	defer set.Upstream.Close()
	if s.record != "" {
		const private = 0o600
		file, opened := os.OpenFile(s.record, os.O_APPEND|os.O_CREATE|os.O_WRONLY, private)
		if opened != nil {
			return fmt.Errorf("record: %w", opened)
		}
		set.Recorder = proxy.NewRecorder(file, s.logger(cmd))
		defer func() { err = errors.Join(err, set.Recorder.Close(), file.Close()) }()
	}
	if err := s.serve(cmd, set); err != nil {
		return err
	}
	report := set.Drift.Report()
	if err := report.Write(cmd.OutOrStdout()); err != nil {
		return err
	}
	if s.fail {
		return report.Check()
	}
	return nil
}

// connect reads what the deployment is reached with. Nothing is sent yet.
func (s *proxySettings) connect() (*mockserver.Proxy, error) {
	switch {
	case len(s.providers) == 0:
		return nil, errors.New("provider is missing: want --provider NAME, one of " + strings.Join(providers(), ", "))
	case s.upstream == "":
		return nil, errors.New("upstream is missing: want --upstream URL, the base of the deployment")
	}
	trusted, err := trust(s.caCert)
	if err != nil {
		return nil, err
	}
	upstream, err := proxy.NewUpstream(s.upstream, trusted, proxy.Limits{Total: s.timeout})
	if err != nil {
		return nil, err
	}
	return &mockserver.Proxy{Providers: s.providers, Upstream: upstream, Drift: proxy.NewDrift(upstream.URL())}, nil
}

// serve is what serve does, for a server without a world of its own.
func (s *proxySettings) serve(cmd *cobra.Command, set *mockserver.Proxy) error {
	ctx := cmd.Context()
	options := mockserver.Options{
		AdminHosts: append(s.tls.hosts(), s.adminHosts...), AdminToken: s.adminToken, Logger: s.logger(cmd), Proxy: set,
	}
	secure, err := s.tls.open(time.Now(), s.ownHosts()...)
	if err != nil {
		return err
	}
	options.CA = secure.authority
	listen, err := s.openListeners(ctx)
	if err != nil {
		return err
	}
	defer listen.close()
	options.AdminClosed = s.adminToken == "" && !isLoopback(listen.plane().Addr())
	server, err := mockserver.New(ctx, options)
	if err != nil {
		return err
	}
	at := listen.places(secure)
	if s.readyFile != "" {
		if err := writeReady(s.readyFile, at); err != nil {
			return fmt.Errorf("ready-file: %w", err)
		}
		defer os.Remove(s.readyFile) // as for serve
	}
	if err := s.banner(cmd.OutOrStdout(), at, options); err != nil {
		return err
	}
	secure.log(ctx, options.Logger)
	options.Logger.InfoContext(ctx, "listening", slog.String("url", at.URL), slog.String("admin_url", at.AdminURL), slog.String("upstream", set.Upstream.URL()))
	// An answer that is waited for has to have the time to be passed on.
	limits := mockserver.Limits{Drain: s.drain, Write: s.timeout + 5*time.Second}
	return mockserver.ServeAll(ctx, limits, options.Logger, listen.endpoints(secure, server)...)
}

// banner says where everything is.
func (s *proxySettings) banner(w io.Writer, at places, options mockserver.Options) error {
	var b strings.Builder
	fmt.Fprintf(&b, "Keyturn %s stands before %s.\n\n", build.Read().Version, options.Proxy.Upstream.URL())
	fmt.Fprintf(&b, "  base URL  %s\n  admin     %s\n  console   %s/ui/\n  docs      %s/docs/\n  held to   %s\n", at.URL, at.AdminURL, at.AdminURL, at.AdminURL, strings.Join(s.providers, ", "))
	if s.record != "" {
		fmt.Fprintf(&b, "  record    %s\n", s.record)
	}
	at.describe(&b)
	if options.AdminClosed {
		fmt.Fprintf(&b, "\nThe admin plane is closed: other machines can reach it, and it has no token.\nSet --%s or %s to use it.\n", adminTokenFlag, variableOf(adminTokenFlag))
	}
	fmt.Fprintf(&b, "\nHave the client use the base URL in place of the deployment's. What differs from the\ndocument is printed at the end, and shown by\n\n  %s\n", at.curl("curl "+curlToken(options)+at.AdminURL+"/drift"))
	_, err := io.WriteString(w, b.String())
	return err
}
