package report_test

import (
	"bytes"
	"errors"
	"io"
	"strings"
	"testing"
	"unicode/utf8"

	"github.com/stretchr/testify/assert"
	"github.com/stretchr/testify/require"

	"chorcheck/internal/outside"
	"chorcheck/model"
	"chorcheck/report"
	"chorcheck/report/github"
	"chorcheck/report/html"
	"chorcheck/report/internal/sample"
	"chorcheck/report/json"
	"chorcheck/report/junit"
	"chorcheck/report/mermaid"
	"chorcheck/report/plantuml"
	"chorcheck/report/sarif"
	"chorcheck/report/svg"
	"chorcheck/report/text"
)

// rendering is one way to write a report.
type rendering struct {
	name  string
	write func(io.Writer, *report.Report) error
	judge func() (outside.Judge, error) // nil: nobody judges it but us
	joins bool                          // several documents, one after the other, are one
}

func renderings() []rendering {
	return []rendering{
		{"text", func(w io.Writer, r *report.Report) error {
			text.Troubles(w, r.Errors, text.Style{})
			text.Write(w, r, text.Style{})
			return nil
		}, nil, true},
		{"json", json.Write, func() (outside.Judge, error) { return outside.JSON("../docs/report.schema.json") }, false},
		{"ndjson", json.WriteLines, func() (outside.Judge, error) {
			line, err := outside.JSON("../docs/report-line.schema.json")
			return outside.Lines(line), err
		}, true},
		{"sarif", sarif.Write, outside.SARIF, false},
		{"junit", junit.Write, outside.JUnit, false},
		{"github", github.Write, nil, true},
		{"summary", github.Summary, nil, true},
		{"mermaid", mermaid.Write, outside.Mermaid, true},
		{"plantuml", plantuml.Write, outside.PlantUML, true},
		{"html", html.Write, outside.Page, false},
		{"svg", pictures, outside.XML, false},
	}
}

// pictures are the charts of all findings that have a run, in one element.
func pictures(w io.Writer, r *report.Report) error {
	var b bytes.Buffer
	b.WriteString("<all>\n")
	for i := range r.Files {
		f := &r.Files[i]
		for _, row := range f.Rows() {
			for _, g := range row.Groups {
				n := svg.Network{Automata: f.Automata, Title: f.Title(g.Environment, row.Check.ID), At: func(model.Origin) string { return f.Source.Name }}
				chart, ok := svg.FromFinding(n, g.Finding)
				if !ok {
					continue
				}
				if err := errors.Join(svg.Sequence(&b, chart, svg.Options{}), svg.Waits(&b, chart, svg.Options{})); err != nil {
					return err
				}
			}
		}
	}
	b.WriteString("</all>\n")
	_, err := w.Write(b.Bytes())
	return err
}

// TestOutside: whatever the names are, judges from outside take each report, and nothing
// in it is hidden from a reader.
func TestOutside(t *testing.T) {
	plain := sample.Evil("plain")
	reports := []*report.Report{sample.Report(), sample.WithBaseline(), {Version: "1"}, plain}
	for _, name := range sample.Hostile() {
		reports = append(reports, sample.Evil(name))
	}
	for _, x := range renderings() {
		t.Run(x.name, func(t *testing.T) {
			t.Parallel()
			var documents [][]byte
			for _, r := range reports {
				var b bytes.Buffer
				require.NoError(t, x.write(&b, r))
				require.True(t, utf8.Valid(b.Bytes()))
				for _, c := range b.String() {
					require.False(t, c != '\n' && c != '\t' && report.Hidden(c), "%q in %.40q", c, r.Version)
				}
				documents = append(documents, b.Bytes())
			}
			if x.judge == nil {
				return
			}
			judge, err := x.judge()
			if errors.Is(err, outside.ErrMissing) {
				t.Skip(err)
			}
			require.NoError(t, err)
			if x.joins { // the judge is slow
				documents = [][]byte{bytes.Join(documents, nil)}
			}
			for _, d := range documents {
				assert.NoError(t, judge(d), "%.300s", d)
			}
		})
	}
}

// TestHostileNamesStayNames: what would be markup, a command or a link in a format is not
// in it more often than with harmless names.
func TestHostileNamesStayNames(t *testing.T) {
	elements := []string{"<script", "<img", "<b>", "<!--", "</pre></details>", "</failure>", "]]>", `="javascript:`}
	dangerous := map[string][]string{
		"text":     {"\n::", "\n##"},
		"json":     {"\n::", "\x1b"},
		"ndjson":   {"\n", "\x1b"},
		"sarif":    {" [a](", "\x1b"},
		"junit":    {"<", "]]>", "&#x1b", "&#27", "&#x0", "\n::"},
		"github":   {"\n", "\n##"},
		"summary":  {"<", "](", "```", "$$", "javascript:"},
		"mermaid":  {"```", "<", "$$", "\n#", "javascript:", "click "},
		"plantuml": {"@startuml", "@enduml", "!include", "<b", "\n'", "//", "**", "__", "~~", "[["},
		"html":     elements,
		"svg":      elements,
	}
	for _, x := range renderings() {
		count := func(name string) map[string]int {
			var b bytes.Buffer
			require.NoError(t, x.write(&b, sample.Evil(name)))
			n := map[string]int{}
			for _, s := range dangerous[x.name] {
				n[s] = strings.Count(b.String(), s)
			}
			return n
		}
		require.NotEmpty(t, dangerous[x.name], x.name)
		want := count("plain")
		for _, name := range sample.Hostile() {
			for s, n := range count(name) {
				assert.LessOrEqual(t, n, want[s], "%s: %q, with %.60q", x.name, s, name)
			}
		}
	}
}

