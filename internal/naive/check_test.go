package naive

import (
	"testing"

	"chorcheck/model"

	"github.com/stretchr/testify/assert"
	"github.com/stretchr/testify/require"
)

// counter gives the automata an integer variable n of a role.
func counter(a *model.Automata, owner model.RoleID, low, high, initial int64) model.VarID {
	return AddVar(a, model.Var{
		Name: "n", Owner: owner, Init: initial,
		Domain: model.Domain{Kind: model.IntDomain, Low: low, High: high},
	})
}

// plus is v + n.
func plus(v model.VarID, n int64) *model.Expr {
	return &model.Expr{Op: model.OpAdd, X: model.Ref(v), Y: model.Const(n)}
}

// noValue is an expression without a value.
func noValue() *model.Expr {
	return &model.Expr{Op: model.OpDiv, X: model.Const(1), Y: model.Const(0)}
}

// TestChecks has the smallest automata in which a check is violated, and the
// nearest ones in which it is not.
func TestChecks(t *testing.T) {
	bag2 := model.Channel{Discipline: model.Bag, Capacity: 2}
	mail2 := model.Channel{Discipline: model.Mailbox, Capacity: 2}
	for _, test := range []struct {
		name     string
		automata *model.Automata
		check    string
		want     map[string]int // nil: holds
	}{
		{
			"a role waits for nothing", Network(fifo1, Role{"A", "A", "A", ""}, Role{"B", "B", "", "B -A?x-> B"}),
			Deadlock, map[string]int{"B@B": 0},
		},
		{
			"a final role may wait", Network(fifo1, Role{"A", "A", "A", ""}, Role{"B", "B", "B", "B -A?x-> B"}),
			Deadlock, nil,
		},
		{
			"one cause has its shortest trace", Network(sync,
				Role{"A", "A", "A1", "A -tau-> A0 ; A0 -B!x-> A1 ; A -B!x-> A1"}, Role{"B", "B", "", "B -A?x-> B1"}),
			Deadlock, map[string]int{"B@B1": 1},
		},
		{
			"two roles, two causes", Network(sync,
				Role{"A", "A", "", "A -B!x-> A1 ; A -tau-> A2 "}, Role{"B", "B", "", "B -A?x-> B1"}),
			Deadlock, map[string]int{"A@A1 B@B1": 1, "A@A2 B@B": 1},
		},
		{
			"somebody else goes on", Network(fifo1,
				Role{"A", "A", "A", "A -tau-> A"}, Role{"B", "B", "", "B -A?x-> B1"}),
			Stuck, map[string]int{"B@B": 0},
		},
		{
			"who goes on is no deadlock", Network(fifo1,
				Role{"A", "A", "A", "A -tau-> A"}, Role{"B", "B", "", "B -A?x-> B1"}),
			Deadlock, nil,
		},
		{
			"a role at its end is not stuck", Network(fifo1,
				Role{"A", "A", "A", "A -tau-> A"}, Role{"B", "B", "B", "B -A?x-> B1"}),
			Stuck, nil,
		},
		{
			"what can still be left is not stuck", Network(fifo1,
				Role{"A", "A", "A", "A -tau-> A ; A -B!x-> A1"}, Role{"B", "B", "B1", "B -A?x-> B1"}),
			Stuck, nil,
		},
		{
			"alone in a circle", Network(fifo1, Role{"A", "A", "", "A -tau-> A1 ; A1 -tau-> A"}, Role{"B", "B", "B", ""}),
			Livelock, map[string]int{"A": 0},
		},
		{
			"a rendezvous receives", Network(sync, Role{"A", "A", "", "A -B!x-> A"}, Role{"B", "B", "", "B -A?x-> B"}),
			Livelock, nil,
		},
		{
			"a circle through a final configuration", Network(fifo1,
				Role{"A", "A", "A1", "A -tau-> A1 ; A1 -tau-> A"}, Role{"B", "B", "B", ""}),
			Livelock, nil,
		},
		{
			"messages for ever, with an end in the machines", Network(sync,
				Role{"A", "A", "A1", "A -B!x-> A ; A -B!y-> A1"}, Role{"B", "B", "B", "B -A?x-> B"}),
			NoTermination, map[string]int{"A B": 0},
		},
		{
			"messages for ever, as meant", Network(sync,
				Role{"A", "A", "", "A -B!x-> A"}, Role{"B", "B", "B", "B -A?x-> B"}),
			NoTermination, nil,
		},
		{
			"an end in reach", Network(sync,
				Role{"A", "A", "A1", "A -B!x-> A ; A -B!y-> A1"}, Role{"B", "B", "B", "B -A?x-> B ; B -A?y-> B"}),
			NoTermination, nil,
		},
		{
			"the wrong message first", Network(fifo1, Role{"A", "A", "A1", "A -B!x-> A1"}, Role{"B", "B", "", "B -A?y-> B1"}),
			UnspecifiedReception, map[string]int{"B@B: x from A": 1},
		},
		{
			"another queue is still empty", Network(fifo1,
				Role{"A", "A", "A1", "A -B!x-> A1"}, Role{"B", "B", "", "B -A?y|C?z-> B1"}, Role{"C", "C", "C", ""}),
			UnspecifiedReception, nil,
		},
		{
			"both heads are wrong", Network(fifo1,
				Role{"A", "A", "A1", "A -B!x-> A1"}, Role{"B", "B", "", "B -A?y|C?z-> B1"}, Role{"C", "C", "C1", "C -B!u-> C1"}),
			UnspecifiedReception, map[string]int{"B@B: x from A, u from C": 2},
		},
		{
			"the head of a mailbox is from somebody else", Network(mail2,
				Role{"A", "A", "A1", "A -B!x-> A1"}, Role{"B", "B", "", "B -C?x-> B1"}, Role{"C", "C", "C", ""}),
			UnspecifiedReception, map[string]int{"B@B: x from A": 1},
		},
		{
			"a bag has no head", Network(bag2, Role{"A", "A", "A1", "A -B!x-> A1"}, Role{"B", "B", "", "B -A?y-> B1"}),
			UnspecifiedReception, nil,
		},
		{
			"a role that can do something else", Network(fifo1,
				Role{"A", "A", "A1", "A -B!x-> A1"}, Role{"B", "B", "", "B -A?y-> B1 ; B -tau-> B"}),
			UnspecifiedReception, nil,
		},
		{
			"left behind at the end", Network(fifo1, Role{"A", "A", "A1", "A -B!x-> A1"}, Role{"B", "B", "B", ""}),
			OrphanMessage, map[string]int{"A -> B: x": 1},
		},
		{
			"taken in the end", Network(fifo1, Role{"A", "A", "A1", "A -B!x-> A1"}, Role{"B", "B", "B", "B -A?x-> B"}),
			OrphanMessage, nil,
		},
		{
			"a role that is blocked and not final is a deadlock only",
			Network(fifo1, Role{"A", "A", "A1", "A -B!x-> A1"}, Role{"B", "B", "", ""}),
			OrphanMessage, nil,
		},
		{
			"left behind while the receiver goes on",
			Network(fifo1, Role{"A", "A", "A1", "A -B!x-> A1"}, Role{"B", "B", "", "B -tau-> B"}),
			OrphanMessage, map[string]int{"A -> B: x": 1},
		},
		{
			"all messages of the queue, each label once",
			Network(model.Channel{Capacity: 3}, Role{"A", "A", "A3", "A -B!x-> A1 ; A1 -B!y-> A2 ; A2 -B!x-> A3"}, Role{"B", "B", "B", ""}),
			OrphanMessage, map[string]int{"A -> B: x": 3, "A -> B: y": 3},
		},
		{
			"a kind that is never taken from a bag that is used",
			Network(bag2, Role{"A", "A", "", "A -B!x-> A1 ; A1 -B!y-> A1"}, Role{"B", "B", "", "B -A?y-> B"}),
			OrphanMessage, map[string]int{"A -> B: x": 1},
		},
		{
			"a queue in use has no orphans",
			Network(fifo1, Role{"A", "A", "", "A -B!y-> A"}, Role{"B", "B", "", "B -A?y-> B"}),
			OrphanMessage, nil,
		},
		{
			"no room", Network(fifo1, Role{"A", "A", "A", "A -B!x-> A"}, Role{"B", "B", "B", ""}),
			BoundReached, map[string]int{"A -> B": 1},
		},
		{
			"room for all", Network(fifo2, Role{"A", "A", "", "A -B!x-> A1 ; A1 -B!x-> A2"}, Role{"B", "B", "B", ""}),
			BoundReached, nil,
		},
		{
			"no room in a bag for two", Network(model.Channel{Discipline: model.Bag, Capacity: 1},
				Role{"A", "A", "A1", "A -B!x-> A1"}, Role{"B", "B", "B", ""}, Role{"C", "C", "C", "C -B!x-> C1"}),
			BoundReached, map[string]int{"bag of B": 1},
		},
		{
			"a rendezvous has no bound", Network(sync, Role{"A", "A", "A", "A -B!x-> A"}, Role{"B", "B", "B", ""}),
			BoundReached, nil,
		},
		{
			"counting too far", func() *model.Automata {
				a := Network(fifo1, Role{"A", "A", "A", "A -tau-> A"})
				n := counter(a, 0, 0, 2, 0)
				a.Machines[0].Transitions[0].Assigns = []model.Assign{{Var: n, Value: plus(n, 1)}}
				return a
			}(),
			OutOfRange, map[string]int{"A#0": 3},
		},
		{
			"a guard against it", func() *model.Automata {
				a := Network(fifo1, Role{"A", "A", "A", "A -tau-> A"})
				n := counter(a, 0, 0, 2, 0)
				a.Machines[0].Transitions[0].Assigns = []model.Assign{{Var: n, Value: plus(n, 1)}}
				a.Machines[0].Transitions[0].Guard = &model.Expr{Op: model.OpLt, X: model.Ref(n), Y: model.Const(2)}
				return a
			}(),
			OutOfRange, nil,
		},
		{
			"the receiver of a rendezvous", func() *model.Automata {
				a := Network(sync, Role{"A", "A", "A", "A -tau-> A0 ; A0 -B!x-> A"}, Role{"B", "B", "B", "B -A?x-> B ; B -A?y-> B"})
				n := counter(a, 1, 0, 2, 0)
				a.Machines[0].Transitions[1].Values = []*model.Expr{model.Const(7)}
				a.Machines[1].Transitions[0].Stores = []model.VarID{n}
				return a
			}(),
			OutOfRange, map[string]int{"B#0": 2},
		},
		{
			"a failed role is neither live nor final", func() *model.Automata {
				a := Network(sync, Role{"A", "A", "", "A -B!x-> A1"}, Role{"B", "B", "", "B -A?x-> B1"})
				a.Machines[0].Transitions[0].Guard = noValue()
				return a
			}(),
			Deadlock, map[string]int{"B@B": 1},
		},
		{
			"nobody left is no deadlock", func() *model.Automata {
				a := Network(sync, Role{"A", "A", "", "A -B!x-> A1"}, Role{"B", "B", "B", "B -A?x-> B1"})
				a.Machines[0].Transitions[0].Guard = noValue()
				return a
			}(),
			Deadlock, nil,
		},
		{
			"what nobody does", Network(sync, Role{"A", "A", "A1", "A -B!x-> A1 ; A -B!y-> A1"}, Role{"B", "B", "B", "B -A?x-> B"}),
			DeadInteraction, map[string]int{"2": -1},
		},
		{
			"a message that is sent, and has one place at both ends", func() *model.Automata {
				a := Network(fifo1, Role{"A", "A", "A1", "A -B!x-> A1"}, Role{"B", "B", "", "B -A?y-> B0 ; B0 -A?x-> B1"})
				a.Machines[1].Transitions[1].Origins = []model.Origin{1}
				return a
			}(),
			DeadInteraction, map[string]int{"2": -1},
		},
		{
			"a receive for two messages does not say which one was sent", func() *model.Automata {
				a := Network(sync, Role{"A", "A", "A1", "A -B!x-> A1 ; A2 -B!x-> A1"}, Role{"B", "B", "B", "B -A?x-> B"})
				a.Machines[1].Transitions[0].Origins = []model.Origin{1, 2}
				return a
			}(),
			DeadInteraction, map[string]int{"2": -1},
		},
		{
			"an internal step without an assignment is not of the text",
			Network(sync, Role{"A", "A", "A", "A1 -tau-> A"}),
			DeadInteraction, nil,
		},
	} {
		t.Run(test.check+"/"+test.name, func(t *testing.T) {
			r := Search(test.automata, 1000)
			require.True(t, r.Complete)
			want := test.want
			if want == nil {
				want = map[string]int{}
			}
			assert.Equal(t, want, r.Causes[test.check])
		})
	}
}

// TestLimit: a search that is cut short says nothing about checks.
func TestLimit(t *testing.T) {
	a := System("V2", 2, fifo1) // 38 states
	assert.True(t, Search(a, 38).Complete)
	r := Search(a, 37)
	assert.False(t, r.Complete)
	assert.Nil(t, r.Causes)
	assert.LessOrEqual(t, r.States, 40)
}

func TestNotationIsChecked(t *testing.T) {
	for _, text := range []string{"A", "A -> B", "A -Z!x-> A", "A -B-> A"} {
		assert.Panics(t, func() { Network(fifo1, Role{"A", "A", "", text}, Role{"B", "B", "", ""}) }, text)
	}
	assert.Panics(t, func() { System("V9", 1, fifo1) })
	for _, name := range Systems() {
		assert.NotPanics(t, func() { System(name, 1, fifo1) }, name)
	}
}
