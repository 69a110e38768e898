package main

import (
	"fmt"

	"github.com/spf13/cobra"

	"github.com/keyturn/keyturn/specs"
)

func newSpecs() *cobra.Command {
	return &cobra.Command{
		Use:   "specs [provider]",
		Short: "Print an OpenAPI document, or list them",
		Long: `Prints the OpenAPI document that a provider's requests and replies are held to.
Without a provider it lists the documents. They are also served, at /__admin/specs,
and shown, at /__admin/docs/.`,
		Example: `  keyturn specs
  keyturn specs authing-v2 > authing-v2.yaml`,
		Args:      cobra.MaximumNArgs(1),
		ValidArgs: specs.Names(),
		RunE: running(func(cmd *cobra.Command, args []string) error {
			if len(args) == 0 {
				for _, name := range specs.Names() {
					if _, err := fmt.Fprintln(cmd.OutOrStdout(), name); err != nil {
						return err
					}
				}
				return nil
			}
			text, err := specs.Source(args[0])
			if err != nil {
				return usage{err}
			}
			_, err = cmd.OutOrStdout().Write(text)
			return err
		}),
	}
}
