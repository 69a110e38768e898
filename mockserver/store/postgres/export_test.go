package postgres

import (
	"context"
	"time"
)

// Notified reports whether notifications arrive.
func Notified(b *Backend) bool { return b.watchers.notified.Load() }

// OpenDeaf opens a backend whose database refuses to notify anybody.
func OpenDeaf(dsn string, options Options) (*Backend, error) {
	config, err := parse(dsn)
	if err != nil {
		return nil, err
	}
	if err := migrate(context.Background(), config); err != nil {
		return nil, err
	}
	return newBackend(config, options.complete(), `LISTEN TO NOBODY`)
}

// PruneAll makes contents old as soon as they are made.
func PruneAll(b *Backend) { b.fresh = -time.Second }
