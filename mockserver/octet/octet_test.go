package octet_test

import (
	"errors"
	"math"
	"math/rand/v2"
	"strings"
	"testing"
	"time"

	"github.com/google/go-cmp/cmp"

	"github.com/keyturn/keyturn/mockserver/octet"
)

// TestBytes pins the format, for a later version has to read what this one wrote.
func TestBytes(t *testing.T) {
	t.Parallel()
	for name, test := range map[string]struct {
		got  []byte
		want string
	}{
		"no text":       {octet.AppendText(nil, ""), "\x00"},
		"a text":        {octet.AppendText([]byte("before"), "é"), "before\x02é"},
		"bytes":         {octet.AppendText(nil, make([]byte, 128)), "\x80\x01" + strings.Repeat("\x00", 128)},
		"one byte":      {octet.AppendNumber(nil, 127), "\x7f"},
		"two bytes":     {octet.AppendNumber(nil, 300), "\xac\x02"},
		"the largest":   {octet.AppendNumber(nil, math.MaxUint64), strings.Repeat("\xff", 9) + "\x01"},
		"no time":       {octet.AppendTime(nil, time.Time{}), "\x00"},
		"the epoch":     {octet.AppendTime(nil, time.Unix(0, 0)), "\x01\x00"},
		"before it":     {octet.AppendTime(nil, time.Unix(-1, 2)), "\x03\x01"},
		"in some zone":  {octet.AppendTime(nil, time.Unix(1, 0).In(time.FixedZone("east", 3600))), "\x01\x02"},
		"the last time": {octet.AppendTime(nil, time.Unix(64, 999_999_999)), "\x80\x94\xeb\xdc\x03\x80\x01"},
	} {
		if diff := cmp.Diff(test.want, string(test.got)); diff != "" {
			t.Errorf("%s (-want +got):\n%s", name, diff)
		}
	}
}

func TestDamage(t *testing.T) {
	t.Parallel()
	for name, test := range map[string]struct {
		bytes string
		take  func(from *octet.Reader) bool
	}{
		"no number":               {"", func(r *octet.Reader) bool { return r.Number() == 0 }},
		"a number without an end": {strings.Repeat("\x80", 11), func(r *octet.Reader) bool { return r.Number() == 0 }},
		"a text without an end":   {strings.Repeat("\xff", 9) + "\x01ab", func(r *octet.Reader) bool { return r.Text() == "" }},
		"more than there can be":  {"\x02a", func(r *octet.Reader) bool { return r.Count() == 0 }},
		"too few bytes":           {"ab", func(r *octet.Reader) bool { return r.Bytes(3) == "" }},
		"what its reader refuses": {"\x01a", func(r *octet.Reader) bool { r.Fail(); return r.Text() == "" }},
	} {
		from := octet.NewReader([]byte(test.bytes))
		if !test.take(from) || !errors.Is(from.Err(), octet.ErrCut) {
			t.Errorf("%s: the error is %v, or the value is not zero", name, from.Err())
		}
		if from.Number() != 0 || from.Bytes(1) != "" || !from.Time().IsZero() || !errors.Is(from.End(), octet.ErrCut) {
			t.Errorf("%s: it goes on after its error, which is %v", name, from.End())
		}
	}
}

// record has one of each.
type record struct {
	At     time.Time
	Number uint64
	Text   string
}

func read(from *octet.Reader) record { return record{from.Time(), from.Number(), from.Text()} }

// TestRoundTrip: what was written comes back, and neither less nor more does without an
// error.
func TestRoundTrip(t *testing.T) {
	t.Parallel()
	random := rand.New(rand.NewPCG(1, 2))
	for round := range 500 {
		raw := make([]byte, random.IntN(300))
		for i := range raw {
			raw[i] = byte(random.Uint32())
		}
		// The times are within 17,000 years of the epoch, before and after it.
		seconds := random.Int64N(1<<40) - 1<<39
		want := record{time.Unix(seconds, random.Int64N(1e9)).UTC(), random.Uint64() >> random.IntN(64), string(raw)}
		if round%10 == 0 {
			want.At = time.Time{}
		}
		text := octet.AppendText(octet.AppendNumber(octet.AppendTime(nil, want.At), want.Number), raw)
		for cut := range len(text) {
			from := octet.NewReader(text[:cut])
			if read(from); !errors.Is(from.End(), octet.ErrCut) {
				t.Fatalf("round %d: %d of %d bytes of %q are read without an error", round, cut, len(text), text)
			}
		}
		if from := octet.NewReader(append(text, 0)); read(from) != want || from.Err() != nil || !errors.Is(from.End(), octet.ErrCut) {
			t.Fatalf("round %d: a byte more than %q is read with %v", round, text, from.End())
		}
		from := octet.NewReader(text)
		clear(text) // it is the caller's
		if got := read(from); got != want || from.End() != nil {
			t.Fatalf("round %d: got %+v, %v, want %+v", round, got, from.End(), want)
		}
	}
}
