package main

import (
	"encoding/json"
	"fmt"
	"io"
	"os"
	"strings"

	"github.com/spf13/cobra"

	"github.com/keyturn/keyturn/conformance"
	"github.com/keyturn/keyturn/conformance/catalogue"
	"github.com/keyturn/keyturn/conformance/profile"
)

// listSettings are the flags of conformance list.
type listSettings struct {
	referenceSettings

	checks string
	asJSON bool
}

// listed is a check as it is listed.
type listed struct {
	ID      string `json:"id"`
	Title   string `json:"title"`
	Level   string `json:"level"`
	Safety  string `json:"safety"`
	Applies *bool  `json:"applies,omitempty"` // to the provider, where one is given
	Reason  string `json:"reason,omitempty"`  // why it does not
}

func newConformanceList() *cobra.Command {
	s := &listSettings{}
	cmd := &cobra.Command{
		Use:   "list",
		Short: "List the checks",
		Long: `Lists the checks with their level and with what they do to a target: read only reads
or sends what is refused, write changes what the run made, wait lets time pass too, and
disruptive is done in no mode but that one.

With a provider or a profile it says of each whether it applies, and why not.`,
		Example: `  keyturn conformance list
  keyturn conformance list --provider authing-v2 --checks "ROT-*"`,
		Args: cobra.NoArgs,
	}
	flags := cmd.Flags()
	flags.SortFlags = false
	s.register(cmd)
	flags.Var(newSetting(&s.checks, "", "GLOB", parseText), "checks", `GLOB of the ids to list, such as "ROT-*,DEL-00?"`)
	asJSON := flags.VarPF(newSetting(&s.asJSON, false, "bool", parseBool), "json", "", "as JSON")
	asJSON.NoOptDefVal = "true"
	cmd.RunE = judging(func(cmd *cobra.Command, _ []string) error {
		if err := applyEnvironment(cmd, os.Environ()); err != nil {
			return usage{err}
		}
		checks, err := s.list()
		if err != nil {
			return err
		}
		if s.asJSON {
			encoder := json.NewEncoder(cmd.OutOrStdout())
			encoder.SetIndent("", "  ")
			encoder.SetEscapeHTML(false)
			return encoder.Encode(checks)
		}
		return writeList(cmd.OutOrStdout(), checks)
	})
	return cmd
}

func (s *listSettings) list() ([]listed, error) {
	entries, err := catalogue.Load()
	if err != nil {
		return nil, err
	}
	var bound *profile.Bound
	if s.given() {
		if bound, err = s.load(); err != nil {
			return nil, usage{err}
		}
	}
	ids, err := entries.Select(s.checks)
	if err != nil {
		return nil, usage{fmt.Errorf("--checks %w", err)}
	}
	checks := make([]listed, 0, len(ids))
	for _, id := range ids {
		_, check, _ := entries.Check(id)
		one := listed{ID: check.ID, Title: check.Title, Level: string(check.Level), Safety: string(check.Safety)}
		if bound != nil {
			one.Reason = conformance.Inapplicable(check, bound)
			applies := one.Reason == ""
			one.Applies = &applies
		}
		checks = append(checks, one)
	}
	return checks, nil
}

func writeList(w io.Writer, checks []listed) error {
	var b strings.Builder
	left := 0
	for _, check := range checks {
		fmt.Fprintf(&b, "%-8s  %-6s  %-10s  %s\n", check.ID, check.Level, check.Safety, check.Title)
		if check.Reason != "" {
			fmt.Fprintf(&b, "%-30sdoes not apply: %s\n", "", check.Reason)
			left++
		}
	}
	fmt.Fprintf(&b, "\n%d checks", len(checks))
	if left > 0 {
		fmt.Fprintf(&b, ", %d of which do not apply", left)
	}
	b.WriteString(". More of each: keyturn conformance explain ID\n")
	_, err := io.WriteString(w, b.String())
	return err
}
