package verify_test

import (
	"context"
	"slices"
	"testing"

	"github.com/stretchr/testify/assert"
	"github.com/stretchr/testify/require"

	"chorcheck/internal/naive"
	"chorcheck/lang"
	"chorcheck/lang/source"
	"chorcheck/model"
	"chorcheck/verify"
	"chorcheck/verify/replay"
)

// found verifies automata in an environment (nil: nothing fails), and gives the causes of
// one check with the lengths of their runs, nil if it holds. A search by the interpreter,
// which decides the check by its definition, has to find the same.
func found(t *testing.T, a *model.Automata, env *model.Environment, check string) map[string]int {
	t.Helper()
	want := naive.SearchIn(a, replay.Options{Environment: env}, 20_000)
	require.True(t, want.Complete)
	opt := verify.Options{Only: []string{check}, MaxFindings: 1 << 20}
	if env != nil {
		opt.Environments = []*model.Environment{env}
	}
	got, err := verify.Verify(context.Background(), a, opt)
	require.NoError(t, err)
	r := all(got)[0]
	list := causes(got)[check]
	switch {
	case want.NotApplicable[check]:
		require.Equal(t, verify.NotApplicable, r.Verdict)
		return nil
	case list == nil:
		require.Equal(t, verify.Holds, r.Verdict)
		require.Empty(t, want.Causes[check])
	default:
		require.Equal(t, verify.Violated, r.Verdict)
		for cause, length := range list {
			// Of what nobody asks for, the search keeps nothing: it may come
			// to a component earlier than the letter says.
			if len(a.Scopes) > 0 && slices.Contains(onContinuations, check) && length < want.Causes[check][cause] {
				want.Causes[check][cause] = length
			}
		}
		require.Equal(t, want.Causes[check], list)
	}
	return list
}

func rough(limit int, faults ...model.Fault) *model.Environment {
	return &model.Environment{Name: "rough", Limit: limit, Faults: faults}
}

func crash(r model.RoleID) model.Fault { return model.Fault{Kind: model.Crash, Role: r, Peer: -1} }

func between(kind model.FaultKind, from, to model.RoleID) model.Fault {
	return model.Fault{Kind: kind, Role: from, Peer: to}
}

func machine(name, initial, final, transitions string) naive.Role {
	return naive.Role{Name: name, Initial: initial, Final: final, Transitions: transitions}
}

// textOf loads a text: automata if it begins with a period, else a choreography.
func textOf(t *testing.T, text string) *lang.Unit {
	t.Helper()
	u := lang.Load(source.New("text", text), lang.Options{})
	require.False(t, u.Rejected(), "%v", u.Diagnostics)
	return u
}

// foundIn is found for a text, in its only environment.
func foundIn(t *testing.T, text, check string) map[string]int {
	t.Helper()
	u := textOf(t, text)
	if len(u.Environments) == 0 {
		return found(t, u.Automata, nil, check)
	}
	require.Len(t, u.Environments, 1)
	return found(t, u.Automata, u.Environments[0], check)
}

var (
	fifo1 = model.Channel{Discipline: model.FIFO, Capacity: 1}
	fifo2 = model.Channel{Discipline: model.FIFO, Capacity: 2}
	bag2  = model.Channel{Discipline: model.Bag, Capacity: 2}
	met   = model.Channel{Discipline: model.Sync}
)

// hoping is B, who waits for an x that nobody sends, beside A.
func hoping(a string) *model.Automata {
	return naive.Network(fifo1, machine("A", "A", "A", a), machine("B", "B", "", "B -A?x-> B1"))
}

// TestNobodyCountsOnAFault: a configuration from which only a fault leads on is terminal,
// and a component that only a fault leaves is a bottom component.
func TestNobodyCountsOnAFault(t *testing.T) {
	stray := rough(-1, between(model.Stray, 0, 1))
	assert.Equal(t, map[string]int{"B@B": 0, "B@B1": 2}, found(t, hoping(""), stray, "deadlock"))
	assert.Equal(t, map[string]int{"B@B": 0, "B@B1": 2}, found(t, hoping("A -tau-> A"), stray, "stuck"))
	link := rough(-1, between(model.Disconnect, 0, 1))
	a := naive.Network(fifo1, machine("A", "A", "A1", "A -B!x-> A1"), machine("B", "B", "B1", "B -A?x-> B1"))
	assert.Equal(t, map[string]int{"B@B": 2}, found(t, a, link, "deadlock"), "nor on a link that comes back")
}

