package docs_test

import (
	"bytes"
	"context"
	"os"
	"strings"
	"testing"

	"github.com/stretchr/testify/assert"
	"github.com/stretchr/testify/require"

	"chorcheck/internal/cli"
	"chorcheck/report"
	"chorcheck/verify"
)

// tutorialStep is one `## ..` of the tutorial.
type tutorialStep struct {
	title   string
	text    string            // the choreography that it shows; without one of its own, that of the step before
	outputs []string          // of chorcheck: the command, then lines, some of them left out
	table   map[string]string // by check: its verdicts in calm and rough
}

func tutorial(t *testing.T) []tutorialStep {
	t.Helper()
	page, err := os.ReadFile("tutorial.md")
	require.NoError(t, err)
	var steps []tutorialStep
	text := ""
	for _, part := range strings.Split(strings.ReplaceAll(string(page), "\r\n", "\n"), "\n## ")[1:] {
		title, body, _ := strings.Cut(part, "\n")
		s := tutorialStep{title: title}
		for _, m := range anyFence.FindAllStringSubmatch(body, -1) {
			if m[1] == "chor" {
				text = m[2]
			} else {
				s.outputs = append(s.outputs, m[2])
			}
		}
		s.text = text
		for line := range strings.Lines(body) {
			cells := strings.Split(strings.Trim(strings.TrimSpace(line), "|"), "|")
			if len(cells) != 3 || strings.Contains(line, "---") {
				continue
			}
			if s.table == nil { // the heading
				s.table = map[string]string{}
				continue
			}
			s.table[strings.TrimSpace(cells[0])] = strings.TrimSpace(cells[1]) + ", " + strings.TrimSpace(cells[2])
		}
		steps = append(steps, s)
	}
	require.Greater(t, len(steps), 5)
	return steps
}

// TestTutorial runs each step of the tutorial: the output is the one that it shows,
// and the verdicts in its table are those of its text. Every check that is not in the table
// holds or is not applicable.
func TestTutorial(t *testing.T) {
	steps := tutorial(t)
	t.Chdir(t.TempDir())
	for _, s := range steps {
		t.Run(s.title, func(t *testing.T) {
			require.NoError(t, os.WriteFile("payment.chor", []byte(s.text), 0o600))
			require.NotEmpty(t, s.outputs)
			for _, output := range s.outputs {
				command, shown, _ := strings.Cut(output, "\n")
				arguments, ok := strings.CutPrefix(command, "$ chorcheck ")
				require.True(t, ok, "%q is no command", command)
				inOrder(t, run(t, words(arguments)...), shown)
			}
			if s.table == nil {
				return
			}
			found := verdicts(t, s.text)
			for check, want := range s.table {
				assert.Equal(t, want, found[check], check)
				delete(found, check)
			}
			for check, verdict := range found {
				assert.NotContains(t, verdict, "violated", check)
				assert.NotContains(t, verdict, "inconclusive", check)
			}
		})
	}
}

// The tutorial begins and ends with files that we ship.
func TestTutorialShipped(t *testing.T) {
	steps := tutorial(t)
	body := func(text string) string {
		_, rest, _ := strings.Cut(code(text), "\n") // without the name
		return strings.Join(strings.Fields(rest), " ")
	}
	for name, text := range map[string]string{"payment.chor": steps[0].text, "payment-mended.chor": steps[len(steps)-1].text} {
		shipped, err := os.ReadFile("../specs/failures/" + name)
		require.NoError(t, err)
		assert.Equal(t, body(string(shipped)), body(text), name)
	}
}

// run gives what chorcheck prints.
func run(t *testing.T, args ...string) string {
	t.Helper()
	t.Setenv("CHORCHECK_CACHE_DIR", os.DevNull)
	var out, errs bytes.Buffer
	cli.Main("test", args, cli.Streams{In: strings.NewReader(""), Out: &out, Err: &errs})
	require.Empty(t, errs.String())
	return out.String()
}

// words takes a command line apart; what stands in single quotes is one word.
func words(line string) []string {
	var list []string
	for i, piece := range strings.Split(line, "'") {
		if i%2 == 1 {
			list = append(list, piece)
		} else {
			list = append(list, strings.Fields(piece)...)
		}
	}
	return list
}

// inOrder asserts that the lines shown are lines of the output, in its order; where
// some are left out, the line shown is `..`.
func inOrder(t *testing.T, output, shown string) {
	t.Helper()
	rest := strings.Split(output, "\n")
	skip := false
	for line := range strings.Lines(shown) {
		if line = strings.TrimRight(line, "\n"); line == ".." {
			skip = true
			continue
		}
		for skip && len(rest) > 0 && rest[0] != line {
			rest = rest[1:]
		}
		if !assert.NotEmpty(t, rest, "%q is not in the output:\n%s", line, output) || !assert.Equal(t, rest[0], line) {
			return
		}
		rest, skip = rest[1:], false
	}
	if !skip {
		assert.Empty(t, strings.TrimSpace(strings.Join(rest, "\n")), "the output goes on")
	}
}

// verdicts gives the verdicts on a choreography, by check: those in each environment.
func verdicts(t *testing.T, text string) map[string]string {
	t.Helper()
	u := load(example{"chor", text})
	require.False(t, u.Rejected(), "%s", problems(u))
	r, err := verify.Verify(context.Background(), u.Automata, verify.Options{
		Workers: 1, Interactions: u.Interactions, Environments: u.Environments,
	})
	require.NoError(t, err)
	all := map[string]string{}
	for _, row := range (&report.File{Result: r}).Rows() {
		var cells []string
		for _, c := range row.Cells {
			cells = append(cells, c.Verdict.String())
		}
		all[row.Check.ID] = strings.Join(cells, ", ")
	}
	return all
}
