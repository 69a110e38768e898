package main

import (
	"errors"
	"fmt"
	"io"

	"github.com/spf13/cobra"
	"github.com/spf13/pflag"

	"github.com/keyturn/keyturn/conformance/checks"
)

func newRoot(stdout, stderr io.Writer) *cobra.Command {
	root := &cobra.Command{
		Use:   "keyturn",
		Short: "A stand-in and a referee for OAuth client-secret management APIs",
		Long: `Keyturn has two jobs, both about APIs that manage the secrets of OAuth clients.

The stand-in, "keyturn serve", takes the vendor's place, so that a secret rotation can
be rehearsed: rotate a secret and the old one is refused, delete one and its tokens
die. Every request and every reply is checked against the API's OpenAPI document.

The referee, "keyturn conformance run", puts a real deployment of such an API to the
test and says which of its promises hold, with evidence that can be sent to the vendor.`,
		Example: `  keyturn serve                         start the stand-in, with a request to try for each API
  keyturn specs                         list the APIs
  keyturn conformance run --provider angusgm --url https://id.example.com --credentials c.yaml
                                        put a deployment to the test`,
		Args:          subcommand,
		RunE:          func(cmd *cobra.Command, _ []string) error { return cmd.Help() },
		SilenceUsage:  true,
		SilenceErrors: true,
	}
	root.AddCommand(newServe(), newProxy(), newConformance(checks.All()), newHealthcheck(), newSpecs(), newVersion())
	root.SetFlagErrorFunc(unknownFlag)
	root.SetOut(stdout)
	root.SetErr(stderr)
	root.InitDefaultCompletionCmd() // keeps the writer that is set by now
	if completion, _, err := root.Find([]string{"completion"}); err == nil {
		completion.Args, completion.RunE = subcommand, root.RunE // cobra's own takes any word for a wish for help
	}
	return root
}

// unknownFlag names the flag that was probably meant.
func unknownFlag(cmd *cobra.Command, err error) error {
	unknown, ok := errors.AsType[*pflag.NotExistError](err)
	if !ok || unknown.GetSpecifiedShortnames() != "" {
		return withoutSecrets(err)
	}
	return fmt.Errorf("%w%s", err, suggestion(", the nearest is --", nearest(unknown.GetSpecifiedName(), append(flagNames(cmd), "help")), ""))
}

// subcommand refuses what is left over after cobra looked for a subcommand.
func subcommand(cmd *cobra.Command, args []string) error {
	if len(args) == 0 {
		return nil
	}
	err := fmt.Errorf("there is no command %q", args[0])
	cmd.SuggestionsMinimumDistance = 2
	if near := cmd.SuggestionsFor(args[0]); len(near) > 0 {
		err = fmt.Errorf("%w, did you mean %q?", err, near[0])
	}
	return err
}