// TestWhoIsGoneIsNotInADeadlock, while who waits for it is.
func TestWhoIsGoneIsNotInADeadlock(t *testing.T) {
	a := naive.Network(fifo1, machine("A", "A", "A1", "A -B!x-> A1"), machine("B", "B", "B1", "B -A?x-> B1"))
	assert.Equal(t, map[string]int{"B@B": 1}, found(t, a, rough(1, crash(0)), "deadlock"))
	assert.Empty(t, found(t, a, rough(1, crash(1)), "deadlock"))
	assert.Empty(t, found(t, a, rough(2, crash(0), crash(1), crash(1)), "stuck"))
	a.Machines[0].Transitions[0].To = 0
	a.Machines[1].Transitions = append(a.Machines[1].Transitions, model.Transition{From: 1, To: 1, Kind: model.Receive, Origins: []model.Origin{3}})
	recovers := crash(0)
	recovers.Recovers = true
	assert.Empty(t, found(t, a, rough(-1, recovers), "deadlock"), "a recovery is a step")
}

// TestWhatIsDroppedIsNotReceived: a component in which messages are only ignored, or
// discarded, or vanish, is a livelock, on each kind of channel.
func TestWhatIsDroppedIsNotReceived(t *testing.T) {
	for _, channel := range []model.Channel{fifo1, bag2, met} {
		a := naive.Network(channel, machine("A", "A", "", "A -B!x-> A"), machine("B", "B", "B", "B -A?x-> B"))
		assert.Empty(t, found(t, a, nil, "livelock"))
		a.Machines[1].Transitions[0].Kind = model.Ignore
		assert.Equal(t, map[string]int{"A B": 0}, found(t, a, nil, "livelock"), "ignored")
	}
	down := naive.Network(met, machine("A", "A", "", "A -B!x-> A"), machine("B", "B", "B", "B -A?x-> B"))
	assert.Equal(t, map[string]int{"A": 1}, found(t, down, rough(1, between(model.Disconnect, 0, 1)), "livelock"), "over a link that is down")
	assert.Equal(t, map[string]int{"A": 1}, found(t, down, rough(1, crash(1)), "livelock"), "to a role that has crashed")
	assert.Empty(t, found(t, down, rough(-1, between(model.Loss, 0, 1)), "livelock"), "that all is lost is a fault each time")
}

// dropping has B discard the late x that A sends again and again.
func dropping(channel model.Channel) *model.Automata {
	a := naive.Network(channel, machine("A", "A", "", "A -B!x-> A"), machine("B", "B", "B1", "B -tau-> B1 ; B1 -A?y-> B1"))
	a.Threads, a.Positions = []model.ThreadID{0}, []model.Position{{Scope: -1}, {Scope: 0}, {Scope: 0, Part: 1}}
	a.Exceptions = []model.Exception{{Name: "E", Crashed: -1}}
	a.Scopes = []model.Scope{{Name: "s", DiscardLate: true, Handlers: []model.Handler{{At: 1}}}}
	a.Machines[0].Transitions[0].Places = []model.Place{{Position: 1}}
	a.Machines[1].Transitions[0].Places = []model.Place{{Position: 2, Fresh: 1}}
	a.Machines[1].Transitions[1].Places = []model.Place{{Position: 2}}
	return a
}

// TestWhatIsDiscardedIsNotReceivedEither.
func TestWhatIsDiscardedIsNotReceivedEither(t *testing.T) {
	for _, channel := range []model.Channel{fifo1, bag2, met} {
		assert.Contains(t, found(t, dropping(channel), nil, "livelock"), "A B")
	}
}

// TestWhatIsDroppedIsNoOrphan: it is taken all the same.
func TestWhatIsDroppedIsNoOrphan(t *testing.T) {
	for _, channel := range []model.Channel{fifo1, bag2} {
		a := naive.Network(channel, machine("A", "A", "A", "A -B!x-> A"), machine("B", "B", "B", "B -A?x-> B"))
		a.Machines[1].Transitions[0].Kind = model.Ignore
		assert.Empty(t, found(t, a, nil, "orphan-message"), "ignored")
		assert.Empty(t, found(t, dropping(channel), nil, "orphan-message"), "discarded")
	}
	once := naive.Network(fifo1, machine("A", "A", "A1", "A -B!x-> A1"), machine("B", "B", "B", ""))
	orphan := map[string]int{"A -> B: x": 1}
	assert.Equal(t, orphan, found(t, once, nil, "orphan-message"))
	assert.Equal(t, orphan, found(t, once, rough(-1, crash(1)), "orphan-message"), "where B is live")
	down := naive.Network(fifo1, machine("A", "A", "A2", "A -tau-> A1 ; A1 -B!x-> A2"), machine("B", "B", "B", "B -A?x-> B"))
	assert.Empty(t, found(t, down, rough(-1, between(model.Disconnect, 0, 1), crash(1)), "orphan-message"), "what vanishes is in no queue")
}

