package journal

import (
	"encoding/base64"
	"net/http"
	"slices"
	"strings"
)

// schemes are the words that may stand before the credentials in an Authorization
// header. Any other first word may be part of a secret.
var schemes = map[string]bool{
	"basic": true, "bearer": true, "authing": true, "digest": true, "dpop": true, "token": true,
}

// secretWords make a header's name a secret's, wherever they stand in it: proxies
// and gateways put words of their own before and behind.
var secretWords = []string{"authorization", "secret", "token", "password", "passwd", "signature", "apikey"}

// harmlessWords end the names of headers that say something about a secret.
var harmlessWords = []string{"type", "method", "version", "id", "hint", "endpoint"}

// errorKeyHeader is AngusGM's name for an error.
const errorKeyHeader = "xcekey"

func (rw rewriter) header(header http.Header) http.Header {
	shown := make(http.Header, len(header))
	size := 0
	for name, values := range header {
		rewritten := make([]string, len(values))
		for i, value := range values {
			size += len(value)
			rewritten[i] = valid(rw.field(name, value))
		}
		shown[valid(rw.plain(name))] = rewritten
	}
	if rw.overfull() {
		for name := range shown {
			shown[name] = []string{withheld(size, tooMany)}
		}
	}
	return shown
}

func (rw rewriter) field(name, value string) string {
	plain := plainName(name)
	switch {
	case strings.Contains(plain, "cookie"):
		return rw.cookie(value)
	case isSecretHeader(name):
		return rw.authorization(value)
	case plain == "location", plain == "contentlocation", plain == "referer", strings.HasSuffix(plain, "url"), strings.HasSuffix(plain, "uri"):
		return rw.url(value)
	}
	return rw.text(value)
}

func isSecretHeader(name string) bool {
	plain := plainName(name)
	words := strings.FieldsFunc(strings.ToLower(name), func(r rune) bool { return strings.ContainsRune("-_. ", r) })
	if plain == errorKeyHeader || len(words) > 0 && slices.Contains(harmlessWords, words[len(words)-1]) {
		return false
	}
	return isSecretName(name) || strings.HasSuffix(plain, "key") || slices.Contains(words, "key") || slices.Contains(words, "keys") ||
		slices.ContainsFunc(secretWords, func(word string) bool { return strings.Contains(plain, word) })
}

// cookie notes every value of a Cookie header as a secret of its own, and with them
// the attributes of a Set-Cookie header that look alike.
func (rw rewriter) cookie(value string) string {
	for pair := range strings.SplitSeq(value, ";") {
		name, secret, ok := strings.Cut(strings.TrimSpace(pair), "=")
		if ok && !cookieAttributes[strings.ToLower(name)] {
			rw.named(strings.Trim(secret, ` "`))
		}
	}
	return rw.named(value)
}

// cookieAttributes have values that are no secrets (RFC 6265 section 4.1).
var cookieAttributes = map[string]bool{"path": true, "domain": true, "expires": true, "max-age": true, "samesite": true}

// authorization rewrites credentials, with or without the scheme before them.
func (rw rewriter) authorization(value string) string {
	scheme, credentials, found := strings.Cut(value, " ")
	if !found || !schemes[strings.ToLower(scheme)] {
		return rw.named(value)
	}
	credentials = strings.TrimSpace(credentials)
	switch strings.ToLower(scheme) {
	case "basic":
		if text, err := base64.StdEncoding.DecodeString(credentials); err == nil {
			rw.second(string(text))
		}
	case "authing":
		rw.second(credentials)
	}
	return scheme + " " + rw.named(credentials)
}

// second notes the second half of "id:secret" as a secret of its own, as it stands
// and form-decoded (RFC 6749 section 2.3.1).
func (rw rewriter) second(pair string) {
	if _, secret, ok := strings.Cut(pair, ":"); ok {
		rw.named(secret)
		rw.named(unescaped(secret))
	}
}
