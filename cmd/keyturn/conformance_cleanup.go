package main

import (
	"errors"
	"fmt"
	"io"
	"os"
	"strings"
	"time"

	"github.com/spf13/cobra"

	"github.com/keyturn/keyturn/conformance"
	"github.com/keyturn/keyturn/conformance/ledger"
	"github.com/keyturn/keyturn/conformance/report"
	"github.com/keyturn/keyturn/mockserver/build"
)

// cleanupSettings are the flags of conformance cleanup.
type cleanupSettings struct {
	journal     string
	credentials string
	caCert      string
	timeout     time.Duration
	torn        string // what a crash has cut off the journal
}

func newConformanceCleanup() *cobra.Command {
	s := &cleanupSettings{}
	cmd := &cobra.Command{
		Use:   "cleanup",
		Short: "Remove what an earlier run has left",
		Long: `Removes what an earlier run has left behind: exactly what its journal names, which also
says where. It goes on in that journal and removes it once nothing is left, so it may be
repeated. The exit code is 0 when nothing is left and 5 when something is.`,
		Example: `  keyturn conformance cleanup --journal report/journal.jsonl --credentials credentials.yaml`,
		Args:    cobra.NoArgs,
	}
	flags := cmd.Flags()
	flags.SortFlags = false
	flags.Var(newSetting(&s.journal, "", "FILE", parseText), "journal", "FILE that the run wrote")
	flags.Var(newSetting(&s.credentials, "", "FILE", parseText), "credentials", "FILE with credentials, or env for variables")
	flags.Var(newSetting(&s.timeout, 0, "DURATION", parsePositive), "timeout", "DURATION to wait for an answer (default: the profile's)")
	flags.Lookup("timeout").DefValue = "" // or else help says 0s
	flags.Var(newSetting(&s.caCert, "", "FILE", parseText), "ca-cert", "FILE with certificates in PEM to trust beside the system's")
	cmd.RunE = judging(func(cmd *cobra.Command, _ []string) error {
		environ := os.Environ()
		if err := applyEnvironment(cmd, environ); err != nil {
			return usage{err}
		}
		options, err := s.options(environ)
		if err != nil {
			return usage{err}
		}
		cleaned, err := conformance.Cleanup(cmd.Context(), options)
		if err != nil {
			return err
		}
		return s.tell(cmd.OutOrStdout(), cleaned)
	})
	return cmd
}

// options takes from the journal where the run was.
func (s *cleanupSettings) options(environ []string) (conformance.Options, error) {
	options := conformance.Options{Journal: s.journal, Version: build.Read().Version, Now: time.Now}
	options.Limits.Timeout = s.timeout
	if s.journal == "" {
		return options, errors.New("--journal is missing, want the file that the run wrote")
	}
	journal, head, err := ledger.Open(s.journal)
	if err != nil {
		return options, fmt.Errorf("--journal: %w", err)
	}
	s.torn = journal.Torn() // opening it has mended it
	if err := journal.Close(); err != nil {
		return options, fmt.Errorf("--journal: %w", err)
	}
	options.URL, options.ProfilePath = head.Target, head.Profile
	reference := referenceSettings{provider: head.Provider, profile: head.Profile}
	open, err := reference.loadOpen() // the journal may be a probe's
	if err != nil {
		return options, fmt.Errorf("--journal %s: its profile: %w", s.journal, err)
	}
	options.Profile = open.Bound
	if options.Credentials, err = loadCredentials(s.credentials, environ); err != nil {
		return options, err
	}
	options.TLS, err = trust(s.caCert)
	return options, err
}

func (s *cleanupSettings) tell(w io.Writer, cleaned *conformance.Cleaned) error {
	var b strings.Builder
	if s.torn != "" {
		fmt.Fprintf(&b, "torn     %s\n", s.torn)
	}
	fmt.Fprintf(&b, "removed  %d\n", cleaned.Removed)
	for _, one := range cleaned.Leftovers {
		fmt.Fprintf(&b, "left     %s\n", leftWords(one))
	}
	for _, one := range cleaned.Residue {
		fmt.Fprintf(&b, "stays    %s\n", leftWords(one))
	}
	if _, err := io.WriteString(w, b.String()); err != nil {
		return err
	}
	if left := len(cleaned.Leftovers); left > 0 {
		return ruling{fmt.Errorf("%s not removed; once the cause is mended, the same command goes on", things(left)), conformance.ExitLeftovers}
	}
	return os.Remove(s.journal)
}

func leftWords(one report.Leftover) string {
	return printable(fmt.Sprintf("%s %s: %s", one.Kind, strings.TrimSpace(one.ID+" ("+one.Name+")"), one.Cause))
}
