package arch

import (
	"os"
	"os/exec"
	"regexp"
	"strings"
	"testing"

	"github.com/stretchr/testify/assert"
	"github.com/stretchr/testify/require"
)

// The library that lays graphs out takes half a second to start, whatever it is wanted for. The one program that draws graphs
// pays for that, and no command of chorcheck.
func TestChorcheckDoesNotCarryGraphviz(t *testing.T) {
	packages := func(program string) string {
		out, err := exec.Command("go", "list", "-deps", root+"/cmd/"+program).CombinedOutput()
		require.NoError(t, err, string(out))
		return string(out)
	}
	for _, heavy := range []string{"github.com/goccy/go-graphviz", "github.com/tetratelabs/wazero", module + "internal/graph/confine"} {
		for line := range strings.Lines(packages("chorcheck")) {
			assert.False(t, strings.HasPrefix(line, heavy), "chorcheck depends on %s", line)
		}
		assert.Contains(t, packages("chorcheck-graph"), heavy+"\n")
	}
}

// What is in the programs is named in the page about software of others, with its licence.
func TestSoftwareOfOthersIsNamed(t *testing.T) {
	page, err := os.ReadFile(root + "/docs/third-party.md")
	require.NoError(t, err)
	out, err := exec.Command("go", "list", "-deps", "-f", "{{with .Module}}{{if not .Main}}{{.Path}}{{end}}{{end}}", root+"/cmd/chorcheck", root+"/cmd/chorcheck-graph").CombinedOutput()
	require.NoError(t, err, string(out))
	for name := range strings.FieldsSeq(string(out)) {
		assert.Contains(t, string(page), "| "+regexp.MustCompile(`/v[0-9]+$`).ReplaceAllString(name, "")+" |")
	}
}
