package replay_test

import (
	"testing"

	"chorcheck/internal/naive"
	"chorcheck/model"
	"chorcheck/verify/replay"

	"github.com/stretchr/testify/assert"
	"github.com/stretchr/testify/require"
)

// TestInitialConfiguration: initial states and values, and nothing else.
func TestInitialConfiguration(t *testing.T) {
	b := build(fifo1, role("A", "A", "", "A -tau-> A1 ; A1 -B!x-> A"), role("B", "B", "", "B -A?x-> B"))
	b.scope("s", 0, model.Scope{})
	b.timer(0, "t")
	b.Machines[0].Initial = 1
	naive.AddVar(b.Automata, intVar(1, "n", 0, 9, 7))
	w := b.walkIn(t, 1, fault(model.Disconnect, 0, 1))
	assert.Equal(t, []string{"A1", "B"}, w.states())
	assert.Equal(t, []int64{0, 7}, w.c.Vars)
	assert.Zero(t, messages(w.c))
	assert.Equal(t, []string{"none", "none"}, []string{w.knows(0), w.knows(1)})
	assert.Equal(t, []bool{false, false}, w.c.Local[0].Noticed)
	assert.Equal(t, []bool{false}, w.c.Over)
	assert.Equal(t, []bool{false}, w.c.Down)
	assert.Zero(t, w.c.Strikes)
	assert.Contains(t, w.enabled(), "A -> B: x")
}

// TestASendNeedsItsGuard, on each kind of channel.
func TestASendNeedsItsGuard(t *testing.T) {
	for _, channel := range []model.Channel{fifo1, mail2, bag2, sync} {
		b := pair(channel)
		b.at(0, 0).Guard = model.Const(0)
		assert.Empty(t, b.walk(t).enabled())
		b.at(0, 0).Guard = model.Const(1)
		assert.Len(t, b.walk(t).enabled(), 1)
	}
}

// TestAnyValuesCanBeTaken: a receive looks at sender and label only.
func TestAnyValuesCanBeTaken(t *testing.T) {
	b := build(bag2,
		role("A", "A", "", "A -B!x-> A1 ; A1 -B!x-> A2"), role("B", "B", "", "B -A?x-> B ; B -A?x-> B1"),
	)
	v := naive.AddVar(b.Automata, intVar(1, "v", 0, 9, 0))
	for i := range 2 {
		b.at(0, i).Values = []*model.Expr{model.Const(int64(3 + i))}
		b.at(1, i).Stores = []model.VarID{v}
	}
	w := b.walk(t).do("A -> B: x(3)", "A -> B: x(4)")
	assert.Equal(t, []string{"B <- A: x(3)", "B <- A: x(3)", "B <- A: x(4)", "B <- A: x(4)"}, sorted(w.enabled()))
}

// TestStoresComeBeforeAssigns: what a receive assigns overwrites what it has stored, and
// is computed from what was there before.
func TestStoresComeBeforeAssigns(t *testing.T) {
	for _, channel := range []model.Channel{fifo1, bag2, sync} {
		b := pair(channel)
		v := naive.AddVar(b.Automata, intVar(1, "v", 0, 9, 1))
		u := naive.AddVar(b.Automata, intVar(1, "u", 0, 9, 0))
		b.at(0, 0).Values = []*model.Expr{model.Const(5)}
		b.at(1, 0).Stores = []model.VarID{v}
		b.at(1, 0).Assigns = []model.Assign{{Var: v, Value: model.Const(8)}, {Var: u, Value: model.Ref(v)}}
		w := b.walk(t).via(0, 0)
		if channel != sync {
			w.via(1, 0)
		}
		assert.Equal(t, []int64{8, 1}, w.c.Vars)
	}
}

// TestExpressionsAreEvaluatedBeforeTheStep: two assignments exchange two values, and a
// message carries what was there before its send assigns.
func TestExpressionsAreEvaluatedBeforeTheStep(t *testing.T) {
	b := build(fifo1, role("A", "A", "", "A -tau-> A1 ; A1 -B!x-> A2"), role("B", "B", "", ""))
	x := naive.AddVar(b.Automata, intVar(0, "x", 0, 9, 2))
	y := naive.AddVar(b.Automata, intVar(0, "y", 0, 9, 3))
	b.at(0, 0).Assigns = []model.Assign{{Var: x, Value: model.Ref(y)}, {Var: y, Value: model.Ref(x)}}
	b.at(0, 1).Values = []*model.Expr{model.Ref(x)}
	b.at(0, 1).Assigns = []model.Assign{{Var: x, Value: model.Const(7)}}
	w := b.walk(t).via(0, 0)
	assert.Equal(t, []int64{3, 2}, w.c.Vars)
	w.via(0, 1)
	assert.Equal(t, []int64{7, 2}, w.c.Vars)
	assert.Equal(t, []int64{3}, w.c.Queues[0][0].Values)
}

