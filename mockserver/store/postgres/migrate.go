package postgres

import (
	"context"
	"fmt"
	"math/rand/v2"
	"slices"
	"strconv"
	"time"

	"github.com/jackc/pgx/v5/pgconn"

	"github.com/keyturn/keyturn/mockserver/client"
)

// migrate makes the changes to the schema that are missing. Of several servers that come
// at the same time one makes them, and the others wait for its lock of the one row of
// keyturn_schema; that they may all be about to make that table is what retries are for.
func migrate(ctx context.Context, config *pgconn.Config) error {
	pause := 10 * time.Millisecond
	for attempt := 1; ; attempt++ {
		err := migrateOnce(ctx, config)
		if err == nil {
			return nil
		}
		if attempt == attempts || !slices.Contains(races, state(err)) {
			if client.KindOf(err) == client.Internal {
				err = unopened(config, err)
			}
			return err
		}
		select {
		case <-ctx.Done():
			return ctx.Err()
		case <-time.After(rand.N(pause)): //nolint:gosec // it only keeps two of them apart
		}
		pause *= 2
	}
}

// races are what those hear who make the same table at the same time: it is there, its
// type is, its row in the catalogue is, or the transaction has to be made again.
var races = []string{"42P07", "42710", "23505", "40001", "40P01", "XX000", "42P01"}

func migrateOnce(ctx context.Context, config *pgconn.Config) error {
	connecting, cancel := context.WithTimeout(ctx, 2*patience)
	defer cancel()
	c, err := dial(connecting, config, nil)
	if err != nil {
		return err
	}
	defer c.close()
	if err := c.pg.Conn().SetDeadline(time.Now().Add(time.Minute)); err != nil {
		return err
	}
	version, err := c.version(schemaRead)
	if state(err) == "42P01" {
		err = c.commands(schemaTable, schemaRow)
	}
	if err != nil {
		return err
	}
	if version == len(tables) {
		return nil // the way of every start but the first
	}
	if err := c.command(writing); err != nil {
		return err
	}
	if version, err = c.version(schemaLocked); err != nil {
		return err
	}
	if version > len(tables) {
		return client.Errorf(client.Unavailable,
			"the tables of the database %q are of version %d and this keyturn knows those up to %d: a later keyturn has used it", config.Database, version, len(tables))
	}
	for _, change := range tables[version:] {
		if err := c.commands(change.statements...); err != nil {
			return err
		}
	}
	if err := c.commands(fmt.Sprintf(schemaSet, len(tables)), commit); err != nil {
		return err
	}
	for _, change := range tables[version:] {
		for _, wish := range change.wishes {
			if err := c.command(wish); err != nil && c.pg.IsClosed() {
				return err
			}
		}
	}
	return nil
}

// version reads how many of the changes are made, none when there is no row yet.
func (c *conn) version(sql string) (int, error) {
	results, err := c.pg.Exec(context.Background(), sql).ReadAll()
	if err != nil {
		return 0, err
	}
	if len(results) != 1 || len(results[0].Rows) == 0 {
		return 0, c.command(schemaRow)
	}
	return strconv.Atoi(string(results[0].Rows[0][0]))
}

func (c *conn) commands(all ...string) error {
	for _, sql := range all {
		if err := c.command(sql); err != nil {
			return err
		}
	}
	return nil
}
