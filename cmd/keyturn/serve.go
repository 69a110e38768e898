package main

import (
	"fmt"
	"log/slog"
	"net"
	"os"
	"runtime/debug"
	"time"

	"github.com/spf13/cobra"

	"github.com/keyturn/keyturn/mockserver"
	"github.com/keyturn/keyturn/mockserver/telemetry"
)

const defaultAddr = "127.0.0.1:7070"

var (
	logFormats = []string{"text", "json"}
	logLevels  = []string{"debug", "info", "warn", "error"}
)

// serveSettings are the flags of serve.
type serveSettings struct {
	addr       string
	adminAddr  string
	adminToken string
	readyFile  string
	world      string
	state      string
	publicURL  string
	adminHosts []string
	logFormat  string
	logLevel   string
	drain      time.Duration
	validation string
	defects    []string
	tls        tlsSettings
	bounds     boundSettings
}

func newServe() *cobra.Command {
	s := &serveSettings{}
	cmd := &cobra.Command{
		Use:   "serve",
		Short: "Start the stand-in",
		Long: `Starts the stand-in and prints, for each API, a request that works as it stands.

Every flag can also be a variable, KEYTURN_ADDR for --addr and KEYTURN_LOG_LEVEL for
--log-level, or a key of the --config file, addr and log-level. A flag comes before
a variable, a variable before the file.

Where other machines can reach it, /__admin answers whoever presents its token. Without
one it is closed there: only health, readiness, version, the certificate of the server's
authority and the documents are open to all. Other users of this machine can read a flag
and not a variable. With --admin-addr it answers at that address alone, but for what is
open to all, and it is that address which other machines can reach or not.

With --tls it speaks HTTPS, with a certificate issued by an authority of its own. Clients
have to be told of the authority, whose certificate is at ca.pem in --tls-dir and at
/__admin/ca.pem: curl --cacert, NODE_EXTRA_CA_CERTS. It is kept from start to start. With
--tls-client-ca clients have to present a certificate too, but for health and readiness.

A world is a YAML or JSON file. Of a folder it is every *.yaml, *.yml and *.json directly
in it, each realm in one of them; an empty folder is the default world.

With --state file:PATH everything but the journal is there again after a restart, and after
a crash whatever was acknowledged. With --state postgres://… the servers of one database are
one: a rotation that one acknowledges is in force at all. What is kept comes before --world.
A URL with a password belongs into the variable KEYTURN_STATE, which others cannot read.

SIGINT or SIGTERM lets the requests under way finish; a second one does not wait.

A defect makes the stand-in break one promise on purpose, to show that what should notice
does; keyturn conformance list --defects has them all.

Numbers for Prometheus are at /metrics. With OTEL_EXPORTER_OTLP_ENDPOINT, or another of the
OTEL_ variables for traces, each request is a span; without, nothing is sent anywhere.

To measure what the checks against the documents cost, there is --validation off.
Nothing else is a reason to use it.`,
		Example: `  keyturn serve
  keyturn serve --world my-world.yaml --log-level debug
  keyturn serve --defect old-secret-lives-3s                   see your test fail for once
  keyturn serve --addr 127.0.0.1:0 --ready-file ready.json     any free port, for scripts
  keyturn serve --state file:keyturn.db                        the same clients after a restart
  keyturn serve --tls --tls-name keyturn.test                  HTTPS, for a further name
  KEYTURN_ADMIN_PLANE_TOKEN=… keyturn serve --addr :7070       for other machines too`,
		Args: cobra.NoArgs,
	}
	s.register(cmd)
	cmd.RunE = running(func(cmd *cobra.Command, _ []string) error {
		s.tls.dirAsked = cmd.Flags().Changed("tls-dir") // a variable and the file change it too
		if err := applyEnvironment(cmd, os.Environ()); err != nil {
			return usage{err}
		}
		if err := applyFile(cmd); err != nil {
			return usage{err}
		}
		if _, set := os.LookupEnv("GOGC"); !set {
			collectSeldom(debug.SetGCPercent)
		}
		return s.run(cmd)
	})
	return cmd
}

