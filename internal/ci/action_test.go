package ci

import (
	"encoding/json"
	"os"
	"path/filepath"
	"strings"
	"testing"

	"github.com/stretchr/testify/assert"
	"github.com/stretchr/testify/require"
	"go.yaml.in/yaml/v3"
)

// Inputs reach scripts by the environment alone: an expression in the text of a script
// would be run by the shell.
func TestScriptsHaveNoExpressions(t *testing.T) {
	a := readAction(t)
	assert.Equal(t, "composite", a.Runs.Using)
	used := ""
	for _, s := range a.Runs.Steps {
		assert.NotContains(t, s.Run, "${{", "step %s", s.Name)
		if s.Run != "" {
			assert.Equal(t, "bash", s.Shell, "a composite action has to name the shell")
		}
		for _, value := range s.Env {
			used += value
		}
	}
	for name, in := range a.Inputs {
		assert.NotEmpty(t, in.Description, name)
		assert.Contains(t, used, "inputs."+name+" ", "nobody uses this input")
	}
}

// broken replaces a text in a file of the repository, and gives the number of its line.
func broken(t *testing.T, dir, name, old, replacement string) int {
	t.Helper()
	path := filepath.Join(dir, name)
	text, err := os.ReadFile(path)
	require.NoError(t, err)
	before, _, ok := strings.Cut(string(text), old)
	require.True(t, ok)
	require.NoError(t, os.WriteFile(path, []byte(strings.Replace(string(text), old, replacement, 1)), 0o644))
	return strings.Count(before, "\n") + 1
}

func TestActionOnAFreshRepository(t *testing.T) {
	r := newRunner(t, repository(t))
	j := r.use(t, nil)
	require.Equal(t, 0, j.code, "%s", j.log)
	assert.Equal(t, "0", j.outputs["exit-code"])
	assert.Empty(t, j.outputs["sarif-file"])
	assert.Contains(t, j.summary, "## chorcheck: fine")
	assert.Contains(t, j.summary, "order.chor")
	assert.NotContains(t, j.log, "::error")
	assert.FileExists(t, j.outputs["chorcheck"])

	// What nobody takes from a queue any more is shown beside the line that sends it.
	broken(t, r.workspace, "order.chor", "discard late", "")
	line := broken(t, r.workspace, "order.chor", "Bank -> Shop: paid", "Bank -> Shop: paid")
	j = r.again(t, map[string]string{"sarif-file": "out.sarif"})
	assert.Equal(t, 1, j.code, "%s", j.log)
	assert.Equal(t, "1", j.outputs["exit-code"])
	assert.Regexp(t, `(?m)^::error file=order\.chor,line=`+itoa(line)+`,[^:]*title=orphan-message in calm::`, j.log)
	assert.Contains(t, j.summary, "## chorcheck: violated")
	assert.Equal(t, "out.sarif", j.outputs["sarif-file"])
	var sarif struct {
		Runs []struct {
			Tool struct {
				Driver struct{ Version, SemanticVersion string }
			}
		}
	}
	text, err := os.ReadFile(filepath.Join(r.workspace, "out.sarif"))
	require.NoError(t, err)
	require.NoError(t, json.Unmarshal(text, &sarif))
	assert.Equal(t, "v1.2.3", sarif.Runs[0].Tool.Driver.Version, "the ref of the action")

	assert.Equal(t, 0, r.again(t, map[string]string{"fail-on": "never"}).code)
	// A text with a mistake.
	line = broken(t, r.workspace, "order.chor", "role Customer", "role Customer Customer")
	j = r.again(t, nil)
	assert.Equal(t, 4, j.code)
	assert.Contains(t, j.log, "::error file=order.chor,line="+itoa(line)+",")
}

