package model_test

import (
	"maps"
	"slices"
	"testing"

	"github.com/stretchr/testify/require"
	"pgregory.net/rapid"

	"chorcheck/internal/naive"
	"chorcheck/lts"
	"chorcheck/model"
)

// classesOf lists the classes of a network, each with the actions that belong to it.
func classesOf(t *testing.T, net *model.Network) map[string][]string {
	f := net.FairnessClasses()
	out := map[string][]string{}
	for class := range f.Classes() {
		require.NotContains(t, out, f.Name(class))
		out[f.Name(class)] = nil
	}
	for a := range net.Actions() {
		name := "no class"
		if class := f.Class(lts.Action(a)); class >= 0 {
			name = f.Name(class)
		}
		out[name] = append(out[name], net.DescribeAction(lts.Action(a)))
	}
	for _, actions := range out {
		slices.Sort(actions)
	}
	return out
}

// network makes a network of two roles; at changes the automata.
func network(t *testing.T, channel model.Channel, first, second string, env *model.Environment, change func(*model.Automata)) *model.Network {
	a := naive.Network(channel, naive.Role{Name: "A", Initial: "0", Transitions: first}, naive.Role{Name: "B", Initial: "0", Transitions: second})
	a.Positions, a.Threads = []model.Position{{Scope: -1}}, []model.ThreadID{0, 0, 0}
	if change != nil {
		change(a)
	}
	net, err := model.NewNetwork(t.Context(), a, model.NetworkOptions{Environment: env})
	require.NoError(t, err)
	return net
}

func TestFairnessClasses(t *testing.T) {
	fifo := model.Channel{Discipline: model.FIFO, Capacity: 1}
	names := func(net *model.Network) []string { return slices.Sorted(maps.Keys(classesOf(t, net))) }

	t.Run("choice", func(t *testing.T) {
		net := network(t, fifo, "0 -B!x-> 0 ; 0 -B!y-> 0 ; 0 -tau-> 0", "0 -A?x-> 0 ; 0 -A?y-> 0", nil, nil)
		require.Equal(t, []string{"the delivery from A to B", "what A does"}, names(net))
		require.Len(t, classesOf(t, net)["what A does"], 3)
	})
	t.Run("sync", func(t *testing.T) {
		net := network(t, model.Channel{Discipline: model.Sync}, "0 -B!x-> 0", "0 -A?x-> 0", nil, nil)
		require.Equal(t, []string{"what A does"}, names(net))
	})
	t.Run("mailbox", func(t *testing.T) {
		net := network(t, model.Channel{Discipline: model.Mailbox, Capacity: 1}, "0 -B!x-> 0", "0 -A?x-> 0", nil, nil)
		require.Equal(t, []string{"the delivery from the mailbox of B", "what A does"}, names(net))
	})
	t.Run("bag", func(t *testing.T) {
		net := network(t, model.Channel{Discipline: model.Bag, Capacity: 2}, "0 -B!x-> 0 ; 0 -B!y-> 0", "0 -A?x-> 0 ; 0 -A?y-> 0", nil, nil)
		require.Equal(t, []string{"the delivery of x from A to B", "the delivery of y from A to B", "what A does"}, names(net))
	})
	t.Run("threads", func(t *testing.T) {
		net := network(t, fifo, "0 -B!x-> 0 ; 0 -B!y-> 0", "0 -A?x-> 0 ; 0 -A?y-> 0", nil, func(a *model.Automata) {
			for r := range a.Machines {
				for i := range a.Machines[r].Transitions {
					a.Machines[r].Transitions[i].Thread = model.ThreadID(1 + i)
				}
			}
		})
		require.Equal(t, []string{
			"the delivery from A to B in thread 1", "the delivery from A to B in thread 2", "what A does in thread 1", "what A does in thread 2",
		}, names(net))
	})
	// In thread 1, A chooses to send x or to raise what a handler outside the threads takes; thread 2 sends y.
	raising := func(states string, raise int) *model.Network {
		return network(t, fifo, states, "0 -A?x-> 0 ; 0 -A?y-> 0", nil, func(a *model.Automata) {
			a.Scopes = []model.Scope{{Handlers: []model.Handler{{Any: true}}}}
			a.Positions = append(a.Positions, model.Position{}, model.Position{Part: 1})
			a.Exceptions = []model.Exception{{Name: "E", Crashed: -1}}
			all := a.Machines[0].Transitions
			for i := range all {
				all[i].Thread = model.ThreadID(1 + i)
			}
			all[raise].Kind, all[raise].Thread, all[raise].Handler = model.Raise, 0, &model.HandlerRef{Part: 1}
		})
	}
	t.Run("raise", func(t *testing.T) {
		classes := classesOf(t, raising("0 -B!x-> 0 ; 0 -tau-> 1", 1))
		require.Len(t, classes["what A does in thread 1"], 2)
		require.Equal(t, []string{"the delivery from A to B", "what A does in thread 1"}, slices.Sorted(maps.Keys(classes)))
	})
	t.Run("raise alone", func(t *testing.T) {
		require.Equal(t, []string{"the delivery from A to B", "what A does", "what A does in thread 1"}, names(raising("0 -B!x-> 1 ; 1 -tau-> 2", 1)))
	})
	t.Run("timers and faults", func(t *testing.T) {
		env := &model.Environment{Limit: -1, Faults: []model.Fault{
			{Kind: model.Crash, Role: 1, Recovers: true, Peer: -1}, {Kind: model.Loss, Role: 0, Peer: 1}, {Kind: model.Disconnect, Role: 0, Peer: 1},
		}}
		net := network(t, fifo, "0 -B!x-> 0 ; 0 -tau-> 1 ; 0 -tau-> 1", "0 -A?x-> 0", env, func(a *model.Automata) {
			a.Exceptions = []model.Exception{{Name: "late", Kind: model.TimerFired, Crashed: -1}}
			for i, name := range []string{"late", ""} {
				a.Timers = append(a.Timers, model.Timer{Name: name, Owner: 0, Exception: 0, Var: -1})
				a.Machines[0].Transitions[1+i].Kind, a.Machines[0].Transitions[1+i].Timer = model.Timeout, model.TimerID(i)
			}
		})
		classes := classesOf(t, net)
		require.Len(t, classes["no class"], 4, "%q", classes["no class"])
		delete(classes, "no class")
		require.Equal(t, []string{"a timer of A", "the delivery from A to B", "the recovery of B", "the timer late of A", "what A does"}, slices.Sorted(maps.Keys(classes)))
	})
}

