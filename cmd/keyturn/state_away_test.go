package main

import (
	"context"
	"fmt"
	"net/http"
	"net/url"
	"strings"
	"sync"
	"testing"
	"time"

	"github.com/keyturn/keyturn/mockserver/store/pgtest"
)

const (
	// longest is how long a request may take while the database comes and goes.
	longest = 3 * time.Second
	// recovery is how soon all is well again after the database takes connections.
	recovery = 2 * time.Second
	outages  = 3
	// ofState is what callers are told, whatever it is that the database did.
	ofState = "the state's database "
)

// TestStateDatabaseAway has the database go down and come back under the work of many.
func TestStateDatabaseAway(t *testing.T) {
	t.Parallel()
	database := pgtest.Start(t)
	p := startServe(t, "--state", database.DSN())
	l := &load{
		t: t, at: newAsker(p.URL), within: longest, refused: refusesWith(ofState),
		lost: func(err error) error { return fmt.Errorf("no answer: %w", err) },
	}
	ctx, cancel := contextOf(t)
	watched := l.watchAdmin(ctx)
	wait := l.begin(ctx)
	l.awaitMore(0)
	for round := range outages {
		time.Sleep(300 * time.Millisecond)
		before := l.acknowledged.Load()
		database.Abort()
		began := time.Now()
		each(t, l.at, refusesWith(ofState), refusesWith(ofState))
		each(t, l.at, refusesWith(ofState), refusesWith(ofState))
		l.adminWhileAway()
		time.Sleep(time.Until(began.Add(time.Second)))
		database.Restart(t)
		t.Logf("outage %d: everything succeeds %v after the restart; %d acknowledged before", round+1, l.awaitWell(), before)
	}
	cancel()
	wait()
	watched()
	l.lost = nil
	l.verify("after the outages", l.lives)
	l.summary()
	if l.refusals.Load() == 0 {
		t.Error("nothing was refused")
	}
	l.journalAndConsole()
	log := p.stderr.String()
	if gone, back := strings.Count(log, "level=WARN msg=\"the state's database"), strings.Count(log, "answers again"); gone < outages || gone > 3*outages || back < outages || back > 3*outages {
		t.Errorf("%d outages were logged as %d that began and %d that ended:\n%.4000s", outages, gone, back, log)
	}
	if strings.Contains(log, "correct-horse") {
		t.Error("the log has the password")
	}
	p.terminate(t)
	if code := p.exit(t); code != exitOK {
		t.Errorf("got exit %d: %s", code, p.stderr)
	}
}

// watchAdmin looks at the admin plane all the time. What does not need the state is there.
func (l *load) watchAdmin(ctx context.Context) (wait func()) {
	var all sync.WaitGroup
	for _, path := range []string{"/__admin/health", "/__admin/ready", "/__admin/version"} {
		all.Go(func() {
			for ctx.Err() == nil {
				if a, err := l.at.ask(fetch(path)); err != nil || a.status != http.StatusOK || a.took > longest {
					l.t.Errorf("%s: HTTP %d %s after %v, %v", path, a.status, a.text, a.took, err)
				}
				time.Sleep(50 * time.Millisecond)
			}
		})
	}
	return all.Wait
}

// needState are requests to the admin plane that have to know what other servers did.
var needState = []request{
	fetch("/__admin/clock"), fetch("/__admin/faults"), fetch("/__admin/requests"), fetch("/__admin/snapshots"),
	send(http.MethodPut, "/__admin/clock", object{"advance": "1ms"}), send(http.MethodPost, "/__admin/namespaces", object{"name": "while-away"}),
	{method: http.MethodPost, path: "/__admin/reset"},
}

func (l *load) adminWhileAway() {
	l.t.Helper()
	check := refusesWith(ofState)
	for _, r := range needState {
		a, err := l.at.ask(r)
		if err == nil {
			err = check(r, a)
		}
		if err != nil || a.took > longest {
			l.t.Errorf("%s %s: %v after %v: HTTP %d %v %s", r.method, r.path, err, a.took, a.status, a.header, a.text)
		}
	}
}

// awaitWell returns how long it took until requests to all doors succeed.
func (l *load) awaitWell() time.Duration {
	l.t.Helper()
	began := time.Now()
	for {
		var refused error
		for _, requests := range oneOfEach {
			// Only what reads: nobody would know what became of the others.
			for _, r := range requests[1:3] {
				a, err := l.at.ask(r)
				if err == nil && !a.done() {
					err = fmt.Errorf("%s: HTTP %d %s", r.path, a.status, a.text)
				}
				if err != nil {
					refused = err
				}
			}
		}
		took := time.Since(began)
		switch {
		case refused == nil && took <= recovery:
			return took
		case took > recovery:
			l.t.Errorf("%v after the restart: %v", took, refused)
			return took
		}
		time.Sleep(5 * time.Millisecond)
	}
}

func (l *load) journalAndConsole() {
	l.t.Helper()
	r := fetch(secretsOf("my-new-app"))
	if a, err := l.at.ask(r); err != nil || !a.done() {
		l.t.Fatalf("HTTP %d %s, %v", a.status, a.text, err)
	}
	for _, path := range []string{"/__admin/requests?limit=1000", "/__admin/ui/"} {
		found := func() bool {
			a, err := l.at.ask(fetch(path))
			return err == nil && a.status == http.StatusOK && strings.Contains(a.text, r.path)
		}
		end := time.Now().Add(recovery)
		for !found() && time.Now().Before(end) {
			time.Sleep(10 * time.Millisecond)
		}
		if a, err := l.at.ask(fetch(path)); !found() {
			l.t.Errorf("%s does not show the latest request: HTTP %d %v %.500s", path, a.status, err, a.text)
		}
	}
}

// TestStateDatabaseAwayAtTheStart ends with a message for whoever has to do something.
func TestStateDatabaseAwayAtTheStart(t *testing.T) {
	t.Parallel()
	database := pgtest.Start(t)
	dsn := database.DSN()
	database.Stop()
	address, err := url.Parse(dsn)
	if err != nil {
		t.Fatal(err)
	}
	code, stderr := serveFails(t, "--state", dsn)
	wantFailure(t, code, stderr, address.Hostname(), address.Port(), strings.TrimPrefix(address.Path, "/"), "cannot be reached")
	if password, _ := address.User.Password(); strings.Contains(stderr, password) {
		t.Errorf("it tells the password: %s", stderr)
	}
}
