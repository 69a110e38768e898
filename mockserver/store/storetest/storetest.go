package storetest

import (
	"context"
	"fmt"
	"maps"
	"testing"
	"time"

	"github.com/google/go-cmp/cmp"

	"github.com/keyturn/keyturn/mockserver/client"
	"github.com/keyturn/keyturn/mockserver/store"
)

// Open returns an empty store that lives until the test ends.
type Open func(tb testing.TB) store.Store

// OpenContent returns an empty content of the epoch zero that lives until the test ends.
type OpenContent func(tb testing.TB) store.Content

// Run proves the contract of store.Store.
func Run(t *testing.T, open Open) {
	t.Helper()
	for _, promise := range promises {
		t.Run(promise.name, func(t *testing.T) {
			t.Parallel()
			promise.prove(t, open(t))
		})
	}
}

type promise struct {
	name  string
	prove func(t *testing.T, s store.Store)
}

// promises is the contract, a line each.
var promises = []promise{
	{"every field survives", everyFieldSurvives},
	{"what is not there is NotFound", missingIsNotFound},
	{"names are unique where they must be", namesAreUnique},
	{"a name is free again after deletion", namesAreFreed},
	{"values are copied in and out", valuesAreCopied},
	{"update keeps nothing when it fails", failedUpdateKeepsNothing},
	{"update cannot change the key or the serial", identityIsFixed},
	{"update moves a changed name", updateMovesNames},
	{"no update is lost", noLostUpdate},
	{"lists are in creation order and paged", listsArePaged},
	{"a list never sees half a page of a deleted client", listsFollowDeletes},
	{"delete removes all or none", deleteIsAtomic},
	{"replace swaps everything or nothing", replaceIsAtomic},
	{"serials are never used again", serialsAreFresh},
	{"a cancelled context stops every method", cancellation},
}

// full returns a client in which no field has its zero value: a backend that
// drops a field cannot hide.
func full(id string) client.Client {
	born := time.Date(2026, 3, 4, 5, 6, 7, 8000, time.UTC)
	gone := client.NewSecret("secret-1", "first-value", born)
	gone.ExpiresAt, gone.DeletedAt = born.Add(time.Hour), born.Add(time.Minute)
	return client.Client{
		Key:           client.Key{Realm: "realm", ID: id},
		ClientID:      "client-" + id,
		Tenant:        "tenant",
		Alias:         "alias-" + id,
		Enabled:       true,
		Secrets:       []client.Secret{gone, client.NewSecret("secret-2", "second-value", born).Sealed()},
		RevokedTokens: client.Revocations{}.With("token", born.Add(time.Hour), born),
		Attributes: client.NewAttributes(map[string]any{
			"text": "café 密钥", "flag": true, "count": 3.5, "none": nil,
			"list": []any{"a", map[string]any{"deep": "b"}}, "tree": map[string]any{"x": []any{}},
		}),
		CreatedAt: born,
		UpdatedAt: born.Add(time.Second),
	}
}

// Numbered returns a client as the providers make them: its id is 24 hexadecimal digits,
// and every other one has a client id of its own. No two numbers give the same id.
func Numbered(i int) client.Client {
	now := time.Unix(1_700_000_000, 0).UTC()
	c := client.Client{
		Key:       client.Key{Realm: "realm", ID: fmt.Sprintf("%024x", uint64(i)*0x9e3779b97f4a7c15)},
		Tenant:    fmt.Sprintf("tenant-%d", i%10),
		Alias:     fmt.Sprintf("alias-%d", i),
		Enabled:   true,
		CreatedAt: now,
		Secrets:   []client.Secret{client.NewSecret("1", "a", now), client.NewSecret("2", "b", now)},
	}
	c.ClientID = c.ID
	if i%2 == 1 {
		c.ClientID = "client-" + c.ID
	}
	return c
}

var compareClients = cmp.Options{
	cmp.Comparer(func(a, b client.Value) bool { return a.Reveal() == b.Reveal() }),
	cmp.Transformer("members", func(a client.Attributes) map[string]any {
		return maps.Collect(a.All())
	}),
	cmp.Transformer("revocations", func(r client.Revocations) map[string]time.Time {
		return maps.Collect(r.All())
	}),
}

func mustCreate(t *testing.T, s store.Store, c client.Client) client.Client {
	t.Helper()
	created, err := s.Create(context.Background(), c)
	if err != nil {
		t.Fatalf("Create(%s): %v", c.ID, err)
	}
	return created
}

func mustGet(t *testing.T, s store.Store, key client.Key) client.Client {
	t.Helper()
	c, err := s.Get(context.Background(), key)
	if err != nil {
		t.Fatalf("Get(%v): %v", key, err)
	}
	return c
}

func wantKind(t *testing.T, err error, want client.Kind) {
	t.Helper()
	if err == nil {
		t.Fatalf("no error, want kind %s", want)
	}
	if got := client.KindOf(err); got != want {
		t.Fatalf("error kind %s (%v), want %s", got, err, want)
	}
}

func ids(page store.Page) []string {
	var list []string
	for _, c := range page.Clients {
		list = append(list, c.ID)
	}
	return list
}
