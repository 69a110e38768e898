package journal

import (
	"crypto/sha256"
	"encoding/hex"
	"fmt"
	"net/http"
	"net/url"
	"runtime"
	"slices"
	"strings"
	"sync"
	"testing"
	"time"

	"github.com/google/go-cmp/cmp"
)

func TestUsesAndChangesAreShown(t *testing.T) {
	t.Parallel()
	digest := sha256.Sum256([]byte(secret))
	at := time.Date(2026, 1, 2, 3, 4, 5, 6, time.UTC)
	redactor := NewRedactor()
	shown := redactor.Redact([]Entry{
		{
			RequestID: "r-7", Fault: "f1: latency", Proto: "HTTP/1.1", Target: "/x?client_secret=" + url.QueryEscape(secret),
			Uses:    []Use{{Realm: "r", Client: "c", Secret: "s1", Digest: digest, Outcome: UseAccepted}, {Client: secret, Outcome: UseUnknown}},
			Changes: []Change{{Realm: "r", Client: "c", Secret: "s1", Digest: digest, Kind: ChangeIssued, ExpiresAt: at}},
		},
	}, nil, all)[0]
	fingerprint := redactor.Fingerprint(digest)
	want := Shown{
		URL: "/x?client_secret=[redacted " + fingerprint + "]", RequestID: "r-7", Fault: "f1: latency", Proto: "HTTP/1.1",
		Request: Message{Header: http.Header{}}, Reply: Message{Header: http.Header{}},
		Uses: []ShownUse{
			{Realm: "r", Client: "c", Secret: "s1", Fingerprint: fingerprint, Outcome: UseAccepted},
			{Client: "[redacted " + fingerprint + "]", Outcome: UseUnknown},
		},
		Changes: []ShownChange{{Realm: "r", Client: "c", Secret: "s1", Fingerprint: fingerprint, Kind: ChangeIssued, ExpiresAt: at}},
	}
	if diff := cmp.Diff(want, shown); diff != "" {
		t.Errorf("(-want +got)\n%s", diff)
	}
	if len(fingerprint) != 9 || fingerprint[0] != '#' || strings.HasPrefix(hex.EncodeToString(digest[:]), fingerprint[1:]) {
		t.Errorf("got the fingerprint %s of %x", fingerprint, digest)
	}
	if other := NewRedactor().Fingerprint(digest); other == fingerprint {
		t.Error("the fingerprint does not depend on the key")
	}
}

func named(value string) Entry {
	return Entry{RequestHeader: formHeader, RequestBody: []byte("client_secret=" + value)}
}

func inPath(value string) Entry { return Entry{Target: "/x/" + value + "/y"} }

const hiddenPath = "/x/[]/y"

func TestSessionHidesFromTheFirstNameOn(t *testing.T) {
	t.Parallel()
	s := NewRedactor().NewSession([]Entry{named("of-the-present"), inPath("x")}, []string{"held-before"})
	see := func(e Entry, held ...string) string {
		return withoutDigits(s.Redact([]Entry{e}, held)[0].URL)
	}
	steps := []struct {
		why  string
		got  string
		want string
	}{
		{"named in the present journal", see(inPath("of-the-present")), hiddenPath},
		{"held from the start", see(inPath("held-before")), hiddenPath},
		{"not named yet", see(inPath("named-later")), "/x/named-later/y"},
		{"held from now on", see(inPath("held-later"), "held-later"), hiddenPath},
		{"held no more", see(inPath("held-later")), hiddenPath},
		{"named and elsewhere in one entry", see(Entry{Target: "/x/both-at-once/y", RequestHeader: formHeader, RequestBody: []byte("token=both-at-once")}), hiddenPath},
		{"its name", see(named("named-later")), ""},
		{"named before", see(inPath("named-later")), hiddenPath},
		{"too short", see(inPath("short"), "short"), "/x/short/y"},
	}
	for _, step := range steps {
		if step.got != step.want {
			t.Errorf("%s: got %s, want %s", step.why, step.got, step.want)
		}
	}
	batch := s.Redact([]Entry{inPath("later-in-the-batch"), named("later-in-the-batch")}, nil)
	if got := withoutDigits(batch[0].URL); got != hiddenPath {
		t.Errorf("in one batch: got %s", got)
	}
}