// TestFairnessClassesOfAll looks at systems of all kinds: who has a class can be counted on, and no class is of two roles' doing.
func TestFairnessClassesOfAll(t *testing.T) {
	all := rapid.OneOf(naive.Failing(false), naive.Failing(true), naive.Meddling(), naive.Alike())
	rapid.Check(t, func(t *rapid.T) {
		x := all.Draw(t, "system")
		net, err := model.NewNetwork(t.Context(), x.Automata, model.NetworkOptions{Environment: x.Environments[0], KeepCrashed: x.KeepCrashed})
		require.NoError(t, err)
		f := net.FairnessClasses()
		doer := map[int]model.RoleID{}
		for i := range net.Actions() {
			class := f.Class(lts.Action(i))
			require.Equal(t, net.IsStep(lts.Action(i)), class >= 0)
			if class < 0 {
				continue
			}
			require.Less(t, class, f.Classes())
			role := net.Action(lts.Action(i)).Role
			if known, ok := doer[class]; ok {
				require.Equal(t, known, role, f.Name(class))
			}
			doer[class] = role
		}
		require.Len(t, doer, f.Classes())
	})
}

// TestThreadsAreTold also where no scope stands beside them, if that is asked for.
func TestThreadsAreTold(t *testing.T) {
	for _, told := range []bool{false, true} {
		s := newScopes()
		s.c.TellThreads = told
		s.project(t, s.par(model.Seq{msg(roleA, roleB, "a")}, model.Seq{msg(roleA, roleC, "b"), msg(roleC, roleA, "c")}), msg(roleA, roleB, "z"))
		net, err := model.NewNetwork(t.Context(), s.a, model.NetworkOptions{})
		require.NoError(t, err)
		want := []string{"the delivery from A to B", "the delivery from A to C", "the delivery from C to A", "what A does", "what C does"}
		if told {
			want = []string{
				"the delivery from A to B", "the delivery from A to B in thread 1", "the delivery from A to C in thread 2", "the delivery from C to A in thread 2",
				"what A does", "what A does in thread 1", "what A does in thread 2", "what C does in thread 2",
			}
		}
		require.Equal(t, want, slices.Sorted(maps.Keys(classesOf(t, net))))
	}
}