// Values that a shell would run, or that would be other options, are what they are.
func TestActionWithHostileInputs(t *testing.T) {
	r := newRunner(t, repository(t))
	for _, value := range []string{"$(touch pwned)", "; touch pwned", "`touch pwned`", "x' ; touch pwned; '", `x" ; touch pwned; "`, "| touch pwned", "--strict", "a\nb=$(touch pwned)"} {
		for name := range r.action.Inputs {
			if name == "version" {
				continue // below; nothing of it is in the last step
			}
			j := r.again(t, map[string]string{name: value})
			assert.NoFileExists(t, filepath.Join(r.workspace, "pwned"), "%s: %s", name, value)
			want := 64
			if name == "sarif-file" && !strings.Contains(value, "\n") {
				want = 0
				assert.Equal(t, value, j.outputs["sarif-file"])
				require.NoError(t, os.Remove(filepath.Join(r.workspace, value)), "a file with a curious name")
			}
			if name == "args" && value == "--strict" {
				want = 0
			}
			assert.Equal(t, want, j.code, "%s: %s\n%s", name, value, j.log)
			for out := range r.outputs["verify"] {
				assert.Contains(t, []string{"exit-code", "sarif-file"}, out)
			}
		}
	}
	r.temp = t.TempDir()
	j := r.use(t, map[string]string{"version": "v1' -X 'main.version=$(touch pwned)\nx=y"})
	assert.Equal(t, 0, j.code, "%s", j.log)
	assert.NoFileExists(t, filepath.Join(r.workspace, "pwned"))
	assert.Len(t, r.outputs["build"], 1)
}

func TestActionInputs(t *testing.T) {
	r := newRunner(t, repository(t))
	j := r.again(t, map[string]string{"sarif-file": "nowhere/out.sarif"})
	assert.Equal(t, 64, j.code)
	assert.Empty(t, j.outputs["sarif-file"], "there is nothing to upload")
	require.NoError(t, os.MkdirAll(filepath.Join(r.workspace, "a b"), 0o777))
	text, err := os.ReadFile(filepath.Join(r.workspace, "order.chor"))
	require.NoError(t, err)
	require.NoError(t, os.WriteFile(filepath.Join(r.workspace, "a b", "-x.chor"), text, 0o644))

	j = r.again(t, map[string]string{"paths": "  a b \n\n", "args": "\n--format json=all.json\n  --only   deadlock, stuck  \r\n--set=n=1"})
	assert.Equal(t, 64, j.code, "the parameter n is not there, and blanks are no part of a name:\n%s", j.log)
	j = r.again(t, map[string]string{"paths": "  a b \n\norder.chor\r\n", "args": "\n--format json=all.json\n  --faults   crash Bank; at most 1  \r\n--strict"})
	assert.Equal(t, 0, j.code, "%s", j.log)
	var all struct {
		Files []struct {
			File    string
			Results []struct{ Environment string }
		}
	}
	text, err = os.ReadFile(filepath.Join(r.workspace, "all.json"))
	require.NoError(t, err)
	require.NoError(t, json.Unmarshal(text, &all))
	require.Len(t, all.Files, 2)
	assert.Equal(t, filepath.Join("a b", "-x.chor"), all.Files[0].File)
	assert.Equal(t, "order.chor", all.Files[1].File)
	assert.Equal(t, "faults", all.Files[0].Results[0].Environment)
	assert.Equal(t, 0, r.again(t, map[string]string{"profile": "ci"}).code)
}

// The workflow that `init` writes calls the action with inputs that it has.
func TestWorkflowOfInit(t *testing.T) {
	for _, args := range [][]string{nil, {"--action", "someone/chorcheck@v1.2.3"}} {
		var workflow struct {
			Jobs map[string]struct {
				Steps []struct {
					Uses string
					With map[string]string
				}
			}
		}
		dir := repository(t, args...)
		text, err := os.ReadFile(filepath.Join(dir, ".github", "workflows", "chorcheck.yml"))
		require.NoError(t, err)
		require.NoError(t, yaml.Unmarshal(text, &workflow))
		steps := workflow.Jobs["verify"].Steps
		require.Len(t, steps, 2)
		assert.Equal(t, "actions/checkout@v4", steps[0].Uses)
		if args != nil {
			assert.Equal(t, args[1], steps[1].Uses)
		}
		r := newRunner(t, dir)
		j := r.again(t, steps[1].With)
		assert.Equal(t, 0, j.code, "%s", j.log)
	}
}
