package mockserver

import (
	"context"
	"errors"
	"fmt"
	"log/slog"
	"net"
	"net/http"
	"sync"
	"time"
)

// Limits bound what one client may take from a server that others use too. A zero
// value of any means its default.
type Limits struct {
	// ReadHeader and Read bound the time from the first byte of a request to the
	// end of its header and of its body.
	ReadHeader, Read time.Duration
	// Write bounds the time from the end of the header to the end of the reply.
	Write time.Duration
	// Idle bounds the time between two requests of a connection.
	Idle time.Duration
	// Drain bounds the wait for requests that are under way at the end.
	Drain time.Duration
	// HeaderBytes bounds the size of a request's header.
	HeaderBytes int
}

func (l Limits) withDefaults() Limits {
	return Limits{
		ReadHeader:  orDefault(l.ReadHeader, 5*time.Second),
		Read:        orDefault(l.Read, 30*time.Second),
		Write:       orDefault(l.Write, 30*time.Second),
		Idle:        orDefault(l.Idle, time.Minute),
		Drain:       orDefault(l.Drain, 5*time.Second),
		HeaderBytes: orDefault(l.HeaderBytes, 64<<10),
	}
}

func orDefault[T comparable](value, fallback T) T {
	var zero T
	if value == zero {
		return fallback
	}
	return value
}

// Endpoint is a listener and what answers there.
type Endpoint struct {
	Listener net.Listener
	Handler  http.Handler
}

// ServeAll is Serve at several endpoints that begin and end together: one that cannot go on
// ends the others, which drain. The error is that of the first, and names its address.
func ServeAll(ctx context.Context, limits Limits, logger *slog.Logger, endpoints ...Endpoint) error {
	ctx, end := context.WithCancel(ctx)
	defer end()
	var running sync.WaitGroup
	failed := make(chan error, len(endpoints))
	for _, at := range endpoints {
		running.Go(func() {
			if err := Serve(ctx, at.Listener, at.Handler, limits, logger); err != nil {
				failed <- fmt.Errorf("at %s: %w", at.Listener.Addr(), err)
				end()
			}
		})
	}
	running.Wait()
	close(failed)
	return <-failed
}

// Serve answers on the listener until the context is done. Then it takes no more
// connections, gives the requests that are under way until the drain limit, cuts
// off what is left, and returns nil. An error means that it could not go on.
func Serve(ctx context.Context, listener net.Listener, handler http.Handler, limits Limits, logger *slog.Logger) error {
	limits = limits.withDefaults()
	ending, end := context.WithCancel(context.WithoutCancel(ctx))
	defer end()
	server := &http.Server{
		// Requests outlive ctx, until the drain limit; streams end when that begins.
		BaseContext: func(net.Listener) context.Context {
			return context.WithValue(context.WithoutCancel(ctx), endingKey{}, ending)
		},
		Handler:           handler,
		ReadHeaderTimeout: limits.ReadHeader,
		ReadTimeout:       limits.Read,
		WriteTimeout:      limits.Write,
		IdleTimeout:       limits.Idle,
		MaxHeaderBytes:    limits.HeaderBytes,
		ErrorLog:          slog.NewLogLogger(logger.Handler(), slog.LevelWarn),
	}
	server.RegisterOnShutdown(end)
	stopped := make(chan error, 1)
	go func() { stopped <- server.Serve(listener) }()
	select {
	case err := <-stopped:
		return err
	case <-ctx.Done():
	}
	logger.Info("draining", "address", listener.Addr().String(), "limit", limits.Drain)
	drain, cancel := context.WithTimeout(context.WithoutCancel(ctx), limits.Drain)
	defer cancel()
	if err := server.Shutdown(drain); err != nil {
		logger.Warn("requests were cut off", "error", err)
		_ = server.Close() // what it could not close is gone with the process
	}
	if err := <-stopped; !errors.Is(err, http.ErrServerClosed) {
		return err
	}
	return nil
}
