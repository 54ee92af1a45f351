package docs_test

import (
	"os"
	"path/filepath"
	"regexp"
	"strings"
	"testing"

	"github.com/stretchr/testify/assert"
	"github.com/stretchr/testify/require"
)

// Every link inside the project leads to something.
func TestLinks(t *testing.T) {
	link := regexp.MustCompile(`\]\(([^)#\s]+)[^)]*\)`)
	var names []string
	for _, pattern := range []string{"../*.md", "*.md", "*/*.md", "../specs/*.md"} {
		found, err := filepath.Glob(pattern)
		require.NoError(t, err)
		names = append(names, found...)
	}
	require.NotEmpty(t, names)
	for _, name := range names {
		text, err := os.ReadFile(name)
		require.NoError(t, err)
		for _, m := range link.FindAllStringSubmatch(string(text), -1) {
			if strings.Contains(m[1], "://") {
				continue
			}
			_, err := os.Stat(filepath.Join(filepath.Dir(name), m[1]))
			assert.NoError(t, err, "%s has a link to %s", name, m[1])
		}
	}
}

// The example of the README is the one that `make demo` runs.
func TestReadmeExample(t *testing.T) {
	readme, err := os.ReadFile("../README.md")
	require.NoError(t, err)
	shipped, err := os.ReadFile("../specs/order-payment.chor")
	require.NoError(t, err)
	_, example, ok := strings.Cut(string(readme), "```chor\n")
	require.True(t, ok)
	example, _, _ = strings.Cut(example, "```")
	assert.Equal(t, code(string(shipped)), code(example))
}

// code is a text without comments and blank lines.
func code(text string) string {
	var lines []string
	for line := range strings.Lines(text) {
		line, _, _ = strings.Cut(line, "//")
		if line = strings.TrimSpace(line); line != "" {
			lines = append(lines, line)
		}
	}
	return strings.Join(lines, "\n")
}
