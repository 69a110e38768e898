package main

import (
	"bytes"
	"cmp"
	"errors"
	"fmt"
	"io"
	"os"
	"strings"

	"github.com/spf13/cobra"

	"github.com/keyturn/keyturn/conformance/catalogue"
	"github.com/keyturn/keyturn/conformance/report"
)

// reportFile reads the JSON form of a report. Its errors name the file.
func reportFile(name string) (*report.Report, error) {
	const want = "want the report.json that conformance run writes into --report-dir"
	text, err := os.ReadFile(name)
	if err != nil {
		return nil, fmt.Errorf("%s: %w; %s", name, cmp.Or(errors.Unwrap(err), err), want)
	}
	if len(bytes.TrimSpace(text)) == 0 {
		return nil, fmt.Errorf("%s: it is empty; %s", name, want)
	}
	r, err := report.Read(bytes.NewReader(text))
	if err == nil {
		err = r.Validate()
	}
	if err != nil {
		return nil, fmt.Errorf("%s: %w; %s", name, calm(err), want)
	}
	return r, nil
}

// calmed is an error without what a report could have put into it to act on a terminal.
type calmed struct{ error }

func calm(err error) error { return calmed{err} }

func (c calmed) Error() string {
	lines := strings.Split(c.error.Error(), "\n")
	for i, line := range lines {
		lines[i] = printable(line)
	}
	return strings.Join(lines, "\n")
}

func (c calmed) Unwrap() error { return c.error }

// currentIDs finds the id that a check has now, by one that it ever had.
func currentIDs() (func(string) string, error) {
	entries, err := catalogue.Load()
	if err != nil {
		return nil, err
	}
	return func(id string) string {
		if _, check, known := entries.Check(id); known {
			return check.ID
		}
		return id
	}, nil
}

// textOptions suit what a command writes to.
func textOptions(w io.Writer) report.TextOptions {
	screen := screenOf(w)
	return report.TextOptions{Colour: screen.colour, Width: min(screen.width, widest)}
}

// writeWith has a form written whole, or not at all.
func writeWith(cmd *cobra.Command, write func(io.Writer) error) error {
	var b bytes.Buffer
	if err := write(&b); err != nil {
		return err
	}
	_, err := cmd.OutOrStdout().Write(b.Bytes())
	return err
}
