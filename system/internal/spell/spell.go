// Package spell finds the word that a misspelt one was probably meant to be.
package spell

import "strings"

// maxDistance is how many letters may differ in a long word that is suggested; in a short one, a third of them.
const maxDistance = 2

// Nearest is the word that a misspelt one was probably meant to be; empty if none is near.
func Nearest(misspelt string, words []string) string {
	best, least := "", maxDistance+1

	for _, word := range words {
		if distance := distance(misspelt, word); distance < least && distance <= max(1, len(word)/3) {
			best, least = word, distance
		}
	}

	return best
}

// distance is the number of letters to insert, delete, replace or swap with their neighbour to turn one word into the other. Words whose
// lengths differ too much are not compared.
func distance(a, b string) int {
	a, b = strings.ToLower(a), strings.ToLower(b)
	if len(a) > len(b)+maxDistance || len(b) > len(a)+maxDistance {
		return maxDistance + 1
	}

	before, row := make([]int, len(b)+1), make([]int, len(b)+1)
	for j := range row {
		row[j] = j
	}

	for i := 1; i <= len(a); i++ {
		next := make([]int, len(b)+1)
		next[0] = i

		for j := 1; j <= len(b); j++ {
			replace := row[j-1]
			if a[i-1] != b[j-1] {
				replace++
			}

			next[j] = min(replace, row[j]+1, next[j-1]+1)

			if i > 1 && j > 1 && a[i-1] == b[j-2] && a[i-2] == b[j-1] {
				next[j] = min(next[j], before[j-2]+1)
			}
		}

		before, row = row, next
	}

	return row[len(b)]
}
