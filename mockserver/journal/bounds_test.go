package journal

import (
	"fmt"
	"net/http"
	"runtime"
	"strings"
	"testing"
)

var formHeader = http.Header{"Content-Type": {"application/x-www-form-urlencoded"}}

func manyTokens(first, count int) string {
	var b strings.Builder
	for i := range count {
		fmt.Fprintf(&b, "token=%08x&", first+i)
	}
	return strings.TrimSuffix(b.String(), "&")
}

// allocated is what a look at the newest entry allocates, in megabytes.
func allocated(t *testing.T, entries []Entry) uint64 {
	t.Helper()
	var before, after runtime.MemStats
	newest := entries[len(entries)-1].ID
	runtime.ReadMemStats(&before)
	NewRedactor().Redact(entries, nil, func(e *Entry) bool { return e.ID == newest })
	runtime.ReadMemStats(&after)
	return (after.TotalAlloc - before.TotalAlloc) >> 20
}

func TestLargeBodiesCostLittle(t *testing.T) {
	j := New(Bounds{}, nil)
	for i := range 7 {
		j.Record(Entry{Target: "/oauth/token", RequestHeader: formHeader, RequestBody: []byte(manyTokens(i<<20, 1<<20/15)), ReplyBody: make([]byte, maxText+1)})
	}
	s := j.Snapshot()
	if len(s.Entries) != 7 || j.bytes > 10_000 {
		t.Errorf("got %d entries of %d bytes", len(s.Entries), j.bytes)
	}
	if got := allocated(t, s.Entries); got > 1 {
		t.Errorf("a look allocates %d MB", got)
	}
	shown := NewRedactor().Redact(s.Entries, nil, all)[6]
	if got, want := shown.Request.Body, "[withheld: 1048574 bytes, longer than what is kept]"; got != want {
		t.Errorf("got %s, want %s", got, want)
	}
	if got, want := shown.Reply.Body, "[withheld: 16385 bytes, longer than what is kept]"; got != want {
		t.Errorf("got %s, want %s", got, want)
	}
}

// full is a journal to its bounds of secrets that are all different.
func full(body func(i int) string) []Entry {
	j := New(Bounds{}, nil)
	for i := range 2000 {
		j.Record(Entry{RequestHeader: formHeader, RequestBody: []byte(body(i))})
	}
	return j.Snapshot().Entries
}

func TestManySecretsCostLittle(t *testing.T) {
	tests := map[string]struct {
		body  func(i int) string
		limit uint64
	}{
		"many short": {func(i int) string { return manyTokens(i<<20, 180) }, 200},
		"few long":   {func(i int) string { return fmt.Sprintf("token=%08x%s", i, strings.Repeat("%7E+", 3000)) }, 500},
		"too many":   {func(i int) string { return manyTokens(i<<20, 1000) }, 200},
	}
	for name, test := range tests {
		t.Run(name, func(t *testing.T) {
			entries := full(test.body)
			collect := newCollector()
			for i := range entries {
				rewriter{treatment: collect}.entry(&entries[i])
			}
			if len(collect.found) > maxFound || collect.bytes > maxFoundBytes {
				t.Errorf("remembers %d values of %d bytes", len(collect.found), collect.bytes)
			}
			if got := allocated(t, entries); got > test.limit {
				t.Errorf("a look allocates %d MB, want at most %d", got, test.limit)
			}
		})
	}
}

func TestPartsWithTooManySecretsAreWithheld(t *testing.T) {
	header := http.Header{}
	for i := range maxPart + 1 {
		header.Set(fmt.Sprintf("X-Token-%d", i), fmt.Sprint(i))
	}
	many := manyTokens(0, maxPart+1)
	shown := redactOne(t, Entry{
		Target: "/x?" + many, RequestHeader: formHeader, RequestBody: []byte(many), ReplyHeader: header, Violation: strings.ReplaceAll(many, "&", " "),
	})
	body, _ := shown.Request.Body.(string)
	for _, got := range []string{shown.URL, body, shown.Reply.Header.Get("X-Token-7"), shown.Violation} {
		if !strings.HasSuffix(got, " bytes, with too many secrets]") {
			t.Errorf("got %.80q", got)
		}
	}
	if got := shown.Request.Header.Get("Content-Type"); got != formHeader.Get("Content-Type") {
		t.Errorf("got %s, want the other parts as they are", got)
	}
}

func TestLongTargetsAreCut(t *testing.T) {
	long := strings.Repeat("x", maxText+1)
	note := withheld(len(long), tooLong)
	for target, want := range map[string]string{"/graphql/v2?" + long: "/graphql/v2?" + note, long + "?a=b": note + "?a=b", long: note} {
		j := New(Bounds{}, nil)
		j.Record(Entry{Method: strings.Repeat("M", 1000), Target: target})
		got := j.Snapshot().Entries[0]
		if got.Target != want || len(got.Method) != maxMethod {
			t.Errorf("got %.80s %.80s", got.Method, got.Target)
		}
	}
}

// Every byte of this text begins as many secrets as the rules let it.
func TestManySecretsWithOneStart(t *testing.T) {
	v := newValues(NewRedactor())
	for i := range 3 * maxLengths {
		v.learn(strings.Repeat("a", minValue+i) + "!")
	}
	if got := len(v.lengths[startOf("aaaaaaaa")]); got > maxLengths+1 {
		t.Errorf("keeps %d lengths", got)
	}
	if got := withoutDigits(layers{v}.replace("before aaaaaaaaaa and behind")); got != "before []" {
		t.Errorf("got %s", got)
	}
}
