package main

import (
	"bytes"
	"errors"
	"fmt"
	"strings"

	"github.com/spf13/cobra"

	"github.com/keyturn/keyturn/conformance"
	"github.com/keyturn/keyturn/conformance/report"
)

// publish writes the report to where it was asked for, once nothing in it was found to
// be a credential.
func (s *runSettings) publish(cmd *cobra.Command, finished *conformance.Finished) error {
	text := new(bytes.Buffer)
	var err error
	if s.format == "json" {
		err = finished.WriteJSON(text)
	} else {
		screen := screenOf(cmd.OutOrStdout())
		err = finished.WriteText(text, report.TextOptions{Colour: screen.colour, Width: min(screen.width, widest)})
	}
	if err != nil {
		return err
	}
	if err := finished.Scan("standard output", text.Bytes()); err != nil {
		return fmt.Errorf("nothing is written: %w", err)
	}
	if s.reportDir != "" {
		files, err := finished.Artefacts()
		if err != nil {
			return fmt.Errorf("nothing is written: %w", err)
		}
		if err := writeAll(s.reportDir, files); err != nil {
			return fmt.Errorf("--report-dir: %w", err)
		}
	}
	_, err = cmd.OutOrStdout().Write(text.Bytes())
	return err
}

// rule is the end of a run: nil where the target is conformant and nothing stands
// beside that.
func rule(of *report.Report) error {
	if of.Exit == conformance.ExitConformant {
		return nil
	}
	var reasons []string
	switch {
	case of.Exit == conformance.ExitNonconformant && of.Outcome != report.Nonconformant:
		reasons = append(reasons, fmt.Sprintf("--fail-on is %s: %d warnings, %d incomplete.", of.Run.FailOn, of.Counts[report.Warn], of.Counts[report.Untested]))
	case of.Exit == conformance.ExitLeftovers:
		reasons = append(reasons, things(len(of.Leftovers))+" left behind.")
	case of.Exit == conformance.ExitStale:
		reasons = append(reasons, "a waiver is stale: "+strings.Join(of.Stale, "; ")+".")
	}
	if len(reasons) == 0 {
		reasons = append(reasons, strings.ToLower(of.Outcome.Headline())+":")
	}
	reasons = append(reasons, of.Summary)
	return ruling{errors.New(strings.Join(reasons, " ")), of.Exit}
}
