package main

import (
	"context"
	"os"
	"os/signal"
	"sync/atomic"
	"syscall"
)

// abruptEnd is the key of what a second signal does.
type abruptEnd struct{}

// ending is what a second signal does: it says a last word and ends with a code.
type ending struct {
	code int
	word func()
}

// endAbruptlyWith is for commands to which exitFailure means something else, or that
// leave something behind when they are cut short.
func endAbruptlyWith(ctx context.Context, code int, word func()) {
	if end, ok := ctx.Value(abruptEnd{}).(*atomic.Pointer[ending]); ok {
		end.Store(&ending{code, word})
	}
}

// interruptible returns a context that the first SIGINT or SIGTERM ends, so that a
// command can finish what it is at. Whoever sends a second one does not want to
// wait: it ends the process at once, with exitFailure or what endAbruptlyWith says.
func interruptible(parent context.Context) (ctx context.Context, stop func()) {
	end := new(atomic.Pointer[ending])
	end.Store(&ending{exitFailure, func() {}})
	ctx, cancel := context.WithCancel(context.WithValue(parent, abruptEnd{}, end))
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
			last := end.Load()
			last.word()
			os.Exit(last.code)
		case <-stopped:
		}
	}()
	return ctx, func() {
		signal.Stop(signals)
		close(stopped)
		cancel()
	}
}
