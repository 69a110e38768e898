package redact

import (
	"encoding/base64"
	"encoding/hex"
	"maps"
	"slices"
	"strings"
	"testing"
	"unicode/utf8"
)

// FuzzText plants two values in every spelling among other text.
func FuzzText(f *testing.F) {
	for i, value := range trickyValues {
		f.Add(value, trickyValues[(i+1)%len(trickyValues)], "client", " ")
	}
	f.Add("aaaaaaaa", "aaaaaaaaaaaa", "aaa", "aaaa")
	f.Add("S1#00000", "00000S2#", "S1", "#")
	f.Add(header+"."+payload+".c2ln", begin, "eyJ", ".")
	f.Add(`{"kty":"d":"`, `"k":"abcde`, `"kty`, `"d":"x`)
	f.Fuzz(func(t *testing.T, first, second, id, between string) {
		book := NewBook([]byte("key"))
		book.Add(Token, second)
		book.Pair(id, first)
		text := between
		planted := plant(id, first, second)
		for _, form := range slices.Sorted(maps.Keys(planted)) {
			text += planted[form] + between
		}
		hider := book.Hider()
		hidden := hider.Text(text)
		if again := hider.Text(hidden); again != hidden {
			t.Errorf("%q became %q the second time", hidden, again)
		}
		if hits := hider.Find([]byte(hidden)); len(hits) > 0 {
			t.Errorf("%v in %q", hits, hidden)
		}
		for form, spelling := range planted {
			if len(spelling) >= MinSearched && strings.Contains(hidden, spelling) {
				t.Errorf("%s of %q and %q: %q is in %q", form, first, second, spelling, hidden)
			}
		}
	})
}

// plant has what no text may show, by form.
func plant(id, first, second string) map[string]string {
	planted := map[string]string{}
	for _, value := range []string{first, second} {
		if len(value) < MinSearched {
			continue
		}
		for form, spelling := range written(value) {
			if utf8.ValidString(value) || !strings.Contains(form, "JSON") {
				planted[form+" of "+value] = spelling
			}
		}
		if len(value) > MinSearched+2 { // or its core is too short
			planted["inside base64 "+value] = base64.StdEncoding.EncodeToString([]byte("??" + value + "\x00"))
		}
	}
	if first != "" {
		planted["basic"] = base64.StdEncoding.EncodeToString([]byte(id + ":" + first))
	}
	return planted
}

// FuzzPieces hides values of any bytes in a text of any bytes, none of them spelt.
func FuzzPieces(f *testing.F) {
	f.Add([]byte("abcdefgh"), []byte("<abcdefgh>"))
	f.Add([]byte("aaaaaaaaa"), []byte("aaaaaaaaaaaaaaaaaaa"))
	f.Fuzz(func(t *testing.T, value, text []byte) {
		book := NewBook(nil)
		book.Add(Key, string(value))
		hidden := book.Hider().Text(string(text))
		if len(value) < MinSearched {
			return
		}
		for _, form := range []string{string(value), hex.EncodeToString(value)} {
			if strings.Contains(hidden, form) {
				t.Errorf("%q is in %q", form, hidden)
			}
		}
	})
}
