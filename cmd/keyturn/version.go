package main

import (
	"fmt"
	"runtime"

	"github.com/spf13/cobra"

	"github.com/keyturn/keyturn/mockserver/build"
)

func newVersion() *cobra.Command {
	return &cobra.Command{
		Use:   "version",
		Short: "Print which Keyturn this is",
		Args:  cobra.NoArgs,
		RunE: running(func(cmd *cobra.Command, _ []string) error {
			info := build.Read()
			line := "keyturn " + info.Version
			if info.Commit != "" {
				line += ", commit " + info.Commit
			}
			_, err := fmt.Fprintf(cmd.OutOrStdout(), "%s, %s %s/%s\n", line, info.Go, runtime.GOOS, runtime.GOARCH)
			return err
		}),
	}
}
