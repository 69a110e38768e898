package journal

import (
	"encoding/json"
	"net/url"
	"regexp"
	"strings"
)

// url rewrites a path with its query. A segment or parameter that hides a secret by
// its escaping is shown unescaped.
func (rw rewriter) url(target string) string {
	path, query, found := strings.Cut(rw.plain(target), "?")
	segments := strings.Split(path, "/")
	for i, segment := range segments {
		if text, err := url.PathUnescape(segment); err == nil && text != segment {
			segments[i] = changed(segment, text, rw.plain(text))
		}
	}
	path = strings.Join(segments, "/")
	if !found {
		return path
	}
	return path + "?" + rw.pairs(query)
}

// pairs rewrites name=value&name=value, as queries and forms have it.
func (rw rewriter) pairs(text string) string {
	pairs := strings.Split(text, "&")
	for i, pair := range pairs {
		name, value, found := strings.Cut(pair, "=")
		plainName := unescaped(name)
		shown := changed(name, plainName, rw.text(plainName))
		if found && isSecretName(plainName) {
			shown += "=" + rw.escaped(value)
		} else if found {
			plainValue := unescaped(value)
			shown += "=" + changed(value, plainValue, rw.text(plainValue))
		}
		pairs[i] = shown
	}
	return strings.Join(pairs, "&")
}

// escaped rewrites a named value that may be percent-encoded, and notes it as it
// stands too, in case its escaping is an unusual one.
func (rw rewriter) escaped(value string) string {
	rw.named(value)
	return rw.named(unescaped(value))
}

func changed(original, before, after string) string {
	if before == after {
		return original
	}
	return after
}

func unescaped(text string) string {
	plain, err := url.QueryUnescape(text)
	if err != nil {
		return text
	}
	return plain
}

// assignment finds secrets by name in the midst of a text: secret: "..." as GraphQL
// has it, also in triple quotes, "secret": "..." as JSON within a text, and
// secret=... as forms have it. Prose such as "token: must not be empty" is left
// alone, which is why a value after a colon must be quoted.
var assignment = regexp.MustCompile(`(?is)([a-z0-9_.-]*(?:secret|pass[_-]?word|token|private[_-]?key|api[_-]?key|client[_-]?assertion))` +
	`(?:` +
	`(\\*["']?\s*[:=]\s*""")(.*?)"""` +
	`|(\\*["']?\s*[:=]\s*")((?:[^"\\]|\\.)*)` +
	`|(\\*["']?\s*[:=]\s*\\+")([^"\\]*)` +
	`|(["']?\s*[:=]\s*')([^']*)` +
	`|(=)(` + regexp.QuoteMeta(markStart) + `[0-9a-f]{8}\]|[^\s&"'<>;,]+)` +
	`)`)

// text rewrites what has no other structure.
func (rw rewriter) text(text string) string {
	text = rw.plain(text)
	var b strings.Builder
	end := 0
	for _, at := range assignment.FindAllStringSubmatchIndex(text, -1) {
		for group := 4; group < len(at); group += 4 {
			if at[group] < 0 {
				continue
			}
			from, to := at[group+2], at[group+3]
			b.WriteString(text[end:from])
			b.WriteString(rw.assigned(text[from:to]))
			end = to
		}
	}
	if end == 0 {
		return text
	}
	return b.String() + text[end:]
}

// assigned rewrites a value in the midst of a text, and notes it also with its
// escapes undone.
func (rw rewriter) assigned(value string) string {
	var plain string
	if err := json.Unmarshal([]byte(`"`+value+`"`), &plain); err == nil {
		rw.named(plain)
	}
	return rw.escaped(value)
}
