package main

import (
	"context"
	"errors"
	"fmt"
	"log/slog"
	"strings"

	"github.com/keyturn/keyturn/fixtures"
)

// badWorld is a mistake in a world, or in where it is. Its own text, which names the
// place, is the last of the output: no help would add to it.
type badWorld struct{ error }

func (b badWorld) Unwrap() error { return b.error }

// worldMistake is how serve ends when the world cannot be used.
func worldMistake(err error) error {
	return usage{badWorld{fmt.Errorf("world: %w", err)}}
}

// isWorldMistake tells what New found wrong in a world from what else it can fail of.
func isWorldMistake(err error) bool {
	_, placed := errors.AsType[*fixtures.Error](err)
	return placed
}

// readWorld reads the file or the folder that was named. It is nil for the default
// world: none was named, or an empty folder.
func readWorld(ctx context.Context, path string, logger *slog.Logger) (*fixtures.World, error) {
	if path == "" {
		return nil, nil
	}
	world, err := fixtures.ReadWorld(path)
	if err != nil {
		return nil, worldMistake(err)
	}
	if len(world.Files()) == 0 {
		logger.InfoContext(ctx, "no file in the folder of worlds, starting with the default world", "folder", path)
		return nil, nil
	}
	return &world, nil
}

// nameOf is the world for the banner, and empty for the default one.
func nameOf(world *fixtures.World) string {
	if world == nil {
		return ""
	}
	return strings.Join(world.Files(), " and ")
}
