package main

import (
	"errors"
	"flag"
	"math/rand/v2"
	"path/filepath"
	"strings"
	"testing"
	"time"

	"github.com/keyturn/keyturn/mockserver/store/pgtest"
)

var stateKills = flag.Int("state-kills", 3, "how often each of the tests that kill a working server does so")

// forStates runs a test with a new state of each kind.
func forStates(t *testing.T, run func(t *testing.T, state string)) {
	t.Helper()
	t.Run("file", func(t *testing.T) {
		t.Parallel()
		run(t, fileState+filepath.Join(t.TempDir(), "state.db"))
	})
	t.Run("postgres", func(t *testing.T) {
		t.Parallel()
		run(t, pgtest.Start(t).DSN())
	})
}

// TestStateKill kills the process in the middle of the work of many, again and again on one
// state.
func TestStateKill(t *testing.T) {
	t.Parallel()
	forStates(t, func(t *testing.T, state string) {
		l := &load{t: t, refused: func(request, answer) error { return errors.New("nothing can be refused") }}
		addr, last := "127.0.0.1:0", 0
		for round := range *stateKills {
			p := startServe(t, "--state", state, "--addr", addr)
			l.at = newAsker(p.URL)
			if round > 0 {
				// What is older was looked at before, and is in the lists.
				l.verify("after the kill", l.lives[last:])
			}
			last = len(l.lives)
			before := l.acknowledged.Load()
			wait := l.begin(t.Context())
			length := time.Duration(100+rand.IntN(200)) * time.Millisecond
			l.awaitMore(before)
			time.Sleep(length)
			if err := p.cmd.Process.Kill(); err != nil {
				t.Fatal(err)
			}
			_ = p.cmd.Wait()
			wait()
			l.at.close()
			t.Logf("round %d: killed after %v with %d acknowledged, %d unanswered so far", round+1, length, l.acknowledged.Load()-before, l.unanswered.Load())
			if l.acknowledged.Load() == before {
				t.Error("nothing was acknowledged before the kill")
			}
			if t.Failed() {
				return
			}
			if addr = "127.0.0.1:0"; round%2 == 0 { // the same address, or another one
				addr = strings.TrimPrefix(p.URL, "http://")
			}
		}
		p := startServe(t, "--state", state)
		l.at = newAsker(p.URL)
		l.verify("at the end", l.lives)
		l.summary()
		p.terminate(t)
		if code := p.exit(t); code != exitOK {
			t.Errorf("got exit %d: %s", code, p.stderr)
		}
	})
}

// awaitMore returns when more than so many requests were acknowledged.
func (l *load) awaitMore(than int64) {
	for end := time.Now().Add(patience); l.acknowledged.Load() <= than && time.Now().Before(end); {
		time.Sleep(time.Millisecond)
	}
}

func (l *load) summary() {
	l.t.Helper()
	l.t.Logf("%d clients; %d requests were acknowledged, %d refused as unavailable, %d not answered", len(l.lives), l.acknowledged.Load(), l.refusals.Load(), l.unanswered.Load())
}
