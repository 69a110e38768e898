package main

import (
	"context"
	"errors"
	"fmt"
	"io"
	"os"
)

func main() {
	ctx, stop := interruptible(context.Background())
	code := run(ctx, os.Args[1:], os.Stdout, os.Stderr)
	stop()
	os.Exit(code)
}

// run is the whole program but for its end.
func run(ctx context.Context, args []string, stdout, stderr io.Writer) int {
	root := newRoot(stdout, stderr)
	root.SetArgs(args)
	ran, err := root.ExecuteContextC(ctx)
	if err == nil {
		return exitOK
	}
	fmt.Fprintf(stderr, "keyturn: %v\n", err)
	code := exitCode(err)
	if _, world := errors.AsType[badWorld](err); code == exitUsage && !world {
		fmt.Fprintf(stderr, "Run '%s --help' for help.\n", ran.CommandPath())
	}
	return code
}
