package journal

import (
	"encoding/base64"
	"encoding/json"
	"iter"
	"net/url"
	"strings"
)

// spellings are the forms in which a secret may stand in a text.
func spellings(secret string) []string {
	query, path := url.QueryEscape(secret), url.PathEscape(secret)
	all := []string{secret, query, path, lowerEscapes(query), lowerEscapes(path)}
	if quoted, err := json.Marshal(secret); err == nil {
		text := string(quoted[1 : len(quoted)-1])
		// The same without the escapes that only HTML asks for.
		all = append(all, text, strings.NewReplacer(`\u003c`, "<", `\u003e`, ">", `\u0026`, "&").Replace(text))
	}
	all = append(all, encodings(secret)...)
	if query != secret {
		all = append(all, encodings(query)...)
	}
	return all
}

// lowerEscapes writes %2F as %2f.
func lowerEscapes(text string) string {
	out := []byte(text)
	for i := 0; i+2 < len(out); i++ {
		if out[i] == '%' {
			copy(out[i+1:i+3], strings.ToLower(text[i+1:i+3]))
		}
	}
	return string(out)
}

// encodings are what base64 makes of the secret wherever it stands in the encoded
// text, as after "id:" in Basic credentials: one for each place that its first byte
// can have in a group of three, without the characters at either end that depend
// on the neighbours.
func encodings(secret string) []string {
	const group, charBits, byteBits = 3, 6, 8
	var all []string
	for before := range group {
		padded := append(make([]byte, before, before+len(secret)), secret...)
		from := (before*byteBits + charBits - 1) / charBits
		to := len(padded) * byteBits / charBits
		standard := base64.RawStdEncoding.EncodeToString(padded)[from:to]
		all = append(all, standard, strings.NewReplacer("+", "-", "/", "_").Replace(standard))
		// In a query, a form or a path the two special characters are escaped.
		all = append(all, url.QueryEscape(standard))
	}
	return all
}

// plainFirst yields those last that are another's escaped form, as both are noted
// where a value may be escaped. What is learned first gives its mark to all its
// spellings, and that should be the secret.
func plainFirst(found map[string]bool) iter.Seq[string] {
	return func(yield func(string) bool) {
		var escaped []string
		for value := range found {
			if isEscaped(value, found) {
				escaped = append(escaped, value)
			} else if !yield(value) {
				return
			}
		}
		for _, value := range escaped {
			if !yield(value) {
				return
			}
		}
	}
}

func isEscaped(value string, found map[string]bool) bool {
	if strings.ContainsAny(value, "%+") {
		if plain := unescaped(value); plain != value && found[plain] {
			return true
		}
	}
	if !strings.Contains(value, "\\") {
		return false
	}
	var plain string
	return json.Unmarshal([]byte("\""+value+"\""), &plain) == nil && plain != value && found[plain]
}
