package main

import (
	"errors"

	"github.com/spf13/cobra"
)

const (
	exitOK      = 0
	exitFailure = 1
	exitUsage   = 2
)

// failure is an error of the run itself. Every other error is a mistake in how the
// program was called, the ones that cobra reports included.
type failure struct{ error }

func (f failure) Unwrap() error { return f.error }

// usage is a mistake that only a running command could find.
type usage struct{ error }

func (u usage) Unwrap() error { return u.error }

func exitCode(err error) int {
	if _, ok := errors.AsType[failure](err); ok {
		return exitFailure
	}
	return exitUsage
}

// running makes a command body whose errors are failures, unless it says usage.
func running(body func(*cobra.Command, []string) error) func(*cobra.Command, []string) error {
	return func(cmd *cobra.Command, args []string) error {
		err := body(cmd, args)
		var mistake usage
		if err == nil || errors.As(err, &mistake) {
			return err
		}
		return failure{err}
	}
}
