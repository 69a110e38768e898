package pgtest_test

import (
	"testing"

	"github.com/jackc/pgx/v5/pgconn"

	"github.com/keyturn/keyturn/mockserver/store/pgtest"
)

func rows(t *testing.T, dsn string) string {
	t.Helper()
	return string(pgtest.Exec(t, dsn, "SELECT count(*) FROM kept")[0].Rows[0][0])
}

// TestWhatIsKeptIsThereAfterEveryEnd stops the server in each of its ways.
func TestWhatIsKeptIsThereAfterEveryEnd(t *testing.T) {
	t.Parallel()
	s := pgtest.Start(t, pgtest.With("max_connections", "7"))
	if got := string(pgtest.Exec(t, s.DSN(), "SHOW max_connections")[0].Rows[0][0]); got != "7" {
		t.Errorf("the setting is %s", got)
	}
	first, second := s.Database(t), s.Database(t)
	for _, dsn := range []string{first, second} {
		pgtest.Exec(t, dsn, "CREATE TABLE kept (n INT)")
	}
	for name, end := range map[string]func(){"stop": s.Stop, "abort": s.Abort, "kill": s.Kill} {
		before := rows(t, first)
		pgtest.Exec(t, first, "INSERT INTO kept VALUES (1)")
		want := rows(t, first)
		end()
		if conn, err := pgconn.Connect(t.Context(), first); err == nil {
			conn.Close(t.Context())
			t.Errorf("%s: it still answers", name)
		}
		s.Restart(t)
		if got := rows(t, first); got != want || got == before {
			t.Errorf("%s: %s rows, want %s", name, got, want)
		}
	}
	if got := rows(t, second); got != "0" {
		t.Errorf("the other database has %s rows", got)
	}
}
