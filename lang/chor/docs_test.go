package chor

import (
	"os"
	"regexp"
	"slices"
	"strings"
	"testing"

	"github.com/stretchr/testify/assert"
	"github.com/stretchr/testify/require"

	"chorcheck/lang/diag"
)

// syntaxCodes are the constants of the scanner and the parser.
func syntaxCodes(t *testing.T) map[diag.Code]string {
	text, err := os.ReadFile("../diag/codes_syntax.go")
	require.NoError(t, err)
	codes := map[diag.Code]string{}
	for _, m := range regexp.MustCompile(`\n\t// (\w+) is [^\n]*\n\t(\w+) +Code = "(CH0[12]\d\d)"`).FindAllStringSubmatch(string(text), -1) {
		assert.Equal(t, m[1], m[2], "the comment names another constant")
		codes[diag.Code(m[3])] = m[2]
	}
	require.Equal(t, strings.Count(string(text), `Code = "CH`), len(codes), "a code stands twice, or has no comment")
	return codes
}

var fence = regexp.MustCompile("(?s)```chor\n(.*?)```")

// TestDiagnosticPages checks that each code has a section in the manual, that
// its failing example gives the code, and that the mended one parses.
func TestDiagnosticPages(t *testing.T) {
	text, err := os.ReadFile("../../docs/diagnostics/syntax.md")
	require.NoError(t, err)
	codes := syntaxCodes(t)
	sections := strings.Split(string(text), "\n## ")[1:]
	var order []string
	for _, section := range sections {
		title, body, _ := strings.Cut(section, "\n")
		code, _, ok := strings.Cut(title, ": ")
		require.True(t, ok, title)
		order = append(order, code)
		t.Run(code, func(t *testing.T) {
			assert.Contains(t, codes, diag.Code(code))
			delete(codes, diag.Code(code))
			_, rest, ok := strings.Cut(body, "\n### Failing\n")
			require.True(t, ok)
			failing, mended, ok := strings.Cut(rest, "\n### Mended\n")
			require.True(t, ok)
			if m := fence.FindStringSubmatch(failing); m != nil {
				_, diags := parseText(m[1])
				if assert.Len(t, diags, 1) {
					assert.Equal(t, code, string(diags[0].Code))
				}
			}
			m := fence.FindStringSubmatch(mended)
			require.NotNil(t, m)
			tree, diags := parseText(m[1])
			assert.Empty(t, diags)
			assert.Equal(t, m[1], Format(tree), "the mended example is not in the canonical layout")
		})
	}
	assert.Empty(t, codes, "codes without a section")
	assert.True(t, slices.IsSorted(order))
}
