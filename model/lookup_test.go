package model_test

import (
	"context"
	"fmt"
	"slices"
	"testing"

	"github.com/stretchr/testify/assert"
	"github.com/stretchr/testify/require"
	"pgregory.net/rapid"

	"chorcheck/internal/naive"
	"chorcheck/lts"
	"chorcheck/model"
)

// walkLookups goes through configurations, and compares in each one what tables say in each
// way with what each step says by itself.
func walkLookups(t require.TestingT, nets []*model.Network, limit int) {
	width := nets[0].Width()
	steps := func(next func(lts.State, *lts.Steps) lts.Marks, s lts.State) ([]string, lts.Marks, *lts.Steps) {
		out := lts.NewSteps(width)
		copy(out.Append(7, s), s) // something that was there before
		marks := next(s, out)
		var list []string
		for i := 1; i < out.Len(); i++ {
			list = append(list, fmt.Sprintf("%d to %x", out.Actions[i], out.Target(i)))
		}
		require.Equal(t, lts.Action(7), out.Actions[0])
		require.Equal(t, s, lts.State(out.Target(0)))
		slices.Sort(list)
		return list, marks, out
	}
	key := func(s lts.State) string { return fmt.Sprint([]uint64(s)) }
	todo := []lts.State{nets[0].Init()}
	seen := map[string]bool{key(todo[0]): true}
	for n := 0; n < len(todo) && n < limit; n++ {
		s := todo[n]
		want, marks, _ := steps(nets[0].NextMixed, s)
		for i, net := range nets {
			got, theirs, _ := steps(net.NextQuick, s)
			require.Equal(t, want, got, "way %d in %s", i, net.DescribeState(s))
			require.Equal(t, marks, theirs, "marks, way %d in %s", i, net.DescribeState(s))
		}
		_, _, out := steps(nets[0].Next, s) // with faults
		for i := range out.Len() {
			if next := out.Target(i); !seen[key(next)] {
				seen[key(next)] = true
				todo = append(todo, next.Clone())
			}
		}
	}
}

func TestLookups(t *testing.T) {
	var roles [4]int // by way, and steps that did not fit
	check := func(t require.TestingT, a *model.Automata, opt model.NetworkOptions) {
		nets, err := model.NewNetworksByWay(context.Background(), a, opt)
		require.NoError(t, err)
		if nets[0].LookedUp() == ([4]int{}) {
			return // it is not made of tables
		}
		for _, n := range nets {
			for i, k := range n.LookedUp() {
				roles[i] += k
			}
		}
		walkLookups(t, nets, 200)
	}
	rapid.Check(t, func(t *rapid.T) {
		check(t, naive.Automata().Draw(t, "automata"), model.NetworkOptions{})
	})
	rapid.Check(t, func(t *rapid.T) {
		x := naive.Failing(false).Draw(t, "system")
		for _, env := range append(x.Environments, nil) {
			check(t, x.Automata, model.NetworkOptions{Environment: env})
		}
	})
	if !testing.Short() {
		for way, n := range roles {
			assert.NotZero(t, n, "way %d", way)
		}
	}
	t.Logf("roles by way, and steps that did not fit: %v", roles)
}

// A role with more steps than its table has room for, and queues with more contents than
// are looked up by local state.
func TestLookupsThatAreFull(t *testing.T) {
	widths := map[int]bool{}
	for _, capacity := range []int{1, 2, 3, 4} {
		for _, labels := range []int{1, 4, 5, 9} {
			roles := 3
			if labels%2 == 1 {
				roles = 24 / capacity // of which some are in the second word
			}
			a := &model.Automata{
				Machines: make([]model.Machine, roles),
				Channels: model.Channels{Default: model.Channel{Discipline: model.FIFO, Capacity: capacity}},
			}
			for r := range roles {
				a.Roles = append(a.Roles, model.Role{Name: fmt.Sprint("R", r)})
			}
			for l := range labels {
				a.Labels = append(a.Labels, fmt.Sprint("m", l))
			}
			for r := range a.Machines {
				m := &a.Machines[r]
				m.States = []model.LocalState{{Name: "0"}, {Name: "1", Final: true}}
				add := func(from, to int, kind model.Kind, peer, label int) {
					m.Transitions = append(m.Transitions, model.Transition{
						From: from, To: to, Kind: kind, Peer: model.RoleID(peer), Label: model.LabelID(label), Origins: []model.Origin{1},
					})
				}
				for l := range labels {
					add(0, l%2, model.Send, (r+1)%roles, l)
					add(1, l%2, model.Receive, (r+roles-1)%roles, l/2*2) // not all of them
				}
				add(0, 1, model.Internal, -1, 0)
				slices.SortStableFunc(m.Transitions, func(x, y model.Transition) int { return x.From - y.From })
			}
			nets, err := model.NewNetworksByWay(t.Context(), a, model.NetworkOptions{})
			require.NoError(t, err)
			walkLookups(t, nets, 300)
			assert.Equal(t, labels > 3 && capacity == 1, nets[0].LookedUp()[3] > 0)
			widths[nets[0].Width()] = true
		}
	}
	assert.True(t, widths[1] && widths[2], "%v", widths)
}
