package docs_test

import (
	"bytes"
	"fmt"
	"os"
	"path/filepath"
	"strings"
	"testing"

	"github.com/stretchr/testify/assert"
	"github.com/stretchr/testify/require"
	"go.yaml.in/yaml/v3"

	"chorcheck/internal/cli"
)

// orExit is how a page shows the exit code of a command that is not 0.
const orExit = ` || echo "exit code $?"`

// ciPage goes through ci.md as its reader does, in one repository.
type ciPage struct {
	checkedOut map[string]string // what `git checkout` restores, by name
	commands   int
}

func TestCIPage(t *testing.T) {
	page, err := os.ReadFile("ci.md")
	require.NoError(t, err)
	action := actionInputs(t)
	t.Chdir(t.TempDir())
	t.Setenv("CHORCHECK_CACHE_DIR", os.DevNull)
	p := &ciPage{checkedOut: map[string]string{}}
	steps := 0
	for _, m := range anyFence.FindAllStringSubmatch(string(page), -1) {
		switch kind, text := m[1], m[2]; kind {
		case "":
			p.session(t, text)
		case "diff":
			change(t, text)
		case "chor":
			require.Contains(t, string(page), "`club.chor`")
			require.NoError(t, os.WriteFile("club.chor", []byte(text), 0o600))
		case "yaml":
			steps += p.yaml(t, text, action)
		case "sh":
			for line := range strings.SplitSeq(strings.TrimSpace(text), "\n") {
				if strings.HasPrefix(line, "#!") {
					continue
				}
				for command := range strings.SplitSeq(line, " && ") {
					out, code := p.run(t, command)
					assert.Zero(t, code, "%s\n%s", command, out)
				}
			}
		default:
			t.Errorf("a block of %s", kind)
		}
		if t.Failed() {
			return
		}
	}
	assert.Greater(t, p.commands, 20)
	assert.Equal(t, 1, steps, "the page shows a step with the action")
	for _, name := range []string{"report.html", "deadlock.svg", "chorcheck.xml", "chorcheck.html"} {
		assert.FileExists(t, name)
	}
}

// session runs the commands of a block, and compares what they print.
func (p *ciPage) session(t *testing.T, text string) {
	t.Helper()
	for _, part := range strings.Split("\n"+text, "\n$ ")[1:] {
		command, shown, _ := strings.Cut(part, "\n")
		if name, ok := strings.CutPrefix(command, "git checkout "); ok {
			require.Contains(t, p.checkedOut, name)
			require.NoError(t, os.WriteFile(name, []byte(p.checkedOut[name]), 0o600))
			continue
		}
		shell, or := strings.CutSuffix(command, orExit)
		out, code := p.run(t, shell)
		if or && code != 0 {
			out += fmt.Sprintf("exit code %d\n", code)
		}
		if !or { // what a protocol is like may be left out, but not that the command is wrong
			assert.LessOrEqual(t, code, 1, "%s\n%s", command, out)
		}
		if command == "chorcheck init" {
			for _, name := range []string{"order.chor", "chorcheck.yaml"} {
				text, err := os.ReadFile(name)
				require.NoError(t, err)
				p.checkedOut[name] = string(text)
			}
		}
		inOrder(t, out, shown)
	}
}

// run gives what a command writes on a terminal, and its exit code.
func (p *ciPage) run(t *testing.T, command string) (out string, code int) {
	t.Helper()
	p.commands++
	arguments, ok := strings.CutPrefix(command, "chorcheck ")
	require.True(t, ok, "%q is no command", command)
	var b bytes.Buffer
	code = cli.Main("test", words(arguments), cli.Streams{In: strings.NewReader(""), Out: &b, Err: &b})
	return b.String(), code
}

// change makes a change to a file: the block names it in its first line, and then has lines
// that are there, that go (-) and that come (+).
func change(t *testing.T, text string) {
	t.Helper()
	heading, rest, _ := strings.Cut(text, "\n")
	name, ok := strings.CutPrefix(heading, "--- ")
	require.True(t, ok, heading)
	before, after := "\n", "\n" // whole lines
	for line := range strings.Lines(rest) {
		switch line[0] {
		case '-':
			before += line[1:]
		case '+':
			after += line[1:]
		default:
			before, after = before+line[1:], after+line[1:]
		}
	}
	file, err := os.ReadFile(name)
	require.NoError(t, err)
	file = append([]byte("\n"), file...)
	if !strings.Contains(string(file), before) {
		// The page leaves out a comment at the end of a line.
		before, after = strings.TrimSuffix(before, "\n"), strings.TrimSuffix(after, "\n")
	}
	require.Equal(t, 1, strings.Count(string(file), before), "%s: %q", name, before)
	require.NoError(t, os.WriteFile(name, []byte(strings.Replace(string(file), before, after, 1)[1:]), 0o600))
}

// actionInputs are the inputs and outputs of our action.
func actionInputs(t *testing.T) map[string]bool {
	t.Helper()
	text, err := os.ReadFile(filepath.Join("..", "action.yml"))
	require.NoError(t, err)
	var action struct{ Inputs map[string]any }
	require.NoError(t, yaml.Unmarshal(text, &action))
	names := map[string]bool{}
	for name := range action.Inputs {
		names[name] = true
	}
	return names
}

// yaml looks at a workflow: what it gives to our action has to be an input of it, and its
// own commands have to work. It counts the steps that use the action.
func (p *ciPage) yaml(t *testing.T, text string, inputs map[string]bool) int {
	t.Helper()
	type step struct {
		Uses string
		With map[string]string
	}
	var all map[string]yaml.Node
	require.NoError(t, yaml.Unmarshal([]byte(text), &all))
	if _, hooks := all["repos"]; hooks {
		return 0 // internal/ci tries the hooks
	}
	if node, ok := all["jobs"]; ok {
		var jobs map[string]struct{ Steps []step }
		require.NoError(t, node.Decode(&jobs))
		count := 0
		for _, job := range jobs {
			for _, s := range job.Steps {
				if s.Uses != "OWNER/chorcheck@REF" {
					continue
				}
				count++
				for name := range s.With {
					assert.True(t, inputs[name], "the action has no input %s", name)
				}
				if args := s.With["args"]; args != "" {
					out, code := p.run(t, "chorcheck verify "+args+" order.chor")
					assert.Zero(t, code, out)
				}
			}
		}
		return count
	}
	for _, node := range all {
		var job struct{ Script []string }
		require.NoError(t, node.Decode(&job))
		require.NotEmpty(t, job.Script)
		for _, command := range job.Script {
			out, code := p.run(t, command)
			assert.Equal(t, 1, code, "the club has a deadlock: %s", out)
		}
	}
	return 0
}
