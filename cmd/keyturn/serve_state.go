package main

import (
	"context"
	"errors"
	"fmt"
	"log/slog"
	"strings"
	"time"

	"github.com/keyturn/keyturn/mockserver"
	"github.com/keyturn/keyturn/mockserver/store"
	"github.com/keyturn/keyturn/mockserver/store/file"
	"github.com/keyturn/keyturn/mockserver/store/postgres"
)

const (
	inMemory  = "memory"
	fileState = "file:"
	// closeState is how long the state may take to be written to its end.
	closeState = 10 * time.Second
)

// isPostgres takes both names that the scheme has.
func isPostgres(text string) bool {
	return strings.HasPrefix(text, "postgres://") || strings.HasPrefix(text, "postgresql://")
}

// parseState repeats nothing of the text, which may have a password.
func parseState(text string) (string, error) {
	path, isFile := strings.CutPrefix(text, fileState)
	switch {
	case text == inMemory, isPostgres(text):
		return text, nil
	case isFile && path == "":
		return "", errors.New("want file: and the path of a file")
	case isFile:
		return text, nil
	default:
		return "", errors.New("want memory, file:PATH or postgres://USER:PASSWORD@HOST:PORT/DATABASE")
	}
}

// state is where a server keeps what outlives it.
type state struct {
	durable placed // nil for none
	logger  *slog.Logger
}

// placed is a state that says where it is.
type placed interface {
	store.Durable
	Place() string
}

// place is empty for the process.
func (s state) place() string {
	if s.durable == nil {
		return ""
	}
	return s.durable.Place()
}

func openState(ctx context.Context, text string, logger *slog.Logger) (state, error) {
	s := state{logger: logger}
	var err error
	switch path, isFile := strings.CutPrefix(text, fileState); {
	case isFile:
		s.durable, err = file.Open(path, file.Options{Logger: logger})
	case isPostgres(text):
		s.durable, err = postgres.Open(ctx, text, postgres.Options{Logger: logger})
	}
	if err != nil {
		return state{}, fmt.Errorf("state: %w", err)
	}
	return s, nil
}

// enter makes it the state of a server.
func (s state) enter(options *mockserver.Options) {
	if s.durable != nil {
		options.State = s.durable
	}
}

// close writes what the server still has to say, nil for one that never was.
func (s state) close(ctx context.Context, server *mockserver.Server) {
	if s.durable == nil {
		return
	}
	ctx, cancel := context.WithTimeout(context.WithoutCancel(ctx), closeState)
	defer cancel()
	var err error
	if server != nil {
		err = server.Close(ctx)
	}
	if err = errors.Join(err, s.durable.Close()); err != nil {
		s.logger.ErrorContext(ctx, "the state could not be written to its end; what was acknowledged is in it", "error", err)
	}
}
