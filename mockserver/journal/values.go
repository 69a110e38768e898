package journal

import (
	"encoding/base64"
	"encoding/json"
	"net/url"
	"slices"
	"strings"
	"unicode/utf8"
)

// minValue is the length from which a value is replaced wherever it stands. A
// shorter one may be an ordinary word: the default bearer is "token".
const minValue = 8

// values replaces what is known to be secret in any text. Every pattern is at least
// minValue bytes long, so its start finds the few lengths that are worth a look,
// and the cost hardly grows with the number of secrets.
type values struct {
	marks   map[string]string
	lengths map[[minValue]byte][]int // the longest first
}

func (r *Redactor) known(found map[string]bool) *values {
	v := &values{marks: map[string]string{}, lengths: map[[minValue]byte][]int{}}
	for secret := range found {
		if utf8.RuneCountInString(secret) < minValue {
			continue
		}
		mark := r.mark(secret)
		for _, pattern := range spellings(secret) {
			v.add(pattern, mark)
		}
	}
	return v
}

func (v *values) add(pattern, mark string) {
	if len(pattern) < minValue || v.marks[pattern] != "" {
		return
	}
	v.marks[pattern] = mark
	start := startOf(pattern)
	lengths := v.lengths[start]
	at, known := slices.BinarySearchFunc(lengths, len(pattern), func(a, b int) int { return b - a })
	if !known {
		v.lengths[start] = slices.Insert(lengths, at, len(pattern))
	}
}

func startOf(text string) (start [minValue]byte) {
	copy(start[:], text)
	return start
}

func (v *values) replace(text string) string {
	if len(v.marks) == 0 {
		return text
	}
	var b strings.Builder
	end := 0
	for i := 0; i+minValue <= len(text); {
		size := 0
		for _, length := range v.lengths[startOf(text[i:])] {
			if i+length > len(text) {
				continue
			}
			if mark, known := v.marks[text[i:i+length]]; known {
				b.WriteString(text[end:i])
				b.WriteString(mark)
				size = length
				break
			}
		}
		if size == 0 {
			i++
			continue
		}
		i += size
		end = i
	}
	if end == 0 {
		return text
	}
	return b.String() + text[end:]
}

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
