package main

import (
	"cmp"
	"errors"
	"fmt"
	"os"
	"slices"
	"strings"

	"github.com/spf13/cobra"

	"github.com/keyturn/keyturn/conformance"
	"github.com/keyturn/keyturn/conformance/profile"
	"github.com/keyturn/keyturn/specs"
)

// newConformance makes the commands of the referee, which judges by the given checks.
func newConformance(suite []conformance.Check) *cobra.Command {
	cmd := &cobra.Command{
		Use:   "conformance",
		Short: "Put a deployment of such an API to the test",
		Long: `The referee: puts a deployment of a client-secret management API to the test and says
which of its promises hold.

It changes only what it makes itself, and removes that again. What it makes is written
into a journal before it is made, so that it can be removed even after a crash.`,
		Example: `  keyturn conformance run --provider identity-service --url http://127.0.0.1:7070
  keyturn conformance probe --profile ours.yaml --url https://id.example.com --credentials env
  keyturn conformance list --provider identity-service
  keyturn conformance explain ROT-001
  keyturn conformance diff before/report.json after/report.json`,
		Args: subcommand,
		RunE: func(cmd *cobra.Command, _ []string) error { return cmd.Help() },
	}
	cmd.AddCommand(newConformanceRun(suite), newConformanceProbe(), newConformanceList(), newConformanceExplain(), newConformanceCleanup(),
		newConformanceDiff(), newConformanceMatrix(), newConformanceWaive())
	return cmd
}

// referenceSettings are the flags that say what a target is held to.
type referenceSettings struct {
	provider string
	profile  string
}

func (s *referenceSettings) register(cmd *cobra.Command) {
	flags := cmd.Flags()
	flags.Var(newSetting(&s.provider, "", "NAME", parseText), "provider", "NAME of the API: "+strings.Join(providers(), ", "))
	flags.Var(newSetting(&s.profile, "", "FILE", parseText), "profile", "FILE with a profile of your own, in place of the provider's")
	complete(cmd, "provider", providers())
}

func (s *referenceSettings) given() bool { return s.provider != "" || s.profile != "" }

// load reads the profile. One of a file says itself which provider it is of.
func (s *referenceSettings) load() (*profile.Bound, error) {
	return loadAs(s, profile.Builtin, profile.File, func(bound *profile.Bound) string { return bound.Provider })
}

// loadOpen is load for a profile that may leave its policy open.
func (s *referenceSettings) loadOpen() (*profile.Open, error) {
	return loadAs(s, profile.OpenBuiltin, profile.OpenFile, func(open *profile.Open) string { return open.Provider })
}

func loadAs[P any](s *referenceSettings, builtin, file func(string) (P, error), provider func(P) string) (P, error) {
	var none P
	switch {
	case !s.given():
		return none, fmt.Errorf("--provider is missing, want one of %s, or --profile", strings.Join(providers(), ", "))
	case s.profile == "" && !slices.Contains(providers(), s.provider):
		return none, fmt.Errorf("--provider is %q%s; want one of %s, or --profile",
			s.provider, suggestion(`, the nearest is "`, nearest(s.provider, providers()), `"`), strings.Join(providers(), ", "))
	case s.profile == "":
		return builtin(s.provider)
	}
	loaded, err := file(s.profile)
	if err != nil {
		return none, fmt.Errorf("--profile: %w", err)
	}
	if s.provider != "" && s.provider != provider(loaded) {
		return none, fmt.Errorf("--provider is %q, but the profile %s is of %q", s.provider, s.profile, provider(loaded))
	}
	return loaded, nil
}

// providers lists those that come with Keyturn.
func providers() []string {
	return slices.DeleteFunc(specs.Names(), func(name string) bool { return name == specs.Admin })
}

// complete offers words for a flag's value.
func complete(cmd *cobra.Command, name string, words []string) {
	// It fails only for a flag that does not exist.
	_ = cmd.RegisterFlagCompletionFunc(name, cobra.FixedCompletions(words, cobra.ShellCompDirectiveNoFileComp))
}

// readFile reads what a flag names.
func readFile(flag, name string) ([]byte, error) {
	text, err := os.ReadFile(name)
	if err != nil {
		return nil, fmt.Errorf("--%s %s: %w", flag, name, cmp.Or(errors.Unwrap(err), err))
	}
	return text, nil
}
