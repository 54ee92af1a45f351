package docs_test

import (
	"os"
	"strings"
	"testing"

	"github.com/stretchr/testify/assert"
	"github.com/stretchr/testify/require"
)

// TestLanguageExamples: the examples of language.md have neither errors nor warnings, and
// everything holds for them where nothing fails, in their first environment, but for the check
// that a line `// defect: .. (check)` names.
func TestLanguageExamples(t *testing.T) {
	page, err := os.ReadFile("language.md")
	require.NoError(t, err)
	all := ""
	for _, m := range anyFence.FindAllStringSubmatch(string(page), -1) {
		text := m[2]
		name, _, _ := strings.Cut(text[strings.Index(text, "choreography ")+len("choreography "):], "\n")
		t.Run(name, func(t *testing.T) {
			require.Equal(t, "chor", m[1])
			all += text
			assert.Empty(t, load(example{m[1], text}).Diagnostics, text)
			for check, found := range verdicts(t, text) {
				if check == "bound-reached" { // back-pressure is no defect
					continue
				}
				first, _, _ := strings.Cut(found, ", ")
				defect := strings.Contains(text, "// defect: ") && strings.Contains(text, "("+check+")")
				assert.Equal(t, defect, first == "violated", "%s: %s", check, found)
				assert.NotEqual(t, "inconclusive", first, check)
			}
		})
	}
	for _, construct := range []string{
		"try {", "try work {", "on Tired at", "on any at", "on crash of", "raise Declined at", "raise again at", "within slow at", "wait 1s at",
		"exception Closing", "finally {", "discard late", "ignore job at", "agreed", "continue Again", "environment calm",
		"crash W", "recovers", "silence ", "loss ", "duplicate ", "reorder ", "disconnect ", "partition ", "raise Tired at", "stray ", "during work",
		"at most n", "at most 1 partition",
	} {
		assert.Contains(t, all, construct, "no example has it")
	}
}
