package snapshot_test

import (
	"encoding/json"
	"maps"
	"slices"
	"strings"
	"testing"
	"time"

	"github.com/google/go-cmp/cmp"

	"github.com/keyturn/keyturn/fixtures"
	"github.com/keyturn/keyturn/mockserver/clock"
	"github.com/keyturn/keyturn/mockserver/fault"
	"github.com/keyturn/keyturn/mockserver/snapshot"
	"github.com/keyturn/keyturn/mockserver/wire"
)

// small is a document with two clients, each of whose secrets begins with "secret-".
func small() snapshot.Document {
	return snapshot.Document{
		Name: "a", TakenAt: taken, Namespace: "one",
		World: fixtures.World{Version: 1, Realms: map[string]fixtures.Realm{"authing": {
			Settings:   fixtures.Settings{"x": 1},
			Tenants:    []fixtures.Tenant{{ID: "t"}},
			Principals: []fixtures.Principal{{Name: "p", Token: "secret-token", Role: fixtures.RoleAdmin}},
			AccessKeys: []fixtures.AccessKey{{ID: "k", Secret: "secret-key", Tenant: "t"}},
			Clients: []fixtures.Client{
				{
					ID: "c1", Tenant: "t", Secrets: []fixtures.Secret{{ID: "1", Value: "secret-1"}, {ID: "2", SHA256: "secret-2"}},
					Attributes: fixtures.Attributes{"name": "One", "redirect.uris": []any{"a"}},
				},
				{ID: "c2", Tenant: "t"},
			},
		}}},
		Faults:  []fault.Fault{{ID: "f1", Effect: fault.Effect{Status: 503}}},
		Defects: []string{"late-expiry"},
	}
}

func fingerprint(secret string) string { return "#" + strings.TrimPrefix(secret, "secret-") }