// TestTheRestOfAFailedRoleStays: what it has sent can be received, and others go on.
func TestTheRestOfAFailedRoleStays(t *testing.T) {
	b := build(fifo1, role("A", "A", "", "A -B!x-> A1 ; A1 -tau-> A2"), role("B", "B", "", "B -A?x-> B1"))
	b.at(0, 1).Guard = divZero()
	w := b.walk(t).do("A -> B: x", "A: "+tau+" !")
	assert.Equal(t, []string{"B <- A: x"}, w.enabled())
	w.do("B <- A: x")
	assert.Equal(t, []string{"failed", "B1"}, w.states())
	assert.Equal(t, []model.RoleID{1}, w.in.Unfinished(w.c), "it is not live, and the other one is")
}

// TestAReceiverThatFailsInARendezvous: its sender goes on, also by an assignment.
func TestAReceiverThatFailsInARendezvous(t *testing.T) {
	b := pair(sync)
	n := naive.AddVar(b.Automata, intVar(1, "n", 0, 3, 2))
	b.at(1, 0).Assigns = []model.Assign{{Var: n, Value: model.Const(4)}}
	w := b.walk(t).do("A -> B: x !")
	assert.Equal(t, []string{"A1", "failed"}, w.states())
	assert.Equal(t, []int64{2}, w.c.Vars)
}

// TestEachRendezvousIsAStepOfBothRoles, also where the receiver ignores.
func TestEachRendezvousIsAStepOfBothRoles(t *testing.T) {
	b := pair(sync)
	for _, kind := range []model.Kind{model.Receive, model.Ignore} {
		b.at(1, 0).Kind = kind
		w := b.walk(t)
		assert.True(t, w.in.CanStep(w.c, 0))
		assert.True(t, w.in.CanStep(w.c, 1))
		assert.Equal(t, []model.RoleID{0, 1}, w.in.Enabled(w.c)[0].Participants())
		assert.Len(t, w.enabled(), 1, "it stands at its sender, once")
	}
}

// TestKindsOfMessagesInABagAreCountedAsSteps of their own; equal ones are one step.
func TestKindsOfMessagesInABagAreCountedAsSteps(t *testing.T) {
	b := build(bag3,
		role("A", "A", "", "A -B!x-> A1 ; A1 -B!x-> A2 ; A2 -B!x-> A3"), role("B", "B", "", "B -A?x-> B"),
	)
	v := naive.AddVar(b.Automata, intVar(1, "v", 0, 9, 0))
	for i, value := range []int64{1, 2, 2} {
		b.at(0, i).Values = []*model.Expr{model.Const(value)}
	}
	b.at(1, 0).Stores = []model.VarID{v}
	w := b.walk(t).via(0, 0, 1, 2)
	require.Equal(t, []string{"B <- A: x(1)", "B <- A: x(2)"}, w.enabled())
	w.do("B <- A: x(2)")
	assert.Equal(t, []string{"B <- A: x(1)", "B <- A: x(2)"}, w.enabled())
}

// TestAMessageForNobodyToTakeWaits: a message of another label or sender at the head of
// a queue keeps all behind it from being taken.
func TestAMessageForNobodyToTakeWaits(t *testing.T) {
	for _, channel := range []model.Channel{fifo2, mail2} {
		b := build(channel, role("A", "A", "", "A -B!y-> A1 ; A1 -B!x-> A2"), role("B", "B", "", "B -A?x-> B1"))
		w := b.walk(t).do("A -> B: y", "A -> B: x")
		assert.Empty(t, w.enabled())
		_, unspecified := w.in.Unspecified(w.c, 1)
		assert.True(t, unspecified)
	}
}

// TestAFailingSendIsNotSpoiltByFaults: it is neither lost, nor put twice, nor reordered,
// and neither a link that is down nor a crashed receiver makes it vanish.
func TestAFailingSendIsNotSpoiltByFaults(t *testing.T) {
	for _, channel := range []model.Channel{fifo2, mail2, bag2, sync} {
		b := pair(channel)
		b.at(0, 1).Values = []*model.Expr{divZero()}
		b.at(1, 1).Stores = []model.VarID{naive.AddVar(b.Automata, intVar(1, "v", 0, 9, 0))}
		w := b.walkIn(t, -1, fault(model.Loss, 0, 1), fault(model.Duplicate, 0, 1), fault(model.Reorder, 0, 1), fault(model.Crash, 1, -1), fault(model.Disconnect, 0, 1))
		w.do("A -> B: x")
		require.Contains(t, w.enabled(), "A -> B: y !")
		for _, text := range w.enabled() {
			if text != "A -> B: y !" {
				assert.NotContains(t, text, "A -> B: y", channel)
			}
		}
		w.do("the link A -- B goes down", "B crashes")
		s := w.find("A -> B: y !")
		assert.False(t, s.Vanishes)
		w.do("A -> B: y !")
		assert.Equal(t, []string{"failed", "crashed"}, w.states())
		assert.Equal(t, replay.Failed, w.c.Local[0].Status)
	}
}
