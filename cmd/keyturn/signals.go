package main

import (
	"context"
	"os"
	"os/signal"
	"sync/atomic"
	"syscall"
)

// abruptEnd is the key of the exit code for a second signal.
type abruptEnd struct{}

// endAbruptlyWith is for commands to which exitFailure means something else.
func endAbruptlyWith(ctx context.Context, code int) {
	if end, ok := ctx.Value(abruptEnd{}).(*atomic.Int32); ok {
		end.Store(int32(code))
	}
}

// interruptible returns a context that the first SIGINT or SIGTERM ends, so that a
// command can finish what it is at. Whoever sends a second one does not want to
// wait: it ends the process at once, with exitFailure or what endAbruptlyWith says.
func interruptible(parent context.Context) (ctx context.Context, stop func()) {
	code := new(atomic.Int32)
	code.Store(exitFailure)
	ctx, cancel := context.WithCancel(context.WithValue(parent, abruptEnd{}, code))
	signals := make(chan os.Signal, 2)
	signal.Notify(signals, os.Interrupt, syscall.SIGTERM)
	stopped := make(chan struct{})
	go func() {
		select {
		case <-signals:
			cancel()
		case <-stopped:
			return
		}
		select {
		case <-signals:
			os.Exit(int(code.Load()))
		case <-stopped:
		}
	}()
	return ctx, func() {
		signal.Stop(signals)
		close(stopped)
		cancel()
	}
}
