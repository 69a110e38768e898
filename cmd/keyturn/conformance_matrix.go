package main

import (
	"io"
	"os"
	"strings"

	"github.com/spf13/cobra"

	"github.com/keyturn/keyturn/conformance/report"
)

func newConformanceMatrix() *cobra.Command {
	var format string
	cmd := &cobra.Command{
		Use:   "matrix REPORT.json…",
		Short: "Show several reports side by side",
		Long: `Shows reports in their JSON form as one table: a row is a check, by family, and a column
a report, which is named by its target, or by its file where two are of one target. They
may be of several providers. A dash is a report that does not have the check.

The exit code is 0 whatever the reports say, and 2 where one cannot be read.`,
		Example: `  keyturn conformance matrix */report.json
  keyturn conformance matrix staging.json production.json --format html > matrix.html`,
		Args: cobra.MinimumNArgs(1),
	}
	formats := []string{"text", "markdown", "html", "json"}
	cmd.Flags().Var(newSetting(&format, "text", "FORMAT", oneOf(formats...)), "format", "FORMAT: "+strings.Join(formats, ", "))
	complete(cmd, "format", formats)
	cmd.RunE = judging(func(cmd *cobra.Command, args []string) error {
		if err := applyEnvironment(cmd, os.Environ()); err != nil {
			return usage{err}
		}
		var reports []report.NamedReport
		for _, name := range args {
			r, err := reportFile(name)
			if err != nil {
				return usage{err}
			}
			reports = append(reports, report.NamedReport{File: name, Report: r})
		}
		current, err := currentIDs()
		if err != nil {
			return err
		}
		table, err := report.NewMatrix(reports, current)
		if err != nil {
			return err
		}
		return writeWith(cmd, map[string]func(io.Writer) error{
			"text":     func(w io.Writer) error { return table.WriteText(w, textOptions(cmd.OutOrStdout())) },
			"markdown": table.WriteMarkdown,
			"html":     table.WriteHTML,
			"json":     table.WriteJSON,
		}[format])
	})
	return cmd
}
