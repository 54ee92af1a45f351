package plantuml

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
)

var update = flag.Bool("update", false, "rewrite the golden files")

func render(t *testing.T, r *report.Report) string {
	t.Helper()
	var b bytes.Buffer
	require.NoError(t, Write(&b, r))
	return b.String()
}

func TestGolden(t *testing.T) {
	sample.Golden(t, "report.puml", []byte(render(t, sample.Report())), *update)
	sample.Golden(t, "baseline.puml", []byte(render(t, sample.WithBaseline())), *update)
	assert.Empty(t, render(t, &report.Report{}))
}

// The lines of a text. What is written in it has no character that the language gives
// a meaning.
var line = regexp.MustCompile(`^(@startuml|@enduml||(title|caption|participant "|r\d+ ->>? r\d+ :|note over r\d+(, r\d+)? :) ?(<U\+[0-9A-F]{4,6}>|[\pL\pN .=()?,+:_-])+(" as r\d+)?)$`)

// The parts of a line that are no text.
var (
	syntax = regexp.MustCompile(`^(r\d+ ->>? r\d+|note over r\d+(, r\d+)?) : `)
	entity = regexp.MustCompile(`<U\+[0-9A-F]+>`)
)

func TestHostileNames(t *testing.T) {
	shape := func(text string) string {
		var words []string
		for l := range strings.Lines(text) {
			l = strings.TrimSuffix(l, "\n")
			assert.Regexp(t, line, l)
			text := entity.ReplaceAllString(syntax.ReplaceAllString(l, ""), "x")
			for i := range max(0, len(text)-1) {
				assert.False(t, text[i] == text[i+1] && strings.Contains(".=()?,+-:_", text[i:i+1]), "typography in %q", l)
			}
			word, _, _ := strings.Cut(l, " ")
			words = append(words, word)
		}
		return strings.Join(words, " ")
	}
	want := shape(render(t, sample.Evil("plain")))
	for _, name := range sample.Hostile() {
		assert.Equal(t, want, shape(render(t, sample.Evil(name))), "%.40q", name)
	}
}
