package redact

import (
	"cmp"
	"slices"
	"sort"
	"strconv"
	"strings"
	"unicode/utf8"
)

// Writers escape more than they have to in more ways than can be listed as forms: each
// byte may or may not be. So a text with escapes is also searched as it reads without.

// levels is how many times a text may be escaped, as a URL in a URL is.
const levels = 2

// unescaped is a text without its percent-escapes (RFC 3986 section 2.1) and \u-escapes
// (RFC 8259 section 7), and where those stood.
type unescaped struct {
	text    string
	escapes []escaped
}

// escaped is one escape: from start to end in the text that had it, from at to after in
// the one without.
type escaped struct{ start, end, at, after int }

// unescapeAll reports false where there is no escape.
func unescapeAll(text string) (*unescaped, bool) {
	if !strings.Contains(text, "%") && !strings.Contains(text, `\u00`) {
		return nil, false
	}
	u := &unescaped{}
	var out []byte
	done := 0
	for i := 0; i < len(text); {
		if text[i] != '%' && text[i] != '\\' {
			i++
			continue
		}
		r, size := escapeAt(text[i:])
		if size == 0 {
			i++
			continue
		}
		out = append(out, text[done:i]...)
		e := escaped{start: i, end: i + size, at: len(out)}
		if text[i] == '%' {
			out = append(out, byte(r))
		} else {
			out = utf8.AppendRune(out, r)
		}
		e.after = len(out)
		u.escapes = append(u.escapes, e)
		i += size
		done = i
	}
	if len(u.escapes) == 0 {
		return nil, false
	}
	u.text = string(append(out, text[done:]...))
	return u, true
}

// escapeAt decodes the escape that a text begins with. A \u-escape may have more than
// one backslash, as in JSON that is a string in JSON. Surrogates are left alone.
func escapeAt(text string) (r rune, size int) {
	digits, width := 1, 2
	if text[0] == '\\' {
		for digits < len(text) && text[digits] == '\\' {
			digits++
		}
		if digits == len(text) || text[digits] != 'u' {
			return 0, 0
		}
		digits, width = digits+1, 4
	}
	if len(text) < digits+width {
		return 0, 0
	}
	for i := digits; i < digits+width; i++ {
		if !isHex(text[i]) {
			return 0, 0
		}
	}
	code, err := strconv.ParseUint(text[digits:digits+width], 16, 16)
	if err != nil || !utf8.ValidRune(rune(code)) {
		return 0, 0
	}
	return rune(code), digits + width
}

func isHex(c byte) bool {
	return c >= '0' && c <= '9' || c >= 'a' && c <= 'f' || c >= 'A' && c <= 'F'
}

// origin is the stretch of the escaped text that a stretch without escapes was made of.
func (u *unescaped) origin(start, end int) (from, to int) {
	first := u.before(start)
	from = start + first.end - first.after
	if start < first.after {
		from = first.start
	}
	last := u.before(end - 1)
	to = end + last.end - last.after
	if end-1 < last.after {
		to = last.end
	}
	return from, to
}

// before is the last escape that begins at the place or before it.
func (u *unescaped) before(place int) escaped {
	i := sort.Search(len(u.escapes), func(i int) bool { return u.escapes[i].at > place })
	if i == 0 {
		return escaped{}
	}
	return u.escapes[i-1]
}

// searchUnescaped finds the forms that only show once escapes are read. What it finds
// reaches over whole escapes.
func (x *index) searchUnescaped(text string, depth int) []match {
	u, ok := unescapeAll(text)
	if !ok || len(x.forms) == 0 {
		return nil
	}
	var found []match
	inner := x.search(u.text)
	if depth > 1 {
		inner = append(inner, x.searchUnescaped(u.text, depth-1)...)
	}
	for _, m := range inner {
		start, end := u.origin(m.start, m.end)
		if end-start != m.end-m.start { // or there is no escape in it
			found = append(found, match{start: start, end: end, name: m.name, form: inEscapes})
		}
	}
	slices.SortStableFunc(found, byStart)
	return found
}

func byStart(a, b match) int { return cmp.Compare(a.start, b.start) }

// beyond leaves of some matches those that no match of the others covers. Both are in
// the order of their starts.
func beyond(others, some []match) []match {
	reached := 0
	return slices.DeleteFunc(some, func(m match) bool {
		for ; len(others) > 0 && others[0].start <= m.start; others = others[1:] {
			reached = max(reached, others[0].end)
		}
		return reached >= m.end
	})
}
