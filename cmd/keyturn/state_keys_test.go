package main

import (
	"testing"

	"github.com/keyturn/keyturn/mockserver/store/pgtest"
)

// TestStateKeysAway has a server that was just started meet tokens while the keys, and they
// alone, cannot be read: whoever revokes a token must not be told that it is done, nor
// anybody that a token which works is none.
func TestStateKeysAway(t *testing.T) {
	t.Parallel()
	database := pgtest.Start(t)
	p := startServe(t, "--state", database.DSN())
	const name, secret = "my-new-app", "hQ7v2Zk0sXwB9rTnE4uYc1LpJ6mDfGa8oViK3NxR5Sg"
	got, err := newAsker(p.URL).ask(identityTongue.ask(name, secret))
	token := got.textAt("access_token")
	if err != nil || token == "" {
		t.Fatalf("HTTP %d %s, %v", got.status, got.text, err)
	}
	p.terminate(t)
	p.exit(t)
	at := newAsker(startServe(t, "--state", database.DSN()).URL)
	pgtest.Exec(t, database.DSN(), "ALTER TABLE keyturn_secret RENAME TO away")
	check := refusesWith(ofState)
	for _, r := range []request{
		identityTongue.revoke(name, secret, token), identityTongue.inspect(name, secret, token), identityTongue.ask(name, secret),
		fetch("/.well-known/jwks"),
	} {
		a, err := at.ask(r)
		if err == nil {
			err = check(r, a)
		}
		if err != nil {
			t.Errorf("%s: %v: HTTP %d %s", r.path, err, a.status, a.text)
		}
	}
	pgtest.Exec(t, database.DSN(), "ALTER TABLE away RENAME TO keyturn_secret")
	if a, err := at.ask(identityTongue.inspect(name, secret, token)); err != nil || a.at("active") != true {
		t.Errorf("afterwards: HTTP %d %s, %v", a.status, a.text, err)
	}
}