func (s *serveSettings) register(cmd *cobra.Command) {
	flags := cmd.Flags()
	flags.SortFlags = false
	flags.Var(newSetting(&s.addr, defaultAddr, "HOST:PORT", parseAddr), "addr", "HOST:PORT to listen at; port 0 is any free one")
	flags.Var(newSetting(&s.adminAddr, "", "HOST:PORT", parseAddr), "admin-addr", "HOST:PORT for /__admin alone, with the same TLS (default: where all else is)")
	flags.Var(newSetting(&s.readyFile, "", "FILE", parseText), "ready-file", "FILE to write once it listens: JSON with url, admin_url and, with --tls, ca_file")
	flags.Var(newSetting(&s.world, "", "FILE|DIR", parseText), "world", "FILE with what exists at the start, or DIR of such files (default: the documents' examples)")
	flags.Var(newSecret(&s.state, "memory|file:PATH|postgres://…", parseState), "state", "where clients and namespaces are kept: memory, one file, or a PostgreSQL that several servers share (default memory)")
	flags.Var(newSetting(&s.publicURL, "", "URL", parseURL), "public-url", "base URL of addresses in replies (default: as the caller wrote it)")
	s.tls.register(flags)
	flags.Var(newSecret(&s.adminToken, "TOKEN", parseAdminToken), adminTokenFlag, "TOKEN that callers of /__admin have to present")
	flags.Var(&listSetting{target: &s.adminHosts, parse: parseHost}, "admin-host", "further host NAME under which /__admin answers without a token; repeatable")
	s.bounds.register(flags)
	flags.Var(&listSetting{target: &s.defects, parse: parseDefect}, "defect", "ID of a deliberate misbehaviour, or of a set of them, to switch on; repeatable")
	flags.Var(newSetting(&s.logFormat, "text", "FORMAT", oneOf(logFormats...)), "log-format", "FORMAT of diagnostics on standard error: text or json")
	flags.Var(newSetting(&s.logLevel, "info", "LEVEL", oneOf(logLevels...)), "log-level", "least LEVEL of diagnostics: debug, info, warn or error")
	flags.Var(newSetting(&s.drain, 5*time.Second, "DURATION", parsePositive), "drain-timeout", "DURATION that requests may go on for after a signal")
	flags.Var(newSetting(&s.validation, "on", "WORD", oneOf("on", "off")), "validation", "on or off")
	_ = flags.MarkHidden("validation") // it fails only for a flag that does not exist
	flags.Var(newSetting(new(string), "", "FILE", parseText), configFlag, "YAML FILE with these settings")
	for name, words := range map[string][]string{"log-format": logFormats, "log-level": logLevels} {
		_ = cmd.RegisterFlagCompletionFunc(name, cobra.FixedCompletions(words, cobra.ShellCompDirectiveNoFileComp)) // as MarkHidden
	}
}

func (s *serveSettings) run(cmd *cobra.Command) error {
	ctx := cmd.Context()
	if err := removeReady(s.readyFile); err != nil {
		return fmt.Errorf("ready-file: %w", err)
	}
	options, err := s.options(cmd)
	if err != nil {
		return usage{err}
	}
	secure, err := s.tls.open(time.Now(), s.ownHosts()...)
	if err != nil {
		return err
	}
	options.CA = secure.authority
	if options.Tracing, err = telemetry.OpenTracing(ctx, os.LookupEnv, options.Logger); err != nil {
		return usage{err}
	}
	defer endTracing(ctx, options.Tracing, options.Logger)
	at, err := s.openListeners(ctx)
	if err != nil {
		return err
	}
	defer at.close()
	// What the name of an address stands for is known only now.
	options.AdminClosed = s.adminToken == "" && !isLoopback(at.plane().Addr())
	kept, err := openState(ctx, s.state, options.Logger)
	if err != nil {
		return err
	}
	var server *mockserver.Server
	defer func() { kept.close(ctx, server) }()
	kept.enter(&options)
	server, err = mockserver.New(ctx, options)
	if isWorldMistake(err) {
		return worldMistake(err)
	} else if err != nil {
		return err
	}
	return s.serve(cmd, server, options, at, secure, kept)
}

// serve tells everybody who waits where the server is, and answers until the context ends.
func (s *serveSettings) serve(cmd *cobra.Command, server *mockserver.Server, options mockserver.Options, listen listeners, secure transport, kept state) error {
	ctx, at := cmd.Context(), listen.places(secure)
	if s.readyFile != "" {
		if err := writeReady(s.readyFile, at); err != nil {
			return fmt.Errorf("ready-file: %w", err)
		}
		defer os.Remove(s.readyFile) // nobody is told of a failure on the way out
	}
	at.state = kept.place()
	world := nameOf(options.World)
	if server.Kept() {
		if world != "" {
			options.Logger.WarnContext(ctx, "the state is not empty, so the world is left alone; PUT /__admin/world puts one in the place of what there is", "world", world)
		}
		world = "what " + at.state + " has kept"
	}
	if err := printBanner(cmd.OutOrStdout(), at, world, options, server.Defects()); err != nil {
		return err
	}
	secure.log(ctx, options.Logger)
	options.Logger.InfoContext(ctx, "listening", "url", at.URL, "admin_url", at.AdminURL)
	return mockserver.ServeAll(ctx, mockserver.Limits{Drain: s.drain}, options.Logger, listen.endpoints(secure, server)...)
}

func (s *serveSettings) options(cmd *cobra.Command) (mockserver.Options, error) {
	options := mockserver.Options{
		PublicURL: s.publicURL, AdminHosts: append(s.tls.hosts(), s.adminHosts...), Unchecked: s.validation == "off", Logger: s.logger(cmd),
		Defects: s.defects, AdminToken: s.adminToken, MaxNamespaces: s.bounds.namespaces, Journal: s.bounds.journal,
	}
	var err error
	options.World, err = readWorld(cmd.Context(), s.world, options.Logger)
	return options, err
}

func (s *serveSettings) logger(cmd *cobra.Command) *slog.Logger {
	var level slog.Level
	_ = level.UnmarshalText([]byte(s.logLevel)) // the flag takes no other words
	options := &slog.HandlerOptions{Level: level}
	if s.logFormat == "json" {
		return slog.New(slog.NewJSONHandler(cmd.ErrOrStderr(), options))
	}
	return slog.New(slog.NewTextHandler(cmd.ErrOrStderr(), options))
}

// isLoopback reports whether only this machine reaches what listens there.
func isLoopback(addr net.Addr) bool {
	tcp, is := addr.(*net.TCPAddr)
	return is && tcp.IP.IsLoopback()
}
