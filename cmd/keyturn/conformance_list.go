package main

import (
	"encoding/json"
	"errors"
	"fmt"
	"io"
	"os"
	"strings"

	"github.com/spf13/cobra"

	"github.com/keyturn/keyturn/conformance/catalogue"
	"github.com/keyturn/keyturn/conformance/profile"
)

// listSettings are the flags of conformance list.
type listSettings struct {
	referenceSettings

	checks  string
	asJSON  bool
	defects bool
}

func newConformanceList() *cobra.Command {
	s := &listSettings{}
	cmd := &cobra.Command{
		Use:   "list",
		Short: "List the checks",
		Long: `Lists the checks with their level and with what they do to a target: read only reads
or sends what is refused, write changes what the run made, wait lets time pass too, and
disruptive is done in no mode but that one.

With a provider or a profile it says of each whether it applies, and why not. No check
is disruptive yet.

With --defects it lists the deliberate misbehaviours of keyturn serve in their place, and
for each the checks that find it.`,
		Example: `  keyturn conformance list
  keyturn conformance list --provider authing-v2 --checks "ROT-*"
  keyturn conformance list --defects --json`,
		Args: cobra.NoArgs,
	}
	flags := cmd.Flags()
	flags.SortFlags = false
	s.register(cmd)
	flags.Var(newChecks(&s.checks), "checks", `GLOB of the ids to list, such as "ROT-*,DEL-00?"`)
	asJSON := flags.VarPF(newSetting(&s.asJSON, false, "bool", parseBool), "json", "", "as JSON, with all that the catalogue says of each")
	asJSON.NoOptDefVal = "true"
	defects := flags.VarPF(newSetting(&s.defects, false, "bool", parseBool), "defects", "", "the misbehaviours of keyturn serve, and what finds each")
	defects.NoOptDefVal = "true"
	cmd.RunE = judging(func(cmd *cobra.Command, _ []string) error {
		if err := applyEnvironment(cmd, os.Environ()); err != nil {
			return usage{err}
		}
		if s.defects {
			return s.listDefects(cmd.OutOrStdout())
		}
		all, err := s.list()
		if err != nil {
			return err
		}
		if s.asJSON {
			encoder := json.NewEncoder(cmd.OutOrStdout())
			encoder.SetIndent("", "  ")
			encoder.SetEscapeHTML(false)
			return encoder.Encode(all)
		}
		return writeList(cmd.OutOrStdout(), all.Checks)
	})
	return cmd
}

func (s *listSettings) listDefects(w io.Writer) error {
	if s.given() || s.checks != "" {
		return usage{errors.New("--defects lists misbehaviours: want no provider, profile or checks with it")}
	}
	all, err := listDefects()
	if err != nil {
		return err
	}
	if s.asJSON {
		return writeDefects(w, all)
	}
	return printDefects(w, all, screenOf(w).width)
}

func (s *listSettings) list() (listing, error) {
	entries, err := catalogue.Load()
	if err != nil {
		return listing{}, err
	}
	var bound *profile.Bound
	if s.given() {
		if bound, err = s.load(); err != nil {
			return listing{}, usage{err}
		}
	}
	ids, err := entries.Select(s.checks)
	if err != nil {
		return listing{}, usage{fmt.Errorf("--checks %w", err)}
	}
	return listingOf(entries, ids, bound), nil
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
	fmt.Fprintf(&b, "\n%s", counted(len(checks), "check"))
	switch {
	case left == 1 && len(checks) == 1:
		b.WriteString(", which does not apply")
	case left == 1:
		b.WriteString(", 1 of which does not apply")
	case left > 1:
		fmt.Fprintf(&b, ", %d of which do not apply", left)
	}
	b.WriteString(". More of each: keyturn conformance explain ID\n")
	_, err := io.WriteString(w, b.String())
	return err
}
