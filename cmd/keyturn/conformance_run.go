package main

import (
	"errors"
	"fmt"

	"github.com/spf13/cobra"

	"github.com/keyturn/keyturn/conformance"
	"github.com/keyturn/keyturn/conformance/profile"
)

// runSettings are the flags of conformance run.
type runSettings struct {
	referenceSettings

	suite       []conformance.Check
	url         string
	tokenURL    string
	credentials string
	caCert      string
	mode        string
	checks      string
	failOn      string
	waivers     string
	reportDir   string
	format      string
	journal     string
	seed        int64
	limits      profile.Limits
}

func newConformanceRun(suite []conformance.Check) *cobra.Command {
	s := &runSettings{suite: suite}
	cmd := &cobra.Command{
		Use:   "run",
		Short: "Test a deployment",
		Long: `Tests a deployment and prints the report. The exit code is the answer:

  0  conformant
  1  not conformant
  2  a mistake in how it was called; nothing was sent
  3  incomplete: nothing failed, but something could not be tested. A target that does
     not answer, or does not take the credentials, is this too: nothing is known of it
  4  the suite itself went wrong, which includes a credential in what was to be written
  5  something that the run made is still there and could have been removed
  6  a waiver is stale

Where several are true it is the first of 4, 1, 5, 6, 3. What the API itself has no way
to remove, such as an application, is residue: it is listed, and is no 5.

The modes: plan prints what would be sent and sends nothing; readonly reads, and sends
what is refused by design; standard makes clients of its own and changes only those;
disruptive is for checks that may trouble others, of which this catalogue has none yet.

Credentials are a file, or the word env for the variables KEYTURN_ADMIN_TOKEN (or _KEY
and _SECRET), the same for KEYTURN_READER_ and KEYTURN_FOREIGN_, KEYTURN_APP_CLIENT,
KEYTURN_APP_CLIENT_ID and KEYTURN_APP_SECRET, and KEYTURN_VALUE_TENANT, or
KEYTURN_FOREIGN_VALUE_TENANT, for the value that the profile calls tenant. A target on
this machine is tried with those of the stand-in's default world when there are none.

Every flag can also be a variable, KEYTURN_FAIL_ON for --fail-on, or a key of the
--config file. A flag comes before a variable, a variable before the file.

SIGINT or SIGTERM ends the run: what it made is removed, and the report says what is
missing. A second one does not wait: the exit code is 5, the journal stays, and the
command that goes by it is printed.`,
		Example: `  keyturn conformance run --provider angusgm --url http://127.0.0.1:7070
  keyturn conformance run --provider angusgm --url https://id.example.com --mode plan
  keyturn conformance run --profile my.yaml --url https://id.example.com --credentials env --report-dir report`,
		Args: cobra.NoArgs,
	}
	s.register(cmd)
	cmd.RunE = judging(func(cmd *cobra.Command, _ []string) error {
		environ, err := s.settle(cmd)
		if err != nil {
			return err
		}
		options, err := s.options(environ)
		if err != nil {
			return usage{err}
		}
		if options.Mode == conformance.Plan {
			return s.plan(cmd, options)
		}
		return s.run(cmd, options)
	})
	return cmd
}

func (s *runSettings) register(cmd *cobra.Command) {
	flags := cmd.Flags()
	flags.SortFlags = false
	s.registerTarget(cmd)
	flags.Var(newSetting(&s.mode, string(conformance.Standard), "MODE", oneOf(words(conformance.Modes)...)), "mode", "MODE: plan, readonly, standard or disruptive")
	flags.Var(newChecks(&s.checks), "checks", `GLOB of the ids to test, such as "ROT-*,DEL-00?" (default: all)`)
	flags.Var(newSetting(&s.failOn, string(conformance.FailOnMust), "GATE", oneOf(words(conformance.Gates)...)), "fail-on", "GATE from which the exit code is 1: must, should or incomplete")
	flags.Var(newSetting(&s.reportDir, "", "FOLDER", parseText), "report-dir", "FOLDER for report.html, .json, .txt and .sarif, junit.xml and summary.md")
	flags.Var(newSetting(&s.format, "text", "FORMAT", oneOf("text", "json")), "format", "FORMAT of the report on standard output: text or json")
	flags.Var(newSetting(&s.waivers, "", "FILE", parseText), "waivers", "FILE with the failures that are known, and until when")
	flags.Var(newSetting(&s.limits.Concurrency, 0, "N", parseCount), "concurrency", "checks side by side (default: the profile's)")
	s.registerConduct(flags, "in --report-dir, or a temporary one", "any, see the report")
	for name, choice := range map[string][]string{
		"mode": words(conformance.Modes), "fail-on": words(conformance.Gates), "format": {"text", "json"},
	} {
		complete(cmd, name, choice)
	}
}

func (s *runSettings) plan(cmd *cobra.Command, options conformance.Options) error {
	if s.format != "text" {
		return usage{errors.New("--format is json, but a plan is text")}
	}
	return conformance.WritePlan(cmd.Context(), cmd.OutOrStdout(), options)
}

func (s *runSettings) run(cmd *cobra.Command, options conformance.Options) error {
	if err := makeFolder(s.reportDir); err != nil {
		return usage{fmt.Errorf("--report-dir: %w", err)}
	}
	journal, shown, err := s.attend(cmd, &options, "check")
	if err != nil {
		return err
	}
	finished, err := conformance.Run(cmd.Context(), options)
	shown.end()
	if err != nil {
		journal.tidy()
		return err
	}
	journal.settle(cmd.ErrOrStderr(), finished.Leftovers)
	if err := s.publish(cmd, finished); err != nil {
		return err
	}
	if s.reportDir != "" {
		fmt.Fprintf(cmd.ErrOrStderr(), "keyturn: the report is in %s\n", s.reportDir)
	}
	if err := rule(finished.Report); err != nil {
		return err
	}
	fmt.Fprintf(cmd.ErrOrStderr(), "keyturn: conformant: %s\n", verdict(finished.Report))
	return nil
}
