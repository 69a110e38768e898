package main

import (
	"cmp"
	"io"
	"log"
	"net/http"
	"net/http/httptest"
	"net/http/httputil"
	"net/url"
	"path/filepath"
	"sync/atomic"
	"testing"

	"github.com/keyturn/keyturn/conformance"
	"github.com/keyturn/keyturn/conformance/checks"
	"github.com/keyturn/keyturn/conformance/profile"
	"github.com/keyturn/keyturn/conformance/report"
	"github.com/keyturn/keyturn/mockserver"
	"github.com/keyturn/keyturn/mockserver/mocktest"
	"github.com/keyturn/keyturn/mockserver/store"
	"github.com/keyturn/keyturn/mockserver/store/pgtest"
	"github.com/keyturn/keyturn/mockserver/store/postgres"
)

// replicas are stand-ins over one database.
type replicas []*mocktest.Server

// replicate starts three. The last may have a state that is not quite what the others have.
func replicate(t *testing.T, database *pgtest.Server, last func(store.Shared) store.Shared) replicas {
	t.Helper()
	const count = 3
	address := database.Database(t)
	all := make(replicas, 0, count)
	for i := range count {
		var state store.Shared = opened(t, address)
		if i == count-1 && last != nil {
			state = last(state)
		}
		all = append(all, mocktest.Start(t, mocktest.WithOptions(func(o *mockserver.Options) { o.State = state })))
	}
	return all
}

func opened(t *testing.T, address string) *postgres.Backend {
	t.Helper()
	backend, err := postgres.Open(t.Context(), address, postgres.Options{})
	if err != nil {
		t.Fatal(err)
	}
	t.Cleanup(func() {
		if err := backend.Close(); err != nil {
			t.Error(err)
		}
	})
	return backend
}

// balance sends one request to each replica in turn.
func (all replicas) balance(t *testing.T) string {
	t.Helper()
	var turn atomic.Uint64
	balancer := &httputil.ReverseProxy{
		// The host stays what it is, as the addresses in replies follow it.
		Rewrite: func(r *httputil.ProxyRequest) {
			target, err := url.Parse(all[turn.Add(1)%uint64(len(all))].BaseURL())
			if err != nil {
				t.Error(err)
				return
			}
			r.SetURL(target)
			r.Out.Host = r.In.Host
		},
		Transport: &http.Transport{MaxIdleConnsPerHost: 64},
		ErrorLog:  log.New(io.Discard, "", 0), // callers that hang up are part of it
	}
	server := httptest.NewServer(balancer)
	t.Cleanup(server.Close)
	return server.URL
}

// refereed is a run of the referee, judged as on a stand-in that is alone.
func refereed(t *testing.T, provider, address, filter string) *conformance.Finished {
	t.Helper()
	bound, err := profile.Builtin(provider)
	if err != nil {
		t.Fatal(err)
	}
	finished, err := conformance.Run(t.Context(), conformance.Options{
		URL: address, Profile: bound, Checks: checks.All(), Filter: filter,
		Journal: filepath.Join(t.TempDir(), "journal.jsonl"), Version: "test",
	})
	if err != nil {
		t.Fatal(err)
	}
	return finished
}

// TestCleanRunOverReplicas is the referee on three stand-ins over one database, each request
// at another one than the one before: what holds for one holds for all. Without -checks it
// is what is asked at the same time, with -checks '*' everything.
func TestCleanRunOverReplicas(t *testing.T) {
	t.Parallel()
	database := pgtest.Start(t)
	for _, provider := range providers() {
		t.Run(provider, func(t *testing.T) {
			t.Parallel()
			finished := refereed(t, provider, replicate(t, database, nil).balance(t), cmp.Or(*chosen, "CON-*"))
			for _, result := range finished.Results {
				if result.Verdict != report.Pass && result.Verdict != report.NotApplicable {
					t.Errorf("%s %s: %s %+v", result.ID, result.Verdict, result.Message, result.Findings)
				}
			}
			if *chosen == "*" && (finished.Outcome != report.Conformant || finished.Counts[report.Pass] < 50) {
				t.Errorf("%s: %s %v", finished.Outcome, finished.Summary, finished.Counts)
			}
			if len(finished.Leftovers) > 0 {
				t.Errorf("left behind: %v", finished.Leftovers)
			}
			t.Logf("%v, %d requests in %s", finished.Counts, finished.Run.Requests, finished.Run.Ended.Sub(finished.Run.Started))
		})
	}
}
