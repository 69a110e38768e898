package redact

import (
	"bytes"
	"encoding/base64"
	"encoding/hex"
	"encoding/json"
	"html"
	"html/template"
	"net/url"
	"strings"
	"testing"
	"unicode/utf8"
)

// written are spellings of a value as the standard library writes them.
func written(value string) map[string]string {
	var plain bytes.Buffer
	encoder := json.NewEncoder(&plain)
	encoder.SetEscapeHTML(false)
	_ = encoder.Encode(value)
	query, path := url.QueryEscape(value), url.PathEscape(value)
	digits := hex.EncodeToString([]byte(value))
	return map[string]string{
		"raw":                  value,
		"JSON":                 marshalled(value),
		"JSON, no HTML":        strings.TrimSuffix(plain.String()[1:], "\"\n"),
		"JSON in JSON":         marshalled(marshalled(value)),
		"query":                query,
		"query, lower":         lowerEscapes(query),
		"query, %20":           strings.ReplaceAll(query, "+", "%20"),
		"path":                 path,
		"path, lower":          lowerEscapes(path),
		"HTML":                 html.EscapeString(value),
		"HTML template":        template.HTMLEscapeString(value),
		"base64":               base64.StdEncoding.EncodeToString([]byte(value)),
		"base64, raw":          base64.RawStdEncoding.EncodeToString([]byte(value)),
		"base64url":            base64.URLEncoding.EncodeToString([]byte(value)),
		"base64url, raw":       base64.RawURLEncoding.EncodeToString([]byte(value)),
		"base64 in JSON":       marshalled(base64.RawStdEncoding.EncodeToString([]byte(value))),
		"base64 in a query":    url.QueryEscape(base64.RawStdEncoding.EncodeToString([]byte(value))),
		"hex":                  digits,
		"hex, upper":           strings.ToUpper(digits),
		"JSON of base64, .NET": strings.ReplaceAll(base64.StdEncoding.EncodeToString([]byte(value)), "+", `\u002B`),
	}
}

func marshalled(value string) string {
	quoted, err := json.Marshal(value)
	if err != nil {
		panic(err)
	}
	return string(quoted[1 : len(quoted)-1])
}

func lowerEscapes(text string) string {
	out := []byte(text)
	for i := range len(out) {
		if out[i] == '%' {
			copy(out[i+1:], bytes.ToLower(out[i+1:i+3]))
		}
	}
	return string(out)
}

var trickyValues = []string{
	secret,
	"2b0f6a7c9d4e4f1e8a35c7d21b96e0f4",
	"A~._-b0123456789",
	`quote " and \ and ' and ` + "`",
	"<script>&amp;+=/?#[]@!$*(),;:%2f",
	"héllo wörld, 日本語 and 𝄞",
	"tab\tline\nreturn\rform\fback\bnul\x00unit\x1fdel\x7f\u2028\u2029",
	">>>???~~~ makes + and / of base64 ~~~???>>>",
	"        ",
	"\xff\xfe not valid UTF-8",
}

func TestEverySpellingIsHidden(t *testing.T) {
	t.Parallel()
	for _, value := range trickyValues {
		book := NewBook([]byte("key"))
		name := book.Add(Secret, value)
		for form, text := range written(value) {
			if !utf8.ValidString(value) && strings.Contains(form, "JSON") {
				continue // U+FFFD is all that is left of the invalid bytes
			}
			got := book.Hider().Text("before|" + text + "|behind")
			if left := strings.TrimRight(strings.TrimSuffix(got, "|behind"), "="); left != "before|"+name {
				t.Errorf("%q as %s: %q became %q", value, form, text, got)
			}
		}
	}
}

