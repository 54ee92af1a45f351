package model_test

import (
	"testing"

	"github.com/stretchr/testify/assert"
	"github.com/stretchr/testify/require"
	"pgregory.net/rapid"

	"chorcheck/explore/reduce"
	"chorcheck/internal/naive"
	"chorcheck/lts"
	"chorcheck/model"
)

// Scopes, faults and explicit timers, and variables beside them.
func TestReductionsWhenThingsFail(t *testing.T) {
	dead, symmetric := 0, 0
	rapid.Check(t, func(t *rapid.T) {
		x := naive.Failing(rapid.Bool().Draw(t, "looped")).Draw(t, "system")
		for _, env := range x.Environments {
			net, err := model.NewNetwork(t.Context(), x.Automata, model.NetworkOptions{Environment: env, KeepCrashed: x.KeepCrashed})
			require.NoError(t, err)
			if net.HasDead() {
				dead++
				reduced(t, net, net.ResetDead, true, 300)
			}
			if net.Symmetric() {
				symmetric++
				reduced(t, net, net.Canonical, false, 300)
			}
		}
	})
	t.Logf("%d with dead variables, %d symmetric", dead, symmetric)
}

// A receiver stores a number that it reads on one way only, and sets before it
// reads it on the other one.
func TestResetDead(t *testing.T) {
	v := model.VarID(0)
	from := func(n model.Origin) []model.Origin { return []model.Origin{n} }
	a := &model.Automata{
		Roles: []model.Role{{Name: "A"}, {Name: "B"}}, Labels: []string{"m", "echo"},
		Vars: []model.Var{{Name: "x", Owner: 1, Domain: model.Domain{High: 2}}},
		Machines: []model.Machine{
			{States: make([]model.LocalState, 2), Transitions: []model.Transition{
				{From: 0, To: 1, Kind: model.Send, Peer: 1, Values: []*model.Expr{model.Const(1)}, Origins: from(1)},
				{From: 0, To: 1, Kind: model.Send, Peer: 1, Values: []*model.Expr{model.Const(2)}, Origins: from(2)},
				{From: 1, To: 0, Kind: model.Receive, Peer: 1, Label: 1, Origins: from(3)},
			}},
			{States: make([]model.LocalState, 4), Transitions: []model.Transition{
				{From: 0, To: 1, Kind: model.Receive, Peer: 0, Stores: []model.VarID{v}, Origins: from(4)},
				{From: 1, To: 2, Kind: model.Internal, Origins: from(5)},
				{From: 1, To: 3, Kind: model.Internal, Origins: from(6)},
				{From: 2, To: 0, Kind: model.Send, Peer: 0, Label: 1, Values: []*model.Expr{model.Ref(v)}, Origins: from(7)},
				{From: 3, To: 2, Kind: model.Internal, Assigns: []model.Assign{{Var: v, Value: model.Const(0)}}, Origins: from(8)},
			}},
		},
		Channels: model.Channels{Default: model.Channel{Discipline: model.FIFO, Capacity: 1}},
	}
	net, err := model.NewNetwork(t.Context(), a, model.NetworkOptions{})
	require.NoError(t, err)
	require.True(t, net.HasDead())
	require.False(t, net.Symmetric())
	for _, s := range graphOf(net, 1000).states {
		before, control := net.Values(s, 1)[0], net.Control(s, 1)
		net.ResetDead(s)
		assert.Equal(t, control, net.Control(s, 1))
		switch control {
		case 0: // each value that the receiver can have there is dead; 0 is the first one
			assert.Equal(t, []int64{0}, net.Values(s, 1))
		case 3: // 0 is not among those that it can have: 1 is the least one
			assert.Equal(t, []int64{1}, net.Values(s, 1))
		default:
			assert.Equal(t, []int64{before}, net.Values(s, 1))
		}
	}
	full, quotient := reduced(t, net, net.ResetDead, true, 1000)
	assert.Equal(t, []int{19, 12}, []int{full, quotient})
}

func TestRepresentativesAreFoundWithoutAllocation(t *testing.T) {
	u := load(t, "read-write-lock.chor", map[string]int64{"readers": 4})
	symmetric, err := model.NewNetwork(t.Context(), u.Automata, model.NetworkOptions{})
	require.NoError(t, err)
	u = load(t, "two-phase-commit.chor", nil)
	dead, err := model.NewNetwork(t.Context(), u.Automata, model.NetworkOptions{})
	require.NoError(t, err)
	for name, x := range map[string]struct {
		sys   lts.System
		canon func(lts.State)
	}{
		"symmetry": {symmetric, reduce.Canon(symmetric, true, false)}, "dead variables": {dead, reduce.Canon(dead, false, true)},
	} {
		states := graphOf(x.sys, 10000).states
		s := make(lts.State, x.sys.Width())
		assert.Zero(t, testing.AllocsPerRun(5, func() {
			for _, from := range states {
				copy(s, from)
				x.canon(s)
			}
		}), name)
	}
}
