package main

import (
	"maps"
	"slices"
	"strings"
)

func keys(set map[string]bool) []string { return slices.Sorted(maps.Keys(set)) }

// nearest is the word that takes the fewest edits to get to from the given one, and
// "" where that is so many that nobody can have meant it. A prefix that all have in
// common counts for nothing.
func nearest(word string, words []string) string {
	prefix := shared(append([]string{word}, words...))
	best, least := "", -1
	for _, candidate := range words {
		if edits := distance(word, candidate); least < 0 || edits < least {
			best, least = candidate, edits
		}
	}
	if length := max(len(word), len(best)) - len(prefix); 2*least > length+1 {
		return ""
	}
	return best
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