// Nothing of a longer secret is left where an older and shorter one is within it.
func TestLayersReplaceTheLongest(t *testing.T) {
	t.Parallel()
	redactor := NewRedactor()
	older, younger := newValues(redactor), newValues(redactor)
	older.learn("CDEFGHIJ")
	older.learn("ABCDEFGH")
	younger.learn("ABCDEFGHIJKL")
	for _, l := range []layers{{older, younger}, {younger, older}} {
		if got := withoutDigits(l.replace("-ABCDEFGHIJKL-CDEFGHIJ-ABCDEFGH-")); got != "-[]-[]-[]-" {
			t.Errorf("got %s", got)
		}
	}
	if got := (layers{newValues(redactor), newValues(redactor)}).replace("ABCDEFGHIJKL"); got != "ABCDEFGHIJKL" {
		t.Errorf("got %s", got)
	}
}

func TestSessionIsBounded(t *testing.T) {
	const limit = 100 << 20
	redactor := NewRedactor()
	s := redactor.NewSession(nil, nil)
	var before, after runtime.MemStats
	runtime.GC()
	runtime.ReadMemStats(&before)
	value := func(i int) string { return fmt.Sprintf("token-%08d", i) }
	total := 0
	for range 3 {
		batch := make([]Entry, 50)
		for i := range batch {
			var b strings.Builder
			for range maxPart - 10 {
				fmt.Fprintf(&b, "token=%s&", value(total))
				total++
			}
			batch[i] = Entry{RequestHeader: formHeader, RequestBody: []byte(strings.TrimSuffix(b.String(), "&"))}
		}
		s.Redact(batch, []string{"held-secret"})
		if got := len(s.younger.learned) + len(s.older.learned); got > maxFound+2 {
			t.Fatalf("remembers %d values", got)
		}
	}
	runtime.GC()
	runtime.ReadMemStats(&after)
	if grown := int64(after.HeapAlloc) - int64(before.HeapAlloc); grown > limit {
		t.Errorf("a session holds %d MB", grown>>20)
	}
	for _, known := range []string{value(total - 1), value(total - maxFound/2), "held-secret"} {
		if got := withoutDigits(s.Redact([]Entry{inPath(known)}, nil)[0].URL); got != hiddenPath {
			t.Errorf("got %s", got)
		}
	}
	if got := s.Redact([]Entry{inPath(value(0))}, nil)[0].URL; got != "/x/"+value(0)+"/y" {
		t.Errorf("got %s, want the oldest forgotten", got)
	}
}

// Secrets that are held and replaced for ever do not pile up, and those held now are
// known however many are found.
func TestSessionFollowsWhatIsHeld(t *testing.T) {
	t.Parallel()
	s := NewRedactor().NewSession(nil, nil)
	const rounds, each = 50, 500
	for round := range rounds {
		held := []string{"held-for-ever"}
		for i := range each {
			held = append(held, fmt.Sprintf("held-secret-%d", round*each+i))
		}
		s.Redact(nil, held)
	}
	if got := len(s.younger.learned) + len(s.older.learned); got > maxFound+4*each {
		t.Errorf("remembers %d values", got)
	}
	if len(s.older.learned) == 0 {
		t.Error("nothing was forgotten")
	}
	for _, held := range []string{"held-for-ever", fmt.Sprintf("held-secret-%d", rounds*each-1)} {
		if got := withoutDigits(s.Redact([]Entry{inPath(held)}, nil)[0].URL); got != hiddenPath {
			t.Errorf("got %s", got)
		}
	}
}

func TestSessionIsShared(t *testing.T) {
	t.Parallel()
	j := New(Bounds{}, nil)
	s := NewRedactor().NewSession(nil, nil)
	var readers sync.WaitGroup
	const total = 300
	for range 3 {
		subscription := j.Subscribe(0)
		readers.Go(func() {
			for seen := 0; seen < total; {
				batch, _, _, err := subscription.Wait(t.Context())
				if err != nil {
					t.Error(err)
					return
				}
				seen += len(batch)
				shown := s.Redact(batch, nil)
				leaks := func(text string) bool { return strings.Contains(text, "the-secret-") }
				if all := texts(shown); slices.ContainsFunc(all, leaks) {
					t.Errorf("got %v", all)
				}
			}
		})
	}
	for i := range total / 2 {
		value := fmt.Sprintf("the-secret-%d", i)
		j.Record(named(value))
		j.Record(inPath(value))
	}
	readers.Wait()
}

func BenchmarkSession(b *testing.B) {
	present := full(func(i int) string { return fmt.Sprintf("client_secret=secret-%08d", i) })
	s := NewRedactor().NewSession(present, nil)
	batch := []Entry{{Target: "/oauth/token", RequestHeader: formHeader, RequestBody: []byte("client_secret=secret-00000007"), Status: 200}}
	b.ReportAllocs()
	for b.Loop() {
		s.Redact(batch, nil)
	}
}
