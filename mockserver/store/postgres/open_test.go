package postgres_test

import (
	"context"
	"strings"
	"sync"
	"testing"

	"github.com/keyturn/keyturn/mockserver/client"
	"github.com/keyturn/keyturn/mockserver/store/pgtest"
	"github.com/keyturn/keyturn/mockserver/store/postgres"
)

// TestManyOpenAnEmptyDatabase has all of them make the tables at the same time.
func TestManyOpenAnEmptyDatabase(t *testing.T) {
	t.Parallel()
	for range 3 {
		dsn := server.Get(t).Database(t)
		var all sync.WaitGroup
		for range 8 {
			all.Go(func() {
				b, err := postgres.Open(context.Background(), dsn, postgres.Options{})
				if err != nil {
					t.Error(err)
					return
				}
				if _, err := b.Next(context.Background()); err != nil {
					t.Error(err)
				}
				b.Close()
			})
		}
		all.Wait()
	}
}

func TestTablesOfALaterVersionAreRefused(t *testing.T) {
	t.Parallel()
	dsn := server.Get(t).Database(t)
	open(t, dsn, postgres.Options{}).Close()
	pgtest.Exec(t, dsn, "UPDATE keyturn_schema SET version = 99")
	_, err := postgres.Open(t.Context(), dsn, postgres.Options{})
	if client.KindOf(err) != client.Unavailable || !strings.Contains(err.Error(), "version 99") || !strings.Contains(err.Error(), "up to 1") {
		t.Errorf("got %v", err)
	}
}

// TestOpenSaysWhatIsWrong wants the host, the port and the database, and no password.
func TestOpenSaysWhatIsWrong(t *testing.T) {
	t.Parallel()
	dsn := server.Get(t).DSN()
	_, rest, _ := strings.Cut(dsn, "@")
	address, _, _ := strings.Cut(rest, "/")
	for name, test := range map[string]struct {
		dsn  string
		kind client.Kind
		want []string
	}{
		"nobody there":  {"postgres://keyturn:hunter2@127.0.0.1:1/state", client.Unavailable, []string{"127.0.0.1:1", `"state"`, "cannot be reached", "refused"}},
		"no host":       {"postgres://keyturn:hunter2@nowhere.invalid:5/state", client.Unavailable, []string{"nowhere.invalid:5", `"state"`, "cannot be reached"}},
		"wrong login":   {"postgres://keyturn:hunter2@" + address + "/postgres", client.Unavailable, []string{address, `"postgres"`, `refuses the login of "keyturn"`}},
		"no database":   {strings.Replace(dsn, "/postgres?", "/missing?", 1), client.Unavailable, []string{address, `"missing"`, "does not exist"}},
		"no URL":        {"host=localhost password=hunter2", client.Invalid, []string{"postgres://"}},
		"a bad port":    {"postgres://keyturn:hunter2@localhost:port/state", client.Invalid, []string{"postgres://"}},
		"a bad setting": {"postgres://keyturn:hunter2@localhost/state?sslmode=perhaps", client.Invalid, []string{"postgres://"}},
	} {
		_, err := postgres.Open(t.Context(), test.dsn, postgres.Options{})
		if client.KindOf(err) != test.kind {
			t.Errorf("%s: got %v", name, err)
			continue
		}
		t.Log(err)
		for _, want := range test.want {
			if !strings.Contains(err.Error(), want) {
				t.Errorf("%s: %v does not say %q", name, err, want)
			}
		}
		if strings.Contains(err.Error(), "hunter2") || strings.Contains(err.Error(), "correct-horse") {
			t.Errorf("%s: it shows the password: %v", name, err)
		}
	}
}
