package checks

import (
	"regexp"
	"strings"
)

var disguises = []struct {
	form *regexp.Regexp
	what string
}{
	{regexp.MustCompile(`[*•]{3}|[xX]{8}|\.{3}|…`), "a mask"},
	{regexp.MustCompile(`^\$(2[abxy]|argon2(id|i|d)|pbkdf2[a-z0-9-]*|scrypt|5|6)\$|^\{[A-Za-z0-9_@-]+\}`), "an encoded hash"},
	{regexp.MustCompile(`^([0-9a-f]{40}|[0-9a-f]{64}|[0-9a-f]{128})$`), "what may be a digest"},
}

// disguise says what a text is that stands where a secret should, "" where its form
// tells nothing. It is for secrets that do not work: one that does may look like any
// of these.
func disguise(text string) string {
	for _, known := range disguises {
		if known.form.MatchString(text) {
			return known.what
		}
	}
	switch strings.ToLower(strings.Trim(text, "<>[](){}")) {
	case "null", "none", "secret", "hidden", "redacted", "clientsecret", "client_secret":
		return "a placeholder"
	}
	return ""
}
