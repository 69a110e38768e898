// Package statetest gives a server under test a state of its own in a place that many
// share: a file in a folder, or a schema of a PostgreSQL. It is behind the build tag
// keyturn_state, with which the tests that know nothing of states run on each of them:
//
//	mockserver/store/statetest/with file go test ./mockserver/...
//	mockserver/store/statetest/with postgres make matrix
package statetest

import (
	"context"
	"crypto/rand"
	"fmt"
	"net/url"
	"os"
	"strings"

	"github.com/jackc/pgx/v5/pgconn"

	"github.com/keyturn/keyturn/mockserver/store"
	"github.com/keyturn/keyturn/mockserver/store/file"
	"github.com/keyturn/keyturn/mockserver/store/postgres"
)

// Variable is where the script says where the states are.
const Variable = "KEYTURN_TEST_STATE"

// Open makes a state of its own where file:DIR or postgres://… says.
func Open(ctx context.Context, where string) (store.Durable, error) {
	if dir, is := strings.CutPrefix(where, "file:"); is {
		f, err := os.CreateTemp(dir, "*.state")
		if err != nil {
			return nil, err
		}
		defer f.Close()
		return file.Open(f.Name(), file.Options{})
	}
	address, err := url.Parse(where)
	if err != nil || where == "" {
		return nil, fmt.Errorf("%s: want file:DIR or postgres://…", Variable)
	}
	conn, err := pgconn.Connect(ctx, where)
	if err != nil {
		return nil, err
	}
	defer func() { _ = conn.Close(ctx) }()
	schema := strings.ToLower("s" + rand.Text())
	if _, err := conn.Exec(ctx, "CREATE SCHEMA "+schema).ReadAll(); err != nil {
		return nil, err
	}
	query := address.Query()
	query.Set("search_path", schema)
	address.RawQuery = query.Encode()
	return postgres.Open(ctx, address.String(), postgres.Options{Conns: 4})
}
