package verify_test

import (
	"context"
	"slices"
	"testing"

	"github.com/stretchr/testify/require"
	"pgregory.net/rapid"

	"chorcheck/internal/naive"
	"chorcheck/ltl"
	"chorcheck/model"
	"chorcheck/verify"
)

// TestPropertyEnginesAgree decides random properties with both engines.
func TestPropertyEnginesAgree(t *testing.T) {
	systems := rapid.OneOf(naive.Failing(false), naive.Failing(true), naive.Meddling(), naive.Alike())
	used := map[verify.Verdict]int{}
	strong, several := 0, 0
	rapid.Check(t, func(t *rapid.T) {
		x := systems.Draw(t, "system")
		env := rapid.SampledFrom(x.Environments).Draw(t, "environment")
		b := newBehaviour(x.Automata, env, x.KeepCrashed, 150)
		if b == nil {
			return
		}
		var atoms []model.Atom
		for range rapid.IntRange(1, 3).Draw(t, "atoms") {
			atoms = append(atoms, drawAtom(t, b))
		}
		fs := ltl.NewFormulas()
		f := drawFormula(t, fs, len(atoms), rapid.IntRange(1, 4).Draw(t, "depth"), true)
		opt := verify.Options{
			Environments: []*model.Environment{env}, KeepCrashed: x.KeepCrashed, Properties: questions(fs, f, atoms),
			Fairness: rapid.SampledFrom([]verify.Fairness{verify.WeakFairness, verify.NoFairness, verify.StrongFairness}).Draw(t, "fairness"),
		}
		for _, p := range opt.Properties {
			opt.Only = append(opt.Only, p.Name)
		}
		explicit, err := verify.Verify(context.Background(), x.Automata, opt.WithAtoms(rapid.SampledFrom([]int{0, 1}).Draw(t, "atoms of a part")).
			WithQuick(rapid.SampledFrom([]uint64{0, 1}).Draw(t, "quick")))
		require.NoError(t, err)
		opt.Engine = verify.Symbolic
		opt = opt.WithRows(rapid.SampledFrom([]int{0, -1}).Draw(t, "contents"))
		symbolic, err := verify.Verify(context.Background(), x.Automata, opt)
		require.NoError(t, err)
		for i, c := range explicit.Environments[0].Checks {
			d := symbolic.Environments[0].Checks[i]
			if d.Verdict == verify.Inconclusive {
				require.NotEmpty(t, d.Reason)
				continue
			}
			used[d.Verdict]++
			if opt.Fairness == verify.StrongFairness {
				strong++
			}
			if slices.ContainsFunc(atoms, func(a model.Atom) bool {
				return a.Kind == model.AtomCompares && a.Expr.Y.Op == model.OpVar && x.Automata.Vars[a.Expr.X.Var].Owner != x.Automata.Vars[a.Expr.Y.Var].Owner
			}) {
				several++
			}
			require.Equal(t, c.Verdict, d.Verdict, "%s of %s over %v: %s", c.Check.ID, ltl.Format(f, func(i int) string { return atoms[i].Text }, ltl.Words), atoms, show(x, env))
		}
	})
	require.Greater(t, used[verify.Holds], 10)
	require.Greater(t, used[verify.Violated], 10)
	if !testing.Short() {
		require.Positive(t, strong)
		require.Positive(t, several)
	}
}
