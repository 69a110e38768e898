package main

import (
	"fmt"
	"log/slog"
	"math/rand/v2"
	"os"
	"path/filepath"

	"github.com/spf13/cobra"
	"github.com/spf13/pflag"

	"github.com/keyturn/keyturn/conformance"
)

// settle takes over the variables and the file, below the flags, and draws a seed where
// none is given. It returns the environment.
func (s *runSettings) settle(cmd *cobra.Command) ([]string, error) {
	environ := os.Environ()
	if err := applyEnvironment(cmd, environ); err != nil {
		return nil, usage{err}
	}
	if err := applyFile(cmd); err != nil {
		return nil, usage{err}
	}
	if !cmd.Flags().Changed("seed") {
		s.seed = rand.Int64N(1 << 32) // short enough to be typed
	}
	return environ, nil
}

// registerTarget has the flags that say what is tested, and as whom.
func (s *runSettings) registerTarget(cmd *cobra.Command) {
	s.referenceSettings.register(cmd)
	flags := cmd.Flags()
	flags.Var(newSetting(&s.url, "", "URL", parseText), "url", "base URL of the deployment")
	flags.Var(newSetting(&s.tokenURL, "", "URL", parseText), "token-url", "base URL of its token endpoints (default: the same)")
	flags.Var(newSetting(&s.credentials, "", "FILE", parseText), "credentials", "FILE with credentials, or env for variables")
}

// registerConduct has the flags that say how it is gone about. Journal and seed are
// what holds where these are not given.
func (s *runSettings) registerConduct(flags *pflag.FlagSet, journal, seed string) {
	flags.Var(newSetting(&s.journal, "", "FILE", parseText), "journal", "FILE to write what is made into (default: "+journal+")")
	flags.Var(newSetting(&s.seed, 0, "N", parseSeed), "seed", "number that random choices follow from (default: "+seed+")")
	flags.Var(newSetting(&s.limits.Rate, 0, "N", parseRate), "rate", "requests a second (default: the profile's; none on this machine)")
	flags.Var(newSetting(&s.limits.Requests, 0, "N", parseCount), "requests", "requests in all (default: the profile's)")
	flags.Var(newSetting(&s.limits.Timeout, 0, "DURATION", parsePositive), "timeout", "DURATION to wait for an answer (default: the profile's)")
	flags.Lookup("timeout").DefValue = "" // or else help says 0s
	flags.Var(newSetting(&s.caCert, "", "FILE", parseText), "ca-cert", "FILE with certificates in PEM to trust beside the system's")
	flags.Var(newSetting(new(string), "", "FILE", parseText), configFlag, "YAML FILE with these settings")
}

// reach reads the files that the target is reached with.
func (s *runSettings) reach(options *conformance.Options, environ []string) error {
	var err error
	if s.profile != "" {
		if options.ProfilePath, err = filepath.Abs(s.profile); err != nil {
			return fmt.Errorf("--profile: %w", err)
		}
	}
	if options.Credentials, err = loadCredentials(s.credentials, environ); err != nil {
		return err
	}
	options.TLS, err = trust(s.caCert)
	return err
}

// attend has what is about to begin journalled, shown, and ended at once on a second
// signal. Noun is what there is so much of.
func (s *runSettings) attend(cmd *cobra.Command, options *conformance.Options, noun string) (*journalFile, *progress, error) {
	ctx := cmd.Context()
	journal, err := s.place(*options)
	if err != nil {
		return nil, nil, usage{err}
	}
	options.Journal = journal.path
	shown, err := newProgress(cmd.ErrOrStderr(), s, noun, journal.path)
	if err != nil {
		journal.tidy()
		return nil, nil, err
	}
	endAbruptlyWith(ctx, journal.unfinished(), func() {
		shown.end()
		journal.abandon(cmd.ErrOrStderr())
	})
	options.Progress = func(event conformance.Event) { shown.show(ctx, event) }
	options.Logger = slog.New(slog.NewTextHandler(shown, &slog.HandlerOptions{Level: slog.LevelWarn}))
	return journal, shown, nil
}
