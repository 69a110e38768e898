package main

import (
	"errors"
	"fmt"
	"io"
	"os"
	"strings"

	"github.com/spf13/cobra"

	"github.com/keyturn/keyturn/conformance"
	"github.com/keyturn/keyturn/conformance/report"
)

// diffSettings are the flags of conformance diff.
type diffSettings struct {
	format string
	across bool
}

func newConformanceDiff() *cobra.Command {
	s := &diffSettings{}
	cmd := &cobra.Command{
		Use:   "diff BEFORE.json AFTER.json",
		Short: "Say what changed between two reports",
		Long: `Compares two reports in their JSON form, check by check, and says what is newly failing,
newly incomplete, fixed, of another level, or failing for other reasons. The exit code:

  0  the second report is no worse than the first
  1  something is newly failing or newly incomplete
  2  a report cannot be read, or the two cannot be compared

Newly failing is a fail or a warning of a check that did not fail in the first report:
one of which nothing was known there counts, one that was waived does not. Under a live
waiver it is told, and is no 1. Newly incomplete is a check of which the first report
says something and the second does not, because it was incomplete, went wrong itself or
was left out by --checks or --mode; not one that did not apply and was then left out.
A check that is new in the catalogue, or gone from it, is told and never decides; nor
does how long a change took to be in force.

Reports of two providers are refused: their promises differ, and conformance matrix
shows them side by side. Reports of two targets are refused unless --across-targets says
that they are meant, as for staging and production. On this machine the port does not
count.`,
		Example: `  keyturn conformance diff last-week/report.json report/report.json
  keyturn conformance diff staging.json production.json --across-targets --format markdown`,
		Args: cobra.ExactArgs(2),
	}
	flags := cmd.Flags()
	flags.SortFlags = false
	formats := []string{"text", "markdown", "json"}
	flags.Var(newSetting(&s.format, "text", "FORMAT", oneOf(formats...)), "format", "FORMAT: "+strings.Join(formats, ", "))
	across := flags.VarPF(newSetting(&s.across, false, "bool", parseBool), "across-targets", "", "compare reports of two targets")
	across.NoOptDefVal = "true"
	complete(cmd, "format", formats)
	cmd.RunE = judging(func(cmd *cobra.Command, args []string) error {
		if err := applyEnvironment(cmd, os.Environ()); err != nil {
			return usage{err}
		}
		changed, err := s.compare(args[0], args[1])
		if err != nil {
			return err
		}
		return s.tell(cmd, changed)
	})
	return cmd
}

func (s *diffSettings) compare(before, after string) (*report.Diff, error) {
	first, err := reportFile(before)
	if err != nil {
		return nil, usage{err}
	}
	second, err := reportFile(after)
	if err != nil {
		return nil, usage{err}
	}
	current, err := currentIDs()
	if err != nil {
		return nil, err
	}
	changed, err := report.Compare(first, second, report.CompareOptions{Before: before, After: after, Current: current, AcrossTargets: s.across})
	switch {
	case errors.Is(err, report.ErrOtherTarget):
		return nil, usage{fmt.Errorf("%w; say --across-targets where that is meant", calm(err))}
	case err != nil:
		return nil, usage{fmt.Errorf("%w; conformance matrix shows them side by side", calm(err))}
	}
	return changed, nil
}

func (s *diffSettings) tell(cmd *cobra.Command, changed *report.Diff) error {
	write := func(w io.Writer) error { return changed.WriteText(w, textOptions(cmd.OutOrStdout())) }
	switch s.format {
	case "markdown":
		write = changed.WriteMarkdown
	case "json":
		write = changed.WriteJSON
	}
	if err := writeWith(cmd, write); err != nil {
		return err
	}
	if changed.Worse {
		return ruling{errors.New("worse: " + changed.Summary), conformance.ExitNonconformant}
	}
	return nil
}
