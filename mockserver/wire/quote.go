package wire

import (
	"unicode/utf8"

	"github.com/go-json-experiment/json/jsontext"
)

// appendQuote is [jsontext.AppendQuote] for all texts, and sooner done with those in
// which nothing is escaped. Most of a reply are keys, ids and addresses.
func appendQuote(dst []byte, text string) ([]byte, error) {
	if !plain(text) {
		return jsontext.AppendQuote(dst, text)
	}
	dst = append(dst, '"')
	dst = append(dst, text...)
	return append(dst, '"'), nil
}

// plain reports whether text is ASCII of which nothing is escaped. It looks at eight bytes
// at a time: a byte less than another borrows from its highest bit, and one that is not
// itself beyond ASCII keeps that bit to tell.
func plain(text string) bool {
	const (
		ones, high = 0x0101010101010101, 0x8080808080808080
		word       = 8
	)
	for ; len(text) >= word; text = text[word:] {
		eight := uint64(text[0]) | uint64(text[1])<<8 | uint64(text[2])<<16 | uint64(text[3])<<24 |
			uint64(text[4])<<32 | uint64(text[5])<<40 | uint64(text[6])<<48 | uint64(text[7])<<56
		quotes, slashes := eight^ones*'"', eight^ones*'\\'
		if (eight|(eight-ones*' ')|(quotes-ones)|(slashes-ones))&high != 0 {
			return false
		}
	}
	for i := range len(text) {
		if c := text[i]; c < ' ' || c >= utf8.RuneSelf || c == '"' || c == '\\' {
			return false
		}
	}
	return true
}
