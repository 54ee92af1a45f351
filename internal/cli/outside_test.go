package cli

import (
	"bytes"
	"errors"
	"fmt"
	"io/fs"
	"os"
	"path/filepath"
	"strings"
	"testing"
	"unicode/utf8"

	"github.com/stretchr/testify/assert"
	"github.com/stretchr/testify/require"

	"chorcheck/internal/outside"
	"chorcheck/report"
)

// judged is a format with the one who judges it from outside, if there is one.
type judged struct {
	format string
	judge  func() (outside.Judge, error)
	joins  bool // several documents, one after the other, are one
}

func judges() []judged {
	return []judged{
		{"text", nil, false},
		{"json", func() (outside.Judge, error) { return outside.JSON("../../docs/report.schema.json") }, false},
		{"ndjson", func() (outside.Judge, error) {
			line, err := outside.JSON("../../docs/report-line.schema.json")
			return outside.Lines(line), err
		}, true},
		{"sarif", outside.SARIF, false},
		{"junit", outside.JUnit, false},
		{"github", nil, false},
		{"mermaid", outside.Mermaid, true},
		{"plantuml", outside.PlantUML, true},
		{"html", outside.Page, false},
	}
}

// judgeAll has reports, which are files called after their formats in each of the
// directories, and the pictures in their directories charts judged.
func judgeAll(t *testing.T, dirs ...string) {
	t.Helper()
	ask := func(t *testing.T, of func() (outside.Judge, error), documents ...[]byte) {
		judge, err := of()
		if errors.Is(err, outside.ErrMissing) {
			t.Skip(err)
		}
		require.NoError(t, err)
		for _, d := range documents {
			assert.NoError(t, judge(d))
		}
	}
	for _, x := range judges() {
		t.Run(x.format, func(t *testing.T) {
			t.Parallel()
			var documents [][]byte
			for _, dir := range dirs {
				document, err := os.ReadFile(filepath.Join(dir, x.format))
				require.NoError(t, err)
				shown(t, document)
				documents = append(documents, document)
			}
			switch {
			case x.judge == nil:
			case x.joins: // the judge is slow to begin
				ask(t, x.judge, bytes.Join(documents, nil))
			default:
				ask(t, x.judge, documents...)
			}
		})
	}
	t.Run("svg", func(t *testing.T) {
		t.Parallel()
		all := []byte("<all>\n")
		for _, dir := range dirs {
			for name, document := range tree(t, dir) {
				if filepath.Ext(name) == ".svg" {
					shown(t, []byte(document))
					all = append(all, document...)
				}
			}
		}
		assert.Greater(t, bytes.Count(all, []byte("<svg ")), len(dirs))
		for _, bad := range []string{"<script", "<img", "<!--", "javascript:alert"} {
			assert.NotContains(t, string(all), bad)
		}
		ask(t, outside.XML, append(all, "</all>\n"...))
	})
}

// shown checks that nothing in a text is hidden from its reader.
func shown(t *testing.T, document []byte) {
	t.Helper()
	require.True(t, utf8.Valid(document))
	for _, c := range string(document) {
		require.False(t, c != '\n' && c != '\t' && report.Hidden(c), "%q", c)
	}
}

// everyFormat are the arguments that have each report written into a file of a directory.
func everyFormat(t *testing.T, dir string) []string {
	t.Helper()
	list := []string{}
	for _, x := range judges() {
		list = append(list, "--format", x.format+"="+filepath.Join(dir, x.format))
	}
	assert.Len(t, list, 2*len(formats()), "each format is judged")
	return list
}

// TestReportsOnSpecs: judges from outside take the reports on everything that we ship,
// the rejected, undecided and violated ones included.
func TestReportsOnSpecs(t *testing.T) {
	if testing.Short() {
		t.Skip("verifies all specs")
	}
	out, in := t.TempDir(), t.TempDir()
	args := append([]string{"verify", "--max-states", "300", "--max-findings", "1", "--coverage", "--svg", filepath.Join(out, "charts")}, everyFormat(t, out)...)
	n := 0
	require.NoError(t, filepath.WalkDir("../../specs", func(name string, d fs.DirEntry, err error) error {
		if ext := filepath.Ext(name); err != nil || d.IsDir() || ext != ".chor" && ext != ".fsa" {
			return err
		}
		args = append(args, name)
		if n++; n%4 == 0 { // half of it is rejected as a rule
			text, err := os.ReadFile(name)
			if err != nil {
				return err
			}
			half := filepath.Join(in, filepath.Base(name))
			args = append(args, half)
			return os.WriteFile(half, text[:len(text)*2/3], 0o600)
		}
		return nil
	}))
	var stdout, stderr bytes.Buffer
	code := Main("test", args, Streams{Out: &stdout, Err: &stderr})
	assert.Equal(t, report.ExitRejected, code, stderr.String())
	document, err := os.ReadFile(filepath.Join(out, "json"))
	require.NoError(t, err)
	for _, verdict := range []string{"holds", "violated", "inconclusive", "not applicable"} {
		assert.Contains(t, string(document), `"verdict": "`+verdict+`"`)
	}
	assert.Contains(t, string(document), `"severity": "error"`)
	judgeAll(t, out)
}

