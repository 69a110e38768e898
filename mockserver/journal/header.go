package journal

import (
	"encoding/base64"
	"net/http"
	"strings"
)

// schemes are the words that may stand before the credentials in an Authorization
// header. Any other first word may be part of a secret.
var schemes = map[string]bool{
	"basic": true, "bearer": true, "authing": true, "digest": true, "dpop": true, "token": true,
}

func (rw rewriter) header(header http.Header) http.Header {
	shown := make(http.Header, len(header))
	for name, values := range header {
		rewritten := make([]string, len(values))
		for i, value := range values {
			rewritten[i] = valid(rw.field(plainName(name), value))
		}
		shown[valid(rw.plain(name))] = rewritten
	}
	return shown
}

func (rw rewriter) field(name, value string) string {
	switch {
	case name == "authorization", name == "proxyauthorization":
		return rw.authorization(value)
	case name == "cookie", name == "setcookie":
		for pair := range strings.SplitSeq(value, ";") {
			if _, secret, ok := strings.Cut(pair, "="); ok {
				rw.named(strings.Trim(secret, ` "`))
			}
			if name == "setcookie" {
				break // attributes follow
			}
		}
		return rw.named(value)
	case isSecretName(name):
		return rw.named(value)
	case name == "location", name == "referer", name == "contentlocation":
		return rw.url(value)
	}
	return rw.text(value)
}

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
