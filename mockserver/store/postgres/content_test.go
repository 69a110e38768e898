package postgres_test

import (
	"context"
	"fmt"
	"runtime"
	"strings"
	"testing"
	"time"

	"github.com/keyturn/keyturn/mockserver/client"
	"github.com/keyturn/keyturn/mockserver/store"
	"github.com/keyturn/keyturn/mockserver/store/postgres"
)

// TestNamesOfAllKinds has those that a column of text, or an index, would refuse.
func TestNamesOfAllKinds(t *testing.T) {
	t.Parallel()
	ctx := context.Background()
	b := open(t, server.Get(t).Database(t), postgres.Options{})
	s := content(t, b)
	for _, name := range []string{"", "\x00", "\xff\xfe", "密钥", "'; DROP TABLE keyturn_client; --", strings.Repeat("x", 339), strings.Repeat("x", 510), strings.Repeat("x", 511), strings.Repeat("x", 1024), strings.Repeat("y", 100_000)} {
		c := client.Client{Key: client.Key{Realm: name, ID: name}, ClientID: name, Tenant: name, Alias: name}
		if _, err := s.Get(ctx, c.Key); client.KindOf(err) != client.NotFound {
			t.Errorf("%.20q: got %v", name, err)
		}
		mustCreate(t, s, c)
		if got, err := s.Find(ctx, name, name); err != nil || got.Alias != name || got.Realm != name {
			t.Errorf("%.20q: found %.20q, %v", name, got.Alias, err)
		}
		if page, err := s.List(ctx, store.Query{Realm: name, Tenant: name}); err != nil || page.Total != 1 || len(page.Clients) != 1 {
			t.Errorf("%.20q: %d clients, %v", name, page.Total, err)
		}
		if _, err := s.Create(ctx, c); client.KindOf(err) != client.Conflict {
			t.Errorf("%.20q: created twice, %v", name, err)
		}
		if _, err := b.Put(ctx, name, []byte("data"), 0); err != nil {
			t.Error(err)
		}
		if _, err := b.Once(ctx, name, time.Unix(5, 0), time.Unix(1, 0)); err != nil {
			t.Error(err)
		}
	}
}

// TestAChangeThatEndsItsGoroutine harms nobody who comes later.
func TestAChangeThatEndsItsGoroutine(t *testing.T) {
	t.Parallel()
	ctx := context.Background()
	s := content(t, open(t, server.Get(t).Database(t), postgres.Options{}))
	c := mustCreate(t, s, one("a"))
	func() {
		defer func() {
			if recover() == nil {
				t.Error("the caller was not told")
			}
		}()
		s.Update(ctx, c.Key, func(*client.Client) error { runtime.Goexit(); return nil })
	}()
	if got, err := s.Update(ctx, c.Key, add("1")); err != nil || len(got.Secrets) != 1 {
		t.Errorf("afterwards: %v", err)
	}
}

// TestPagesOfManyBlocks compares pages at all offsets around the blocks' ends.
func TestPagesOfManyBlocks(t *testing.T) {
	t.Parallel()
	ctx := context.Background()
	s := content(t, open(t, server.Get(t).Database(t), postgres.Options{}))
	const n = 5000
	clients := make([]client.Client, n)
	for i := range clients {
		clients[i] = one(fmt.Sprint(i))
		clients[i].Tenant = fmt.Sprint("tenant-", i%3)
	}
	if err := s.Replace(ctx, clients); err != nil {
		t.Fatal(err)
	}
	var gone []client.Key
	want := map[string][]string{}
	for i, c := range clients {
		if i%7 == 0 || i >= 1000 && i < 3200 { // more than a whole block
			gone = append(gone, c.Key)
			continue
		}
		want[""] = append(want[""], c.ID)
		want[c.Tenant] = append(want[c.Tenant], c.ID)
	}
	if err := s.Delete(ctx, gone...); err != nil {
		t.Fatal(err)
	}
	for tenant, ids := range want {
		for offset := 0; offset <= len(ids)+1; offset += 61 {
			page, err := s.List(ctx, store.Query{Realm: "realm", Tenant: tenant, Offset: offset, Limit: 3})
			if err != nil {
				t.Fatal(err)
			}
			var got []string
			for _, c := range page.Clients {
				got = append(got, c.ID)
			}
			first := min(offset, len(ids))
			if expected := ids[first:min(first+3, len(ids))]; page.Total != len(ids) || fmt.Sprint(got) != fmt.Sprint(expected) {
				t.Fatalf("%q at %d: %v of %d, want %v of %d", tenant, offset, got, page.Total, expected, len(ids))
			}
		}
	}
}
