package ci

import (
	"bytes"
	"errors"
	"fmt"
	"maps"
	"os"
	"os/exec"
	"path/filepath"
	"regexp"
	"slices"
	"strings"
	"sync"
	"testing"

	"github.com/stretchr/testify/assert"
	"github.com/stretchr/testify/require"
	"go.yaml.in/yaml/v3"
)

// action is what is of interest in action.yml.
type action struct {
	Inputs map[string]struct {
		Description string
		Default     string
		Required    bool
	}
	Outputs map[string]struct{ Description, Value string }
	Runs    struct {
		Using string
		Steps []step
	}
}

type step struct {
	Name, ID, If, Uses, Shell, Run string
	Env, With                      map[string]string
}

func readAction(t *testing.T) *action {
	t.Helper()
	var a action
	text, err := os.ReadFile("../../action.yml")
	require.NoError(t, err)
	require.NoError(t, yaml.Unmarshal(text, &a))
	require.NotEmpty(t, a.Runs.Steps)
	return &a
}

func root(t *testing.T) string {
	t.Helper()
	dir, err := filepath.Abs("../..")
	require.NoError(t, err)
	return dir
}

func needs(t *testing.T, programs ...string) {
	t.Helper()
	for _, p := range programs {
		if _, err := exec.LookPath(p); err != nil {
			t.Skipf("%s is not installed", p)
		}
	}
}

// temporary is where all tests of the package keep programs, so that they are linked once.
var temporary = sync.OnceValues(func() (string, error) { return os.MkdirTemp("", "chorcheck-ci") })

func TestMain(m *testing.M) {
	code := m.Run()
	if dir, err := temporary(); err == nil {
		_ = os.RemoveAll(dir)
	}
	os.Exit(code)
}

// runner does what the service does with the steps of a composite action.
type runner struct {
	action    *action
	workspace string
	temp      string
	outputs   map[string]map[string]string // of steps
}

// job is what one use of the action gave.
type job struct {
	code    int
	log     string
	outputs map[string]string
	summary string
}

func newRunner(t *testing.T, workspace string) *runner {
	t.Helper()
	needs(t, "bash", "go", "sed")
	temp, err := temporary()
	require.NoError(t, err)
	return &runner{action: readAction(t), workspace: workspace, temp: temp}
}

var expression = regexp.MustCompile(`\$\{\{\s*([^}]*?)\s*\}\}`)

// evaluate replaces the expressions in a text.
func (r *runner) evaluate(t *testing.T, text string, inputs map[string]string) string {
	return expression.ReplaceAllStringFunc(text, func(x string) string { return r.value(t, expression.FindStringSubmatch(x)[1], inputs) })
}

func (r *runner) value(t *testing.T, name string, inputs map[string]string) string {
	parts := strings.Split(name, ".")
	switch {
	case parts[0] == "inputs" && len(parts) == 2:
		in, ok := r.action.Inputs[parts[1]]
		require.True(t, ok, "there is no input %s", parts[1])
		if value, given := inputs[parts[1]]; given {
			return value
		}
		return in.Default
	case parts[0] == "steps" && len(parts) == 4 && parts[2] == "outputs":
		require.True(t, slices.ContainsFunc(r.action.Runs.Steps, func(s step) bool { return s.ID == parts[1] }), "there is no step %s", parts[1])
		return r.outputs[parts[1]][parts[3]]
	case name == "github.action_path":
		return root(t)
	case name == "github.action_ref":
		return "v1.2.3"
	}
	t.Fatalf("the runner of this test does not know the expression %q", name)
	return ""
}

// wanted reports whether a step runs. Conditions are comparisons.
func (r *runner) wanted(t *testing.T, s step) bool {
	if s.If == "" {
		return true
	}
	m := regexp.MustCompile(`^(\S+) == '([^']*)'$`).FindStringSubmatch(s.If)
	require.NotNil(t, m, "the runner of this test does not know the condition %q", s.If)
	return r.value(t, m[1], nil) == m[2]
}

// use runs all steps until one fails.
func (r *runner) use(t *testing.T, inputs map[string]string) job {
	t.Helper()
	r.outputs = map[string]map[string]string{}
	return r.steps(t, inputs, r.action.Runs.Steps)
}

