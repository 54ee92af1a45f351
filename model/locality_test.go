package model_test

import (
	"context"
	"fmt"
	"maps"
	"os"
	"path/filepath"
	"slices"
	"testing"

	"github.com/stretchr/testify/require"
	"pgregory.net/rapid"

	"chorcheck/internal/naive"
	"chorcheck/lang"
	"chorcheck/lang/source"
	"chorcheck/lts"
	"chorcheck/model"
)

// follow lists the values that a value leads to.
func follow(r *lts.Relation, from uint32) []uint32 {
	if r.Next != nil {
		return r.Next(from)
	}
	var out []uint32
	for _, p := range r.Pairs {
		if p.From == from {
			out = append(out, p.To)
		}
	}
	return out
}

// apply lists the states that a product leads to.
func apply(loc *lts.Locality, parts []lts.Part, s lts.State) []lts.State {
	out := []lts.State{s.Clone()}
	for _, p := range parts {
		c := loc.Components[p.Component]
		var next []lts.State
		if p.Relation.Pass != nil {
			row := loc.Rows[slices.IndexFunc(loc.Rows, func(row []int) bool { return row[0] == p.Component })]
			for _, t := range out {
				var before []uint32
				for _, c := range row {
					before = append(before, loc.Components[c].Read(t))
				}
				for _, after := range p.Relation.Pass.Apply(before) {
					u := t.Clone()
					for i, c := range row {
						loc.Components[c].Write(u, after[i])
					}
					next = append(next, u)
				}
			}
			out = next
			continue
		}
		for _, v := range follow(p.Relation, c.Read(s)) {
			for _, t := range out {
				u := t.Clone()
				c.Write(u, v)
				next = append(next, u)
			}
		}
		out = next
	}
	return out
}

// successors are those by the events, as text.
func successors(loc *lts.Locality, s lts.State) map[string]bool {
	out := map[string]bool{}
	for _, e := range loc.Events {
		for _, t := range apply(loc, e.Parts, s) {
			out[fmt.Sprint(e.Action, e.IsStep, t)] = true
		}
	}
	return out
}

// watched lists the actions of the products that are possible.
func watched(loc *lts.Locality, s lts.State) []lts.Action {
	var out []lts.Action
	for _, e := range loc.Watches {
		for _, t := range apply(loc, e.Parts, s) {
			if t.Equal(s) {
				out = append(out, e.Action)
			}
		}
	}
	slices.Sort(out)
	return slices.Compact(out)
}

func blockedSends(net *model.Network, s lts.State) []lts.Action {
	out := net.Blocked(s)
	slices.Sort(out)
	return slices.Compact(out)
}

// requireLocal compares the steps of a network with those by its events, and what the maps
// make of its configurations with those of a network that forgets. It reports false if they are too many.
func requireLocal(t require.TestingT, a *model.Automata, opt model.NetworkOptions, limit int) (known, complete bool) {
	net, err := model.NewLocalNetwork(context.Background(), a, opt)
	require.NoError(t, err)
	loc, err := net.Locality(context.Background())
	if err != nil {
		require.ErrorContains(t, err, "numbered")
		return false, false
	}
	forgetful, err := model.NewGeneralNetwork(context.Background(), a, opt)
	require.NoError(t, err)
	states := reach(net, limit)
	if len(states) >= limit {
		return true, false
	}
	steps := lts.NewSteps(net.Width())
	forgotten := map[string]bool{}
	for _, s := range states {
		copied := make(lts.State, len(s))
		for _, c := range loc.Components {
			c.Write(copied, c.Read(s))
		}
		require.True(t, copied.Equal(s), "the components are all that there is")
		steps.Reset()
		net.Next(s, steps)
		want := map[string]bool{}
		for i, action := range steps.Actions {
			want[fmt.Sprint(action, net.IsStep(action), steps.Target(i))] = true
		}
		require.Equal(t, slices.Sorted(maps.Keys(want)), slices.Sorted(maps.Keys(successors(loc, s))), net.DescribeState(s))
		require.Equal(t, blockedSends(net, s), watched(loc, s), net.DescribeState(s))
		for _, parts := range loc.Forget {
			if next := apply(loc, parts, s); next != nil {
				require.Len(t, next, 1)
				s = next[0]
			}
		}
		forgotten[fmt.Sprint(s)] = true
	}
	want := map[string]bool{}
	for _, s := range reach(forgetful, limit) {
		want[fmt.Sprint(s)] = true
	}
	require.Equal(t, want, forgotten)
	return true, true
}

func TestEventsAreTheSteps(t *testing.T) {
	complete := 0
	rapid.Check(t, func(t *rapid.T) {
		for range 3 {
			most := rapid.SampledFrom([]int{0, -1, 5}).Draw(t, "contents")
			f := rapid.OneOf(naive.Failing(true), naive.Failing(false), naive.Meddling(), naive.Alike()).Draw(t, "system")
			for _, env := range f.Environments {
				if _, ok := requireLocal(t, f.Automata, model.NetworkOptions{Environment: env, KeepCrashed: f.KeepCrashed, MostContents: most}, 400); ok {
					complete++
				}
			}
		}
	})
	require.Positive(t, complete)
}

func TestEventsAreTheStepsInSpecifications(t *testing.T) {
	local := 0
	for _, pattern := range []string{"*.chor", "failures/*.chor", "note/*.chor", "note/*.fsa", "teatrino/*.chor", "bench/*-2.fsa"} {
		names, err := filepath.Glob("../specs/" + pattern)
		require.NoError(t, err)
		for _, name := range names {
			text, err := os.ReadFile(name)
			require.NoError(t, err)
			u := lang.Load(source.New(name, string(text)), lang.Options{})
			require.False(t, u.Rejected(), name)
			environments := u.Environments
			if len(environments) == 0 {
				environments = []*model.Environment{model.Calm()}
			}
			for _, env := range environments {
				if is, complete := requireLocal(t, u.Automata, model.NetworkOptions{Environment: env}, 800); is && complete {
					local++
				}
			}
		}
	}
	require.Greater(t, local, 30)
}
