package main

import (
	"errors"
	"strings"

	"github.com/spf13/cobra"

	"github.com/keyturn/keyturn/conformance"
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

// ruling is how a conformance command ended where that is not a success: one of the
// Exit codes of package conformance, and why in a sentence.
type ruling struct {
	error

	code int
}

func (r ruling) Unwrap() error { return r.error }

func exitCode(err error) int {
	if ruled, ok := errors.AsType[ruling](err); ok {
		return ruled.code
	}
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

// judging makes a command body whose errors are faults of the suite, unless they say
// otherwise. In CI the exit code is the answer, so 1 is kept for what fails a promise.
func judging(body func(*cobra.Command, []string) error) func(*cobra.Command, []string) error {
	return func(cmd *cobra.Command, args []string) error {
		err := body(cmd, args)
		var mistake usage
		var ruled ruling
		switch {
		case errors.Is(err, conformance.ErrUsage):
			return usage{errors.New(strings.TrimPrefix(err.Error(), conformance.ErrUsage.Error()+": "))}
		case err == nil || errors.As(err, &mistake) || errors.As(err, &ruled):
			return err
		}
		return ruling{err, conformance.ExitInternal}
	}
}