// again runs the last step once more: what the others have built is there.
func (r *runner) again(t *testing.T, inputs map[string]string) job {
	t.Helper()
	if r.outputs == nil {
		j := r.use(t, nil)
		require.Equal(t, 0, j.code, "%s", j.log)
	}
	return r.steps(t, inputs, r.action.Runs.Steps[len(r.action.Runs.Steps)-1:])
}

func (r *runner) steps(t *testing.T, inputs map[string]string, steps []step) job {
	t.Helper()
	for name := range inputs {
		require.Contains(t, r.action.Inputs, name)
	}
	files := t.TempDir()
	var j job
	for i, s := range steps {
		if !r.wanted(t, s) {
			continue
		}
		require.Empty(t, s.Uses, "this machine has Go")
		require.Equal(t, "bash", s.Shell)
		script, output, summary := filepath.Join(files, "script"), filepath.Join(files, "output"), filepath.Join(files, "summary")
		require.NoError(t, os.WriteFile(script, []byte(r.evaluate(t, s.Run, inputs)), 0o600))
		require.NoError(t, os.WriteFile(output, nil, 0o600))
		cmd := exec.Command("bash", "--noprofile", "--norc", "-eo", "pipefail", script)
		cmd.Dir = r.workspace
		cmd.Env = append(os.Environ(), "GITHUB_OUTPUT="+output, "GITHUB_STEP_SUMMARY="+summary, "RUNNER_TEMP="+r.temp, "GITHUB_WORKSPACE="+r.workspace,
			"GOPROXY=off", "CHORCHECK_CACHE_DIR="+os.DevNull)
		for _, name := range slices.Sorted(maps.Keys(s.Env)) {
			cmd.Env = append(cmd.Env, name+"="+r.evaluate(t, s.Env[name], inputs))
		}
		var log bytes.Buffer
		cmd.Stdout, cmd.Stderr = &log, &log
		err := cmd.Run()
		j.log += log.String()
		if exit := (*exec.ExitError)(nil); errors.As(err, &exit) {
			j.code = exit.ExitCode()
		} else {
			require.NoError(t, err, "step %d", i)
		}
		if s.ID != "" {
			r.outputs[s.ID] = readOutputs(t, output)
		}
		if j.code != 0 {
			break
		}
	}
	j.outputs = map[string]string{}
	for name, out := range r.action.Outputs {
		j.outputs[name] = r.evaluate(t, out.Value, nil)
	}
	text, _ := os.ReadFile(filepath.Join(files, "summary")) // there may be none
	j.summary = string(text)
	return j
}

// readOutputs reads lines NAME=VALUE.
func readOutputs(t *testing.T, name string) map[string]string {
	text, err := os.ReadFile(name)
	require.NoError(t, err)
	list := map[string]string{}
	for line := range strings.Lines(string(text)) {
		key, value, ok := strings.Cut(strings.TrimRight(line, "\n"), "=")
		assert.True(t, ok, "%q is no output", line)
		list[key] = value
	}
	return list
}

// built is chorcheck, built once as the action builds it.
var built = sync.OnceValues(func() (string, error) {
	temp, err := temporary()
	if err != nil {
		return "", err
	}
	name := filepath.Join(temp, "chorcheck", "chorcheck")
	build := exec.Command("go", "build", "-buildvcs=false", "-ldflags", "-s -w -X main.version=v1.2.3", "-o", name, "./cmd/chorcheck")
	build.Dir = "../.."
	if out, err := build.CombinedOutput(); err != nil {
		return "", fmt.Errorf("%w: %s", err, out)
	}
	return name, nil
})

func program(t *testing.T) string {
	t.Helper()
	name, err := built()
	require.NoError(t, err)
	return name
}

// repository is a new one, as `chorcheck init` makes it.
func repository(t *testing.T, args ...string) string {
	t.Helper()
	dir := t.TempDir()
	out, err := exec.Command(program(t), append([]string{"init", dir}, args...)...).CombinedOutput()
	require.NoError(t, err, "%s", out)
	return dir
}
