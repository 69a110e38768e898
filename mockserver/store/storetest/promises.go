package storetest

import (
	"context"
	"errors"
	"fmt"
	"slices"
	"sync"
	"testing"

	"github.com/google/go-cmp/cmp"

	"github.com/keyturn/keyturn/mockserver/client"
	"github.com/keyturn/keyturn/mockserver/store"
)

func everyFieldSurvives(t *testing.T, s store.Store) {
	want := mustCreate(t, s, full("a"))
	if want.Serial == 0 {
		t.Fatal("Create gave no serial")
	}
	if diff := cmp.Diff(full("a"), withoutSerial(want), compareClients); diff != "" {
		t.Fatalf("Create changed the client (-want +got):\n%s", diff)
	}
	if diff := cmp.Diff(want, mustGet(t, s, want.Key), compareClients); diff != "" {
		t.Fatalf("Get (-want +got):\n%s", diff)
	}
	found, err := s.Find(context.Background(), want.Realm, want.ClientID)
	if err != nil {
		t.Fatal(err)
	}
	if diff := cmp.Diff(want, found, compareClients); diff != "" {
		t.Fatalf("Find (-want +got):\n%s", diff)
	}
}

func withoutSerial(c client.Client) client.Client {
	c.Serial = 0
	return c
}

func missingIsNotFound(t *testing.T, s store.Store) {
	ctx := context.Background()
	stored := mustCreate(t, s, full("a"))
	elsewhere := client.Key{Realm: "other", ID: stored.ID}
	_, err := s.Get(ctx, elsewhere)
	wantKind(t, err, client.NotFound)
	_, err = s.Find(ctx, "other", stored.ClientID)
	wantKind(t, err, client.NotFound)
	_, err = s.Find(ctx, stored.Realm, stored.ID)
	wantKind(t, err, client.NotFound)
	_, err = s.Update(ctx, elsewhere, func(*client.Client) error {
		t.Error("the change ran without a client")
		return nil
	})
	wantKind(t, err, client.NotFound)
	wantKind(t, s.Delete(ctx, elsewhere), client.NotFound)
}

func namesAreUnique(t *testing.T, s store.Store) {
	ctx := context.Background()
	mustCreate(t, s, full("a"))
	for name, change := range map[string]func(*client.Client){
		"key":       func(c *client.Client) { c.ID = "a" },
		"client id": func(c *client.Client) { c.ClientID = "client-a" },
		"alias":     func(c *client.Client) { c.Alias = "alias-a" },
	} {
		c := full("b")
		change(&c)
		_, err := s.Create(ctx, c)
		if client.KindOf(err) != client.Conflict {
			t.Errorf("same %s: %v, want a conflict", name, err)
		}
	}
	for name, change := range map[string]func(*client.Client){
		"another realm":                     func(c *client.Client) { c.Realm = "elsewhere" },
		"an alias of another tenant":        func(c *client.Client) { c.ID, c.ClientID, c.Tenant = "c", "client-c", "tenant-2" },
		"no alias":                          func(c *client.Client) { c.ID, c.ClientID, c.Alias = "d", "client-d", "" },
		"another's id for a client id":      func(c *client.Client) { c.ID, c.ClientID, c.Alias = "g", "a", "alias-g" },
		"no alias, for the second time too": func(c *client.Client) { c.ID, c.ClientID, c.Alias = "e", "client-e", "" },
	} {
		c := full("a")
		change(&c)
		if _, err := s.Create(ctx, c); err != nil {
			t.Errorf("%s: %v", name, err)
		}
	}
}

func namesAreFreed(t *testing.T, s store.Store) {
	first := mustCreate(t, s, full("a"))
	if err := s.Delete(context.Background(), first.Key); err != nil {
		t.Fatal(err)
	}
	_, err := s.Find(context.Background(), first.Realm, first.ClientID)
	wantKind(t, err, client.NotFound)
	mustCreate(t, s, full("a"))
}

func valuesAreCopied(t *testing.T, s store.Store) {
	ctx := context.Background()
	given := full("a")
	stored := mustCreate(t, s, given)
	given.Secrets[0].ID = "written by the caller"
	stored.Secrets[0].ID = "written by the creator"
	read := mustGet(t, s, stored.Key)
	read.Secrets[0].ID = "written by a reader"
	var kept *client.Client
	updated, err := s.Update(ctx, stored.Key, func(c *client.Client) error {
		kept = c
		return nil
	})
	if err != nil {
		t.Fatal(err)
	}
	kept.Secrets[0].ID = "written by an updater"
	updated.Secrets[0].ID = "written through the result"
	page, err := s.List(ctx, store.Query{Realm: stored.Realm})
	if err != nil {
		t.Fatal(err)
	}
	page.Clients[0].Secrets[0].ID = "written through a list"
	if diff := cmp.Diff(full("a"), withoutSerial(mustGet(t, s, stored.Key)), compareClients); diff != "" {
		t.Fatalf("somebody wrote into the store (-want +got):\n%s", diff)
	}
}

