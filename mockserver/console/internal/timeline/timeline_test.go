package timeline_test

import (
	"fmt"
	"strings"
	"testing"
	"time"

	"github.com/google/go-cmp/cmp"

	"github.com/keyturn/keyturn/mockserver/client"
	"github.com/keyturn/keyturn/mockserver/console/internal/timeline"
	"github.com/keyturn/keyturn/mockserver/journal"
)

var (
	key   = client.Key{Realm: "authing", ID: "app"}
	start = time.Date(2026, 3, 3, 10, 0, 0, 0, time.UTC)
)

func at(seconds int) time.Time { return start.Add(time.Duration(seconds) * time.Second) }

// change and use are entries with one event each, at so many seconds from the start.
func change(seconds int, kind, id, value string, expires time.Time) journal.Entry {
	return journal.Entry{At: at(seconds), Changes: []journal.Change{
		{Realm: key.Realm, Client: key.ID, Secret: id, Digest: client.DigestOf(value), Kind: kind, ExpiresAt: expires},
	}}
}

func use(seconds int, id, value, outcome string) journal.Entry {
	return journal.Entry{At: at(seconds), Uses: []journal.Use{
		{Realm: key.Realm, Client: key.ID, Secret: id, Digest: client.DigestOf(value), Outcome: outcome},
	}}
}

func held(id, value string, made, expires, deleted time.Time) client.Secret {
	s := client.NewSecret(id, value, made)
	s.ExpiresAt, s.DeletedAt = expires, deleted
	return s
}

// words write a timeline down: a line for each lane, with seconds from the start.
func words(t timeline.Timeline) string {
	since := func(at time.Time) string {
		if at.IsZero() {
			return "?"
		}
		return fmt.Sprint(int(at.Sub(start).Seconds()))
	}
	var b strings.Builder
	for _, l := range t.Lanes {
		fmt.Fprintf(&b, "%d %s %s %s..%s:", l.Number, l.ID, l.State, since(l.From), since(l.Until))
		for _, m := range l.Marks {
			fmt.Fprintf(&b, " %s", m.Kind)
			if m.Why != "" {
				fmt.Fprintf(&b, "(%s)", m.Why)
			}
			fmt.Fprintf(&b, "@%s", since(m.At))
			if m.Count > 1 {
				fmt.Fprintf(&b, "×%d", m.Count)
			}
		}
		b.WriteString("\n")
	}
	return b.String()
}

