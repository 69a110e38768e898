package redact

import (
	"strings"
	"unicode/utf16"
	"unicode/utf8"
)

// isPlain reports whether a text is the same in JSON, URLs and HTML.
func isPlain(text string) bool {
	for i := range len(text) {
		if !isAlphanumeric(text[i]) && strings.IndexByte("-_.", text[i]) < 0 {
			return false
		}
	}
	return true
}

func isAlphanumeric(c byte) bool {
	return c >= 'a' && c <= 'z' || c >= 'A' && c <= 'Z' || c >= '0' && c <= '9'
}

// jsonStyle is how a writer of JSON escapes more than RFC 8259 section 7 asks for.
type jsonStyle struct {
	escaped string // these become \u-escapes
	ascii   bool   // so does everything beyond ASCII
	slash   bool   // a slash gets a backslash
	upper   bool   // the digits of \u-escapes
}

var (
	plainJSON = jsonStyle{}
	goJSON    = jsonStyle{escaped: "<>&\u2028\u2029"}
)

// jsonStyles are those of writers in wide use, and with everything escaped that any of
// them escapes.
var jsonStyles = [...]jsonStyle{
	plainJSON,
	goJSON,
	{escaped: "\u2028\u2029"}, // Go's without HTML
	{slash: true},
	{ascii: true},
	{ascii: true, slash: true},
	{escaped: "<>&='"},
	{escaped: "\"&'+<>`\x7f", ascii: true, upper: true},
	{escaped: "<>&+/"},
	{escaped: "<>&+/", upper: true},
	{escaped: "\"'<>&+/=`", ascii: true},
	{escaped: "\"'<>&+/=`", ascii: true, upper: true},
}

const (
	jsonShort   = "\"\\\b\f\n\r\t" // these are escaped with a letter each
	jsonLetters = `"\bfnrt`
)

const lowerDigits, upperDigits = "0123456789abcdef", "0123456789ABCDEF"

// escapeJSON writes a text as the inside of a JSON string.
func escapeJSON(text string, style jsonStyle) string {
	digits := lowerDigits
	if style.upper {
		digits = upperDigits
	}
	out := make([]byte, 0, 2*len(text))
	for i, r := range text {
		short := strings.IndexRune(jsonShort, r)
		switch {
		case r == utf8.RuneError && !strings.HasPrefix(text[i:], string(utf8.RuneError)):
			out = append(out, `\ufffd`...)
		case strings.ContainsRune(style.escaped, r) || style.ascii && r >= utf8.RuneSelf || r < ' ' && short < 0:
			for _, unit := range utf16.AppendRune(nil, r) {
				out = append(out, '\\', 'u', digits[unit>>12], digits[unit>>8&15], digits[unit>>4&15], digits[unit&15])
			}
		case short >= 0:
			out = append(out, '\\', jsonLetters[short])
		case r == '/' && style.slash:
			out = append(out, `\/`...)
		default:
			out = utf8.AppendRune(out, r)
		}
	}
	return string(out)
}

// urlStyles are the characters besides letters and digits that are left alone by RFC
// 3986 section 2.3 (as in Go's queries), by forms of the URL standard, by
// encodeURIComponent and in Go's paths.
var urlStyles = [...]string{"-_.~", "-_.*", "-_.~!*'()", "-_.~$&+:=@"}

// formStyles are those that are at home in forms.
var formStyles = urlStyles[:3]

// escapeURL gives both cases of the digits, and a space as %20 and as a plus: four
// spellings, always in the same order.
func escapeURL(text, safe string, yield func(string)) {
	for _, digits := range [...]string{upperDigits, lowerDigits} {
		out := make([]byte, 0, 3*len(text))
		for i := range len(text) {
			if c := text[i]; isAlphanumeric(c) || strings.IndexByte(safe, c) >= 0 {
				out = append(out, c)
			} else {
				out = append(out, '%', digits[c>>4], digits[c&15])
			}
		}
		yield(string(out))
		yield(strings.ReplaceAll(string(out), "%20", "+"))
	}
}

var templateHTML = strings.NewReplacer("&", "&amp;", "<", "&lt;", ">", "&gt;", `"`, "&#34;", "'", "&#39;", "+", "&#43;", "\x00", "\uFFFD")

// htmlStyles are Go's three and those of other libraries.
var htmlStyles = [...]*strings.Replacer{
	templateHTML,
	strings.NewReplacer("&", "&amp;", "<", "&lt;", ">", "&gt;"),
	strings.NewReplacer("&", "&amp;", "<", "&lt;", ">", "&gt;", `"`, "&#34;", "'", "&#39;"),
	strings.NewReplacer("&", "&amp;", "<", "&lt;", ">", "&gt;", `"`, "&#34;", "'", "&#39;", "\x00", "\uFFFD"),
	strings.NewReplacer("&", "&amp;", "<", "&lt;", ">", "&gt;", `"`, "&quot;"),
	strings.NewReplacer("&", "&amp;", "<", "&lt;", ">", "&gt;", `"`, "&quot;", "'", "&#39;"),
	strings.NewReplacer("&", "&amp;", "<", "&lt;", ">", "&gt;", `"`, "&quot;", "'", "&#039;"),
	strings.NewReplacer("&", "&amp;", "<", "&lt;", ">", "&gt;", `"`, "&quot;", "'", "&#x27;"),
	strings.NewReplacer("&", "&amp;", "<", "&lt;", ">", "&gt;", `"`, "&quot;", "'", "&apos;"),
}
