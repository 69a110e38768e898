package admin

import (
	"fmt"
	"strconv"
	"strings"
	"unicode/utf16"
	"unicode/utf8"
)

// forYAML rewrites a JSON text so that the YAML reader of world files takes it for
// what it says. YAML is nearly a superset of JSON; the gaps are in texts: the
// escaped slash and the escaped surrogate pair, which PHP's and Python's writers
// use, and the characters that YAML takes for line breaks or not at all. Lines stay
// where they are, for the sake of the errors.
func forYAML(data []byte) []byte {
	out := make([]byte, 0, len(data))
	for len(data) > 0 {
		if data[0] == '\\' && len(data) > 1 {
			var size int
			out, size = appendEscape(out, data)
			data = data[size:]
			continue
		}
		r, size := utf8.DecodeRune(data)
		if breaksYAML(r) {
			out = fmt.Appendf(out, `\u%04x`, r)
		} else {
			out = append(out, data[:size]...)
		}
		data = data[size:]
	}
	return out
}

// appendEscape copies the escape at the start of data in YAML's form, and returns
// its length in JSON's.
func appendEscape(out, data []byte) ([]byte, int) {
	const pair = len(`\ud83d\ude00`)
	switch data[1] {
	case '/':
		return append(out, '/'), 2
	case 'u':
		if len(data) >= pair && data[6] == '\\' && data[7] == 'u' {
			high, errHigh := strconv.ParseUint(string(data[2:6]), 16, 16)
			low, errLow := strconv.ParseUint(string(data[8:12]), 16, 16)
			r := utf16.DecodeRune(rune(high), rune(low))
			if errHigh == nil && errLow == nil && r != utf8.RuneError {
				return utf8.AppendRune(out, r), pair
			}
		}
	}
	return append(out, data[:2]...), 2
}

func breaksYAML(r rune) bool {
	return r >= 0x7f && r < 0xa0 || strings.ContainsRune("\u2028\u2029\ufeff\ufffe\uffff", r)
}
