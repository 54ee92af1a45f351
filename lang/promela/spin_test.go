package promela_test

import (
	"bytes"
	"os"
	"os/exec"
	"path/filepath"
	"regexp"
	"strconv"
	"testing"

	"chorcheck/internal/naive"
	"chorcheck/lang/diag"
	"chorcheck/lang/fsa"
	"chorcheck/lang/promela"
	"chorcheck/lang/source"
	"chorcheck/model"

	"github.com/stretchr/testify/require"
)

// count runs SPIN on automata and yields the states and transitions that it finds.
func count(t *testing.T, a *model.Automata) (states, transitions int) {
	t.Helper()
	for _, tool := range []string{"spin", "gcc"} {
		if _, err := exec.LookPath(tool); err != nil {
			t.Skipf("%s is not installed", tool)
		}
	}
	var text bytes.Buffer
	require.NoError(t, promela.Write(&text, a))
	dir := t.TempDir()
	require.NoError(t, os.WriteFile(filepath.Join(dir, "m.pml"), text.Bytes(), 0o644))
	run := func(name string, args ...string) string {
		cmd := exec.Command(name, args...)
		cmd.Dir = dir
		out, err := cmd.CombinedOutput()
		require.NoError(t, err, "%s: %s\n%s", name, out, text.String())
		return string(out)
	}
	run("spin", "-a", "m.pml")
	size := regexp.MustCompile(`-DVECTORSZ=\d+`).FindString(text.String())
	run("gcc", "-O0", "-w", "-DSAFETY", "-DNOREDUCE", size, "-o", "pan", "pan.c")
	out := run("./pan", "-m200000", "-w20", "-E", "-n")
	require.Contains(t, out, "errors: 0", text.String())
	number := func(pattern string) int {
		m := regexp.MustCompile(pattern).FindStringSubmatch(out)
		require.NotNil(t, m, out)
		n, err := strconv.Atoi(m[1])
		require.NoError(t, err)
		return n
	}
	return number(`(\d+) states, stored`), number(`(\d+) transitions \(`) - 1
}

func compare(t *testing.T, a *model.Automata) {
	t.Helper()
	want := naive.Search(a, 100_000)
	require.True(t, want.Complete)
	states, transitions := count(t, a)
	if states != want.States || transitions != want.Transitions {
		var text bytes.Buffer
		require.NoError(t, promela.Write(&text, a))
		t.Fatalf("SPIN %d, %d; reference %d, %d\n%s", states, transitions, want.States, want.Transitions, text.String())
	}
}

func TestRandomAutomataHaveTheSameStates(t *testing.T) {
	n := 8
	if s := os.Getenv("SPIN_SEEDS"); s != "" {
		n, _ = strconv.Atoi(s)
	}
	if testing.Short() {
		n = 2
	}
	for seed := range n {
		t.Run(strconv.Itoa(seed), func(t *testing.T) {
			t.Parallel()
			compare(t, naive.Automata().Example(seed))
		})
	}
}

func load(t *testing.T, text string) *model.Automata {
	t.Helper()
	var bag diag.Bag
	p := fsa.Parse(source.New("test.fsa", text), &bag)
	require.NotNil(t, p, "%v", bag.Sorted())
	return p.Automata
}
