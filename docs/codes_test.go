package docs

import (
	"go/ast"
	"go/parser"
	"go/token"
	"os"
	"path/filepath"
	"regexp"
	"slices"
	"strconv"
	"testing"

	"github.com/stretchr/testify/require"
)

// declaredCodes are the string constants in lang/diag that look like codes.
func declaredCodes(t *testing.T) []string {
	t.Helper()
	files, err := filepath.Glob("../lang/diag/codes*.go")
	require.NoError(t, err)
	require.NotEmpty(t, files)
	code := regexp.MustCompile(`^CH\d{4}$`)
	var list []string
	for _, name := range files {
		text, err := os.ReadFile(name)
		require.NoError(t, err)
		tree, err := parser.ParseFile(token.NewFileSet(), name, text, 0)
		require.NoError(t, err)
		ast.Inspect(tree, func(n ast.Node) bool {
			if lit, ok := n.(*ast.BasicLit); ok && lit.Kind == token.STRING {
				if s, err := strconv.Unquote(lit.Value); err == nil && code.MatchString(s) {
					list = append(list, s)
				}
			}
			return true
		})
	}
	slices.Sort(list)
	return list
}
