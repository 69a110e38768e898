package main

import (
	"bytes"
	"errors"
	"fmt"
	"io/fs"
	"os"
	"path/filepath"
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
		reasons = append(reasons, fmt.Sprintf("--fail-on is %s: %s, %d incomplete.", of.Run.FailOn, counted(of.Counts[report.Warn], "warning"), of.Counts[report.Untested]))
	case of.Exit == conformance.ExitLeftovers:
		reasons = append(reasons, things(len(of.Leftovers))+" left behind.")
	case of.Exit == conformance.ExitStale:
		reasons = append(reasons, "a waiver is stale: "+strings.Join(of.Stale, "; ")+".")
	}
	if len(reasons) == 0 {
		reasons = append(reasons, strings.ToLower(of.Outcome.Headline())+":")
	}
	reasons = append(reasons, verdict(of))
	return ruling{errors.New(strings.Join(reasons, " ")), of.Exit}
}

// verdict is the report's summary and how much stays behind by the API's own nature.
func verdict(of *report.Report) string {
	if len(of.Residue) == 0 {
		return of.Summary
	}
	return fmt.Sprintf("%s Residue: %s, which the API has no way to remove.", of.Summary, counted(len(of.Residue), "thing"))
}

// makeFolder makes the folder of the reports before anything is sent. What is in them
// is no secret, and yet not everybody's: it may say how to get in.
func makeFolder(path string) error {
	if path == "" {
		return nil
	}
	if err := os.MkdirAll(path, 0o700); err != nil {
		return err
	}
	probe, err := os.CreateTemp(path, ".keyturn-*")
	if err != nil {
		return err
	}
	probe.Close()
	return os.Remove(probe.Name())
}

// writeAll writes files into a folder. All are written before the first gets its name,
// and each gets it in one step, so that nobody reads half of one.
func writeAll(folder string, files map[string][]byte) (err error) {
	drafts := map[string]string{}
	defer func() {
		for draft := range drafts {
			if e := os.Remove(draft); e != nil && !errors.Is(e, fs.ErrNotExist) {
				err = errors.Join(err, e)
			}
		}
	}()
	for name, text := range files {
		draft, err := os.CreateTemp(folder, "."+name+".*") // mode 0600
		if err != nil {
			return err
		}
		drafts[draft.Name()] = filepath.Join(folder, name)
		_, err = draft.Write(text)
		if err = errors.Join(err, draft.Close()); err != nil {
			return err
		}
	}
	for draft, final := range drafts {
		if err := os.Rename(draft, final); err != nil {
			return err
		}
	}
	return nil
}
