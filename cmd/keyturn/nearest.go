package main

import (
	"maps"
	"slices"
	"strings"
)

func keys(set map[string]bool) []string { return slices.Sorted(maps.Keys(set)) }

// nearest is the word that takes the fewest edits to get to from the given one, and
// "" where that is so many that nobody can have meant it. One that has all parts of the
// given word comes first, however long it is. A prefix that all have in common counts
// for nothing.
func nearest(word string, words []string) string {
	prefix := shared(append([]string{word}, words...))
	best, least, whole := "", -1, false
	for _, candidate := range words {
		edits, has := distance(word, candidate), hasParts(candidate[len(prefix):], word[len(prefix):])
		if least < 0 || has && !whole || has == whole && edits < least {
			best, least, whole = candidate, edits, has
		}
	}
	if length := max(len(word), len(best)) - len(prefix); !whole && 2*least > length+1 {
		return ""
	}
	return best
}

// hasParts reports whether each part of the word, of which there has to be one, is one
// of the candidate's.
func hasParts(candidate, word string) bool {
	had, wanted := partsOf(candidate), partsOf(word)
	return len(wanted) > 0 && !slices.ContainsFunc(wanted, func(part string) bool { return !slices.Contains(had, part) })
}

// partsOf splits a flag at its dashes and a variable at its underscores.
func partsOf(word string) []string {
	return strings.FieldsFunc(word, func(r rune) bool { return r == '-' || r == '_' })
}

// suggestion is how an error goes on that names an unknown word: with the nearest one
// behind the given text, or not at all.
func suggestion(before, near, after string) string {
	if near == "" {
		return ""
	}
	return before + near + after
}

// shared is what all the words begin with.
func shared(words []string) string {
	prefix := words[0]
	for _, word := range words {
		for !strings.HasPrefix(word, prefix) {
			prefix = prefix[:len(prefix)-1]
		}
	}
	return prefix
}

// distance counts the insertions, deletions and replacements between two words.
func distance(a, b string) int {
	row := make([]int, len(b)+1)
	for j := range row {
		row[j] = j
	}
	for i := range len(a) {
		diagonal := row[0]
		row[0] = i + 1
		for j := range len(b) {
			cost := 1
			if a[i] == b[j] {
				cost = 0
			}
			diagonal, row[j+1] = row[j+1], min(row[j]+1, row[j+1]+1, diagonal+cost)
		}
	}
	return row[len(b)]
}