// evil are names that machines and messages of `.fsa` may have, which is anything without white
// space, and then some that they may not have.
func evil() (legal, illegal []string) {
	return []string{
		"<script>alert(1)</script>", `"><img/src=x/onerror=alert(1)>`, "]]></failure><!--", "'\"&amp;{{.}}`$(id)`",
		"\u05e9\u05dc\u05d5\u05dd", "../../../../tmp/pwned", `..\..\x`, "/etc/passwd", "..", "con", "-",
		"::error::x", "%0A::error::x", "@enduml", "!include", "```", "[a](javascript:1)", "*", "#quot;;end", "\u202ex\u2066", "\u200b", strings.Repeat("ä<", 5000),
	}, []string{"\x1b[2J\x1b]0;x\x07", "\xff\xfe", "\u0085\u2028x"}
}

// TestEvilNames: names of roles, messages, states and files that would be commands somewhere are
// harmless in every report and picture, and nothing is written but what was asked for.
func TestEvilNames(t *testing.T) {
	root := t.TempDir()
	var dirs []string
	legal, illegal := evil()
	for i, name := range append(legal, illegal...) {
		base := strings.ReplaceAll(name, "/", "_")
		base = base[:min(len(base), 100)]
		in, out := filepath.Join(root, fmt.Sprint(i), "in"), filepath.Join(root, fmt.Sprint(i), "out"+base)
		require.NoError(t, os.MkdirAll(in, 0o700))
		require.NoError(t, os.Mkdir(out, 0o700))
		const other = `<b>&'../"x`
		// The second machine waits for something else, so that there are a deadlock and a queue.
		text := ".outputs " + name + "\n.state graph\nq" + name + " 1 ! " + other + " s1\ns1 1 ? m" + name + " s2\n.marking q" + name + "\n.end\n" +
			".outputs " + other + "\n.state graph\n0 0 ? m" + name + " 1\n.marking 0\n.end\n" +
			"environment rough { crash *  loss * -> *  at most 1 }\nenvironment calm {}\n"
		write := func(name, text string) string {
			path := filepath.Join(in, name)
			require.NoError(t, os.WriteFile(path, []byte(text), 0o600))
			return path
		}
		file, broken := write(base+"\n::x.fsa", text), write("broken.fsa", text+name)
		before := tree(t, root)

		args := append([]string{"verify", "--coverage", "--strict", "--svg", filepath.Join(out, "charts")}, everyFormat(t, out)...)
		var stdout, stderr bytes.Buffer
		code := Main("test", append(args, file, broken, filepath.Join(in, base+"nowhere.fsa")), Streams{Out: &stdout, Err: &stderr})
		assert.Equal(t, report.ExitUsage, code, stderr.String())
		shown(t, stderr.Bytes())
		shown(t, stdout.Bytes())
		charts := 0
		for path, content := range tree(t, root) {
			if old, ok := before[path]; ok {
				assert.Equal(t, old, content, path)
				delete(before, path)
				continue
			}
			below, err := filepath.Rel(out, path)
			require.NoError(t, err)
			assert.Regexp(t, `^(charts/[a-z0-9][a-z0-9_-]*\.svg|[a-z]+)$`, filepath.ToSlash(below))
			if strings.HasSuffix(path, ".svg") {
				charts++
			}
		}
		assert.Empty(t, before, "nothing is gone")
		assert.Equal(t, i < len(legal), charts > 0, "%.40q", name)
		quiet(t, out)
		dirs = append(dirs, out)
	}
	judgeAll(t, dirs...)
}

// quiet looks for what would be an element, a command or a link in reports, if it was
// not escaped.
func quiet(t *testing.T, dir string) {
	t.Helper()
	for format, bad := range map[string][]string{
		"html": {"<script>alert", "<img", "]]>", "<!--"}, "junit": {"<script", "<img", "]]>", "<!--", "\n::"},
		"github": {"\n%0A", "\n/", "\n<"}, "mermaid": {"<script", "<img", " [a](javascript:", "\n::"}, "plantuml": {"!include", "<script", "\n::"},
		"text": {"\n::"}, "ndjson": {"\n:"}, "json": {"\n:"}, "sarif": {" [a](javascript"},
	} {
		document, err := os.ReadFile(filepath.Join(dir, format))
		require.NoError(t, err)
		for _, s := range bad {
			assert.NotContains(t, string(document), s, format)
		}
	}
}

// tree are all files below a directory with their contents.
func tree(t *testing.T, root string) map[string]string {
	t.Helper()
	files := map[string]string{}
	require.NoError(t, filepath.WalkDir(root, func(name string, d fs.DirEntry, err error) error {
		if err != nil || d.IsDir() {
			return err
		}
		content, err := os.ReadFile(name)
		files[name] = string(content)
		return err
	}))
	return files
}
