package main

import (
	"bytes"
	"errors"
	"fmt"
	"slices"
	"time"

	"github.com/spf13/cobra"

	"github.com/keyturn/keyturn/conformance"
	"github.com/keyturn/keyturn/conformance/probe"
	"github.com/keyturn/keyturn/mockserver/build"
)

// probeSettings are the flags of conformance probe, most of which are also run's.
type probeSettings struct {
	runSettings

	patience time.Duration
	most     int
}

// probeModes are those of a probe: one that makes nothing finds nothing out.
var probeModes = []conformance.Mode{conformance.Plan, conformance.Standard}

func newConformanceProbe() *cobra.Command {
	s := &probeSettings{}
	cmd := &cobra.Command{
		Use:   "probe",
		Short: "Find out the policy of a deployment",
		Long: `Finds out by behaviour what the policy of a deployment is, and prints a profile that has
it: what a rotation does to the old secret, how many work at once, who may read one, how
soon they start and stop working, how mistakes are refused. Beside each fact stands what
was seen, or why it was not found out.

The profile that is given binds the operations, as for run. Its policy may be open in part
or as a whole. With a complete one, which has policy.rotation and policy.secret_source at
least, the facts are compared with it instead, those that it leaves to their defaults too,
and printed as a table. The exit code:

  0  found out, and nothing contradicts what the profile declares
  1  something does
  2  a mistake in how it was called; nothing was sent
  3  the target could not be probed, or not to the end
  4  the suite itself went wrong, which includes a credential in what was to be written
  5  something that the probe made is still there and could have been removed

Where several are true it is the first of 4, 1, 5, 3. That some facts were not found out is
no 3: the draft says which, and why.

It acts only on clients of its own, which are journalled and removed as those of a run are.
It makes up to 25 of them, and rotates some several times. That something does not happen
takes --patience to see: a secret that stops later than that seems to go on working.

Credentials, variables and the --config file are those of run. What takes a reader,
or an administrator of another tenant, is not found out without one in the credentials.`,
		Example: `  keyturn conformance probe --provider angusgm --url http://127.0.0.1:7070
  keyturn conformance probe --profile ours.yaml --url https://id.example.com --credentials env > draft.yaml
  keyturn conformance probe --profile ours.yaml --url https://id.example.com --mode plan`,
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
			return planProbe(cmd, options)
		}
		return s.probe(cmd, options)
	})
	return cmd
}

func (s *probeSettings) register(cmd *cobra.Command) {
	flags := cmd.Flags()
	flags.SortFlags = false
	s.registerTarget(cmd)
	formats := []string{"yaml", "table", "json"}
	flags.Var(newSetting(&s.mode, string(conformance.Standard), "MODE", oneOf(words(probeModes)...)), "mode", "MODE: plan prints what would be sent, standard finds out")
	flags.Var(newSetting(&s.most, probe.DefaultMost, "N", parseCount), "max-secrets", "most live secrets of one client to look for")
	flags.Var(newSetting(&s.patience, 0, "DURATION", parsePositive), "patience", "DURATION that a secret may take to start or stop working (default: 5s, or the profile's longer bound)")
	flags.Lookup("patience").DefValue = "" // or else help says 0s
	flags.Var(newSetting(&s.format, "", "FORMAT", oneOf(formats...)), "format", "FORMAT: yaml is the profile, table compares, json has both (default: table for a complete profile, else yaml)")
	s.registerConduct(flags, "a temporary one", "any, see the first line")
	complete(cmd, "mode", words(probeModes))
	complete(cmd, "format", formats)
}

// options is the probe as the flags ask for it.
func (s *probeSettings) options(environ []string) (probe.Options, error) {
	options := probe.Options{
		Options: conformance.Options{
			URL: s.url, TokenURL: s.tokenURL, Seed: s.seed, Limits: s.limits,
			Mode: conformance.Mode(s.mode), Version: build.Read().Version, Now: time.Now,
		},
		Patience: s.patience, Most: s.most,
	}
	var err error
	if options.Given, err = s.loadOpen(); err != nil {
		return options, err
	}
	if s.format == "" {
		s.format = map[bool]string{true: "table", false: "yaml"}[options.Given.Complete()]
	}
	err = s.reach(&options.Options, environ)
	return options, err
}

func planProbe(cmd *cobra.Command, options probe.Options) error {
	if cmd.Flags().Changed("format") {
		return usage{errors.New("--format is of what is found out, but a plan is text")}
	}
	return probe.WritePlan(cmd.Context(), cmd.OutOrStdout(), options)
}

func (s *probeSettings) probe(cmd *cobra.Command, options probe.Options) error {
	journal, shown, err := s.attend(cmd, &options.Options, "question")
	if err != nil {
		return err
	}
	result, err := probe.Run(cmd.Context(), options)
	shown.end()
	if err != nil {
		journal.tidy()
		return err
	}
	journal.settle(cmd.ErrOrStderr(), result.Leftovers)
	if err := s.print(cmd, result); err != nil {
		return err
	}
	return s.conclude(cmd, result)
}

// print writes what was asked for, unless it holds a credential or there is nothing.
func (s *probeSettings) print(cmd *cobra.Command, result *probe.Result) error {
	write := map[string]func(*probe.Result, *bytes.Buffer) error{
		"yaml":  func(r *probe.Result, w *bytes.Buffer) error { return r.WriteDraft(w) },
		"table": func(r *probe.Result, w *bytes.Buffer) error { return r.WriteTable(w) },
		"json":  func(r *probe.Result, w *bytes.Buffer) error { return r.WriteJSON(w) },
	}[s.format]
	if result.Blocked != "" && s.format != "json" {
		return nil
	}
	text := new(bytes.Buffer)
	if err := write(result, text); err != nil {
		return err
	}
	if err := result.Scan("standard output", text.Bytes()); err != nil {
		return fmt.Errorf("nothing is written: %w", err)
	}
	_, err := cmd.OutOrStdout().Write(text.Bytes())
	return err
}

// conclude says in a line what came of it, and the contradictions where no table has.
func (s *probeSettings) conclude(cmd *cobra.Command, result *probe.Result) error {
	if s.format != "table" {
		for _, fact := range slices.DeleteFunc(slices.Clone(result.Facts), func(fact probe.Fact) bool { return fact.State != probe.Contradicts }) {
			fmt.Fprintf(cmd.ErrOrStderr(), "keyturn: %s is declared %s: %s\n", fact.Name, fact.Declared, printable(fact.Evidence))
		}
	}
	summary := result.Summary
	if len(result.Residue) > 0 {
		summary += fmt.Sprintf(" Residue: %s, which the API has no way to remove.", counted(len(result.Residue), "thing"))
	}
	if result.Exit != conformance.ExitConformant {
		return ruling{errors.New(printable(summary)), result.Exit}
	}
	fmt.Fprintf(cmd.ErrOrStderr(), "keyturn: %s\n", printable(summary))
	return nil
}
