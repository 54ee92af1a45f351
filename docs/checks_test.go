// Package docs_test runs the examples of the pages that `chorcheck explain`
// prints: each failing one has the defect that its section is about, and each
// mended one has not.
package docs_test

import (
	"context"
	"fmt"
	"os"
	"path/filepath"
	"regexp"
	"slices"
	"strings"
	"testing"

	"github.com/stretchr/testify/assert"
	"github.com/stretchr/testify/require"

	"chorcheck/lang"
	"chorcheck/lang/diag"
	"chorcheck/lang/source"
	"chorcheck/report"
	"chorcheck/verify"
)

// section is one `## ..` of a page with its two examples.
type section struct {
	page, title     string
	failing, mended example
}

// example is a fenced text. Its format is empty if there is none.
type example struct {
	format, text string
}

var fence = regexp.MustCompile("(?s)```([a-z]+)\n(.*?)```")

// sections cuts a page at its headings of the second level that have examples.
func sections(t *testing.T, page string) []section {
	t.Helper()
	text, err := os.ReadFile(page)
	require.NoError(t, err)
	var list []section
	for _, part := range strings.Split(strings.ReplaceAll("\n"+string(text), "\r\n", "\n"), "\n## ")[1:] {
		title, body, _ := strings.Cut(part, "\n")
		s := section{page: page, title: strings.TrimSpace(title)}
		for _, sub := range strings.Split(body, "\n### ")[1:] {
			heading, rest, _ := strings.Cut(sub, "\n")
			var e example
			if m := fence.FindStringSubmatch(rest); m != nil {
				e = example{m[1], m[2]}
			}
			switch strings.TrimSpace(heading) {
			case "Failing":
				s.failing = e
			case "Mended":
				s.mended = e
			default:
				t.Errorf("%s, %s: heading `%s` is neither Failing nor Mended", page, s.title, heading)
			}
		}
		list = append(list, s)
	}
	return list
}

func load(e example) *lang.Unit {
	return lang.Load(source.New("example."+e.format, e.text), lang.Options{Format: e.format})
}

func problems(u *lang.Unit) string {
	var b strings.Builder
	for _, d := range u.Diagnostics {
		fmt.Fprintf(&b, "line %d: %s\n", u.File.Position(d.Primary.Span.Start).Line, d.Error())
	}
	return b.String()
}

func TestChecks(t *testing.T) {
	var titles []string
	for _, s := range sections(t, "checks.md") {
		titles = append(titles, s.title)
		t.Run(s.title, func(t *testing.T) {
			for _, side := range []struct {
				name string
				example
				want verify.Verdict
			}{{"failing", s.failing, verify.Violated}, {"mended", s.mended, verify.Holds}} {
				u := load(side.example)
				require.False(t, u.Rejected(), "the %s example has errors:\n%s", side.name, problems(u))
				r, err := verify.Verify(context.Background(), u.Automata, verify.Options{
					Workers: 1, Interactions: u.Interactions, Environments: u.Environments,
				})
				require.NoError(t, err)
				for _, row := range (&report.File{Result: r}).Rows() {
					if v := row.Verdict(); row.Check.ID == s.title {
						assert.Equal(t, side.want, v, "the %s example", side.name)
					} else if side.name == "mended" && !row.Check.Warning {
						assert.Contains(t, []verify.Verdict{verify.Holds, verify.NotApplicable}, v, "the mended example has another defect: %s", row.Check.ID)
					}
				}
			}
		})
	}
	var ids []string
	for _, c := range verify.Checks() {
		ids = append(ids, c.ID)
	}
	assert.ElementsMatch(t, ids, titles, "checks.md has a section for each check")
}

var codeTitle = regexp.MustCompile(`^(CH\d{4}):? \S`)

func TestDiagnostics(t *testing.T) {
	pages, err := filepath.Glob("diagnostics/*.md")
	require.NoError(t, err)
	seen := map[string]string{}
	for _, page := range pages {
		for _, s := range sections(t, page) {
			m := codeTitle.FindStringSubmatch(s.title)
			if !assert.NotNil(t, m, "%s: `## %s` does not begin with a code", page, s.title) {
				continue
			}
			code := diag.Code(m[1])
			assert.Empty(t, seen[m[1]], "%s: %s has another section in %s", page, code, seen[m[1]])
			seen[m[1]] = page
			if s.failing.format == "" {
				continue // it cannot be shown by a short text
			}
			t.Run(m[1], func(t *testing.T) {
				has := func(d diag.Diagnostic) bool { return d.Code == code }
				u := load(s.failing)
				assert.True(t, slices.ContainsFunc(u.Diagnostics, has), "the failing example does not give %s but:\n%s", code, problems(u))
				require.NotEmpty(t, s.mended.format, "%s has no mended example", code)
				u = load(s.mended)
				assert.False(t, slices.ContainsFunc(u.Diagnostics, has), "the mended example still gives %s", code)
				assert.False(t, u.Rejected(), "the mended example has errors:\n%s", problems(u))
			})
		}
	}
}
