package main

import (
	"fmt"
	"net/http"
	"regexp"
	"strings"
	"testing"

	"github.com/google/go-cmp/cmp"
)

// inSeeded is the namespace whose randomness is no randomness.
const inSeeded = "/ns/seeded"

// settings are made in both servers, before anything else.
var settings = []request{
	send(http.MethodPost, "/__admin/namespaces", object{"name": "seeded", "seed": 7, "idle": "0s"}),
	send(http.MethodPut, inSeeded+"/__admin/clock", object{"freeze": true}),
	send(http.MethodPut, inSeeded+"/__admin/clock", object{"at": "2099-03-04T05:06:07Z"}),
	send(http.MethodPost, inSeeded+"/__admin/faults", object{
		"match":  object{"operation": "listSecrets", "probability": 0.5, "seed": 3},
		"effect": object{"status": http.StatusBadGateway},
	}),
	send(http.MethodPost, inSeeded+"/__admin/faults", object{
		"match":  object{"operation": "getClient", "nth": 13},
		"effect": object{"status": http.StatusGatewayTimeout},
	}),
	send(http.MethodPost, inSeeded+"/__admin/faults", object{
		"match":  object{"operation": "listApplications", "provider": "authing-v2"},
		"effect": object{"throttle": object{"limit": 14, "per": "1h"}},
	}),
	send(http.MethodPost, inSeeded+"/__admin/faults", object{
		"match": object{"operation": "oidcToken"}, "effect": object{"status": http.StatusServiceUnavailable}, "times": 12,
	}),
	send(http.MethodPost, inSeeded+"/__admin/snapshots", object{"name": "begun"}),
	send(http.MethodPut, inSeeded+"/__admin/propagation", object{"accept_new_after": "1s", "replicas": 2}),
	send(http.MethodPut, inSeeded+"/__admin/defects", object{"on": []string{"old-secret-lives-3s"}}),
}

// afterStop is what a stop must not change.
var afterStop = []string{"/__admin/clock", "/__admin/faults", "/__admin/snapshots", "/__admin/propagation", "/__admin/defects", "/__admin/snapshots/begun/diff"}

// passing is what no two answers have in common: the digits that stand for a secret are
// other ones in each process, and the system's clock goes on.
var passing = regexp.MustCompile(`#[0-9a-f]+|"offset":"[^"]*"|"system":"[^"]*"`)

// turn is what one turn of requests gets: statuses, and the secret that was made.
func (a *asker) turn(t *testing.T) (statuses, secret string) {
	t.Helper()
	requests := []request{
		fetch(secretsOf("my-new-app")), fetch("/api/v1/auth/client/00000000-0000-4000-8000-000000000001"), fetch("/api/v2/applications"),
		form("/oidc/token", "grant_type", "client_credentials", "client_id", "6229ffaxxxxxxxxcade3e3d9", "client_secret", "9c1e5b7d3f2a4680b4d6e8f01a3c5e7f"),
		addSecretTo("my-new-app"),
	}
	for _, r := range requests {
		r.path = inSeeded + r.path
		got, err := a.ask(r)
		if err != nil {
			t.Fatal(err)
		}
		statuses += fmt.Sprint(" ", got.status)
		secret = got.textAt("clientSecret")
	}
	return statuses, secret
}

func (a *asker) turns(t *testing.T, n int) (statuses, secrets []string) {
	t.Helper()
	for range n {
		status, secret := a.turn(t)
		statuses, secrets = append(statuses, status), append(secrets, secret)
	}
	return statuses, secrets
}

func (a *asker) all(t *testing.T, paths []string) map[string]string {
	t.Helper()
	said := map[string]string{}
	for _, path := range paths {
		got, err := a.ask(fetch(inSeeded + path))
		if err != nil || !got.done() {
			t.Fatalf("%s: HTTP %d %s, %v", path, got.status, got.text, err)
		}
		said[path] = passing.ReplaceAllString(got.text, "")
	}
	return said
}

// TestStateStop stops a server as an operator does. What it does afterwards is what one does
// that was never stopped: faults hit the same requests, and a seeded namespace makes the
// same secrets, unless servers share it.
func TestStateStop(t *testing.T) {
	t.Parallel()
	forStates(t, func(t *testing.T, state string) {
		p := startServe(t, "--state", state)
		stopped, never := newAsker(p.URL), newAsker(startServe(t).URL)
		for _, at := range []*asker{stopped, never} {
			for _, r := range settings {
				if got, err := at.ask(r); err != nil || !got.done() {
					t.Fatalf("%s %s: HTTP %d %s, %v", r.method, r.path, got.status, got.text, err)
				}
			}
		}
		const half = 10
		statuses, secrets := stopped.turns(t, half)
		said := stopped.all(t, afterStop)
		for range 2 {
			p.terminate(t)
			if code := p.exit(t); code != exitOK || strings.Contains(p.stderr.String(), "level=ERROR") {
				t.Fatalf("got exit %d: %s", code, p.stderr)
			}
			p = startServe(t, "--state", state)
			stopped = newAsker(p.URL)
			if diff := cmp.Diff(said, stopped.all(t, afterStop)); diff != "" {
				t.Fatalf("the stop changed:\n%s", diff)
			}
		}
		moreStatuses, moreSecrets := stopped.turns(t, half)
		wantStatuses, wantSecrets := never.turns(t, 2*half)
		if diff := cmp.Diff(wantStatuses, append(statuses, moreStatuses...)); diff != "" {
			t.Errorf("faults go on elsewhere:\n%s", diff)
		}
		if strings.HasPrefix(state, fileState) {
			if diff := cmp.Diff(wantSecrets, append(secrets, moreSecrets...)); diff != "" {
				t.Errorf("randomness goes on elsewhere:\n%s", diff)
			}
		}
		if seen := fmt.Sprint(wantStatuses); !strings.Contains(seen, "502") || !strings.Contains(seen, "504") || !strings.Contains(seen, "429") {
			t.Errorf("not all faults were met: %s", seen)
		}
	})
}
