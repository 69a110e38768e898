package redact

import (
	"crypto/hmac"
	"crypto/sha256"
	"encoding/hex"
	"fmt"
	"strings"
	"sync"
	"testing"

	"github.com/google/go-cmp/cmp"
)

const secret = "S3cret/of+9 chars"

func named(prefix, key, value string) string {
	mac := hmac.New(sha256.New, []byte(key))
	mac.Write([]byte(value))
	return prefix + "#" + hex.EncodeToString(mac.Sum(nil))[:4]
}

func TestPseudonyms(t *testing.T) {
	t.Parallel()
	book := NewBook([]byte("key"))
	got := []string{
		book.Add(Secret, secret),
		book.Add(Secret, "another secret"),
		book.Add(Token, "token"),
		book.Add(Secret, secret),
		book.Add(Token, secret), // keeps its first name
		book.Add(Key, "a key of some length"),
		book.Add(Token, ""),
		book.Add(Token, "reader"),
	}
	want := []string{
		named("S1", "key", secret),
		named("S2", "key", "another secret"),
		named("T1", "key", "token"),
		named("S1", "key", secret),
		named("S1", "key", secret),
		named("K1", "key", "a key of some length"),
		"",
		named("T2", "key", "reader"),
	}
	if diff := cmp.Diff(want, got); diff != "" {
		t.Errorf("pseudonyms (-want +got):\n%s", diff)
	}
	if other := NewBook([]byte("other")).Add(Secret, secret); other == got[0] {
		t.Errorf("got %s with either key", other)
	}
}

func TestName(t *testing.T) {
	t.Parallel()
	book := NewBook(nil)
	want := book.Add(Token, "token")
	if got, known := book.Name("token"); !known || got != want {
		t.Errorf("got %q, %t, want %q", got, known, want)
	}
	for _, value := range []string{"", "tokens"} {
		if got, known := book.Name(value); known || got != "" {
			t.Errorf("%q: got %q, %t, want nothing", value, got, known)
		}
	}
}

func TestPairAddsTheSecret(t *testing.T) {
	t.Parallel()
	book := NewBook(nil)
	book.Pair("id", "")
	if hider := book.Hider(); len(hider.index.forms) != 0 {
		t.Errorf("an empty secret has forms: %v", hider.index.forms)
	}
	book.Pair("id", secret)
	if got, _ := book.Name(secret); !strings.HasPrefix(got, "S1#") {
		t.Errorf("got %q, want the first secret's", got)
	}
}

func TestHiderIsASnapshot(t *testing.T) {
	t.Parallel()
	book := NewBook(nil)
	first := book.Add(Secret, secret)
	before := book.Hider()
	book.Add(Secret, secret)
	if book.Hider() != before {
		t.Error("a new hider though nothing was added")
	}
	const later = secret + ", longer"
	second := book.Add(Secret, later)
	if got, want := before.Text(later), first+", longer"; got != want {
		t.Errorf("the earlier hider says %q, want %q", got, want)
	}
	if got := book.Hider().Text(later); got != second {
		t.Errorf("the later hider says %q, want %q", got, second)
	}
}

// Under the race detector this also shows that hiders share nothing that changes.
func TestConcurrentUse(t *testing.T) {
	t.Parallel()
	book := NewBook(nil)
	var wg sync.WaitGroup
	for worker := range 8 {
		wg.Go(func() {
			for i := range 50 {
				own, shared := fmt.Sprintf("secret %d of worker %d", i, worker), fmt.Sprintf("shared secret %d", i)
				want := book.Add(Secret, own) + " " + book.Add(Secret, shared)
				book.Pair("id", own)
				if got := book.Hider().Text(own + " " + shared); got != want {
					t.Errorf("got %q, want %q", got, want)
				}
			}
		})
	}
	wg.Wait()
	if got, want := book.counts[Secret], 8*50+50; got != want {
		t.Errorf("got %d secrets, want %d", got, want)
	}
}
