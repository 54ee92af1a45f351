package reduce_test

import (
	"context"
	"os"
	"path/filepath"
	"testing"

	"github.com/stretchr/testify/assert"
	"github.com/stretchr/testify/require"
	"pgregory.net/rapid"

	"chorcheck/explore"
	"chorcheck/explore/reduce"
	"chorcheck/internal/naive"
	"chorcheck/lang"
	"chorcheck/lang/source"
	"chorcheck/lts"
	"chorcheck/model"
)

// quiet explores a system by hand and gives the quiet configurations that it reaches,
// with their marks; false if there are more than limit configurations.
func quiet(sys lts.System, limit int) (map[string]lts.Marks, int, bool) {
	key := func(s lts.State) string {
		b := make([]byte, 0, 8*len(s))
		for _, w := range s {
			for i := 0; i < 64; i += 8 {
				b = append(b, byte(w>>i))
			}
		}
		return string(b)
	}
	seen := map[string]bool{key(sys.Init()): true}
	todo := []lts.State{sys.Init()}
	found := map[string]lts.Marks{}
	steps := lts.NewSteps(sys.Width())
	for len(todo) > 0 {
		s := todo[len(todo)-1]
		todo = todo[:len(todo)-1]
		steps.Reset()
		if marks := sys.Next(s, steps); marks&model.MarkQuiet != 0 {
			found[key(s)] = marks
		}
		for i := range steps.Len() {
			if k := key(steps.Target(i)); !seen[k] {
				seen[k] = true
				todo = append(todo, steps.Target(i).Clone())
			}
		}
		if len(seen) > limit {
			return nil, len(seen), false
		}
	}
	return found, len(seen), true
}

// requireSameQuiet compares what a network reaches with and without the reduction.
func requireSameQuiet(t require.TestingT, net *model.Network, limit int, fail func(string, ...any)) {
	full, states, ok := quiet(net, limit)
	if !ok {
		return
	}
	sys, can := reduce.PartialOrder(net)
	if !can {
		return
	}
	some, fewer, ok := quiet(lts.Checked(sys, fail), states)
	require.True(t, ok)
	require.LessOrEqual(t, fewer, states)
	require.Equal(t, full, some)
}

func TestPartialOrderKeepsQuietConfigurations(t *testing.T) {
	rapid.Check(t, func(t *rapid.T) {
		a := naive.Automata().Draw(t, "automata")
		net, err := model.NewNetwork(t.Context(), a, model.NetworkOptions{})
		require.NoError(t, err)
		requireSameQuiet(t, net, 3000, t.Fatalf)
	})
}

func TestPartialOrderKeepsQuietConfigurationsWhenThingsFail(t *testing.T) {
	rapid.Check(t, func(t *rapid.T) {
		f := naive.Failing(false).Draw(t, "system")
		for _, env := range f.Environments {
			net, err := model.NewNetwork(t.Context(), f.Automata, model.NetworkOptions{Environment: env, KeepCrashed: f.KeepCrashed})
			require.NoError(t, err)
			requireSameQuiet(t, net, 3000, t.Fatalf)
		}
	})
}

func load(t *testing.T, name string) *lang.Unit {
	text, err := os.ReadFile(filepath.Join("../..", name))
	require.NoError(t, err)
	u := lang.Load(source.New(name, string(text)), lang.Options{})
	require.False(t, u.Rejected(), name)
	return u
}

// TestPartialOrderCounts has the sizes of reduced state spaces.
func TestPartialOrderCounts(t *testing.T) {
	for _, tc := range []struct {
		name   string
		states uint64
	}{
		{"saga-2", 855}, {"saga-3", 6895}, {"two-phase-commit-3", 2757}, {"two-phase-commit-5", 128396},
		{"pipeline-5", 12}, {"pipeline-8", 18}, {"sliding-window-2-4", 7158},
	} {
		net, err := model.NewNetwork(t.Context(), load(t, "specs/bench/"+tc.name+".fsa").Automata, model.NetworkOptions{})
		require.NoError(t, err)
		sys, ok := reduce.PartialOrder(net)
		require.True(t, ok)
		space, err := explore.Reach(context.Background(), sys, explore.Options{})
		require.NoError(t, err)
		assert.Equal(t, tc.states, space.States, tc.name)
		space.Close()
	}
}

// TestPartialOrderAllocatesNothing once its buffers have grown.
func TestPartialOrderAllocatesNothing(t *testing.T) {
	net, err := model.NewNetwork(t.Context(), load(t, "specs/bench/saga-2.fsa").Automata, model.NetworkOptions{})
	require.NoError(t, err)
	sys, ok := reduce.PartialOrder(net)
	require.True(t, ok)
	steps, s := lts.NewSteps(sys.Width()), sys.Init()
	n := testing.AllocsPerRun(100, func() {
		for range 10 {
			steps.Reset()
			sys.Next(s, steps)
			if steps.Len() > 0 {
				copy(s, steps.Target(steps.Len()-1))
			}
		}
	})
	assert.Zero(t, int(n))
}

// TestPartialOrderSaysWhenItCannot: it is nothing without the power that it needs.
func TestPartialOrderSaysWhenItCannot(t *testing.T) {
	net, err := model.NewNetwork(t.Context(), load(t, "specs/bench/saga-2.fsa").Automata, model.NetworkOptions{})
	require.NoError(t, err)
	plain := struct{ lts.System }{net}
	sys, ok := reduce.PartialOrder(plain)
	assert.False(t, ok)
	assert.Equal(t, lts.System(plain), sys)
	reduced, _ := reduce.PartialOrder(net)
	assert.Implements(t, (*lts.Describer)(nil), reduced)
}

func TestPartialOrderKeepsQuietConfigurationsWhereAllMeddle(t *testing.T) {
	rapid.Check(t, func(t *rapid.T) {
		f := naive.Meddling().Draw(t, "system")
		net, err := model.NewNetwork(t.Context(), f.Automata, model.NetworkOptions{Environment: f.Environments[0], KeepCrashed: f.KeepCrashed})
		require.NoError(t, err)
		requireSameQuiet(t, net, 1000, t.Fatalf)
	})
}