func TestOf(t *testing.T) {
	t.Parallel()
	never := time.Time{}
	for name, test := range map[string]struct {
		secrets []client.Secret
		entries []journal.Entry
		want    string
	}{
		"one that was there before and is used": {
			secrets: []client.Secret{held("1", "a", at(0), never, never)},
			entries: []journal.Entry{use(10, "1", "a", journal.UseAccepted)},
			want:    "1 1 live 0..?: issued@0 accepted@10\n",
		},
		"replaced under the same id, and the old one refused": {
			secrets: []client.Secret{held("1", "b", at(10), never, never)},
			entries: []journal.Entry{
				{At: at(10), Changes: []journal.Change{
					{Realm: key.Realm, Client: key.ID, Secret: "1", Digest: client.DigestOf("a"), Kind: journal.ChangeSuperseded},
					{Realm: key.Realm, Client: key.ID, Secret: "1", Digest: client.DigestOf("b"), Kind: journal.ChangeIssued},
				}},
				use(5, "1", "a", journal.UseAccepted), use(20, "", "a", journal.UseUnknown), use(30, "1", "b", journal.UseAccepted),
			},
			want: "1 1 superseded ?..10: accepted@5 superseded@10 refused(unknown)@20\n" +
				"2 1 live 10..?: issued@10 accepted@30\n",
		},
		"expired": {
			secrets: []client.Secret{held("x", "a", at(0), at(50), never)},
			entries: []journal.Entry{change(0, journal.ChangeIssued, "x", "a", at(50)), use(60, "x", "a", journal.UseExpired)},
			want:    "1 x expired 0..50: issued@0 expired@50 refused(expired)@60\n",
		},
		"not expired yet": {
			secrets: []client.Secret{held("x", "a", at(0), at(5000), never)},
			want:    "1 x live 0..5000: issued@0 will expire@5000\n",
		},
		"at the instant of its expiry it is expired": {
			secrets: []client.Secret{held("x", "a", at(0), at(100), never)},
			want:    "1 x expired 0..100: issued@0 expired@100\n",
		},
		"deleted and still listed": {
			secrets: []client.Secret{held("x", "a", at(0), at(5000), at(40))},
			entries: []journal.Entry{change(40, journal.ChangeDeleted, "x", "a", at(5000)), use(41, "x", "a", journal.UseDeleted)},
			want:    "1 x deleted 0..40: issued@0 deleted@40 refused(deleted)@41\n",
		},
		"deleted before the journal began": {
			secrets: []client.Secret{held("x", "a", at(0), never, at(40))},
			want:    "1 x deleted 0..40: issued@0 deleted@40\n",
		},
		"deleted after it had expired": {
			secrets: []client.Secret{held("x", "a", at(0), at(20), at(40))},
			want:    "1 x deleted 0..20: issued@0 expired@20 deleted@40\n",
		},
		"removed with its client": {
			entries: []journal.Entry{change(10, journal.ChangeIssued, "x", "a", never), change(30, journal.ChangeRemoved, "x", "a", never)},
			want:    "1 x removed 10..30: issued@10 removed@30\n",
		},
		"removed after it was deleted": {
			entries: []journal.Entry{
				change(10, journal.ChangeIssued, "x", "a", never), change(20, journal.ChangeDeleted, "x", "a", never), change(30, journal.ChangeRemoved, "x", "a", never),
			},
			want: "1 x removed 10..20: issued@10 deleted@20 removed@30\n",
		},
		"gone, and nobody knows why": {
			entries: []journal.Entry{change(10, journal.ChangeIssued, "x", "a", never)},
			want:    "1 x gone 10..100: issued@10\n",
		},
		"a wrong one is nobody's": {
			secrets: []client.Secret{held("x", "a", at(0), never, never)},
			entries: []journal.Entry{use(10, "", "nonsense", journal.UseUnknown)},
			want:    "1 x live 0..?: issued@0\n0  unknown ?..?: refused(unknown)@10\n",
		},
		"only a slow hash is kept": {
			secrets: []client.Secret{{ID: "1", CreatedAt: at(0)}},
			entries: []journal.Entry{use(10, "1", "a", journal.UseAccepted), use(20, "", "b", journal.UseUnknown)},
			want:    "1 1 live 0..?: issued@0 accepted@10\n0  unknown ?..?: refused(unknown)@20\n",
		},
		"the same value again is another life": {
			secrets: []client.Secret{held("1", "a", at(30), never, never)},
			entries: []journal.Entry{
				change(10, journal.ChangeIssued, "1", "a", never), change(20, journal.ChangeSuperseded, "1", "a", never), change(30, journal.ChangeIssued, "1", "a", never),
			},
			want: "1 1 superseded 10..20: issued@10 superseded@20\n2 1 live 30..?: issued@30\n",
		},
		"another client's are not its own": {
			entries: []journal.Entry{{At: at(1), Uses: []journal.Use{{Realm: key.Realm, Client: "other"}, {Realm: "other", Client: key.ID}}}},
		},
	} {
		t.Run(name, func(t *testing.T) {
			t.Parallel()
			got := timeline.Of(timeline.Past{Key: key, Secrets: test.secrets, Entries: test.entries, Now: at(100)})
			if diff := cmp.Diff(test.want, words(got)); diff != "" {
				t.Error(diff)
			}
		})
	}
}

// TestUsesInARow sees a thousand uses become a few marks that count all of them.
func TestUsesInARow(t *testing.T) {
	t.Parallel()
	var entries []journal.Entry
	for i := range 1000 {
		outcome := journal.UseAccepted
		if i >= 500 {
			outcome = journal.UseExpired
		}
		entries = append(entries, use(i+1, "x", "a", outcome))
	}
	got := timeline.Of(timeline.Past{Key: key, Secrets: []client.Secret{held("x", "a", at(0), at(501), time.Time{})}, Entries: entries, Now: at(2000)})
	counts := map[timeline.Kind]int{}
	for _, m := range got.Lanes[0].Marks {
		counts[m.Kind] += m.Count
		if m.Last.Before(m.At) {
			t.Errorf("%v ends before it begins", m)
		}
	}
	if diff := cmp.Diff(map[timeline.Kind]int{timeline.Issued: 1, timeline.Accepted: 500, timeline.Expired: 1, timeline.Refused: 500}, counts); diff != "" {
		t.Error(diff)
	}
	if n := len(got.Lanes[0].Marks); n > 100 {
		t.Errorf("there are %d marks, want as many as can be told apart", n)
	}
}

func TestManyLanes(t *testing.T) {
	t.Parallel()
	var entries []journal.Entry
	for i := range 60 {
		entries = append(entries, change(i, journal.ChangeIssued, fmt.Sprint("s", i), fmt.Sprint(i), time.Time{}))
	}
	got := timeline.Of(timeline.Past{Key: key, Entries: entries, Now: at(100)})
	if got.Omitted != 20 || len(got.Lanes) != 40 || got.Lanes[39].ID != "s59" || got.Lanes[39].Number != 60 {
		t.Errorf("%d lanes and %d left out, the last %+v", len(got.Lanes), got.Omitted, got.Lanes[len(got.Lanes)-1])
	}
}

func TestForgotten(t *testing.T) {
	t.Parallel()
	entries := []journal.Entry{use(10, "", "a", journal.UseUnknown)}
	for evicted, want := range map[uint64]time.Time{0: {}, 7: at(10)} {
		if got := timeline.Of(timeline.Past{Key: key, Entries: entries, Evicted: evicted, Now: at(100)}); !got.Since.Equal(want) {
			t.Errorf("with %d evicted the past begins at %v, want %v", evicted, got.Since, want)
		}
	}
}