// TestAMessageToARoleThatHasFailedIsNoOrphan: the queue is not one to a live role.
func TestAMessageToARoleThatHasFailedIsNoOrphan(t *testing.T) {
	a := naive.Network(fifo1, machine("A", "A", "A1", "A -B!x-> A1"), machine("B", "B", "", "B -tau-> B"))
	a.Machines[1].Transitions[0].Guard = &model.Expr{Op: model.OpDiv, X: model.Const(1), Y: model.Const(0)}
	assert.Empty(t, found(t, a, nil, "orphan-message"))
}

// TestAnOrphanMayComeWithADeadlock of others.
func TestAnOrphanMayComeWithADeadlock(t *testing.T) {
	a := naive.Network(fifo1, machine("A", "A", "A1", "A -B!x-> A1"), machine("B", "B", "B", ""), machine("C", "C", "", "C -B?y-> C"))
	assert.Equal(t, map[string]int{"A -> B: x": 1}, found(t, a, nil, "orphan-message"))
	assert.Equal(t, map[string]int{"C@C": 1}, found(t, a, nil, "deadlock"))
}

// TestAFaultLeavesOrphans: a duplicate, or a stray message, is never taken.
func TestAFaultLeavesOrphans(t *testing.T) {
	a := naive.Network(fifo2, machine("A", "A", "A1", "A -B!x-> A1"), machine("B", "B", "B1", "B -A?x-> B1"))
	assert.Equal(t, map[string]int{"A -> B: x": 2}, found(t, a, rough(1, between(model.Duplicate, 0, 1)), "orphan-message"))
	assert.Equal(t, map[string]int{"A -> B: x": 3}, found(t, a, rough(1, between(model.Stray, 0, 1)), "orphan-message"))
	assert.Empty(t, found(t, a, rough(1, between(model.Reorder, 0, 1), between(model.Loss, 0, 1)), "orphan-message"))
}

// TestTheEndMustBeInReachOfTheMachines for no-termination: what leads only into failure
// is no way to an end.
func TestTheEndMustBeInReachOfTheMachines(t *testing.T) {
	a := naive.Network(met, machine("A", "A", "A1", "A -B!x-> A ; A -tau-> A1"), machine("B", "B", "B", "B -A?x-> B"))
	end := &a.Machines[0].Transitions[1]
	end.Guard = model.Const(0)
	assert.Equal(t, map[string]int{"A B": 0}, found(t, a, nil, "no-termination"), "whatever its guard")
	end.Kind, end.To = model.Raise, model.Failed
	a.Exceptions = []model.Exception{{Name: "E", Crashed: -1}}
	assert.Empty(t, found(t, a, nil, "no-termination"))
}

// TestAFinalStateMayHaveAnUnspecifiedReception.
func TestAFinalStateMayHaveAnUnspecifiedReception(t *testing.T) {
	a := naive.Network(fifo1, machine("A", "A", "A1", "A -B!x-> A1"), machine("B", "B", "B", "B -A?y-> B1"))
	assert.Equal(t, map[string]int{"B@B: x from A": 1}, found(t, a, nil, "unspecified-reception"))
	a.Machines[1].Transitions[0].Kind = model.Ignore
	assert.Equal(t, map[string]int{"B@B: x from A": 1}, found(t, a, nil, "unspecified-reception"), "an ignore is an offer")
	a.Machines[1].Transitions[0].Kind = model.CrashRaise
	a.Machines[1].Transitions[0].Label = -1
	assert.Empty(t, found(t, a, nil, "unspecified-reception"), "no offer at all")
}

