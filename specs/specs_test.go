// Package specs_test holds the choreographies and automata that we ship to what
// they say about themselves: each `// expect:` line is checked under each of its
// conditions, and no file may leave its verdicts or its size out.
package specs_test

import (
	"context"
	"fmt"
	"maps"
	"os"
	"path/filepath"
	"regexp"
	"slices"
	"strings"
	"testing"

	"github.com/stretchr/testify/assert"
	"github.com/stretchr/testify/require"

	"chorcheck/internal/expect"
	"chorcheck/lang"
	"chorcheck/lang/chor"
	"chorcheck/lang/diag"
	"chorcheck/lang/source"
	"chorcheck/model"
	"chorcheck/report"
	"chorcheck/verify"
)

// files lists the specifications of this folder, of failures, of note and of teatrino.
func files(t *testing.T) []string {
	t.Helper()
	var names []string
	for _, pattern := range []string{
		"*.chor", "*.fsa", "failures/*.chor", "failures/*.fsa", "note/*.chor", "note/*.fsa", "teatrino/*.chor",
	} {
		found, err := filepath.Glob(pattern)
		require.NoError(t, err)
		names = append(names, found...)
	}
	require.NotEmpty(t, names)
	slices.Sort(names)
	return names
}

// setting is a way to verify a file: what to override. The zero value is the
// file as it stands.
type setting struct {
	channels *model.Channel
	params   map[string]int64
}

func (s setting) String() string {
	var parts []string
	if s.channels != nil {
		parts = append(parts, s.channels.String())
	}
	for _, name := range slices.Sorted(maps.Keys(s.params)) {
		parts = append(parts, fmt.Sprintf("%s=%d", name, s.params[name]))
	}
	if len(parts) == 0 {
		return "as it stands"
	}
	return strings.Join(parts, ", ")
}

func load(t *testing.T, name string, s setting) *lang.Unit {
	t.Helper()
	text, err := os.ReadFile(name)
	require.NoError(t, err)
	u := lang.Load(source.New(name, string(text)), lang.Options{Set: s.params, Channels: s.channels})
	for _, d := range u.Diagnostics {
		t.Logf("%s:%d: %s", name, u.File.Position(d.Primary.Span.Start).Line, d.Error())
	}
	require.False(t, u.Rejected(), "%s is rejected", name)
	return u
}

// run verifies a file under a setting.
func run(t *testing.T, name string, s setting) (*lang.Unit, *verify.Result) {
	t.Helper()
	u := load(t, name, s)
	r, err := verify.Verify(context.Background(), u.Automata, verify.Options{
		Workers: 1, Interactions: u.Interactions, Environments: u.Environments, Properties: u.Properties,
	})
	require.NoError(t, err)
	return u, r
}

// settings are the file as it stands, and one setting for each condition of its expectations.
func settings(u *lang.Unit) []setting {
	all := []setting{{}}
	seen := map[string]bool{all[0].String(): true}
	for _, e := range u.Expectations {
		s := setting{e.Channels, e.Params}
		if !seen[s.String()] {
			seen[s.String()] = true
			all = append(all, s)
		}
	}
	return all
}

func TestExpectations(t *testing.T) {
	for _, name := range files(t) {
		t.Run(name, func(t *testing.T) {
			for _, s := range settings(load(t, name, setting{})) {
				u, r := run(t, name, s)
				list := expect.Compare(u, r, true)
				assert.NotEmpty(t, list, "%s: nothing is expected of it %s", name, s)
				for _, e := range list {
					assert.Equal(t, report.Met, e.Outcome, "%s:%d (%s): %s: expected %s, found %s", name, e.Line, s, e.Subject, e.Expected, e.Found)
				}
			}
		})
	}
}

// rows merges the verdicts in all environments.
func rows(r *verify.Result) []report.Row { return (&report.File{Result: r}).Rows() }

// Each file says of every check that has a meaning for it whether it holds when the
// file is verified as it stands, and how many states there are.
func TestStatesItsVerdicts(t *testing.T) {
	for _, name := range files(t) {
		t.Run(name, func(t *testing.T) {
			u, r := run(t, name, setting{})
			stated := map[string]bool{}
			for _, e := range u.Expectations {
				if e.Applies(u) {
					stated[e.Check+e.Quantity] = true
				}
			}
			for _, row := range rows(r) {
				c := row.Check
				assert.True(t, stated[c.ID] || stated[lang.Everything] && !c.Warning && !isProperty(u, c.ID) || row.Verdict() == verify.NotApplicable,
					"%s: no verdict on %s is stated", name, c.ID)
			}
			assert.True(t, stated["states"], "%s: the number of states is not stated", name)
			assert.True(t, stated["transitions"], "%s: the number of transitions is not stated", name)
		})
	}
}

// Each check is violated by some file, and a file explains its defect if and only
// if it has one. A property that is violated has a comment above it.
func TestDefects(t *testing.T) {
	violated := map[string]bool{}
	for _, name := range files(t) {
		u, r := run(t, name, setting{})
		defect := false
		for _, c := range rows(r) {
			if c.Verdict() == verify.Violated && isProperty(u, c.Check.ID) {
				above := regexp.MustCompile(`(?m)^//.*\nproperty ` + c.Check.ID + `:`)
				assert.Regexp(t, above, u.File.Text, "%s: no comment says why %s is violated", name, c.Check.ID)
			} else if c.Verdict() == verify.Violated {
				violated[c.Check.ID] = true
				defect = defect || !c.Check.Warning
			}
		}
		text, err := os.ReadFile(name)
		require.NoError(t, err)
		comment := "//"
		if filepath.Ext(name) == ".fsa" {
			comment = "--"
		}
		assert.Equal(t, defect, strings.Contains(string(text), "\n"+comment+" defect: "), "%s: a defect is explained by `%s defect:`, and only a defect is", name, comment)
	}
	for _, c := range verify.Checks() {
		assert.True(t, violated[c.ID], "no file violates %s", c.ID)
	}
}

// The files are in the layout that `chorcheck fmt` gives them.
func TestFormatted(t *testing.T) {
	for _, name := range files(t) {
		if filepath.Ext(name) != ".chor" {
			continue
		}
		text, err := os.ReadFile(name)
		require.NoError(t, err)
		var bag diag.Bag
		tree := chor.Parse(source.New(name, string(text)), &bag)
		require.False(t, bag.Failed(), "%s has errors", name)
		assert.Equal(t, chor.Format(tree), string(text), "%s", name)
	}
}

var row = regexp.MustCompile("(?m)^\\| \\[`([^`]+)`\\]\\(([^)]+)\\) \\| [^|]+ \\| ([^|]+) \\|$")

// The table of README.md has one row for each file, with its verdict.
func TestReadme(t *testing.T) {
	text, err := os.ReadFile("README.md")
	require.NoError(t, err)
	verdicts := map[string]string{}
	for _, m := range row.FindAllStringSubmatch(string(text), -1) {
		assert.Equal(t, m[1], m[2], "the link does not lead to the file that it names")
		verdicts[m[1]] = m[3]
	}
	for _, name := range files(t) {
		_, r := run(t, name, setting{})
		want := "everything holds"
		var list []string
		for _, c := range rows(r) {
			if c.Verdict() == verify.Violated {
				list = append(list, c.Check.ID)
			}
		}
		if len(list) > 0 {
			want = "violated: " + strings.Join(list, ", ")
		}
		assert.Equal(t, want, verdicts[name], "%s", name)
		delete(verdicts, name)
	}
	assert.Empty(t, verdicts, "files of the table that do not exist")
}
