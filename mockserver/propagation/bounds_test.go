package propagation

import (
	"context"
	"strconv"
	"sync"
	"testing"
	"time"

	"github.com/keyturn/keyturn/mockserver/client"
)

// consistent checks that every note is kept in both places or in none.
func consistent(t *testing.T, n *notes) {
	t.Helper()
	byClient := 0
	for of, own := range n.byClient {
		if len(own) == 0 || len(own) > maxClientNotes {
			t.Errorf("%d notes of %v", len(own), of)
		}
		byClient += len(own)
		for _, one := range own {
			if kept, there := n.byKind[one.kind].Get(one.number); !there || kept != one {
				t.Errorf("note %d of %v is kept by its client only", one.number, of)
			}
		}
	}
	if byClient != n.count() || n.count() > maxNotes {
		t.Errorf("%d notes by client, %d by kind", byClient, n.count())
	}
}

// issue notes a new secret of a client that there need not be.
func issue(n *notes, of string, plain string, at time.Time) {
	n.add([]*note{{
		kind: issued, at: at, of: client.Key{Realm: key.Realm, ID: of}, serial: 1,
		value: value{digest: client.DigestOf(plain)},
	}}, at)
}

func TestClientBound(t *testing.T) {
	t.Parallel()
	w := newWorld(t, nil)
	w.create(secret(w, "first"))
	w.state = New(late)
	for i := range maxClientNotes { // two notes each
		replace(secret, strconv.Itoa(i))(w)
	}
	consistent(t, &w.state.notes)
	if got := w.state.notes.count(); got != maxClientNotes {
		t.Errorf("%d notes, want %d", got, maxClientNotes)
	}
	// What was forgotten counts as heard: the first secret is gone at last.
	fails("first", strconv.Itoa(maxClientNotes-1))(w)
	w.now = start.Add(20 * time.Second)
	works(strconv.Itoa(maxClientNotes-2), strconv.Itoa(maxClientNotes-1))(w)
}

func TestBound(t *testing.T) {
	t.Parallel()
	n := &New(late).notes
	for i := range maxNotes + 100 {
		issue(n, strconv.Itoa(i), "secret", start)
	}
	consistent(t, n)
	if got := n.count(); got != maxNotes {
		t.Fatalf("%d notes, want %d", got, maxNotes)
	}
	for id, want := range map[string]int{"0": 0, "99": 0, "100": 1} {
		if got := len(n.unheard(client.Client{Key: client.Key{Realm: key.Realm, ID: id}, Serial: 1}, start)); got != want {
			t.Errorf("client %s has %d notes, want %d", id, got, want)
		}
	}
	n.unheard(client.Client{Key: key}, start.Add(20*time.Second))
	if got := n.count(); got != 0 || len(n.byClient) != 0 {
		t.Errorf("%d notes after the delay, want none", got)
	}
}

// TestForgotten lists what makes notes old.
func TestForgotten(t *testing.T) {
	t.Parallel()
	for name, now := range map[string]time.Time{
		"the delay has passed":         start.Add(20 * time.Second),
		"years have":                   start.AddDate(300, 0, 0),
		"the clock went back":          start.Add(-20 * time.Second),
		"the clock went back by years": start.AddDate(-300, 0, 0),
	} {
		n := &New(late).notes
		for i := range 100 {
			issue(n, strconv.Itoa(i), "secret", start)
		}
		issue(n, "other", "secret", now)
		if got := n.count(); got != 1 {
			t.Errorf("%s: %d notes, want the last one only", name, got)
		}
		consistent(t, n)
	}
}

// TestShortDelay keeps a request that came a little earlier from taking a note for one
// from before the clock went back.
func TestShortDelay(t *testing.T) {
	t.Parallel()
	w := newWorld(t, New(Settings{AcceptNewAfter: 1000}))
	w.create(secret(w, "A"))
	w.now = start.Add(-100 * time.Millisecond)
	fails("A")(w)
	w.now = start.Add(time.Microsecond)
	works("A")(w)
}

// TestParallel rotates and judges many clients at once while time passes.
func TestParallel(t *testing.T) {
	t.Parallel()
	w := newWorld(t, New(Settings{AcceptNewAfter: seconds(20), RefuseOldAfter: seconds(30), Replicas: 2}))
	var group sync.WaitGroup
	for worker := range 8 {
		group.Go(func() {
			ctx, own := context.Background(), client.Key{Realm: "realm", ID: strconv.Itoa(worker % 4)}
			for i := range 200 {
				now := start.Add(time.Duration(i) * time.Second)
				s := w.state.Begin(now).Store(w.inner)
				plain := strconv.Itoa(i)
				_, _ = s.Create(ctx, client.Client{Key: own, ClientID: own.ID, Enabled: true, Secrets: []client.Secret{client.NewSecret("1", plain, now)}})
				_, _ = s.Update(ctx, own, func(c *client.Client) error {
					c.Replace(client.NewSecret("1", plain, now), now)
					return nil
				})
				if c, err := s.Get(ctx, own); err == nil {
					w.state.Begin(now).Judge(c, plain)
					w.state.Begin(now).Judge(c, c.Secrets[0].Stored.Reveal())
				}
				if i%50 == 49 {
					_ = s.Delete(ctx, own)
				}
			}
		})
	}
	group.Wait()
	consistent(t, &w.state.notes)
}

func BenchmarkJudge(b *testing.B) {
	for name, rotations := range map[string]int{"nothing on its way": 0, "one rotation": 1, "as many as are kept": maxClientNotes / 2} {
		b.Run(name, func(b *testing.B) {
			w := &world{state: New(late), now: start}
			c := client.Client{Key: key, Serial: 1, Enabled: true, Secrets: []client.Secret{client.NewSecret("1", "0", start)}}
			for i := range rotations {
				after := c.Clone()
				after.Replace(client.NewSecret("1", strconv.Itoa(i+1), start), start)
				w.state.notes.add(compare(c, after, start), start)
				c = after
			}
			b.ReportAllocs()
			for b.Loop() {
				w.state.Begin(w.now).Judge(c, "0")
			}
		})
	}
}