func failedUpdateKeepsNothing(t *testing.T, s store.Store) {
	stored := mustCreate(t, s, full("a"))
	refusal := errors.New("refused")
	_, err := s.Update(context.Background(), stored.Key, func(c *client.Client) error {
		c.Enabled = false
		c.Secrets = nil
		return refusal
	})
	if !errors.Is(err, refusal) {
		t.Fatalf("Update returned %v, want the change's own error", err)
	}
	if diff := cmp.Diff(stored, mustGet(t, s, stored.Key), compareClients); diff != "" {
		t.Fatalf("a refused update was kept (-want +got):\n%s", diff)
	}
}

func identityIsFixed(t *testing.T, s store.Store) {
	stored := mustCreate(t, s, full("a"))
	updated, err := s.Update(context.Background(), stored.Key, func(c *client.Client) error {
		c.ID, c.Realm, c.Serial = "b", "elsewhere", 99
		return nil
	})
	if err != nil {
		t.Fatal(err)
	}
	if updated.Key != stored.Key || updated.Serial != stored.Serial {
		t.Fatalf("the update made %v serial %d of %v serial %d", updated.Key, updated.Serial, stored.Key, stored.Serial)
	}
}

func updateMovesNames(t *testing.T, s store.Store) {
	ctx := context.Background()
	a, b := mustCreate(t, s, full("a")), mustCreate(t, s, full("b"))
	_, err := s.Update(ctx, b.Key, func(c *client.Client) error {
		c.Alias = a.Alias
		return nil
	})
	wantKind(t, err, client.Conflict)
	if _, err := s.Update(ctx, a.Key, func(c *client.Client) error {
		c.Alias, c.ClientID = "moved", "moved-client"
		return nil
	}); err != nil {
		t.Fatal(err)
	}
	if _, err := s.Find(ctx, a.Realm, "moved-client"); err != nil {
		t.Fatalf("the new client id: %v", err)
	}
	_, err = s.Find(ctx, a.Realm, a.ClientID)
	wantKind(t, err, client.NotFound)
	page, err := s.List(ctx, store.Query{Realm: a.Realm})
	if err != nil {
		t.Fatal(err)
	}
	if diff := cmp.Diff([]string{"a", "b"}, ids(page)); diff != "" {
		t.Fatalf("a renamed client lost its place (-want +got):\n%s", diff)
	}
}

func noLostUpdate(t *testing.T, s store.Store) {
	const writers, each = 8, 50
	stored := mustCreate(t, s, full("a"))
	var group sync.WaitGroup
	for writer := range writers {
		group.Go(func() {
			for i := range each {
				_, err := s.Update(context.Background(), stored.Key, func(c *client.Client) error {
					c.Secrets = append(c.Secrets, client.Secret{ID: fmt.Sprint(writer, "-", i)})
					return nil
				})
				if err != nil {
					t.Error(err)
				}
			}
		})
	}
	group.Wait()
	if got, want := len(mustGet(t, s, stored.Key).Secrets), writers*each+2; got != want {
		t.Fatalf("%d of %d updates survived", got, want)
	}
}

func listsArePaged(t *testing.T, s store.Store) {
	ctx := context.Background()
	for _, id := range []string{"c", "a", "b", "e", "d"} {
		mustCreate(t, s, full(id))
	}
	foreign := full("f")
	foreign.Tenant = "tenant-2"
	mustCreate(t, s, foreign)
	for _, test := range []struct {
		query store.Query
		total int
		want  []string
	}{
		{store.Query{Realm: "realm"}, 6, []string{"c", "a", "b", "e", "d", "f"}},
		{store.Query{Realm: "realm", Tenant: "tenant"}, 5, []string{"c", "a", "b", "e", "d"}},
		{store.Query{Realm: "realm", Tenant: "tenant", Limit: 2}, 5, []string{"c", "a"}},
		{store.Query{Realm: "realm", Tenant: "tenant", Offset: 2, Limit: 2}, 5, []string{"b", "e"}},
		{store.Query{Realm: "realm", Tenant: "tenant", Offset: 4, Limit: 2}, 5, []string{"d"}},
		{store.Query{Realm: "realm", Tenant: "tenant", Offset: 5, Limit: 2}, 5, nil},
		{store.Query{Realm: "realm", Tenant: "nobody"}, 0, nil},
		{store.Query{Realm: "nowhere"}, 0, nil},
	} {
		page, err := s.List(ctx, test.query)
		if err != nil {
			t.Fatal(err)
		}
		if page.Total != test.total || !slices.Equal(ids(page), test.want) {
			t.Errorf("List(%+v) = %v of %d, want %v of %d", test.query, ids(page), page.Total, test.want, test.total)
		}
	}
}

