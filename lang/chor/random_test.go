package chor

import (
	"math/rand/v2"
	"path/filepath"
	"testing"

	"github.com/rogpeppe/go-internal/txtar"
	"github.com/stretchr/testify/require"
)

// TestMutations parses texts with tokens removed, doubled, swapped and
// replaced, and texts with comments put between tokens.
func TestMutations(t *testing.T) {
	random := rand.New(rand.NewPCG(1, 2))
	for _, text := range samples(t) {
		s := scan(text)
		pieces := make([]string, len(s.tokens))
		for i, token := range s.tokens {
			end := len(text)
			if i+1 < len(s.tokens) {
				end = int(s.tokens[i+1].start)
			}
			pieces[i] = text[token.start:end]
		}
		if len(pieces) < 3 {
			continue
		}
		for range 150 {
			mutated := append([]string(nil), pieces...)
			for range 1 + random.IntN(3) {
				i, j := random.IntN(len(mutated)), random.IntN(len(mutated))
				switch random.IntN(6) {
				case 0:
					mutated[i] = ""
				case 1:
					mutated[i] += mutated[i]
				case 2:
					mutated[i], mutated[j] = mutated[j], mutated[i]
				case 3:
					mutated[i] = mutated[j]
				case 4:
					mutated[i] += "// c" + string(rune('0'+random.IntN(10))) + "\n"
				case 5:
					mutated[i] += []string{"\n", "\n\n\n", " ; ", "(", ")", "{", "}", "[", "not ", "-", "or ", "at "}[random.IntN(12)]
				}
			}
			joined := ""
			for _, piece := range mutated {
				joined += piece
			}
			checkParse(t, joined)
		}
	}
}

// TestComments puts a comment behind every token in turn.
func TestComments(t *testing.T) {
	for _, text := range samples(t) {
		if _, diags := parseText(text); len(diags) > 0 {
			continue
		}
		for _, token := range scan(text).tokens {
			checkParse(t, text[:token.end]+" // one\n"+text[token.end:])
			checkParse(t, text[:token.end]+"\n\n// one\n// two\n\n"+text[token.end:])
		}
	}
}

// samples are the texts of the other tests.
func samples(t *testing.T) []string {
	var out []string
	for _, pattern := range []string{"testdata/syntax/*.txtar", "testdata/format/*.txtar"} {
		paths, err := filepath.Glob(pattern)
		require.NoError(t, err)
		for _, path := range paths {
			archive, err := txtar.ParseFile(path)
			require.NoError(t, err)
			for _, file := range archive.Files {
				out = append(out, string(file.Data))
			}
		}
	}
	return out
}
