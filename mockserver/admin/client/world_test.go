package client_test

import (
	"errors"
	"io"
	"net/http"
	"net/http/httptest"
	"strings"
	"testing"
	"time"

	"github.com/google/go-cmp/cmp"
	"github.com/google/go-cmp/cmp/cmpopts"

	"github.com/keyturn/keyturn/fixtures"
	"github.com/keyturn/keyturn/mockserver/admin/client"
	"github.com/keyturn/keyturn/mockserver/mocktest"
)

func diffWorlds(want, got fixtures.World) string {
	return cmp.Diff(want, got, cmpopts.IgnoreUnexported(fixtures.World{}), cmpopts.EquateEmpty())
}

// TestWorldsKeepEverything sends a world that only remembers it, with what JSON and
// YAML spell in different ways.
func TestWorldsKeepEverything(t *testing.T) {
	t.Parallel()
	var kept []byte
	mux := http.NewServeMux()
	mux.HandleFunc("PUT /__admin/world", func(w http.ResponseWriter, r *http.Request) {
		kept, _ = io.ReadAll(r.Body)
		w.WriteHeader(http.StatusNoContent)
	})
	mux.HandleFunc("GET /__admin/world", func(w http.ResponseWriter, _ *http.Request) { w.Write(kept) })
	server := httptest.NewServer(mux)
	t.Cleanup(server.Close)

	at := time.Date(2026, 3, 29, 23, 59, 59, 123456789, time.UTC)
	world := fixtures.World{Version: 1, Realms: map[string]fixtures.Realm{
		"empty": {},
		"full": {
			Settings:   fixtures.Settings{"lifetime": "15m", "limit": 3, "strict": true},
			Tenants:    []fixtures.Tenant{{ID: "0123", Name: "true"}},
			Principals: []fixtures.Principal{{Name: "null", Token: "1e3", Role: fixtures.RoleAdmin, Tenants: []string{"0123"}}},
			AccessKeys: []fixtures.AccessKey{{ID: "2026-01-01", Secret: " #: \"'\\/\t", Tenant: "0123"}},
			Clients: []fixtures.Client{{
				ID: "~", ClientID: "y", Tenant: "0123", Alias: "<<", Disabled: true, CreatedAt: at, UpdatedAt: at.In(time.FixedZone("", 3600)),
				Secrets: []fixtures.Secret{
					{ID: "1", Value: "\x00\x7f\u0085\u2028\u2029\ufeff\ufffe😀<&>{noop}\n", ExpiresAt: at},
					{ID: "2", SHA256: strings.Repeat("0a", 32), CreatedAt: at, DeletedAt: at},
				},
				Attributes: fixtures.Attributes{
					"<<": "merge", "": "", "time": "2026-01-01T00:00:00Z", "none": nil, "list": []any{}, "object": map[string]any{"a/b": []any{nil, false, "no"}},
					"whole": 9007199254740993, "float": 1.5, "large": 1e21, "small": -1e-7,
				},
			}},
		},
	}}
	admin := client.New(server.URL, client.Options{})
	if err := admin.ReplaceWorld(t.Context(), world); err != nil {
		t.Fatal(err)
	}
	got, err := admin.World(t.Context())
	if err != nil {
		t.Fatalf("%v in %s", err, kept)
	}
	if diff := diffWorlds(world, got); diff != "" {
		t.Errorf("(-sent +received)\n%s", diff)
	}
}

func TestWorldOfAStandIn(t *testing.T) {
	t.Parallel()
	standIn := mocktest.Start(t)
	admin, ctx := standIn.Admin(), t.Context()
	before, err := admin.World(ctx)
	if err != nil || len(before.Realms["authing"].Clients) == 0 {
		t.Fatalf("got %+v, %v, want the default world", before, err)
	}
	if diff := diffWorlds(written(t, standIn), before); diff != "" {
		t.Errorf("(-held +received)\n%s", diff)
	}
	if err := admin.ReplaceWorld(ctx, fixtures.World{Version: 1}); err != nil {
		t.Fatal(err)
	}
	if empty, err := admin.World(ctx); err != nil || len(empty.Realms["authing"].Clients) != 0 {
		t.Fatalf("got %+v, %v, want no client", empty, err)
	}
	if err := admin.ReplaceWorld(ctx, before); err != nil {
		t.Fatal(err)
	}
	again, err := admin.World(ctx)
	if diff := diffWorlds(before, again); err != nil || diff != "" {
		t.Errorf("%v (-before +again)\n%s", err, diff)
	}
}

// written is the stand-in's world as its file would be read: numbers are of one kind in
// JSON and of two in YAML.
func written(t *testing.T, standIn *mocktest.Server) fixtures.World {
	t.Helper()
	world, err := standIn.World(t.Context())
	if err != nil {
		t.Fatal(err)
	}
	text, err := world.Marshal()
	if err != nil {
		t.Fatal(err)
	}
	if world, err = fixtures.ParseWorld("written.yaml", text); err != nil {
		t.Fatal(err)
	}
	return world
}

func TestWorldsThatAreWrong(t *testing.T) {
	t.Parallel()
	admin := mocktest.Start(t).Admin()
	err := admin.ReplaceWorld(t.Context(), fixtures.World{Version: 1, Realms: map[string]fixtures.Realm{"nowhere": {}}})
	var problem *client.Problem
	if !errors.As(err, &problem) || !strings.Contains(problem.Detail, "realms.nowhere: there is no such realm") {
		t.Errorf("got %v, want the place and the reason", err)
	}
	unwritable := fixtures.World{Version: 1, Realms: map[string]fixtures.Realm{"authing": {Settings: fixtures.Settings{"x": "\xff"}}}}
	if err := admin.ReplaceWorld(t.Context(), unwritable); err == nil || !strings.Contains(err.Error(), "realms: authing: settings: x: ") {
		t.Errorf("got %v, want the place of what JSON cannot hold", err)
	}
}
