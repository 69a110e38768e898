package redact

import (
	"fmt"
	"strings"
	"testing"

	"github.com/google/go-cmp/cmp"
)

// every escapes the bytes that pick says, by a format.
func every(value, format string, pick func(int) bool) string {
	var b strings.Builder
	for i := range len(value) {
		if pick(i) {
			fmt.Fprintf(&b, format, value[i])
		} else {
			b.WriteByte(value[i])
		}
	}
	return b.String()
}

func TestEscapesThatNobodyHasToMake(t *testing.T) {
	t.Parallel()
	const value = "betterthan0123"
	all := func(int) bool { return true }
	second := func(i int) bool { return i%2 == 1 }
	mixed := every(value[:5], "%%%02x", all) + every(value[5:9], `\u%04X`, all) + value[9:]
	tests := map[string]string{
		"percent, lower":         every(value, "%%%02x", all),
		"percent, upper":         every(value, "%%%02X", all),
		"percent, some":          every(value, "%%%02x", second),
		"JSON, lower":            every(value, `\u%04x`, all),
		"JSON, upper":            every(value, `\u%04X`, all),
		"JSON, some":             every(value, `\u%04x`, second),
		"JSON in JSON":           every(value, `\\u%04x`, all),
		"mixed":                  mixed,
		"percent in percent":     every(value, "%%25%02x", all),
		"only the first":         every(value, "%%%02x", func(i int) bool { return i == 0 }),
		"only the last":          every(value, "%%%02x", func(i int) bool { return i == len(value)-1 }),
		"hex of it":              every("6265747465727468616e30313233", "%%%02x", second),
		"JSON that was then put": every(every(value, `\u%04x`, second), "%%%02x", all),
	}
	book := NewBook([]byte("key"))
	want := book.Add(Secret, value)
	hider := book.Hider()
	for name, text := range tests {
		for _, around := range []string{"", "=", "100% ", "%4=", "%zz", `\n`, "%20%20", "é"} {
			if got := hider.Text(around + text + " " + around); got != around+want+" "+around {
				t.Errorf("%s: %s became %s", name, around+text+" "+around, got)
			}
		}
		if diff := cmp.Diff([]Hit{{Name: want, Form: "escaped", Offset: 3}}, hider.Find([]byte("%3d"+text))); diff != "" {
			t.Errorf("%s: hits (-want +got):\n%s", name, diff)
		}
	}
}

func TestEscapesBeyondASCII(t *testing.T) {
	t.Parallel()
	book := NewBook(nil)
	want := book.Add(Secret, "héllo wörld!")
	for _, text := range []string{`h\u00e9\u006c\u006co w\u00f6rld!`, "%68%c3%A9llo w%C3%b6rld!", `\u0068éllo%20wörld!`} {
		if got := book.Hider().Text("<" + text + ">"); got != "<"+want+">" {
			t.Errorf("%s became %s", text, got)
		}
	}
}

// What is found as it stands is not told a second time, and the rest is left as it is.
func TestEscapesOfOthers(t *testing.T) {
	t.Parallel()
	book := NewBook(nil)
	name := book.Add(Secret, secret)
	const text = `%41%zz \u0041\ud83d\u00 %`
	if got := book.Hider().Text(text + secret + text); got != text+name+text {
		t.Errorf("got %s, want %s", got, text+name+text)
	}
	want := []Hit{{name, "url", 3}}
	if diff := cmp.Diff(want, book.Hider().Find([]byte("%41S3cret%2Fof%2B9%20chars"))); diff != "" {
		t.Errorf("hits (-want +got):\n%s", diff)
	}
}
