package ltl

import (
	"math/rand/v2"
	"os"
	"regexp"
	"strings"
	"testing"

	"github.com/stretchr/testify/assert"
	"github.com/stretchr/testify/require"
)

// propertiesPage is the page that describes the language of formulas.
func propertiesPage(t *testing.T) string {
	text, err := os.ReadFile("../docs/properties.md")
	require.NoError(t, err)
	return string(text)
}

// TestPageExamples: each line of an example is a formula.
func TestPageExamples(t *testing.T) {
	page := propertiesPage(t)
	count := 0
	for _, m := range regexp.MustCompile("(?s)```formula\n(.*?)```").FindAllStringSubmatch(page, -1) {
		for line := range strings.Lines(m[1]) {
			_, err := Parse(line)
			assert.NoError(t, err, line)
			count++
		}
	}
	assert.Greater(t, count, 5)
	_, formula, _ := strings.Cut(page, "property answered:\n")
	formula, _, _ = strings.Cut(formula, "```")
	_, err := Parse(formula)
	assert.NoError(t, err)
}

// TestPagePatterns: the formulas of the tables mean the same as the patterns.
func TestPagePatterns(t *testing.T) {
	row := regexp.MustCompile(`(?m)^\| (.*) \|$`)
	code := regexp.MustCompile("^`([^`]*)`$")
	bodies := map[string][2]string{} // without an end, and BODY
	scopes := map[string]string{}
	for _, m := range row.FindAllStringSubmatch(propertiesPage(t), -1) {
		cells := strings.Split(m[1], " | ")
		formula := code.FindStringSubmatch(cells[len(cells)-1])
		switch {
		case formula == nil || len(cells) < 3:
		case strings.Contains(formula[1], "BODY") && strings.HasPrefix(cells[0], "(none)"):
			scopes["globally"] = formula[1]
		case strings.Contains(formula[1], "BODY"):
			scopes[strings.Trim(cells[0], "`")] = formula[1]
		case len(cells) == 4:
			bodies[strings.Trim(cells[0], "`")] = [2]string{strings.Trim(cells[2], "`"), formula[1]}
		}
	}
	require.Len(t, scopes, 5)
	require.Len(t, bodies, 10)
	r := rand.New(rand.NewPCG(9, 10))
	end := regexp.MustCompile(`\br\b`)
	for pattern, body := range bodies {
		for scope, formula := range scopes {
			b := body[1]
			if scope == "globally" || scope == "after q" {
				b = end.ReplaceAllString(b, "false")
			}
			same := []string{strings.ReplaceAll(formula, "BODY", "("+b+")")}
			if scope == "globally" {
				same = append(same, body[0])
			}
			for _, text := range same {
				fs := NewFormulas()
				_, want := lowerText(t, fs, pattern+" "+scope)
				_, got := lowerText(t, fs, text)
				for range 100 {
					w := randomLasso(r, 5)
					require.Equal(t, Holds(want, w), Holds(got, w), "%s %s: %s", pattern, scope, text)
				}
			}
		}
	}
}

// TestPageAtoms: all atoms and operators of the tables can be parsed.
func TestPageAtoms(t *testing.T) {
	page := propertiesPage(t)
	_, atoms, _ := strings.Cut(page, "## 3.")
	atoms, _, _ = strings.Cut(atoms, "## 4.")
	kinds := map[AtomKind]bool{AtomProposition: true} // those of the command line
	for _, m := range regexp.MustCompile("(?m)^\\| (`.*?) \\|").FindAllStringSubmatch(atoms, -1) {
		for _, text := range regexp.MustCompile("`[^`]*`").FindAllString(m[1], -1) {
			f, err := Parse(strings.Trim(text, "`"))
			if assert.NoError(t, err, text) {
				kinds[f.Formula.(*Atom).Kind] = true
			}
		}
	}
	assert.Len(t, kinds, int(AtomHandled)+1)
	_, operators, _ := strings.Cut(page, "## 2.")
	operators, _, _ = strings.Cut(operators, "**Bounds.**")
	forms := regexp.MustCompile("(?m)^\\| `(.*?)`.* \\| (.*?) \\| ").FindAllStringSubmatch(operators, -1)
	require.Greater(t, len(forms), 10)
	for _, m := range forms {
		words, err := Parse(m[1])
		if strings.Contains(m[1], "`, `") {
			continue
		}
		require.NoError(t, err, m[1])
		symbols := strings.NewReplacer("<code>", "`", "</code>", "`", "&#124;", "|").Replace(m[2])
		for _, text := range regexp.MustCompile("`[^`]*`").FindAllString(symbols, -1) {
			f, err := Parse(strings.Trim(text, "`"))
			require.NoError(t, err, text)
			assert.Equal(t, bare(words), bare(f), text)
		}
	}
}
