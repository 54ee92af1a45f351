package chor

import (
	"os"
	"path/filepath"
	"regexp"
	"strconv"
	"strings"
	"testing"

	"github.com/rogpeppe/go-internal/txtar"
	"github.com/stretchr/testify/assert"
	"github.com/stretchr/testify/require"

	"chorcheck/lang/diag"
	"chorcheck/lang/source"
)

var wantPattern = regexp.MustCompile(`(CH\d{4}) ("(?:[^"\\]|\\.)*")`)

// TestSyntax runs testdata/syntax: each file of each archive is parsed, and its
// diagnostics must be those that `// want CH0203 "regexp"` announces on their
// lines, neither more nor less. A text in which a comment cannot stand on the
// line has the wanted diagnostics in a file NAME.want, as `LINE CODE "regexp"`.
func TestSyntax(t *testing.T) {
	archives, err := filepath.Glob("testdata/syntax/*.txtar")
	require.NoError(t, err)
	require.NotEmpty(t, archives)
	for _, path := range archives {
		archive, err := txtar.ParseFile(path)
		require.NoError(t, err)
		for _, file := range archive.Files {
			if strings.HasSuffix(file.Name, ".want") {
				continue
			}
			t.Run(filepath.Base(path)+"/"+file.Name, func(t *testing.T) {
				text := string(file.Data)
				checkWanted(t, text, wanted(t, archive, file.Name, text))
			})
		}
	}
}

type want struct {
	line    int
	code    string
	pattern *regexp.Regexp
}

func wanted(t *testing.T, archive *txtar.Archive, name, text string) []want {
	var out []want
	add := func(line int, text string) {
		for _, m := range wantPattern.FindAllStringSubmatch(text, -1) {
			pattern, err := strconv.Unquote(m[2])
			require.NoError(t, err)
			out = append(out, want{line, m[1], regexp.MustCompile(pattern)})
		}
	}
	for i, line := range strings.Split(text, "\n") {
		if _, comment, ok := strings.Cut(line, "// want "); ok {
			add(i+1, comment)
		}
	}
	for _, file := range archive.Files {
		if file.Name == name+".want" {
			for line := range strings.Lines(string(file.Data)) {
				number, rest, _ := strings.Cut(line, " ")
				n, err := strconv.Atoi(number)
				require.NoError(t, err)
				add(n, rest)
			}
		}
	}
	return out
}

func checkWanted(t *testing.T, text string, wants []want) {
	src := source.New("test.chor", text)
	var bag diag.Bag
	tree := Parse(src, &bag)
	require.NotNil(t, tree)
next:
	for _, d := range bag.Sorted() {
		line := src.Position(d.Primary.Span.Start).Line
		for i, w := range wants {
			if w.line == line && w.code == string(d.Code) && w.pattern.MatchString(d.Message+" // "+d.Help) {
				wants = append(wants[:i:i], wants[i+1:]...)
				continue next
			}
		}
		t.Errorf("line %d: not wanted: %s // %s", line, d.Error(), d.Help)
	}
	for _, w := range wants {
		t.Errorf("line %d: missing: %s %q", w.line, w.code, w.pattern)
	}
}

// TestExample parses the example with which the language introduces itself.
func TestExample(t *testing.T) {
	text, err := os.ReadFile("testdata/format/payment.txtar")
	require.NoError(t, err)
	archive := txtar.Parse(text)
	tree, diags := parseText(string(archive.Files[0].Data))
	assert.Empty(t, diags)
	require.Len(t, tree.Items, 8)
	try := tree.Items[6].(*Try)
	assert.Equal(t, "pay", try.Name.Name)
	assert.Len(t, try.Handlers, 2)
	assert.True(t, try.DiscardLate)
	assert.Len(t, tree.Items[4].(*EnvironmentDecl).Clauses, 3)
	formula := tree.Source.Slice(tree.Items[7].(*PropertyDecl).Formula)
	assert.True(t, strings.HasPrefix(formula, "always (") && strings.HasSuffix(formula, "sorry))"), formula)
	again, diags := parseText(Format(tree))
	assert.Empty(t, diags)
	assert.Equal(t, dump(tree), dump(again))
}

// TestMessages checks the style of all messages that the archives produce.
func TestMessages(t *testing.T) {
	archives, err := filepath.Glob("testdata/syntax/*.txtar")
	require.NoError(t, err)
	seen := map[diag.Code]bool{}
	for _, path := range archives {
		archive, err := txtar.ParseFile(path)
		require.NoError(t, err)
		for _, file := range archive.Files {
			_, diags := parseText(string(file.Data))
			for _, d := range diags {
				seen[d.Code] = true
				assert.NotRegexp(t, `\.$|^$|^[A-Z]|%!`, d.Message)
				assert.NotRegexp(t, `\.$|^[A-Z]|%!`, d.Help)
				assert.NotRegexp(t, "[\x00-\x1f\x7f\u200b-\u202e\u2066-\u2069]", d.Message+d.Help)
			}
		}
	}
	for code := range syntaxCodes(t) {
		if code != diag.FileTooLarge && code != diag.TooDeep {
			assert.True(t, seen[code], "no test produces %s", code)
		}
	}
}
