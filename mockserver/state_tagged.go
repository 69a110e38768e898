//go:build keyturn_state

package mockserver

import (
	"context"
	"fmt"
	"net/url"
	"os"
	"strings"

	"github.com/jackc/pgx/v5/pgconn"

	"github.com/keyturn/keyturn/mockserver/store"
	"github.com/keyturn/keyturn/mockserver/store/file"
	"github.com/keyturn/keyturn/mockserver/store/postgres"
)

// stateVariable says where a server that is given no state keeps it, in the builds with the
// tag keyturn_state: file:DIR for a file of its own in that folder, or the address of a
// PostgreSQL for a schema of its own. So the tests that know nothing of states run on each.
const stateVariable = "KEYTURN_TEST_STATE"

func ownState(ctx context.Context) (store.Backend, error) {
	where := os.Getenv(stateVariable)
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
		return nil, fmt.Errorf("%s: want file:DIR or postgres://…", stateVariable)
	}
	conn, err := pgconn.Connect(ctx, where)
	if err != nil {
		return nil, err
	}
	defer conn.Close(ctx)
	results, err := conn.Exec(ctx, `SELECT 's' || replace(gen_random_uuid()::text, '-', '')`).ReadAll()
	if err != nil {
		return nil, err
	}
	schema := string(results[0].Rows[0][0])
	if _, err := conn.Exec(ctx, `CREATE SCHEMA `+schema).ReadAll(); err != nil {
		return nil, err
	}
	query := address.Query()
	query.Set("search_path", schema)
	address.RawQuery = query.Encode()
	return postgres.Open(ctx, address.String(), postgres.Options{Conns: 4})
}