// TestJudgements: each rendering says what is new, what is known and what is gone, and
// whether the text expects what was found.
func TestJudgements(t *testing.T) {
	for _, c := range []struct {
		what   string
		report *report.Report
		plain  *report.Report // which has nothing of it
		words  map[string]string
	}{
		{"a known finding", sample.WithBaseline(), sample.Report(), map[string]string{
			"text": "deadlock in calm (1 of 2) (known): ", "json": `"baseline": "known"`, "ndjson": `"baseline":"known"`, "sarif": `"baselineState": "unchanged"`,
			"junit": "violated, and all findings are in the baseline", "github": "(known)", "summary": "violated, known",
			"mermaid": "deadlock in calm &#40;known&#41;", "plantuml": "deadlock in calm (known)", "html": "violated, known",
		}},
		{"a new finding", sample.WithBaseline(), sample.Report(), map[string]string{
			"text": "2 new findings", "json": `"baseline": "new"`, "ndjson": `"baseline":"new"`, "sarif": `"baselineState": "new"`, "junit": "2 new findings",
			"summary": "2 new findings", "mermaid": "2 new findings", "plantuml": "2 new findings", "html": "2 new findings",
		}},
		{"what is gone", sample.WithBaseline(), sample.Report(), map[string]string{
			"text": "gone: specs/payment.chor: deadlock in calm: Shop@7", "json": `"cause": "Shop@7"`, "ndjson": `"cause":"Shop@7"`,
			"sarif": "specs/payment.chor: deadlock in calm: Shop@7", "junit": "gone: specs/payment.chor: deadlock in calm: Shop@7",
			"summary": "gone: specs/payment.chor", "mermaid": "1 gone", "plantuml": "1 gone", "html": "gone: specs/payment.chor: deadlock in calm: Shop@7",
		}},
		{"an expected violation", sample.Report(), unexpected(), map[string]string{
			"text": "deadlock in rough (2 of 2) (expected): ", "json": `"expected": "violated in 3 steps"`, "ndjson": `"expected":"violated in 3 steps"`,
			"sarif": `"suppressions"`, "junit": "violated, as the text expects", "github": "(expected)", "summary": "violated, as expected",
			"mermaid": "deadlock in rough &#40;expected&#41;", "plantuml": "deadlock in rough (expected)", "html": "violated, as expected",
		}},
		{"an unmet expectation", sample.Report(), unexpected(), map[string]string{
			"text": "expected livelock violated in calm, found holds", "json": `"outcome": "unmet"`, "ndjson": `"outcome":"unmet"`, "sarif": "expected livelock violated, found holds",
			"junit": `name="expect: livelock violated"`, "github": "expected livelock violated, found holds", "summary": "expected livelock violated, found holds",
			"mermaid": "expected livelock violated, found holds", "plantuml": "expected livelock violated, found holds", "html": "livelock violated in calm",
		}},
		{"an undecided expectation", sample.Report(), unexpected(), map[string]string{
			"text": "expected states 24 in calm, undecided: at least 10", "json": `"outcome": "undecided"`, "ndjson": `"outcome":"undecided"`,
			"sarif": "expected states 24, found at least 10", "junit": `message="undecided: at least 10"`, "github": "expected states 24, found at least 10",
			"summary": "expected states 24, found at least 10", "mermaid": "expected states 24, found at least 10", "plantuml": "expected states 24, found at least 10",
			"html": "states 24 in calm",
		}},
		{"the exit code", failing(report.OnNothing), failing(report.OnError), map[string]string{
			"json": `"exit": 0`, "ndjson": `{"type":"end","exit":0}`, "sarif": `"exitCode": 0`, "html": "exit code 0",
		}},
	} {
		for _, x := range renderings() {
			words, ok := c.words[x.name]
			if !ok {
				continue
			}
			var with, without bytes.Buffer
			require.NoError(t, x.write(&with, c.report))
			require.NoError(t, x.write(&without, c.plain))
			assert.True(t, strings.Contains(with.String(), words), "%s: %s: no %q", x.name, c.what, words)
			assert.False(t, strings.Contains(without.String(), words), "%s: %q without %s", x.name, words, c.what)
		}
	}
}

// unexpected is a report on a text that says nothing about its verdicts.
func unexpected() *report.Report {
	r := sample.Report()
	r.Files[0].Expectations = nil
	return r
}

// failing has only verdicts that are what counts for an exit code, or are not.
func failing(on report.FailOn) *report.Report {
	r := sample.Report()
	r.Errors, r.Files, r.FailOn = nil, r.Files[:1], on
	return r
}
