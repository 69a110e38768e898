package storetest

import (
	"context"
	"fmt"
	"slices"
	"sync"
	"testing"
	"time"

	"github.com/google/go-cmp/cmp"

	"github.com/keyturn/keyturn/mockserver/client"
	"github.com/keyturn/keyturn/mockserver/store"
)

// OpenShared returns several backends over one place that is empty at first. They live
// until the test ends.
type OpenShared func(tb testing.TB, count int) []store.Shared

// RunShared proves the contract of store.Shared, with each call to another backend.
func RunShared(t *testing.T, open OpenShared) {
	t.Helper()
	for _, promise := range sharedPromises {
		t.Run(promise.name, func(t *testing.T) {
			t.Parallel()
			promise.prove(t, open(t, 3))
		})
	}
}

var sharedPromises = []struct {
	name  string
	prove func(t *testing.T, all []store.Shared)
}{
	{"what one has been told is done, all others see", sharedAtOnce},
	{"no update of several is lost", sharedUpdates},
	{"clients created by several have one order", sharedOrder},
	{"records and numbers are everybody's", sharedRecords},
	{"a token is used once by all", sharedOnce},
	{"the last use anywhere counts", sharedUses},
	{"a journal has one order", sharedJournal},
	{"a journal forgets what is old, and all when its record is removed", sharedJournalForgets},
	{"whoever watches is woken by all", sharedWatch},
}

// opened is the same content at each of them.
func opened(t *testing.T, all []store.Shared) []store.Content {
	t.Helper()
	contents := []store.Content{mustNew(t, all[0])}
	for _, b := range all[1:] {
		contents = append(contents, mustOpen(t, b, contents[0].ID()))
	}
	return contents
}

func sharedAtOnce(t *testing.T, all []store.Shared) {
	ctx := context.Background()
	at := opened(t, all)
	mustCreate(t, at[0], full("a"))
	for i := range 60 {
		for _, c := range at { // which keeps warm whatever each of them remembers
			mustGet(t, c, full("a").Key)
		}
		alias := fmt.Sprint("alias ", i)
		if _, err := at[i%3].Update(ctx, full("a").Key, func(c *client.Client) error { c.Alias = alias; return nil }); err != nil {
			t.Fatal(err)
		}
		for j, c := range at {
			if got := mustGet(t, c, full("a").Key); got.Alias != alias {
				t.Fatalf("changed at %d to %q, %d has %q", i%3, alias, j, got.Alias)
			}
			if got, err := c.Find(ctx, "realm", "client-a"); err != nil || got.Alias != alias {
				t.Fatalf("changed at %d to %q, %d finds %q (%v)", i%3, alias, j, got.Alias, err)
			}
		}
	}
	if err := at[1].Delete(ctx, full("a").Key); err != nil {
		t.Fatal(err)
	}
	for _, c := range at {
		_, err := c.Get(ctx, full("a").Key)
		wantKind(t, err, client.NotFound)
		_, err = c.Update(ctx, full("a").Key, func(*client.Client) error { return nil })
		wantKind(t, err, client.NotFound)
	}
}

func sharedUpdates(t *testing.T, all []store.Shared) {
	const writers, each = 4, 25
	at := opened(t, all)
	mustCreate(t, at[0], full("a"))
	var group sync.WaitGroup
	for _, c := range at {
		for writer := range writers {
			group.Go(func() {
				for i := range each {
					_, err := c.Update(context.Background(), full("a").Key, func(c *client.Client) error {
						c.Secrets = append(c.Secrets, client.Secret{ID: fmt.Sprint(writer, "-", i)})
						return nil
					})
					if err != nil {
						t.Error(err)
					}
				}
			})
		}
	}
	group.Wait()
	if got, want := len(mustGet(t, at[0], full("a").Key).Secrets), len(at)*writers*each+2; got != want {
		t.Fatalf("%d of %d updates survived", got, want)
	}
}

