package arch

import (
	"go/ast"
	"go/parser"
	"go/token"
	"io/fs"
	"path"
	"path/filepath"
	"slices"
	"strconv"
	"strings"
	"testing"

	"github.com/stretchr/testify/assert"
	"github.com/stretchr/testify/require"
)

// rule is one row of the import policy.
type rule struct {
	pattern string
	may     []string
}

// policy says which of our packages a package may import; `x/...` stands for x and
// everything below it. The first row whose pattern matches a package counts.
// internal/bug is open to all. Tests are free to import more.
var policy = []rule{
	{"lts", nil},
	{"ltl", nil},
	{"model", []string{"lts", "ltl"}},
	{"explore/...", []string{"lts", "explore/..."}}, // never model
	{"verify/replay", []string{"model"}},            // shares nothing with the search
	{"verify/trace", []string{"verify", "verify/replay"}},
	{"verify", []string{"lts", "ltl", "model", "explore", "explore/reduce", "explore/checkpoint", "explore/symbolic", "explore/cycle", "verify/replay"}},

	{"lang/source", nil},
	{"lang/diag", []string{"lang/source"}},
	{"lang", []string{"model", "lang/..."}}, // the front door
	{"lang/chor", []string{"model", "ltl", "lang/source", "lang/diag", "lang/internal/..."}},
	{"lang/fsa", []string{"model", "lang/source", "lang/diag", "lang/internal/...", "lang/chor"}},           // environments
	{"lang/internal/cfsm", []string{"model", "lang/source", "lang/diag", "lang/internal/...", "lang/chor"}}, // environments
	{"lang/...", []string{"model", "lang/source", "lang/diag", "lang/internal/..."}},

	{"report/html", []string{"verify", "model", "lang/source", "lang/diag", "report", "report/svg"}},
	{"report/...", []string{"verify", "model", "lang/source", "lang/diag", "report"}},
	{"docs", nil},
	{"internal/bug", nil},
	{"internal/seed", nil},    // for tests
	{"internal/outside", nil}, // for tests: other people's programs judge what we write
	{"internal/arch", nil},
	{"internal/naive", []string{"model", "lts", "verify/replay"}}, // the slow twin of the search
	{"internal/twin", []string{"model"}},                          // the slow twin of projection and network
	{"internal/expect", []string{"lang", "report", "verify"}},
	{"internal/config", []string{"lang/source", "lang/diag"}},
	{"internal/cache", []string{"lang", "model", "verify", "verify/replay"}},
	{"internal/spin", []string{"model", "ltl", "lang/promela"}}, // runs another tool
	{"internal/bench", []string{"lang/...", "verify", "model", "lts", "ltl", "explore/...", "internal/spin"}},
	{"internal/graph/contract", nil},
	{"internal/graph/private", nil},
	{"internal/graph/confine", []string{"internal/graph/contract", "internal/graph/private"}},
	{"internal/graph", []string{"internal/graph/contract", "internal/graph/private", "lang/dot"}}, // runs chorcheck-graph
	{"internal/cli", []string{"internal/graph", "docs", "ltl", "lang/...", "model", "verify/...", "report/...", "internal/expect", "internal/cache", "internal/config", "internal/starter", "explore/checkpoint"}},
	{"cmd/chorcheck", []string{"internal/cli"}},
	{"cmd/chorcheck-graph", []string{"internal/graph/contract", "internal/graph/confine"}},
	{"internal/oracles", nil}, // tests only
	{"internal/ci", nil},      // tests only
	{"internal/starter", nil},
	{"specs", nil}, // tests only
}

const module, root = "chorcheck/", "../.."

// quiet packages never print, exit or look at the clock.
func quiet(pkg string) bool {
	return !slices.ContainsFunc([]string{"cmd/...", "internal/...", "verify", "docs"}, func(p string) bool { return matches(p, pkg) })
}

func matches(pattern, pkg string) bool {
	prefix, below := strings.CutSuffix(pattern, "/...")
	return pkg == prefix || below && strings.HasPrefix(pkg, prefix+"/")
}

// file is one parsed source file.
type file struct {
	name, pkg string // relative to the root
	test      bool
	lines     int
	tree      *ast.File
}

// files parses all Go files of the module, except those in testdata.
func files(t *testing.T) []file {
	t.Helper()
	var list []file
	require.NoError(t, filepath.WalkDir(root, func(name string, d fs.DirEntry, err error) error {
		if err != nil {
			return err
		}
		if d.IsDir() {
			// Hidden folders, test data and the module of the linters are not ours to judge.
			if base := d.Name(); name != root && (strings.HasPrefix(base, ".") || base == "testdata" || base == "tools") {
				return fs.SkipDir
			}
			return nil
		}
		if filepath.Ext(name) != ".go" {
			return nil
		}
		set := token.NewFileSet()
		tree, err := parser.ParseFile(set, name, nil, parser.ParseComments)
		if err != nil {
			return err
		}
		rel, err := filepath.Rel(root, name)
		if err != nil {
			return err
		}
		rel = filepath.ToSlash(rel)
		list = append(list, file{
			name: rel, pkg: path.Dir(rel), test: strings.HasSuffix(rel, "_test.go"),
			lines: set.File(tree.Package).LineCount(), tree: tree,
		})
		return nil
	}))
	require.Greater(t, len(list), 20)
	return list
}

func imports(f file) []string {
	var list []string
	for _, i := range f.tree.Imports {
		name, _ := strconv.Unquote(i.Path.Value)
		list = append(list, name)
	}
	return list
}

