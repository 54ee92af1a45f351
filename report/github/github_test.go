package github

import (
	"bytes"
	"flag"
	"html"
	"regexp"
	"strings"
	"testing"

	"github.com/stretchr/testify/assert"
	"github.com/stretchr/testify/require"

	"chorcheck/report"
	"chorcheck/report/internal/sample"
)

var update = flag.Bool("update", false, "rewrite the golden files")

func render(t *testing.T, r *report.Report) []byte {
	t.Helper()
	var b bytes.Buffer
	require.NoError(t, Write(&b, r))
	return b.Bytes()
}

func summary(t *testing.T, r *report.Report) []byte {
	t.Helper()
	var b bytes.Buffer
	require.NoError(t, Summary(&b, r))
	return b.Bytes()
}

func TestGolden(t *testing.T) {
	sample.Golden(t, "report.txt", render(t, sample.Report()), *update)
	sample.Golden(t, "baseline.txt", render(t, sample.WithBaseline()), *update)
	sample.Golden(t, "summary.md", summary(t, sample.Report()), *update)
	sample.Golden(t, "summary-baseline.md", summary(t, sample.WithBaseline()), *update)
	assert.Equal(t, "chorcheck: fine, exit code 0\n", string(render(t, &report.Report{})))
}

// command is how the runner reads a line: a name, properties, and data.
var command = regexp.MustCompile(`^::(error|warning|notice) ([^\r\n]*?)::([^\r\n]*)$`)

// parse reads a command as the runner does.
func parse(line string) (level string, properties map[string]string, data string, ok bool) {
	m := command.FindStringSubmatch(line)
	if m == nil {
		return "", nil, "", false
	}
	properties = map[string]string{}
	for part := range strings.SplitSeq(m[2], ",") {
		key, value, _ := strings.Cut(part, "=")
		properties[key] = strings.NewReplacer("%0D", "\r", "%0A", "\n", "%3A", ":", "%2C", ",", "%25", "%").Replace(value)
	}
	return m[1], properties, strings.NewReplacer("%0D", "\r", "%0A", "\n", "%25", "%").Replace(m[3]), true
}

// A mistake in a configuration is shown beside its line.
func TestTroubleWithAPlace(t *testing.T) {
	r := &report.Report{Errors: []report.Trouble{{Message: "chorcheck.yaml:7:1: no", Place: report.Place{File: "chorcheck.yaml", Area: report.Area{Line: 7, Column: 1}}}}}
	assert.Equal(t, "::error file=chorcheck.yaml,line=7,title=chorcheck::chorcheck.yaml:7:1: no\nchorcheck: trouble, exit code 64\n", string(render(t, r)))
}

// Whatever the names are, each line is one command, and a reader gets back what was
// put in. The last lines have no names in them.
func TestHostileNames(t *testing.T) {
	count := strings.Count(string(render(t, sample.Evil("plain"))), "\n")
	for _, name := range sample.Hostile() {
		lines := strings.Split(strings.TrimSuffix(string(render(t, sample.Evil(name))), "\n"), "\n")
		assert.Len(t, lines, count, "%.40q", name)
		path := (&report.Report{}).Path(name)
		titles := map[string]bool{}
		last := strings.Split(strings.TrimSuffix(closing(sample.Evil("plain")), "\n"), "\n")
		assert.Equal(t, last, lines[len(lines)-len(last):])
		for _, line := range lines[:len(lines)-len(last)] {
			_, properties, data, ok := parse(line)
			if !assert.True(t, ok, "%.80q", line) {
				continue
			}
			if file, ok := properties["file"]; ok {
				assert.Equal(t, report.PrintableBlock(path), file)
			}
			for key := range properties {
				assert.Contains(t, []string{"file", "line", "endLine", "col", "endColumn", "title"}, key)
			}
			assert.LessOrEqual(t, len([]rune(properties["title"])), 5*maxTitle)
			titles[properties["title"]] = true
			if properties["title"] == "CH0601" && len(name) < 100 {
				assert.Equal(t, report.PrintableBlock(report.Printable(name)+"\nhelp: "+name), data)
			}
		}
		assert.Contains(t, titles, "CH0601")
	}
}

// Nothing of a name is markup in the summary: what is left when the elements and
// characters of the summary itself are taken away is what the names say.
func TestHostileSummary(t *testing.T) {
	shape := func(text string) (lines int, tags string) {
		return strings.Count(text, "\n"), strings.Join(regexp.MustCompile(`<[^>]*>`).FindAllString(text, -1), "")
	}
	_, want := shape(string(summary(t, sample.Evil("plain"))))
	for _, name := range sample.Hostile() {
		text := string(summary(t, sample.Evil(name)))
		_, got := shape(text)
		assert.Equal(t, want, got, "%.40q", name)
		assert.NotContains(t, text, "```")
		assert.NotContains(t, text, "](")
		for _, r := range text {
			assert.False(t, r != '\n' && report.Hidden(r))
		}
		assert.Contains(t, html.UnescapeString(text), "deadlock")
	}
}

// A summary is not longer than the service accepts, and says what it leaves out.
func TestLongSummary(t *testing.T) {
	r := &report.Report{}
	for range 20 {
		r.Files = append(r.Files, sample.Evil(strings.Repeat("&", 4000)).Files...)
	}
	text := summary(t, r)
	assert.LessOrEqual(t, len(text), maxSummary+100)
	assert.Regexp(t, `\.\. and \d+ more`, string(text))
}
