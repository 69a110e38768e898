package redact

import (
	"encoding/base64"
	"strings"
	"testing"

	"github.com/google/go-cmp/cmp"
)

func TestText(t *testing.T) {
	t.Parallel()
	book := NewBook([]byte("key"))
	const short, long, tail = "abcdefgh", "0123abcdefgh4567", "4567 and more"
	names := strings.NewReplacer(
		"{short}", book.Add(Secret, short),
		"{long}", book.Add(Secret, long),
		"{tail}", book.Add(Secret, tail),
		"{token}", book.Add(Token, "token"),
		"{digest}", book.Add(Key, base64.StdEncoding.EncodeToString([]byte(short))),
	)
	tests := map[string]struct{ text, want string }{
		"nothing":          {"nothing to hide", "nothing to hide"},
		"empty":            {"", ""},
		"alone":            {short, "{short}"},
		"at both ends":     {short + "-" + short, "{short}-{short}"},
		"side by side":     {short + short, "{short}{short}"},
		"a piece":          {short[1:], short[1:]},
		"inside another":   {"<" + long + ">", "<{long}>"},
		"overlapping":      {"<" + long + " and more>", "<{long}>"},
		"overlap's tail":   {"<4567 and more>", "<{tail}>"},
		"too short":        {"the token endpoint", "the token endpoint"},
		"itself first":     {"YWJjZGVmZ2g=", "{digest}"},
		"form of another":  {"61626364 65666768 6162636465666768", "61626364 65666768 {short}"},
		"JSON in a string": {`{"body":"{\"secret\":\"abcdefgh\"}"}`, `{"body":"{\"secret\":\"{short}\"}"}`},
	}
	for name, test := range tests {
		t.Run(name, func(t *testing.T) {
			t.Parallel()
			if got, want := book.Hider().Text(test.text), names.Replace(test.want); got != want {
				t.Errorf("got %q, want %q", got, want)
			}
		})
	}
}

func TestFind(t *testing.T) {
	t.Parallel()
	book := NewBook([]byte("key"))
	name, other := book.Add(Secret, secret), book.Add(Token, "a token of some length")
	book.Pair("client", secret)
	const jwt = "eyJhbGciOiJub25lIn0.e30."
	text := strings.Join([]string{
		secret,
		"a token of some length",
		secret,
		`S3cret\/of+9 chars`,
		"S3cret%2Fof%2B9+chars",
		"S3cret/of&#43;9 chars",
		"UzNjcmV0L29mKzkgY2hhcnM=",
		base64.StdEncoding.EncodeToString([]byte("somebody else:" + secret)),
		base64.StdEncoding.EncodeToString([]byte("client:" + secret)),
		"53334372",
		"5333637265742f6f662b39206368617273",
		"S3CRET/OF+9 CHARS",
		jwt,
	}, "\n")
	at := func(s string) int { return strings.Index(text, s) }
	want := []Hit{
		{name, "raw", 0},
		{other, "raw", at("a token")},
		{name, "json", at(`S3cret\/`)},
		{name, "url", at("S3cret%2F")},
		{name, "html", at("S3cret/of&#43;")},
		{name, "base64", at("UzNj")},
		{name, "within base64", at("c29tZWJvZHkgZWxzZTpT") + len("c29tZWJvZHkgZWxzZTpT") - 1},
		{name, "basic", at("Y2xpZW50O")},
		// The core is also found inside what Pair taught, but told once.
		{name, "hex", at("5333637265742f")},
		{name, "case", at("S3CRET")},
		{named("JWT", "key", jwt), "structure", at(jwt)},
	}
	if diff := cmp.Diff(want, book.Hider().Find([]byte(text))); diff != "" {
		t.Errorf("hits (-want +got):\n%s", diff)
	}
	if hits := book.Hider().Find([]byte(book.Hider().Text(text))); hits != nil {
		t.Errorf("after Text: %v", hits)
	}
}

// A value that has the start of a pseudonym in it can come to stand in a text only
// because something was replaced there.
func TestPseudonymsThatMakeUpValues(t *testing.T) {
	t.Parallel()
	book := NewBook([]byte("key"))
	first := book.Add(Secret, "xxxxxxxxxx")
	second := book.Add(Secret, "zzzzzzzz"+first[:2])
	if got, want := book.Hider().Text("zzzzzzzzxxxxxxxxxx"), second+first[2:]; got != want {
		t.Errorf("got %q, want %q", got, want)
	}
	// One that holds its own pseudonym would never come to an end.
	hider := book.Hider()
	at := hider.index.name("itself", "itself#0000")
	hider.index.add("itself#0000", owner{value: at})
	if got := hider.Text("<itself#0000>"); got != "<>" {
		t.Errorf("got %q, want it cut out", got)
	}
}