func TestImportPolicy(t *testing.T) {
	for _, f := range files(t) {
		row := slices.IndexFunc(policy, func(r rule) bool { return matches(r.pattern, f.pkg) })
		if !assert.GreaterOrEqual(t, row, 0, "package %s has no row in the import policy", f.pkg) || f.test {
			continue
		}
		for _, name := range imports(f) {
			ours, ok := strings.CutPrefix(name, module)
			if !ok || ours == "internal/bug" {
				continue
			}
			allowed := slices.ContainsFunc(policy[row].may, func(p string) bool { return matches(p, ours) })
			assert.True(t, allowed, "%s must not import %s", f.name, name)
		}
	}
}

// A row that nothing matches any more would be a rule about nothing.
func TestPolicyHasNoIdleRow(t *testing.T) {
	used := map[string]bool{}
	for _, f := range files(t) {
		for _, r := range policy {
			if matches(r.pattern, f.pkg) {
				used[r.pattern] = true
				break
			}
		}
	}
	for _, r := range policy {
		assert.True(t, used[r.pattern], "no package is %s", r.pattern)
	}
}

func TestEveryPackageSaysWhatItIs(t *testing.T) {
	documented := map[string]bool{}
	for _, f := range files(t) {
		documented[f.pkg] = documented[f.pkg] || f.tree.Doc != nil && len(f.tree.Doc.Text()) > 60
	}
	for pkg, ok := range documented {
		assert.True(t, ok, "package %s has no comment that says what it is", pkg)
	}
}

// A file is one concept. One that is this long holds several.
func TestFilesAreNotTooLong(t *testing.T) {
	for _, f := range files(t) {
		assert.LessOrEqual(t, f.lines, 800, "%s is too long", f.name)
	}
}

func TestPackagesHaveTellingNames(t *testing.T) {
	for _, f := range files(t) {
		assert.NotContains(t, []string{"util", "utils", "common", "helpers", "misc", "pkg"}, path.Base(f.pkg), "%s", f.name)
	}
}

// Only verify, the command line and tests may look at the clock, and only the
// command line prints or ends the program.
func TestLowerPackagesAreQuiet(t *testing.T) {
	forbidden := map[string][]string{
		"fmt":  {"Print", "Printf", "Println"},
		"os":   {"Exit", "Stdout", "Stderr", "Stdin", "Getenv"},
		"time": {"Now", "Since", "Until", "Sleep", "After", "Tick", "NewTimer", "NewTicker"},
		"log":  {"Print", "Printf", "Println", "Fatal", "Fatalf", "Fatalln", "Panic", "Panicf"},
	}
	for _, f := range files(t) {
		if f.test || !quiet(f.pkg) {
			continue
		}
		known := imports(f)
		ast.Inspect(f.tree, func(n ast.Node) bool {
			sel, ok := n.(*ast.SelectorExpr)
			if !ok {
				return true
			}
			if x, ok := sel.X.(*ast.Ident); ok && slices.Contains(known, x.Name) {
				assert.NotContains(t, forbidden[x.Name], sel.Sel.Name, "%s uses %s.%s", f.name, x.Name, sel.Sel.Name)
			}
			return true
		})
	}
}

// Variables of a package may be tables that nobody writes to, never state.
func TestNoMutablePackageState(t *testing.T) {
	type key struct{ pkg, name string }
	globals := map[key]string{}
	all := files(t)
	for _, f := range all {
		if f.test {
			continue
		}
		for _, d := range f.tree.Decls {
			g, ok := d.(*ast.GenDecl)
			if !ok || g.Tok != token.VAR {
				continue
			}
			for _, spec := range g.Specs {
				for _, name := range spec.(*ast.ValueSpec).Names {
					globals[key{f.pkg, name.Name}] = f.name
				}
			}
		}
	}
	for _, f := range all {
		if f.test {
			continue
		}
		local := locals(f.tree)
		ast.Inspect(f.tree, func(n ast.Node) bool {
			var targets []ast.Expr
			switch n := n.(type) {
			case *ast.AssignStmt:
				if n.Tok != token.DEFINE {
					targets = n.Lhs
				}
			case *ast.IncDecStmt:
				targets = []ast.Expr{n.X}
			}
			for _, x := range targets {
				if name := base(x); name != nil && !local[name.Name] {
					assert.Empty(t, globals[key{f.pkg, name.Name}], "%s writes to the package-level variable %s", f.name, name.Name)
				}
			}
			return true
		})
	}
}

// base is x in x, x.y, x[i] and *x.
func base(e ast.Expr) *ast.Ident {
	for {
		switch x := e.(type) {
		case *ast.Ident:
			return x
		case *ast.SelectorExpr:
			e = x.X
		case *ast.IndexExpr:
			e = x.X
		case *ast.StarExpr:
			e = x.X
		case *ast.ParenExpr:
			e = x.X
		default:
			return nil
		}
	}
}

// locals are the names that are declared inside functions of a file, parameters
// included. A package-level variable that is hidden by one is not looked at.
func locals(tree *ast.File) map[string]bool {
	names := map[string]bool{}
	add := func(list ...ast.Expr) {
		for _, x := range list {
			if name, ok := x.(*ast.Ident); ok {
				names[name.Name] = true
			}
		}
	}
	for _, d := range tree.Decls {
		f, ok := d.(*ast.FuncDecl)
		if !ok {
			continue
		}
		ast.Inspect(f, func(n ast.Node) bool {
			switch n := n.(type) {
			case *ast.AssignStmt:
				if n.Tok == token.DEFINE {
					add(n.Lhs...)
				}
			case *ast.RangeStmt:
				add(n.Key, n.Value)
			case *ast.Field:
				for _, name := range n.Names {
					add(name)
				}
			case *ast.ValueSpec:
				for _, name := range n.Names {
					add(name)
				}
			}
			return true
		})
	}
	return names
}
