package model_test

import (
	"fmt"
	"maps"
	"math/bits"
	"slices"

	"github.com/stretchr/testify/require"

	"chorcheck/explore/reduce"
	"chorcheck/lts"
	"chorcheck/model"
)

// graph is all that can be reached in a system, found with a map.
type graph struct {
	states  []lts.State
	index   map[string]int
	marks   []lts.Marks
	actions [][]lts.Action
	to      [][]int
	parent  []int
	by      []lts.Action
}

func stateKey(s lts.State) string { return fmt.Sprint([]uint64(s)) }

// graphOf is nil if there are more than limit states.
func graphOf(sys lts.System, limit int) *graph {
	g := &graph{index: map[string]int{}}
	visit := func(s lts.State, parent int, by lts.Action) int {
		i, ok := g.index[stateKey(s)]
		if !ok {
			i = len(g.states)
			g.index[stateKey(s)] = i
			g.states = append(g.states, s.Clone())
			g.parent, g.by = append(g.parent, parent), append(g.by, by)
		}
		return i
	}
	visit(sys.Init(), -1, 0)
	steps := lts.NewSteps(sys.Width())
	for i := 0; i < len(g.states); i++ {
		if i >= limit {
			return nil
		}
		steps.Reset()
		g.marks = append(g.marks, sys.Next(g.states[i], steps))
		g.actions = append(g.actions, slices.Clone(steps.Actions))
		var to []int
		for j := range steps.Len() {
			to = append(to, visit(steps.Target(j), i, steps.Actions[j]))
		}
		g.to = append(g.to, to)
	}
	return g
}

func (g *graph) trace(i int) lts.Trace {
	var t lts.Trace
	for ; i >= 0; i = g.parent[i] {
		t.States = append(t.States, g.states[i])
		if g.parent[i] >= 0 {
			t.Actions = append(t.Actions, g.by[i])
		}
	}
	slices.Reverse(t.States)
	slices.Reverse(t.Actions)
	return t
}

// shape is what all members of an orbit have in common: marks, with full queues
// counted and not named.
func shape(marks lts.Marks) string {
	const full = 9 // marks from this bit on are those of full queues
	return fmt.Sprint(marks&(1<<full-1), bits.OnesCount64(uint64(marks>>full)))
}

// verdicts are answers to questions of the kinds that the checks ask and that both
// reductions leave alone.
func (g *graph) verdicts(net *model.Network) map[string]bool {
	v := map[string]bool{}
	good, takes := make([]bool, len(g.states)), make([]bool, len(g.states))
	for i, s := range g.states {
		terminal := true
		for _, a := range g.actions[i] {
			info := net.Action(a)
			terminal = terminal && !net.IsStep(a)
			received := info.Kind == model.Receive && !info.Discard || info.PeerTransition >= 0
			takes[i] = takes[i] || net.IsStep(a) && received
		}
		v["deadlock"] = v["deadlock"] || terminal && !net.Final(s)
		good[i] = net.Final(s) || terminal
		v[shape(g.marks[i])] = true
	}
	v["no-termination"] = g.everAvoids(net, good)
	for i := range good {
		good[i] = good[i] || takes[i]
	}
	v["livelock"] = g.everAvoids(net, good)
	return v
}

// everAvoids reports whether there is a state from which steps never lead to a good one.
func (g *graph) everAvoids(net *model.Network, good []bool) bool {
	can := slices.Clone(good)
	for changed := true; changed; {
		changed = false
		for i := len(can) - 1; i >= 0; i-- {
			for j, to := range g.to[i] {
				if !can[i] && can[to] && net.IsStep(g.actions[i][j]) {
					can[i], changed = true, true
				}
			}
		}
	}
	return slices.Contains(can, false)
}

// reduced compares a network with its quotient, in every state, and returns the numbers of
// states of both; 0 if there are too many. exact: canon keeps actions and marks.
func reduced(t require.TestingT, net *model.Network, canon func(lts.State), exact bool, limit int) (full, quotient int) {
	g := graphOf(net, limit)
	if g == nil {
		return 0, 0
	}
	sys := reduce.Quotient(net, canon)
	q := graphOf(lts.Checked(sys, t.Errorf), limit)
	require.NotNil(t, q)

	want := map[string]bool{}
	form := make(lts.State, net.Width())
	steps := lts.NewSteps(net.Width())
	look := func(s lts.State) (lts.Marks, []string) {
		steps.Reset()
		marks := net.Next(s, steps)
		var all []string
		for i := range steps.Len() {
			name := ""
			if exact {
				name = fmt.Sprint(steps.Actions[i])
			}
			canon(steps.Target(i))
			all = append(all, name+stateKey(steps.Target(i)))
		}
		slices.Sort(all)
		return marks, all
	}
	for _, s := range g.states {
		copy(form, s)
		canon(form)
		again := form.Clone()
		canon(again)
		require.Equal(t, form, again, "the form of a form of %s", net.DescribeState(s))
		want[stateKey(form)] = true
		marks, succ := look(s)
		formMarks, formSucc := look(form)
		require.Equal(t, succ, formSucc, "successors of %s and %s", net.DescribeState(s), net.DescribeState(form))
		require.Equal(t, net.Final(s), net.Final(form))
		if exact {
			require.Equal(t, marks, formMarks)
		}
		require.Equal(t, shape(marks), shape(formMarks), "marks of %s and %s", net.DescribeState(s), net.DescribeState(form))
	}
	require.Equal(t, slices.Sorted(maps.Keys(want)), slices.Sorted(maps.Keys(q.index)))
	require.Equal(t, g.verdicts(net), q.verdicts(net))

	for i := 0; i < len(q.states); i += 1 + len(q.states)/20 {
		run := q.trace(i)
		real, err := reduce.Unfold(net, canon, run)
		require.NoError(t, err, net.DescribeState(q.states[i]))
		require.Len(t, real.Actions, len(run.Actions))
		require.Equal(t, net.Init(), real.States[0])
		for j, a := range real.Actions {
			steps.Reset()
			net.Next(real.States[j], steps)
			found := false
			for k := range steps.Len() {
				found = found || steps.Actions[k] == a && steps.Target(k).Equal(real.States[j+1])
			}
			require.True(t, found, "step %d of the run", j)
		}
		last := real.States[len(real.States)-1].Clone()
		canon(last)
		require.Equal(t, q.states[i], last)
	}
	return len(g.states), len(q.states)
}