func TestSpellingsOfOtherWriters(t *testing.T) {
	t.Parallel()
	const value = `a/b+c<d>e&f"g'h=iéj𝄞`
	tests := map[string]string{
		"PHP, JSON":           `a\/b+c<d>e&f\"g'h=i\u00e9j\ud834\udd1e`,
		"Python, JSON":        `a/b+c<d>e&f\"g'h=i\u00e9j\ud834\udd1e`,
		"Gson":                `a/b+c\u003cd\u003ee\u0026f\"g\u0027h\u003diéj𝄞`,
		".NET, JSON":          `a/b\u002Bc\u003Cd\u003Ee\u0026f\u0022g\u0027h=i\u00E9j\uD834\uDD1E`,
		"all, lower":          `a\u002fb\u002bc\u003cd\u003ee\u0026f\"g'h=iéj𝄞`,
		"all, upper":          `a\u002Fb\u002Bc\u003Cd\u003Ee\u0026f\"g'h=iéj𝄞`,
		"encodeURIComponent":  `a%2Fb%2Bc%3Cd%3Ee%26f%22g'h%3Di%C3%A9j%F0%9D%84%9E`,
		"HTML, named":         `a/b+c&lt;d&gt;e&amp;f&quot;g&#39;h=iéj𝄞`,
		"HTML, hex":           `a/b+c&lt;d&gt;e&amp;f&quot;g&#x27;h=iéj𝄞`,
		"XML":                 `a/b+c&lt;d&gt;e&amp;f&quot;g&apos;h=iéj𝄞`,
		"HTML, quotes as are": `a/b+c&lt;d&gt;e&amp;f"g'h=iéj𝄞`,
		"upper":               `A/B+C<D>E&F"G'H=IÉJ𝄞`,
	}
	book := NewBook(nil)
	want := book.Add(Secret, value)
	for name, text := range tests {
		if got := book.Hider().Text(text); got != want {
			t.Errorf("%s: %s became %s", name, text, got)
		}
	}
}

func TestCaseOfShortValuesIsLeft(t *testing.T) {
	t.Parallel()
	book := NewBook(nil)
	book.Add(Secret, "password12")
	if got := book.Hider().Text("PASSWORD12"); got != "PASSWORD12" {
		t.Errorf("got %s", got)
	}
}

func TestInsideBase64(t *testing.T) {
	t.Parallel()
	for _, value := range []string{secret, "héllo wörld", "?>~?>~?>~?>~", "ten bytes."} {
		book := NewBook(nil)
		name := book.Add(Secret, value)
		for before := range 6 {
			for behind := range 6 {
				text := strings.Repeat("i", before) + value + strings.Repeat("j", behind)
				for _, alphabet := range []*base64.Encoding{base64.StdEncoding, base64.RawURLEncoding} {
					encoded := alphabet.EncodeToString([]byte(text))
					got := book.Hider().Text(encoded)
					// Of either end two characters may stay, as they hold bits of a neighbour.
					from, to, found := strings.Cut(got, name)
					if !found || len(from) > (before*8+5)/6 || len(strings.TrimRight(to, "=")) > (behind*8+5)/6+1 {
						t.Errorf("%q: %s became %s", text, encoded, got)
					}
				}
			}
		}
	}
}

func TestPairs(t *testing.T) {
	t.Parallel()
	tests := map[string]struct{ id, secret, joined string }{
		"as they are":       {"client", secret, "client:" + secret},
		"encoded":           {"a client", secret, "a+client:S3cret%2Fof%2B9+chars"},
		"encoded, lower":    {"a client", secret, "a+client:S3cret%2fof%2b9+chars"},
		"encoded, %20":      {"a client", secret, "a%20client:S3cret%2Fof%2B9%20chars"},
		"URL standard":      {"a~client", "a~b*c's~(secret)", "a%7Eclient:a%7Eb*c%27s%7E%28secret%29"},
		"as a component":    {"a~client", "a~b*c's~(secret)", "a~client:a~b*c's~(secret)"},
		"a short secret":    {"angusgm", "token", "angusgm:token"},
		"no id":             {"", "password", ":password"},
		"in both alphabets": {"??>", "~~>?x", "??>:~~>?x"},
	}
	for name, test := range tests {
		t.Run(name, func(t *testing.T) {
			t.Parallel()
			book := NewBook(nil)
			book.Pair(test.id, test.secret)
			want, _ := book.Name(test.secret)
			for _, alphabet := range []*base64.Encoding{base64.StdEncoding, base64.URLEncoding, base64.RawStdEncoding, base64.RawURLEncoding} {
				text := alphabet.EncodeToString([]byte(test.joined))
				if got := book.Hider().Text("Basic " + text); got != "Basic "+want {
					t.Errorf("%s became %s, want %s", text, got, want)
				}
			}
		})
	}
}
