package main

import (
	"fmt"
	"io"

	"github.com/spf13/cobra"
)

func newRoot(stdout, stderr io.Writer) *cobra.Command {
	root := &cobra.Command{
		Use:   "keyturn",
		Short: "A stand-in for OAuth client-secret management APIs",
		Long: `Keyturn stands in for OAuth client-secret management APIs, so that a secret
rotation can be rehearsed without the vendor: rotate a secret and the old one is
refused, delete one and its tokens die. Every request and every reply is checked
against the API's OpenAPI document.`,
		Example: `  keyturn serve                         start it, and print a request to try for each API
  keyturn specs                         list the APIs
  keyturn serve --world my-world.yaml   start it with your own clients`,
		Args:          subcommand,
		RunE:          func(cmd *cobra.Command, _ []string) error { return cmd.Help() },
		SilenceUsage:  true,
		SilenceErrors: true,
	}
	root.AddCommand(newServe(), newHealthcheck(), newSpecs(), newVersion())
	root.SetOut(stdout)
	root.SetErr(stderr)
	root.InitDefaultCompletionCmd() // keeps the writer that is set by now
	if completion, _, err := root.Find([]string{"completion"}); err == nil {
		completion.Args, completion.RunE = subcommand, root.RunE // cobra's own takes any word for a wish for help
	}
	return root
}

// subcommand refuses what is left over after cobra looked for a subcommand.
func subcommand(cmd *cobra.Command, args []string) error {
	if len(args) == 0 {
		return nil
	}
	err := fmt.Errorf("there is no command %q", args[0])
	if near := cmd.SuggestionsFor(args[0]); len(near) > 0 {
		err = fmt.Errorf("%w, did you mean %q?", err, near[0])
	}
	return err
}
