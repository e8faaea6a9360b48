package config

import (
	"slices"
	"strings"
)

// meant says which of the known words was meant, "did you mean token?", or which
// there are.
func meant(word string, known []string) string {
	best, distance := "", len(word)/3+2
	for _, k := range known {
		d := edits(strings.ToLower(word), strings.ToLower(k))
		if len(word) >= 3 && strings.HasPrefix(k, word) {
			d = 1
		}
		if d < distance {
			best, distance = k, d
		}
	}
	if best != "" {
		return "did you mean " + best + "?"
	}
	sorted := slices.Sorted(slices.Values(known))
	if len(sorted) == 0 {
		return "there are none"
	}
	if len(sorted) > 20 {
		sorted = append(sorted[:20], "…")
	}
	return "there are: " + strings.Join(sorted, ", ")
}

// edits is how many letters must be put in, taken out, replaced or swapped with
// their neighbour to make one word of the other.
func edits(a, b string) int {
	s, t := []rune(a), []rune(b)
	if len(s) > 60 || len(t) > 60 {
		return max(len(s), len(t))
	}
	rows := make([][]int, len(s)+1)
	for i := range rows {
		rows[i] = make([]int, len(t)+1)
		rows[i][0] = i
	}
	for j := range rows[0] {
		rows[0][j] = j
	}
	for i := 1; i <= len(s); i++ {
		for j := 1; j <= len(t); j++ {
			replace := rows[i-1][j-1]
			if s[i-1] != t[j-1] {
				replace++
			}
			rows[i][j] = min(rows[i-1][j]+1, rows[i][j-1]+1, replace)
			if i > 1 && j > 1 && s[i-1] == t[j-2] && s[i-2] == t[j-1] {
				rows[i][j] = min(rows[i][j], rows[i-2][j-2]+1)
			}
		}
	}
	return rows[len(s)][len(t)]
}
