package mermaid

import (
	"bytes"
	"flag"
	"regexp"
	"strings"
	"testing"

	"github.com/stretchr/testify/assert"
	"github.com/stretchr/testify/require"

	"chorcheck/report"
	"chorcheck/report/internal/sample"
	"chorcheck/verify"
)

var update = flag.Bool("update", false, "rewrite the golden files")

func render(t *testing.T, r *report.Report) string {
	t.Helper()
	var b bytes.Buffer
	require.NoError(t, Write(&b, r))
	return b.String()
}

func TestGolden(t *testing.T) {
	sample.Golden(t, "report.md", []byte(render(t, sample.Report())), *update)
	sample.Golden(t, "baseline.md", []byte(render(t, sample.WithBaseline())), *update)
	sample.Golden(t, "empty.md", []byte(render(t, &report.Report{})), *update)
}

// The lines of a diagram. Texts have no character that the language gives a meaning.
var line = regexp.MustCompile(`^(sequenceDiagram|  (participant r\d+ as|r\d+(-\)|->>)r\d+:|Note over r\d+(,r\d+)?:) (#\d+;|[\pL\pN _.=()?',+*/\[\]-])+)$`)

func TestHostileNames(t *testing.T) {
	want := shape(t, render(t, sample.Evil("plain")))
	for _, name := range sample.Hostile() {
		assert.Equal(t, want, shape(t, render(t, sample.Evil(name))), "%.40q", name)
	}
}

// shape is the first word of each line of the diagrams; it checks the lines.
func shape(t *testing.T, text string) string {
	var words []string
	inside := false
	for l := range strings.Lines(text) {
		l = strings.TrimSuffix(l, "\n")
		switch {
		case l == "```mermaid":
			inside = true
		case l == "```":
			inside = false
		case inside:
			assert.Regexp(t, line, l)
			words = append(words, strings.Fields(l)[0])
		default:
			assert.NotContains(t, l, "`")
			assert.NotContains(t, l, "<")
		}
	}
	assert.False(t, inside)
	return strings.Join(words, " ")
}

// A long run is folded so that it can be drawn.
func TestLongRun(t *testing.T) {
	r := sample.Evil("ß" + strings.Repeat(";", 500))
	x := &r.Files[0].Result.Environments[0].Checks[0].Findings[0]
	step := x.Trace[0]
	x.Trace = nil
	for range 5000 {
		x.Trace = append(x.Trace, step)
	}
	r.Files[0].Result.Environments = r.Files[0].Result.Environments[:1]
	text := render(t, r)
	_, text, _ = strings.Cut(text, "```mermaid\n")
	text, _, _ = strings.Cut(text, "```")
	assert.LessOrEqual(t, len(text), maxDiagram)
	assert.Regexp(t, `Note over r0,r1: \.\. \d+ more steps`, text)
}

// The places of a run that cannot be known are no reason to fail.
func TestWithoutAutomata(t *testing.T) {
	r := sample.Report()
	r.Files[0].Automata = nil
	assert.NotPanics(t, func() { render(t, r) })
	f := sample.Report().Files[0]
	s := f.Sequence(&verify.Finding{}, 10, 10)
	assert.Len(t, s.Participants, 2)
}
