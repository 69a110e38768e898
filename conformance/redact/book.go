package redact

import (
	"crypto/hmac"
	"crypto/sha256"
	"encoding/hex"
	"fmt"
	"sync"
)

// MinSearched is the number of bytes from which a value is searched for in running
// text. Anything shorter may be an ordinary word, as the bearer "token" is.
const MinSearched = 8

// Kind is the letter that a pseudonym begins with.
type Kind byte

// The kinds of credentials.
const (
	Secret Kind = 'S'
	Token  Kind = 'T'
	Key    Kind = 'K'
)

// Book knows every credential of a run by its value. It is safe for concurrent use.
type Book struct {
	key []byte

	mu     sync.Mutex
	counts map[Kind]int
	index  *index
	hider  *Hider // of the index as it is; nil once something was added
}

// NewBook returns an empty book. The key is that of the pseudonyms' HMAC: with a random
// one per run, pseudonyms tell values of one run apart and cannot be compared with
// guesses or with other runs.
func NewBook(key []byte) *Book {
	return &Book{key: append([]byte(nil), key...), counts: map[Kind]int{}, index: newIndex()}
}

// Add makes a value known and returns its pseudonym: "S3#a1b2" is the third secret,
// with the first 16 bits of HMAC-SHA256(key, value). A value keeps the pseudonym that it
// got first, whatever kind it is added as later. The empty value is none: "".
func (b *Book) Add(kind Kind, value string) string {
	b.mu.Lock()
	defer b.mu.Unlock()
	return b.index.names[b.add(kind, value)]
}

// Pair makes Basic credentials known under the secret's pseudonym: the base64 of
// id:secret, as it is and with both sides form-urlencoded first (RFC 6749 section
// 2.3.1). Unlike the secret itself they are searched for however short it is. A secret
// that is new is added.
func (b *Book) Pair(id, secret string) {
	if secret == "" {
		return
	}
	b.mu.Lock()
	defer b.mu.Unlock()
	value := b.add(Secret, secret)
	b.own()
	pairs(id, secret, func(text string) { b.index.add(text, owner{value: value, form: basic}) })
}

// Name returns the pseudonym of a value that is known.
func (b *Book) Name(value string) (string, bool) {
	b.mu.Lock()
	defer b.mu.Unlock()
	at, known := b.index.values[value]
	return b.index.names[at], known
}

// Hider returns what hides everything known by now. It never changes; without a new
// value in between it is the same one again.
func (b *Book) Hider() *Hider {
	b.mu.Lock()
	defer b.mu.Unlock()
	if b.hider == nil {
		b.hider = &Hider{key: b.key, index: b.index}
	}
	return b.hider
}

// add returns the place of the value's pseudonym.
func (b *Book) add(kind Kind, value string) int32 {
	if at, known := b.index.values[value]; known || value == "" {
		return at
	}
	b.own()
	b.counts[kind]++
	at := b.index.name(value, fmt.Sprintf("%c%d#%s", kind, b.counts[kind], digest(b.key, value)))
	spellings(value, func(f form, text string) { b.index.add(text, owner{value: at, form: f}) })
	return at
}

// own makes the index the book's alone again, so that no hider sees it change.
func (b *Book) own() {
	if b.hider != nil {
		b.index, b.hider = b.index.clone(), nil
	}
}

// digest is four hex digits that are equal for equal texts.
func digest(key []byte, text string) string {
	const size = 2
	mac := hmac.New(sha256.New, key)
	_, _ = mac.Write([]byte(text)) // it never fails
	return hex.EncodeToString(mac.Sum(nil)[:size])
}
