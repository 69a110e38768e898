package redact

import (
	"slices"
	"strings"
)

// Hider replaces what a book knew at one moment. It is safe for concurrent use.
type Hider struct {
	key   []byte
	index *index
}

// Hit is a credential that still stands in a text.
type Hit struct {
	Name   string // its pseudonym
	Form   string // raw, json, url, html, base64, within base64, hex, case, basic, structure or escaped
	Offset int    // of its first byte in the text
}

// Text replaces every form of every value, and what is a credential by its structure
// (as JWT#, PEM# or JWK# with four hex digits that are equal for equal texts). Where
// forms overlap, all that they cover goes for one pseudonym. Find finds nothing in the
// result, and Text leaves it as it is.
func (h *Hider) Text(s string) string {
	// A pseudonym and what stands beside it can only make up a form if a value has a
	// piece of a pseudonym in it. So there is hardly ever anything to do after the
	// first time; as such values could take turns for ever, in the end nothing is put
	// in the place of what is found.
	const passes = 4
	for range passes {
		found := h.matches(s)
		if len(found) == 0 {
			return s
		}
		s = replace(s, found, func(m match) string { return m.name })
	}
	for {
		found := h.matches(s)
		if len(found) == 0 {
			return s
		}
		s = replace(s, found, func(match) string { return "" })
	}
}

// Find tells what still stands in a text, by offset. Each value and form is told once,
// where it stands first.
func (h *Hider) Find(text []byte) []Hit {
	type key struct {
		name string
		form form
	}
	seen := map[key]bool{}
	var hits []Hit
	for _, m := range h.matches(string(text)) {
		if k := (key{m.name, m.form}); !seen[k] {
			seen[k] = true
			hits = append(hits, Hit{Name: m.name, Form: formNames[m.form], Offset: m.start})
		}
	}
	return hits
}

// matches are in the order of their starts.
func (h *Hider) matches(text string) []match {
	found := h.index.search(text)
	more := beyond(found, h.index.searchUnescaped(text, levels))
	if more = append(more, findStructures(text, h.key)...); len(more) > 0 {
		found = append(found, more...)
		slices.SortStableFunc(found, byStart)
	}
	return found
}

// replace puts one text in the place of each run of overlapping matches: that of the
// best of them.
func replace(text string, found []match, by func(match) string) string {
	var b strings.Builder
	b.Grow(len(text))
	done := 0
	for i := 0; i < len(found); {
		best, start, end := found[i], found[i].start, found[i].end
		for i++; i < len(found) && found[i].start < end; i++ {
			end = max(end, found[i].end)
			if found[i].isBetterThan(best) {
				best = found[i]
			}
		}
		b.WriteString(text[done:start])
		b.WriteString(by(best))
		done = end
	}
	b.WriteString(text[done:])
	return b.String()
}

// isBetterThan prefers a value that is known to a structure, as its pseudonym says
// more, and the longer one otherwise.
func (m match) isBetterThan(other match) bool {
	if (m.form == structure) != (other.form == structure) {
		return other.form == structure
	}
	return m.end-m.start > other.end-other.start
}