// TestWhatCanBeDiscardedIsSpecified.
func TestWhatCanBeDiscardedIsSpecified(t *testing.T) {
	assert.Empty(t, found(t, dropping(fifo1), nil, "unspecified-reception"))
	a := dropping(fifo1)
	a.Scopes[0].DiscardLate = false
	assert.Equal(t, map[string]int{"B@B1: x from A": 2}, found(t, a, nil, "unspecified-reception"))
}

// TestABoundIsReachedByASendThatCouldBe: not by one to a role that is gone, nor over a
// link that is down, nor by a duplicate for which there is no room.
func TestABoundIsReachedByASendThatCouldBe(t *testing.T) {
	full := naive.Network(fifo1, machine("A", "A", "A", "A -B!x-> A"), machine("B", "B", "B", ""))
	assert.Equal(t, map[string]int{"A -> B": 1}, found(t, full, rough(1, crash(1)), "bound-reached"))
	once := naive.Network(fifo1, machine("A", "A", "A1", "A -B!x-> A1"), machine("B", "B", "B", ""))
	assert.Empty(t, found(t, once, rough(1, between(model.Duplicate, 0, 1)), "bound-reached"))
	after := naive.Network(fifo1, machine("A", "A", "A", "A -C?x-> A0 ; A0 -B!x-> A1 ; A1 -B!x-> A2"), machine("B", "B", "B", "B -A?x-> B"), machine("C", "C", "C", ""))
	assert.Empty(t, found(t, after, nil, "bound-reached"))
	gone := rough(-1, between(model.Stray, 2, 0), between(model.Disconnect, 0, 1))
	assert.Equal(t, map[string]int{"A -> B": 3}, found(t, after, gone, "bound-reached"), "while the link is up")
}

// TestAnUncaughtExceptionIsNotOutOfRange, though both lead into the state failed.
func TestAnUncaughtExceptionIsNotOutOfRange(t *testing.T) {
	a := naive.Network(fifo1, machine("A", "A", "", "A -tau-> A"), machine("B", "B", "B", ""))
	a.Exceptions = []model.Exception{{Name: "E", Crashed: -1}}
	tr := &a.Machines[0].Transitions[0]
	uncaught := map[string]int{"E at A@A": 1}
	for _, kind := range []model.Kind{model.Raise, model.EndRaise} {
		tr.Kind, tr.To = kind, model.Failed
		env := rough(-1, model.Fault{Kind: model.RaiseFault, Peer: -1})
		assert.Equal(t, uncaught, found(t, a, env, "uncaught-exception"))
		assert.Empty(t, found(t, a, env, "out-of-range"))
	}
	tr.Kind, tr.To = model.Internal, 0
	tr.Guard = &model.Expr{Op: model.OpDiv, X: model.Const(1), Y: model.Const(0)}
	assert.Equal(t, map[string]int{"A#0": 1}, found(t, a, nil, "out-of-range"))
	assert.Empty(t, found(t, a, nil, "uncaught-exception"))
}

// TestAFaultCanLeadOutOfRange: a stray message on sync, whose receiver assigns what its
// variable cannot hold.
func TestAFaultCanLeadOutOfRange(t *testing.T) {
	a := naive.Network(met, machine("A", "A", "A", ""), machine("B", "B", "B", "B -A?x-> B"))
	n := naive.AddVar(a, model.Var{Name: "n", Owner: 1, Domain: model.Domain{Kind: model.IntDomain, High: 3}})
	a.Machines[1].Transitions[0].Assigns = []model.Assign{{Var: n, Value: model.Const(4)}}
	assert.Empty(t, found(t, a, nil, "out-of-range"))
	env := rough(1, between(model.Stray, 0, 1))
	assert.Equal(t, map[string]int{"B#0": 1}, found(t, a, env, "out-of-range"))
	assert.Equal(t, map[string]int{"1": -1}, found(t, a, env, "dead-interaction"), "a fault carries nothing out")
}

// TestDepthCountsLevels: the initial configuration is the first one; states are
// configurations, and transitions steps from them.
func TestDepthCountsLevels(t *testing.T) {
	a := naive.Network(fifo1, machine("A", "A", "A2", "A -tau-> A1 ; A -tau-> A1 ; A1 -tau-> A2"))
	r, err := verify.Verify(context.Background(), a, verify.Options{Only: []string{"deadlock"}})
	require.NoError(t, err)
	s := r.Environments[0].Statistics
	assert.Equal(t, []uint64{3, 3, 3}, []uint64{s.States, s.Transitions, uint64(s.Depth)})
}
