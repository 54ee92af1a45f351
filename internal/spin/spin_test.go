package spin

import (
	"errors"
	"os"
	"testing"

	"github.com/stretchr/testify/require"

	"chorcheck/lang"
	"chorcheck/lang/source"
	"chorcheck/model"
)

func load(t *testing.T, path string) *model.Automata {
	t.Helper()
	text, err := os.ReadFile(path)
	require.NoError(t, err)
	u := lang.Load(source.New(path, string(text)), lang.Options{})
	require.False(t, u.Rejected(), "%v", u.Diagnostics)
	return u.Automata
}

// TestModes: all ways to search and both forms count the same states and transitions,
// and the reduction keeps the verdict on deadlocks.
func TestModes(t *testing.T) {
	a := load(t, "../../specs/bench/saga-2.fsa")
	text, ok := Processes(a)
	require.True(t, ok)
	require.Contains(t, text, "xs c0_1;")
	best, err := Best(a)
	require.NoError(t, err)
	require.Equal(t, text, best.text)
	for _, mode := range Exact() {
		t.Run(mode.Name, func(t *testing.T) {
			t.Parallel()
			mode.Defines = append(mode.Defines, "-O0") // most of the time goes into compiling
			run, err := Search(best, mode, 12_947)
			if errors.Is(err, ErrMissing) {
				t.Skip(err)
			}
			require.NoError(t, err)
			require.EqualValues(t, 12_947, run.States)
			require.EqualValues(t, 51_047, run.Transitions)
			require.Positive(t, run.Bytes)
		})
	}
	t.Run("reduced", func(t *testing.T) {
		t.Parallel()
		run, err := Search(best, Reduced(), 12_947)
		if errors.Is(err, ErrMissing) {
			t.Skip(err)
		}
		require.NoError(t, err)
		require.Less(t, run.States, uint64(12_947))
		require.Zero(t, run.Errors)
	})
}

// TestWhatProcessesCannotBe: variables, other disciplines and a first state that is not
// the first of its machine have no such form.
func TestWhatProcessesCannotBe(t *testing.T) {
	for _, change := range []func(a *model.Automata){
		func(a *model.Automata) { a.Vars = []model.Var{{Name: "x"}} },
		func(a *model.Automata) { a.Channels.Default = model.Channel{Discipline: model.Sync} },
		func(a *model.Automata) {
			a.Channels.Pairs = map[model.Pair]model.Channel{{From: 0, To: 1}: {Discipline: model.Bag, Capacity: 1}}
		},
		func(a *model.Automata) { a.Machines[0].Initial = 1 },
		func(a *model.Automata) { a.Machines[0].Transitions[0].Kind = model.Timeout },
	} {
		a := load(t, "../../specs/bench/saga-2.fsa")
		change(a)
		_, ok := Processes(a)
		require.False(t, ok)
	}
}
