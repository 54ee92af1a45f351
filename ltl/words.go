package ltl

import (
	"slices"
	"unicode/utf8"
)

// verbs are the words behind a name that make it an atom. Two names never follow each other in a
// formula, so a word with a verb behind it is a name, also if it has a meaning elsewhere.
func verbs() []string {
	return []string{"sends", "receives", "raises", "handles", "fires", "crashes", "in", "done", "crashed", "failed", "armed"}
}

// openers are the words that begin an operand, and so never are a name there.
func openers() []string {
	return []string{"not", "next", "always", "eventually", "true", "false", "for", "sometimes",
		"absence", "existence", "universality", "propagates", "every"}
}

// joiners are the words that stand behind an operand. Where an operand is expected they are a name only
// if a verb says so.
func joiners() []string {
	return []string{"and", "or", "implies", "iff", "until", "weakly", "releases", "release", "leads", "then", "precedes", "responds",
		"within", "before", "after", "between", "globally", "U", "W", "R", "V", "G", "F", "X"}
}

// nearest is the word of the language that somebody who wrote another word most likely meant, or "".
func nearest(word string) string {
	best, least := "", 1+min(2, utf8.RuneCountInString(word)/4)
	for _, w := range slices.Concat(openers(), joiners(), verbs()) {
		if d := distance(word, w, least); len(w) > 1 && 0 < d && d < least {
			best, least = w, d
		}
	}
	return best
}

// distance is the number of letters to insert, remove or change to make b of a; limit, if it is not less.
func distance(a, b string, limit int) int {
	x, y := []rune(clip(a)), []rune(b)
	if len(x)-len(y) >= limit || len(y)-len(x) >= limit {
		return limit
	}
	row := make([]int, len(y)+1)
	for j := range row {
		row[j] = j
	}
	for i, r := range x {
		diagonal := row[0]
		row[0] = i + 1
		for j, s := range y {
			change := diagonal
			if r != s {
				change++
			}
			diagonal = row[j+1]
			row[j+1] = min(change, row[j]+1, diagonal+1)
		}
	}
	return min(limit, row[len(y)])
}
