package redact

import (
	"encoding/base64"
	"encoding/hex"
	"strings"
)

// form is a way to spell a value.
type form byte

const (
	raw form = iota
	inJSON
	inURL
	inHTML
	inBase64
	within // somewhere inside a larger text that is base64
	inHex
	recased
	basic
	structure
	inEscapes // with escapes that no writer has to make, or of two kinds
)

// formNames are what Hit.Form says.
var formNames = [...]string{
	raw: "raw", inJSON: "json", inURL: "url", inHTML: "html", inBase64: "base64", within: "within base64",
	inHex: "hex", recased: "case", basic: "basic", structure: "structure",
	inEscapes: "escaped",
}

const (
	// minRecased keeps words from being hidden in every case.
	minRecased = 16
	// minCore is as many characters of base64 as do not turn up by chance.
	minCore = 12
)

// spellings gives every form of a value to yield; some more than once. Values too
// short to be searched for have none.
func spellings(value string, yield func(form, string)) {
	if len(value) < MinSearched {
		return
	}
	yield(raw, value)
	escapings(value, yield)
	if len(value) >= minRecased {
		yield(recased, strings.ToUpper(value))
		yield(recased, strings.ToLower(value))
	}
	digits := hex.EncodeToString([]byte(value))
	yield(inHex, digits)
	yield(inHex, strings.ToUpper(digits))
	encoded([]byte(value), func(text string) { yield(inBase64, text) })
	cores(value, func(text string) { yield(within, text) })
	if !isPlain(value) {
		// As a half of Basic credentials with an id that nobody named.
		escapeURL(value, urlStyles[0], func(escaped string) {
			cores(escaped, func(text string) { yield(within, text) })
		})
	}
}

// escapings are the ways to write a value inside JSON, a URL or HTML, and what becomes
// of the first inside JSON again, as a body in a report is.
func escapings(value string, yield func(form, string)) {
	if isPlain(value) {
		return
	}
	for _, style := range jsonStyles {
		text := escapeJSON(value, style)
		yield(inJSON, text)
		yield(inJSON, escapeJSON(text, plainJSON))
		yield(inJSON, escapeJSON(text, goJSON))
	}
	for _, style := range urlStyles {
		escapeURL(value, style, func(text string) { yield(inURL, text) })
	}
	for _, style := range htmlStyles {
		yield(inHTML, style.Replace(value))
	}
}

// cores are what base64 makes of a value inside a larger text. Its characters depend on
// where its first byte falls in a group of three; of each alignment those are taken that
// are the value's alone.
func cores(value string, yield func(string)) {
	const group, charBits, byteBits = 3, 6, 8
	for before := range group {
		text := append(make([]byte, before, before+len(value)), value...)
		from := (before*byteBits + charBits - 1) / charBits
		to := len(text) * byteBits / charBits
		if to-from >= minCore {
			spellCore(base64.RawStdEncoding.EncodeToString(text)[from:to], yield)
		}
	}
}

// encoded is the whole of a text in base64, with padding and without.
func encoded(text []byte, yield func(string)) {
	padded := base64.StdEncoding.EncodeToString(text)
	yield(padded)
	yield(base64.URLEncoding.EncodeToString(text))
	spellCore(strings.TrimRight(padded, "="), yield)
}

// spellCore gives base64 without padding in both alphabets, and with the two characters
// escaped that URLs, and some writers of JSON and HTML, do not leave alone.
func spellCore(text string, yield func(string)) {
	yield(text)
	if !strings.ContainsAny(text, "+/") {
		return
	}
	for _, style := range coreStyles {
		yield(style.Replace(text))
	}
}

var coreStyles = [...]*strings.Replacer{
	strings.NewReplacer("+", "-", "/", "_"),
	strings.NewReplacer("+", "%2B", "/", "%2F"),
	strings.NewReplacer("+", "%2b", "/", "%2f"),
	strings.NewReplacer("/", `\/`),
	strings.NewReplacer("+", `\u002B`),
	strings.NewReplacer("+", `\u002B`, "/", `\u002F`),
	strings.NewReplacer("+", `\u002b`, "/", `\u002f`),
	strings.NewReplacer("+", "&#43;"),
}

// pairs are Basic credentials: RFC 6749 section 2.3.1 has both sides encoded as in a
// form before they are joined, most clients join them as they are, and some write a
// space as %20.
func pairs(id, secret string, yield func(string)) {
	encoded([]byte(id+":"+secret), yield)
	if isPlain(id) && isPlain(secret) {
		return
	}
	for _, style := range formStyles {
		var ids []string
		escapeURL(id, style, func(text string) { ids = append(ids, text) })
		escapeURL(secret, style, func(text string) {
			encoded([]byte(ids[0]+":"+text), yield)
			ids = ids[1:]
		})
	}
}
