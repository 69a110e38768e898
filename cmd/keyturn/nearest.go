package main

import (
	"maps"
	"slices"
)

func keys(set map[string]bool) []string { return slices.Sorted(maps.Keys(set)) }

// nearest is the word that takes the fewest edits to get to from the given one.
func nearest(word string, words []string) string {
	best, least := "", -1
	for _, candidate := range words {
		if edits := distance(word, candidate); least < 0 || edits < least {
			best, least = candidate, edits
		}
	}
	return best
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