func sharedOrder(t *testing.T, all []store.Shared) {
	const each = 20
	at := opened(t, all)
	var group sync.WaitGroup
	for i, c := range at {
		group.Go(func() {
			for j := range each {
				mustCreate(t, c, full(fmt.Sprint(i, "-", j)))
			}
		})
	}
	group.Wait()
	page, err := at[0].List(context.Background(), store.Query{Realm: "realm", Tenant: "tenant"})
	if err != nil || page.Total != each*len(at) || len(page.Clients) != page.Total {
		t.Fatalf("%d clients of %d, %v", len(page.Clients), page.Total, err)
	}
	for i, c := range page.Clients {
		if c.Serial != uint64(i)+1 {
			t.Fatalf("client %d of the list has the serial %d", i+1, c.Serial)
		}
	}
}

func sharedRecords(t *testing.T, all []store.Shared) {
	ctx := context.Background()
	version := uint64(0)
	for i := range 9 {
		version = mustPut(t, all[i%3], "a", fmt.Sprint(i), version)
		for _, b := range all {
			if got, err := b.Record(ctx, "a", 0); err != nil || got.Version != version || string(got.Data) != fmt.Sprint(i) {
				t.Fatalf("got %+v, %v, want version %d", got, err, version)
			}
		}
		_, err := all[(i+1)%3].Put(ctx, "a", nil, version-1)
		wantKind(t, err, client.Conflict)
	}
	seen := map[uint64]bool{}
	for i := range 60 {
		n, err := all[i%3].Next(ctx)
		if err != nil || seen[n] {
			t.Fatalf("%d was given twice, or %v", n, err)
		}
		seen[n] = true
	}
	var made [][]byte
	for i, b := range all {
		secret, err := b.Secret(ctx, "key", func() ([]byte, error) { return fmt.Append(nil, "made by ", i), nil })
		if err != nil {
			t.Fatal(err)
		}
		made = append(made, secret)
	}
	if diff := cmp.Diff([][]byte{made[0], made[0], made[0]}, made); diff != "" {
		t.Errorf("each has its own secret (-want +got):\n%s", diff)
	}
}

func sharedOnce(t *testing.T, all []store.Shared) {
	ctx, now := context.Background(), time.Date(2026, 3, 4, 5, 6, 7, 0, time.UTC)
	firsts := make(chan int, 30)
	var group sync.WaitGroup
	for i := range 30 {
		group.Go(func() {
			first, err := all[i%3].Once(ctx, "token", now, now.Add(-time.Minute))
			if err != nil {
				t.Error(err)
			}
			if first {
				firsts <- i
			}
		})
	}
	group.Wait()
	if len(firsts) != 1 {
		t.Errorf("%d were the first", len(firsts))
	}
	if first, err := all[0].Once(ctx, "another", now, now.Add(-time.Minute)); err != nil || !first {
		t.Errorf("another token: %t, %v", first, err)
	}
	if first, err := all[2].Once(ctx, "a token of the future", now.AddDate(50, 0, 0), now.AddDate(49, 0, 0)); err != nil || !first {
		t.Errorf("a token of the future: %t, %v", first, err)
	}
	if first, err := all[2].Once(ctx, "token", now, now.Add(-time.Minute)); err != nil || first {
		t.Errorf("after that, the token again: %t, %v", first, err)
	}
	if first, err := all[1].Once(ctx, "token", now.Add(time.Hour), now.Add(time.Hour-time.Minute)); err != nil || !first {
		t.Errorf("a token of long ago: %t, %v", first, err)
	}
}

func sharedUses(t *testing.T, all []store.Shared) {
	ctx, now := context.Background(), time.Date(2026, 3, 4, 5, 6, 7, 0, time.UTC)
	mustPut(t, all[0], "a", "", 0)
	mustPut(t, all[0], "b", "", 0)
	for _, step := range []struct {
		at   int
		used map[string]time.Time
	}{
		{0, map[string]time.Time{"a": now.Add(time.Minute), "b": now}},
		{1, map[string]time.Time{"a": now, "gone": now}},
		{2, map[string]time.Time{"b": now.Add(time.Hour)}},
	} {
		if _, err := all[step.at].Uses(ctx, step.used); err != nil {
			t.Fatal(err)
		}
	}
	got, err := all[0].Uses(ctx, nil)
	want := map[string]time.Time{"a": now.Add(time.Minute), "b": now.Add(time.Hour)}
	if diff := cmp.Diff(want, got); diff != "" || err != nil {
		t.Errorf("%v (-want +got):\n%s", err, diff)
	}
}