func TestDiff(t *testing.T) {
	t.Parallel()
	for name, test := range map[string]struct {
		change func(d *snapshot.Document, r *fixtures.Realm)
		want   []snapshot.Change
	}{
		"the same": {func(*snapshot.Document, *fixtures.Realm) {}, []snapshot.Change{}},
		"what it says of itself": {func(d *snapshot.Document, _ *fixtures.Realm) {
			d.Name, d.Namespace, d.TakenAt = "b", "two", taken.Add(time.Hour)
		}, []snapshot.Change{}},
		"the order of clients": {func(_ *snapshot.Document, r *fixtures.Realm) { slices.Reverse(r.Clients) }, []snapshot.Change{}},
		"the clock is moved": {func(d *snapshot.Document, _ *fixtures.Realm) { d.Clock.Offset = time.Hour }, []snapshot.Change{
			{Path: "clock.offset", Before: "0s", After: "1h0m0s"},
		}},
		"the clock stands": {func(d *snapshot.Document, _ *fixtures.Realm) { d.Clock = clock.State{Frozen: taken} }, []snapshot.Change{
			{Path: "clock.frozen", After: "2026-03-04T05:06:07.000000008Z"},
		}},
		"a secret is deleted": {func(_ *snapshot.Document, r *fixtures.Realm) { r.Clients[0].Secrets[0].DeletedAt = taken }, []snapshot.Change{
			{Path: "realms.authing.clients[c1].secrets[1].deleted_at", After: "2026-03-04T05:06:07.000000008Z"},
		}},
		"a secret is another": {func(_ *snapshot.Document, r *fixtures.Realm) { r.Clients[0].Secrets[0].Value = "secret-3" }, []snapshot.Change{
			{Path: "realms.authing.clients[c1].secrets[1].value", Before: "#1", After: "#3"},
		}},
		"a client before the others": {func(_ *snapshot.Document, r *fixtures.Realm) {
			r.Clients = slices.Insert(r.Clients, 0, fixtures.Client{ID: "c 0]", Tenant: "t", Secrets: []fixtures.Secret{{ID: "1", Value: "secret-0"}}})
		}, []snapshot.Change{
			{Path: `realms.authing.clients["c 0]"]`, After: wire.Object{"id": "c 0]", "tenant": "t", "secrets": wire.Array{wire.Object{"id": "1", "value": "#0"}}}},
		}},
		"the first client and its digest are gone": {func(_ *snapshot.Document, r *fixtures.Realm) { r.Clients = r.Clients[1:] }, []snapshot.Change{
			{Path: "realms.authing.clients[c1]", Before: wire.Object{
				"id": "c1", "tenant": "t", "attributes": wire.Object{"name": "One", "redirect.uris": wire.Array{"a"}},
				"secrets": wire.Array{wire.Object{"id": "1", "value": "#1"}, wire.Object{"id": "2", "sha256": "#2"}},
			}},
		}},
		"the first secret": {func(_ *snapshot.Document, r *fixtures.Realm) {
			r.Clients[1].Secrets = []fixtures.Secret{{ID: "9", Value: "secret-9"}}
		}, []snapshot.Change{{Path: "realms.authing.clients[c2].secrets[9]", After: wire.Object{"id": "9", "value": "#9"}}}},
		"secrets without ids": {func(_ *snapshot.Document, r *fixtures.Realm) {
			r.Clients[0].Secrets = []fixtures.Secret{{Value: "secret-1"}}
		}, []snapshot.Change{
			{Path: "realms.authing.clients[c1].secrets[0].id", Before: "1"},
			{Path: "realms.authing.clients[c1].secrets[1]", Before: wire.Object{"id": "2", "sha256": "#2"}},
		}},
		"callers": {func(_ *snapshot.Document, r *fixtures.Realm) {
			r.Principals[0].Token, r.AccessKeys[0].Secret, r.Settings["x"] = "secret-a", "secret-b", 2
		}, []snapshot.Change{
			{Path: "realms.authing.access_keys[k].secret", Before: "#key", After: "#b"},
			{Path: "realms.authing.principals[p].token", Before: "#token", After: "#a"},
			{Path: "realms.authing.settings.x", Before: 1.0, After: 2.0},
		}},
		"attributes": {func(_ *snapshot.Document, r *fixtures.Realm) {
			r.Clients[0].Attributes = fixtures.Attributes{"redirect.uris": []any{"a", "b"}}
		}, []snapshot.Change{
			{Path: "realms.authing.clients[c1].attributes.name", Before: "One"},
			{Path: `realms.authing.clients[c1].attributes["redirect.uris"]`, Before: wire.Array{"a"}, After: wire.Array{"a", "b"}},
		}},
		"a realm": {func(d *snapshot.Document, _ *fixtures.Realm) {
			d.World.Realms["b"] = fixtures.Realm{Principals: []fixtures.Principal{{Name: "p", Token: "secret-p", Role: fixtures.RoleAdmin}}}
		}, []snapshot.Change{{Path: "realms.b", After: wire.Object{
			"principals": wire.Array{wire.Object{"name": "p", "token": "#p", "role": "admin"}},
		}}}},
		"the rest": {func(d *snapshot.Document, _ *fixtures.Realm) {
			d.Faults[0].Hits = 2
			d.Faults = append(d.Faults, fault.Fault{ID: "f2", Effect: fault.Effect{Reset: true}})
			d.Defects = []string{"early-expiry"}
			d.Propagation.Replicas = 2
			d.Randomness = []byte("abc")
		}, []snapshot.Change{
			{Path: "faults[f1].hits", Before: 0.0, After: 2.0},
			{Path: "faults[f2]", After: wire.Object{"id": "f2", "match": wire.Object{}, "effect": wire.Object{"reset": true}, "hits": 0.0, "seen": 0.0}},
			{Path: "defects[late-expiry]", Before: "late-expiry"},
			{Path: "defects[early-expiry]", After: "early-expiry"},
			{Path: "propagation.replicas", Before: 1.0, After: 2.0},
			{Path: "randomness", Before: "", After: "#YWJj"},
		}},
	} {
		t.Run(name, func(t *testing.T) {
			t.Parallel()
			changed := small()
			r := changed.World.Realms["authing"]
			test.change(&changed, &r)
			changed.World.Realms["authing"] = r
			got, err := snapshot.Diff(small(), changed, fingerprint)
			if err != nil {
				t.Fatal(err)
			}
			if diff := cmp.Diff(test.want, got); diff != "" {
				t.Errorf("(-want +got):\n%s", diff)
			}
			back, err := snapshot.Diff(changed, small(), fingerprint)
			if err != nil || len(back) != len(got) {
				t.Errorf("there are %d changes on the way back, want %d: %v", len(back), len(got), err)
			}
		})
	}
}

// TestDiffHidesSecrets compares the default world with nothing.
func TestDiffHidesSecrets(t *testing.T) {
	t.Parallel()
	a, b := full(t), full(t)
	b.World = fixtures.World{Version: 1, Realms: map[string]fixtures.Realm{}}
	for name, r := range a.World.Realms {
		b.World.Realms[name] = fixtures.Realm{Settings: r.Settings}
	}
	changes, err := snapshot.Diff(a, b, func(string) string { return "#" })
	if err != nil {
		t.Fatal(err)
	}
	shown, err := json.Marshal(changes)
	if err != nil {
		t.Fatal(err)
	}
	secrets := 0
	for _, name := range slices.Sorted(maps.Keys(a.World.Realms)) {
		r := a.World.Realms[name]
		for _, c := range r.Clients {
			for _, s := range c.Secrets {
				secrets++
				if strings.Contains(string(shown), `"`+s.Value+s.SHA256+`"`) {
					t.Errorf("a secret of %s is shown", c.ID)
				}
			}
		}
		for _, k := range r.AccessKeys {
			if strings.Contains(string(shown), k.Secret) {
				t.Errorf("the secret of the access key %s is shown", k.ID)
			}
		}
		for _, p := range r.Principals {
			if strings.Contains(string(shown), `"token":"`+p.Token) {
				t.Errorf("the token of %s is shown", p.Name)
			}
		}
	}
	if secrets == 0 || !strings.Contains(string(shown), `"value":"#"`) {
		t.Error("there are no secrets to hide")
	}
}