func listsFollowDeletes(t *testing.T, s store.Store) {
	ctx := context.Background()
	for _, id := range []string{"a", "b", "c"} {
		mustCreate(t, s, full(id))
	}
	if err := s.Delete(ctx, full("b").Key); err != nil {
		t.Fatal(err)
	}
	page, err := s.List(ctx, store.Query{Realm: "realm", Tenant: "tenant", Offset: 1, Limit: 1})
	if err != nil {
		t.Fatal(err)
	}
	if page.Total != 2 || !slices.Equal(ids(page), []string{"c"}) {
		t.Fatalf("List = %v of %d, want [c] of 2", ids(page), page.Total)
	}
}

func deleteIsAtomic(t *testing.T, s store.Store) {
	ctx := context.Background()
	a, b := mustCreate(t, s, full("a")), mustCreate(t, s, full("b"))
	wantKind(t, s.Delete(ctx, a.Key, full("missing").Key, b.Key), client.NotFound)
	mustGet(t, s, a.Key)
	mustGet(t, s, b.Key)
	if err := s.Delete(ctx, a.Key, b.Key, a.Key); err != nil {
		t.Fatalf("deleting both, one named twice: %v", err)
	}
	_, err := s.Get(ctx, a.Key)
	wantKind(t, err, client.NotFound)
}

func replaceIsAtomic(t *testing.T, s store.Store) {
	ctx := context.Background()
	old := mustCreate(t, s, full("old"))
	clash := full("c")
	clash.ClientID = "client-b"
	wantKind(t, s.Replace(ctx, []client.Client{full("b"), clash}), client.Conflict)
	mustGet(t, s, old.Key)
	_, err := s.Get(ctx, full("b").Key)
	wantKind(t, err, client.NotFound)

	if err := s.Replace(ctx, []client.Client{full("b"), full("a")}); err != nil {
		t.Fatal(err)
	}
	_, err = s.Get(ctx, old.Key)
	wantKind(t, err, client.NotFound)
	page, err := s.List(ctx, store.Query{Realm: "realm"})
	if err != nil {
		t.Fatal(err)
	}
	if diff := cmp.Diff([]string{"b", "a"}, ids(page)); diff != "" {
		t.Fatalf("the replaced content (-want +got):\n%s", diff)
	}
}

func serialsAreFresh(t *testing.T, s store.Store) {
	ctx := context.Background()
	first := mustCreate(t, s, full("a"))
	if err := s.Delete(ctx, first.Key); err != nil {
		t.Fatal(err)
	}
	second := mustCreate(t, s, full("a"))
	if err := s.Replace(ctx, []client.Client{full("a")}); err != nil {
		t.Fatal(err)
	}
	third := mustGet(t, s, first.Key)
	if first.Serial >= second.Serial || second.Serial >= third.Serial {
		t.Fatalf("serials %d, %d, %d do not grow", first.Serial, second.Serial, third.Serial)
	}
}

func cancellation(t *testing.T, s store.Store) {
	stored := mustCreate(t, s, full("a"))
	ctx, cancel := context.WithCancel(context.Background())
	cancel()
	calls := map[string]func() error{
		"Get":     func() error { _, err := s.Get(ctx, stored.Key); return err },
		"Find":    func() error { _, err := s.Find(ctx, stored.Realm, stored.ClientID); return err },
		"List":    func() error { _, err := s.List(ctx, store.Query{Realm: stored.Realm}); return err },
		"Create":  func() error { _, err := s.Create(ctx, full("b")); return err },
		"Delete":  func() error { return s.Delete(ctx, stored.Key) },
		"Replace": func() error { return s.Replace(ctx, nil) },
		"Update": func() error {
			_, err := s.Update(ctx, stored.Key, func(c *client.Client) error { c.Enabled = false; return nil })
			return err
		},
	}
	for name, call := range calls {
		if err := call(); !errors.Is(err, context.Canceled) {
			t.Errorf("%s returned %v, want context.Canceled", name, err)
		}
	}
	if diff := cmp.Diff(stored, mustGet(t, s, stored.Key), compareClients); diff != "" {
		t.Fatalf("a cancelled call changed the client (-want +got):\n%s", diff)
	}
}