// journal reads all that there is after the sequence number.
func journal(t *testing.T, b store.Shared, name string, after uint64) []store.Batch {
	t.Helper()
	var read []store.Batch
	for {
		next, err := b.Batches(context.Background(), name, after)
		if err != nil {
			t.Fatal(err)
		}
		if len(next) == 0 {
			return read
		}
		read = append(read, next...)
		after = next[len(next)-1].Sequence
	}
}

func sharedJournal(t *testing.T, all []store.Shared) {
	ctx := context.Background()
	mustPut(t, all[0], "a", "", 0)
	mustPut(t, all[0], "b", "", 0)
	var group sync.WaitGroup
	for i, b := range all {
		group.Go(func() {
			for j := range 10 {
				if err := b.Append(ctx, "a", store.Batch{Count: i + 1, Data: fmt.Append(nil, i, "-", j)}, 1000); err != nil {
					t.Error(err)
				}
			}
		})
	}
	group.Wait()
	if err := all[1].Append(ctx, "a", store.Batch{}, 1000); err != nil {
		t.Fatal(err)
	}
	if err := all[2].Append(ctx, "b", store.Batch{Count: 1, Data: []byte("other")}, 1000); err != nil {
		t.Fatal(err)
	}
	want := journal(t, all[0], "a", 0)
	last := uint64(0)
	for i, batch := range want {
		last += uint64(batch.Count)
		if batch.Sequence != uint64(i)+1 || batch.Last != last {
			t.Fatalf("batch %d is %+v, want the last %d", i+1, batch, last)
		}
	}
	if len(want) != 31 || want[30].Count != 0 || last != 60 {
		t.Fatalf("%d batches with %d entries, the last with %d", len(want), last, want[30].Count)
	}
	for _, b := range all[1:] {
		if diff := cmp.Diff(want[7:], journal(t, b, "a", 7)); diff != "" {
			t.Errorf("another order (-want +got):\n%s", diff)
		}
	}
	if other := journal(t, all[0], "b", 0); len(other) != 1 || string(other[0].Data) != "other" || other[0].Last != 1 {
		t.Errorf("the other journal has %+v", other)
	}
	wantKind(t, all[0].Append(ctx, "nobody", store.Batch{Count: 1}, 10), client.NotFound)
}

func sharedJournalForgets(t *testing.T, all []store.Shared) {
	ctx := context.Background()
	version := mustPut(t, all[0], "a", "", 0)
	for i := range 400 {
		if err := all[i%3].Append(ctx, "a", store.Batch{Count: 1, Data: []byte("data")}, 10); err != nil {
			t.Fatal(err)
		}
	}
	left := journal(t, all[0], "a", 0)
	if len(left) < 10 || len(left) > 200 || left[len(left)-1].Sequence != 400 || left[len(left)-1].Last != 400 {
		t.Errorf("%d of 400 batches are left, the last is %+v", len(left), left[len(left)-1])
	}
	if err := all[1].Remove(ctx, "a", version); err != nil {
		t.Fatal(err)
	}
	mustPut(t, all[0], "a", "", 0)
	if left := journal(t, all[2], "a", 0); len(left) != 0 {
		t.Errorf("%d batches are left of one that was removed", len(left))
	}
}

func sharedWatch(t *testing.T, all []store.Shared) {
	ctx := context.Background()
	mustPut(t, all[0], "a", "", 0)
	woken := make([]chan struct{}, len(all))
	var stops []func()
	for i, b := range all {
		woken[i] = make(chan struct{}, 1)
		stops = append(stops, b.Watch("a", func() {
			select {
			case woken[i] <- struct{}{}:
			default:
			}
		}))
	}
	for i, b := range all {
		if err := b.Append(ctx, "a", store.Batch{Count: 1}, 10); err != nil {
			t.Fatal(err)
		}
		for j := range all {
			if !awaited(t, woken[j], b, i, j) {
				return
			}
		}
	}
	for _, stop := range slices.Backward(stops) {
		stop()
	}
}

// awaited drains what the sleeper was woken by. Whoever appended need not be woken.
func awaited(t *testing.T, woken <-chan struct{}, b store.Shared, appender, sleeper int) bool {
	t.Helper()
	if appender == sleeper {
		return true
	}
	select {
	case <-woken:
		return true
	case <-time.After(5 * time.Second):
		t.Errorf("%d was not woken when %d appended (%T)", sleeper, appender, b)
		return false
	}
}
