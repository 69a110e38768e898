package journal

import (
	"net/url"
	"strings"
)

// url rewrites a path with its query. A segment or parameter that hides a secret by
// its escaping is shown unescaped.
func (rw rewriter) url(target string) string {
	path, query, found := strings.Cut(rw.plain(target), "?")
	segments := strings.Split(path, "/")
	for i, segment := range segments {
		text := unescapedPath(segment)
		segments[i] = changed(segment, text, rw.text(text))
	}
	path = strings.Join(segments, "/")
	if !found {
		return path
	}
	return path + "?" + rw.pairs(query)
}

// unescapedPath undoes the escapes of a segment, also those that are escaped themselves.
func unescapedPath(segment string) string {
	const deepest = 3
	for range deepest {
		text, err := url.PathUnescape(segment)
		if err != nil || text == segment {
			break
		}
		segment = text
	}
	return segment
}

// pairs rewrites name=value&name=value, as queries and forms have it.
func (rw rewriter) pairs(text string) string {
	pairs := strings.Split(text, "&")
	for i, pair := range pairs {
		name, value, found := strings.Cut(pair, "=")
		plainName := unescaped(name)
		shown := changed(name, plainName, rw.text(plainName))
		if found {
			shown += "=" + rw.parameter(plainName, value)
		}
		pairs[i] = shown
	}
	return strings.Join(pairs, "&")
}

func (rw rewriter) parameter(name, value string) string {
	plain := unescaped(value)
	switch {
	case isSecretParameter(name):
		return rw.escaped(value)
	case rw.graphQL && name == "query":
		return changed(value, plain, rw.query(plain))
	case rw.graphQL && name == "variables":
		return changed(value, plain, rw.variablesText(plain))
	}
	return changed(value, plain, rw.text(plain))
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
