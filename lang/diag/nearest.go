package diag

import "strings"

// Nearest is the candidate that a mistyped word most likely meant, or "" if none
// is near: at most a third of its letters may differ, counting a swap of two
// neighbours as one difference. One that differs in the case of letters only is
// nearer than any other; the first of several equally near ones wins.
func Nearest(word string, candidates []string) string {
	const longest = 64 // of a word that is worth the time
	w := []rune(word)
	if len(w) == 0 || len(w) > longest {
		return ""
	}
	for _, c := range candidates {
		if c != word && strings.EqualFold(c, word) {
			return c
		}
	}
	best, distance := "", max(1, len(w)/3)+1
	for _, c := range candidates {
		r := []rune(c)
		if len(r) > longest || c == word {
			continue
		}
		if d := edits(w, r); d < distance {
			best, distance = c, d
		}
	}
	return best
}

// edits is the optimal string alignment distance.
func edits(a, b []rune) int {
	before, last, row := make([]int, len(b)+1), make([]int, len(b)+1), make([]int, len(b)+1)
	for j := range last {
		last[j] = j
	}
	for i := 1; i <= len(a); i++ {
		row[0] = i
		for j := 1; j <= len(b); j++ {
			differ := 1
			if a[i-1] == b[j-1] {
				differ = 0
			}
			row[j] = min(last[j]+1, row[j-1]+1, last[j-1]+differ)
			if i > 1 && j > 1 && a[i-1] == b[j-2] && a[i-2] == b[j-1] {
				row[j] = min(row[j], before[j-2]+1)
			}
		}
		before, last, row = last, row, before
	}
	return last[len(b)]
}
