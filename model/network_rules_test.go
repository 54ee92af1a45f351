package model_test

import (
	"testing"

	"github.com/stretchr/testify/assert"
	"github.com/stretchr/testify/require"

	"chorcheck/internal/naive"
	"chorcheck/lts"
	"chorcheck/model"
	"chorcheck/verify/replay"
)

// inRounds has A send two messages x to B, each in a round of its own of a looped scope;
// what becomes of late messages there is up to the scope.
func inRounds(discardLate bool) *model.Automata {
	a := naive.Network(model.Channel{Capacity: 3},
		naive.Role{Name: "A", Initial: "A", Transitions: "A -B!x-> A1 ; A1 -B!x-> A2"},
		naive.Role{Name: "B", Initial: "B", Transitions: "B -A?x-> B ; B -tau-> B1 ; B1 -A?x-> B"},
	)
	a.Threads, a.Positions = []model.ThreadID{0}, []model.Position{{Scope: -1}, {Scope: 0}, {Scope: 0, Part: 1}}
	a.Exceptions = []model.Exception{{Name: "E", Crashed: -1}}
	a.Scopes = []model.Scope{{Name: "s", Looped: true, DiscardLate: discardLate, Handlers: []model.Handler{{At: 1}}}}
	for i := range 2 {
		a.Machines[0].Transitions[i].Places = []model.Place{{Position: 1, Fresh: 1}}
	}
	if discardLate {
		a.Machines[1].Transitions[1].Places = []model.Place{{Position: 2, Fresh: 1}}
		a.Machines[1].Transitions[1].Handler = &model.HandlerRef{Part: 1}
	}
	return a
}

// TestOvertakingAnEqualMessageIsNoFault: where messages differ only in what can never
// matter, a message that overtakes another one makes no difference.
func TestOvertakingAnEqualMessageIsNoFault(t *testing.T) {
	env := &model.Environment{Limit: -1, Faults: []model.Fault{{Kind: model.Reorder, Role: 0, Peer: 1}}}
	for _, matters := range []bool{false, true} {
		a := inRounds(matters)
		net, err := model.NewNetwork(t.Context(), a, model.NetworkOptions{Environment: env})
		require.NoError(t, err)
		faults := func(s lts.State) (n int, next lts.State) {
			steps := lts.NewSteps(net.Width())
			net.Next(s, steps)
			for i := range steps.Len() {
				if !net.IsStep(steps.Actions[i]) {
					n++
				}
			}
			return n, steps.Target(0).Clone()
		}
		n, sent := faults(net.Init())
		require.Zero(t, n, "there is nothing to overtake")
		n, _ = faults(sent)
		assert.Equal(t, int(model.Bool01(matters)), n)
		in := replay.New(a, replay.Options{Environment: env})
		c := in.Apply(in.Initial(), in.Enabled(in.Initial())[0])
		assert.Equal(t, "A -> B: x overtakes 1 message", in.Describe(in.Enabled(c)[len(in.Enabled(c))-1]), "by the letter they differ")
	}
}

// TestOrderOfTheNetworksTransitions: steps by role and transition, recoveries, faults by
// their numbers, then links that come back.
func TestOrderOfTheNetworksTransitions(t *testing.T) {
	a := naive.Network(model.Channel{Capacity: 2},
		naive.Role{Name: "A", Initial: "A", Transitions: "A -B!x-> A ; A -tau-> A"},
		naive.Role{Name: "B", Initial: "B", Transitions: "B -A?x-> B"},
		naive.Role{Name: "C", Initial: "C", Transitions: "C -tau-> C"},
	)
	env := &model.Environment{Limit: -1, Faults: []model.Fault{
		{Kind: model.Stray, Role: 0, Peer: 2}, {Kind: model.Disconnect, Role: 0, Peer: 2},
		{Kind: model.Crash, Role: 2, Peer: -1, Recovers: true}, {Kind: model.Loss, Role: 0, Peer: 1}, {Kind: model.Crash, Role: 1, Peer: -1, Recovers: true},
	}}
	net, err := model.NewNetwork(t.Context(), a, model.NetworkOptions{Environment: env})
	require.NoError(t, err)
	// what gives role and transition, then recovery, fault and link of each transition.
	type what struct {
		role              model.RoleID
		transition, fault int
		recovers, heals   bool
	}
	look := func(s lts.State) (list []what, after func(fault int) lts.State) {
		steps := lts.NewSteps(net.Width())
		net.Next(s, steps)
		for i := range steps.Len() {
			x := net.Action(steps.Actions[i])
			list = append(list, what{x.Role, x.Transition, x.Fault, x.Recovers, x.Heals})
		}
		return list, func(fault int) lts.State {
			for i, x := range list {
				if x.fault == fault && !x.heals {
					return steps.Target(i).Clone()
				}
			}
			require.Fail(t, "it cannot strike")
			return nil
		}
	}
	_, after := look(net.Init())
	_, after = look(after(1))
	_, after = look(after(2))
	list, _ := look(after(4))
	assert.Equal(t, []what{
		{0, 0, -1, false, false}, {0, 1, -1, false, false},
		{1, -1, -1, true, false}, {2, -1, -1, true, false},
		{0, -1, 0, false, false}, {-1, -1, 1, false, true},
	}, list)
}
