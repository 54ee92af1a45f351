package verify_test

import (
	"context"
	"fmt"
	"testing"

	"github.com/stretchr/testify/assert"
	"github.com/stretchr/testify/require"

	"chorcheck/internal/naive"
	"chorcheck/model"
	"chorcheck/verify"
)

// told is a choreography in which B waits for A; the handler of E tells it, or does not.
func told(body, handler, env string) string {
	return fmt.Sprintf("choreography Told\nrole A, B\ntry s {\n%s\n} on E at A {\n%s\n}\n%s", body, handler, env)
}

// TestAFaultAtTheRoleItselfMakesASilentSurvivor: what it has sent is lost, and it waits.
func TestAFaultAtTheRoleItselfMakesASilentSurvivor(t *testing.T) {
	text := "choreography Ask\nrole A, B\nA -> B: ask\nB -> A: answer\nenvironment rough { %s at most 1 }"
	for _, clause := range []string{"loss A -> B", "disconnect A -- B"} {
		assert.Contains(t, foundIn(t, fmt.Sprintf(text, clause), "silent-survivor"), "A@1", clause)
	}
}

// TestARecoveredRoleMayBeASilentSurvivor: its own crash is a fault that it has not heard of.
func TestARecoveredRoleMayBeASilentSurvivor(t *testing.T) {
	a := naive.Network(fifo1, machine("A", "A", "A1", "A -B!x-> A1"), machine("B", "B", "B1", "B -A?x-> B1"))
	recovers := crash(1)
	recovers.Recovers = true
	assert.Equal(t, map[string]int{"B@B": 3}, found(t, a, rough(1, recovers), "silent-survivor"))
}

// TestARaiseIsNoFailureForWhoRaises, but one for others, unless they hear of it.
func TestARaiseIsNoFailureForWhoRaises(t *testing.T) {
	raise := "choice at A { A -> B: m } or { raise E at A }\nB -> A: done"
	assert.Contains(t, foundIn(t, told(raise, "wait 1s at A", ""), "silent-survivor"), "B@0")
	assert.Empty(t, foundIn(t, told(raise, "A -> B: sorry", ""), "silent-survivor"))
	own := "choice at A { A -> B: m } or { raise E at A }"
	waits := foundIn(t, told(own, "B -> A: news", ""), "deadlock")
	assert.Contains(t, waits, "A@4 B@0")
	assert.Equal(t, map[string]int{"B@0": 2}, foundIn(t, told(own, "B -> A: news", ""), "silent-survivor"), "A waits as well, but has raised E itself")
}

// TestWhoHasEnteredAHandlerIsNoSilentSurvivor, even if it waits for ever there; nor is one
// of whom a timer has fired.
func TestWhoHasEnteredAHandlerIsNoSilentSurvivor(t *testing.T) {
	text := "choreography In\nrole A, B, C\ntry s { A -> C: m } on crash of A at C { B -> C: never } \nenvironment rough { crash A loss B -> C at most 2 }"
	assert.Contains(t, foundIn(t, text, "deadlock"), "C@2")
	assert.Empty(t, foundIn(t, text, "silent-survivor"))
	timer := ".channels fifo 1\n.outputs A\n.state graph\n0 set t 1\n1 timeout t 2\n2 B ? x 3\n.marking 0\n.end\n" +
		".outputs B\n.state graph\n0 A ! x 1\n.marking 0\n.end\nenvironment rough { loss B -> A }"
	// The loss is before the timeout: then A has heard of it. Behind it there is none.
	assert.Contains(t, foundIn(t, timer, "deadlock"), "A@2")
	assert.Equal(t, map[string]int{"A@2": 3}, foundIn(t, timer, "silent-survivor"), "only what comes since the failure counts")
	late := ".channels fifo 1\n.outputs A\n.state graph\n0 B ! go 1 set t\n1 timeout t 2\n1 B ? x 3\n2 B ? x 3\n.marking 0\n.end\n" +
		".outputs B\n.state graph\n0 A ? go 1\n1 A ! x 2\n.marking 0\n.end\nenvironment rough { crash B }"
	assert.Contains(t, foundIn(t, late, "deadlock"), "A@2")
	assert.Equal(t, map[string]int{"A@2": 3}, foundIn(t, late, "silent-survivor"), "the crash after the timeout")
}

// TestAnUncaughtTimeoutIsNoFailure for others: it enters no handler.
func TestAnUncaughtTimeoutIsNoFailure(t *testing.T) {
	for _, caught := range []bool{false, true} {
		a := naive.Network(fifo1, machine("A", "A", "A1", "A -tau-> A1"), machine("B", "B", "B1", "B -A?x-> B1"))
		a.Threads, a.Positions = []model.ThreadID{0}, []model.Position{{Scope: -1}, {Scope: 0}, {Scope: 0, Part: 1}}
		a.Exceptions = []model.Exception{{Name: "slow", Kind: model.TimerFired, Crashed: -1}}
		a.Timers = []model.Timer{{Name: "slow", Var: -1}}
		a.Scopes = []model.Scope{{Name: "s", Handlers: []model.Handler{{}}}}
		// The environment could raise E, so that the check means something.
		a.Exceptions = append(a.Exceptions, model.Exception{Name: "E", Crashed: -1})
		timeout := &a.Machines[0].Transitions[0]
		timeout.Kind, timeout.To = model.Timeout, model.Failed
		want := map[string]int(nil)
		if caught {
			timeout.To, timeout.Handler, timeout.Places = 1, &model.HandlerRef{Part: 1}, []model.Place{{Position: 2, Fresh: 1}}
			want = map[string]int{"B@B": 1}
		}
		assert.Equal(t, want, found(t, a, rough(-1, model.Fault{Kind: model.RaiseFault, Peer: -1, Exception: 1}), "silent-survivor"))
		assert.Equal(t, map[string]int{"B@B": 1}, found(t, a, nil, "deadlock"))
	}
}

// TestASilentSurvivorMayBeStuckWhileOthersGoOn.
func TestASilentSurvivorMayBeStuckWhileOthersGoOn(t *testing.T) {
	a := naive.Network(fifo1, machine("A", "A", "A1", "A -B!x-> A1"), machine("B", "B", "B1", "B -A?x-> B1"), machine("C", "C", "", "C -tau-> C"))
	assert.Equal(t, map[string]int{"B@B": 1}, found(t, a, rough(1, between(model.Loss, 0, 1)), "silent-survivor"))
	assert.Empty(t, found(t, a, rough(0, between(model.Loss, 0, 1)), "silent-survivor"), "no fault, no survivor")
}

// across verifies a text in all of its environments, and gives the findings of a check
// about all of them.
func across(t *testing.T, text, check string) []string {
	t.Helper()
	u := textOf(t, text)
	r, err := verify.Verify(context.Background(), u.Automata, verify.Options{
		Only: []string{check}, Environments: u.Environments, Interactions: u.Interactions,
	})
	require.NoError(t, err)
	var list []string
	for _, f := range r.Across[0].Findings {
		list = append(list, f.Message)
	}
	return list
}

// TestTheUnrolledCopiesOfAHandlerAreOne: one that is entered in one copy is not dead.
func TestTheUnrolledCopiesOfAHandlerAreOne(t *testing.T) {
	text := "choreography Copies\nrole A, B\nvar n at A: 0..3\nrepeat 3 {\n let n = n + 1 at A\n try s {\n" +
		"choice at A when n == %d { raise E at A } or otherwise { A -> B: m }\n} on E at A { A -> B: sorry } }"
	assert.Empty(t, across(t, fmt.Sprintf(text, 2), "dead-handler"), "in the second copy only")
	assert.Equal(t, []string{"the handler on E at A of s is never entered"}, across(t, fmt.Sprintf(text, 9), "dead-handler"), "one finding for three copies")
}

// TestAFaultMayEnterAHandler: it is not dead then, in whichever environment that is.
func TestAFaultMayEnterAHandler(t *testing.T) {
	text := "choreography Enters\nrole A, B\nexception E\ntry s { A -> B: m } on E at A { A -> B: sorry }\nenvironment calm { }\n%s"
	assert.Empty(t, across(t, fmt.Sprintf(text, "environment rough { raise E at A }"), "dead-handler"))
	assert.Len(t, across(t, fmt.Sprintf(text, "environment rough { raise E at A at most 0 }"), "dead-handler"), 1)
}

// TestAStepThatFailsEntersNoHandler, but carries out what it is about.
func TestAStepThatFailsEntersNoHandler(t *testing.T) {
	a := naive.Network(fifo1, machine("A", "A", "A1", "A -B!x-> A1"), machine("B", "B", "B1", "B -A?x-> B1"))
	n := naive.AddVar(a, model.Var{Name: "n", Owner: 1, Domain: model.Domain{Kind: model.IntDomain, High: 3}})
	a.Threads, a.Positions = []model.ThreadID{0}, []model.Position{{Scope: -1}, {Scope: 0}, {Scope: 0, Part: 1}}
	a.Exceptions = []model.Exception{{Name: "E", Crashed: -1}}
	a.Scopes = []model.Scope{{Name: "s", Handlers: []model.Handler{{}}}}
	send, receive := &a.Machines[0].Transitions[0], &a.Machines[1].Transitions[0]
	send.Values = []*model.Expr{model.Const(2)}
	receive.Stores = []model.VarID{n}
	receive.Handler, receive.Places = &model.HandlerRef{Part: 1}, []model.Place{{Position: 2, Fresh: 1}}
	assert.Empty(t, found(t, a, nil, "dead-handler"))
	send.Values = []*model.Expr{model.Const(5)}
	assert.Equal(t, map[string]int{"s, on E at A": -1}, found(t, a, nil, "dead-handler"))
	assert.Empty(t, found(t, a, nil, "dead-interaction"))
	send.Values = []*model.Expr{{Op: model.OpDiv, X: model.Const(1), Y: model.Const(0)}}
	assert.Equal(t, map[string]int{"2": -1}, found(t, a, nil, "dead-interaction"), "the send fails, the receive never happens")
}

// TestAnInteractionOfOneEnvironmentIsNotDead, and what happens after a fault counts; what
// a fault itself does, does not.
func TestAnInteractionOfOneEnvironmentIsNotDead(t *testing.T) {
	text := "choreography Rare\nrole A, B, C\ntry s { A -> B: m } on crash of A at B { B -> C: news }\nenvironment calm { }\n%s"
	assert.Len(t, across(t, fmt.Sprintf(text, ""), "dead-interaction"), 1)
	assert.Empty(t, across(t, fmt.Sprintf(text, "environment rough { crash A }"), "dead-interaction"))

	// On sync, with a partner that never comes, only a loss carries x out.
	lost := naive.Network(met, machine("A", "A", "A1", "A -B!x-> A1"), machine("B", "B", "B", ""))
	assert.Equal(t, map[string]int{"1": -1}, found(t, lost, rough(1, between(model.Loss, 0, 1)), "dead-interaction"))
	assert.Empty(t, found(t, lost, rough(1, crash(1)), "dead-interaction"), "a send that vanishes is a step")
	// Receiving has a place of its own in automata: there it counts by itself.
	both := naive.Network(fifo1, machine("A", "A", "A1", "A -B!x-> A1"), machine("B", "B", "B", "B -A?x-> B"))
	assert.Empty(t, found(t, both, nil, "dead-interaction"))
	both.Machines[1].Transitions[0].Label = model.LabelID(len(both.Labels))
	both.Labels = append(both.Labels, "y")
	assert.Equal(t, map[string]int{"2": -1}, found(t, both, nil, "dead-interaction"))
}

// split is a scope with two handlers; A enters the first one by itself, B the second one.
func split(owners [2]model.RoleID, agreed bool) *model.Automata {
	a := naive.Network(fifo1, machine("A", "A", "A1 A2", "A -tau-> A1 ; A1 -tau-> A2"), machine("B", "B", "B1 B2", "B -tau-> B1 ; B1 -tau-> B2"))
	a.Threads, a.Positions = []model.ThreadID{0}, []model.Position{{Scope: -1}, {Scope: 0}, {Scope: 0, Part: 1}, {Scope: 0, Part: 2}}
	for r, name := range []string{"E", "F"} {
		a.Exceptions = append(a.Exceptions, model.Exception{Name: name, Crashed: -1})
		a.Machines[r].Transitions[0].Places = []model.Place{{Position: model.PositionID(2 + r), Fresh: 1}}
		a.Machines[r].Transitions[0].Handler = &model.HandlerRef{Part: r + 1}
	}
	a.Scopes = []model.Scope{{Name: "s", Agreed: agreed, Handlers: []model.Handler{{Exception: 0, At: owners[0]}, {Exception: 1, At: owners[1]}}}}
	return a
}

// TestExclusiveHandlersStandAtTheirRoles: each of the two has to be at its own handler.
func TestExclusiveHandlersStandAtTheirRoles(t *testing.T) {
	assert.Equal(t, map[string]int{"s: on E at A, on F at B": 2}, found(t, split([2]model.RoleID{0, 1}, false), nil, "exclusive-handler"))
	for _, owners := range [][2]model.RoleID{{0, 0}, {1, 1}, {1, 0}} {
		assert.Empty(t, found(t, split(owners, false), nil, "exclusive-handler"), "%v", owners)
	}
}

// TestARoleThatIsGoneExcludesNobody: B enters its handler when it notices A's crash, and
// A, which was in another one, has no status any more.
func TestARoleThatIsGoneExcludesNobody(t *testing.T) {
	a := split([2]model.RoleID{0, 1}, true)
	a.Machines[1].Transitions[0].Kind, a.Machines[1].Transitions[0].Peer = model.CrashRaise, 0
	assert.Empty(t, found(t, a, rough(1, crash(0)), "exclusive-handler"))
	assert.Empty(t, found(t, a, rough(1, crash(0)), "handler-agreement"))
}

// TestAgreementIsAskedOfWhoHasLeft; where nothing goes on, also of who is in it.
func TestAgreementIsAskedOfWhoHasLeft(t *testing.T) {
	const check = "handler-agreement"
	apart := map[string]int{"s: A by on E at A, B by on F at B": 4}
	a := split([2]model.RoleID{0, 1}, true)
	assert.Equal(t, apart, found(t, a, nil, check), "both have left")
	a.Scopes[0].Agreed = false
	assert.Empty(t, found(t, a, nil, check))
	a = split([2]model.RoleID{0, 1}, true)
	for r := range 2 {
		a.Machines[r].Transitions[1].Places = []model.Place{{Position: model.PositionID(2 + r)}}
	}
	assert.Equal(t, apart, found(t, a, nil, check), "in a terminal configuration")
	for r := range 2 {
		a.Machines[r].Transitions[1].To = 1 // for ever
	}
	assert.Empty(t, found(t, a, nil, check), "nobody has left, and it goes on")
	body := split([2]model.RoleID{0, 1}, true)
	body.Machines[1].Transitions[0].Places[0].Position, body.Machines[1].Transitions[0].Handler = 1, nil
	assert.Equal(t, map[string]int{"s: A by on E at A, B by its body": 4}, found(t, body, nil, check), "the body is an outcome, too")
	assert.Empty(t, found(t, body, nil, "exclusive-handler"), "but no handler")
}

// TestWhatIsRememberedCountsLikeLeft for both checks: the first one has gone on to the
// next instance when the second one gets to this one.
func TestWhatIsRememberedCountsLikeLeft(t *testing.T) {
	a := split([2]model.RoleID{0, 1}, true)
	a.Scopes[0].Looped = true
	a.Machines[0].Transitions[1].Places = []model.Place{{Position: 1, Fresh: 1}}
	// B begins when A has begun its second round, which is what the message is for.
	send := model.Transition{From: 2, To: 3, Kind: model.Send, Peer: 1, Places: []model.Place{{}}, Origins: []model.Origin{9}}
	a.Machines[0].States = append(a.Machines[0].States, model.LocalState{Name: "A3", Final: true})
	a.Machines[0].Transitions = append(a.Machines[0].Transitions, send)
	a.Labels = []string{"go"}
	b := &a.Machines[1]
	b.States = append(b.States, model.LocalState{Name: "B0"})
	b.Initial = len(b.States) - 1
	b.Transitions = append(b.Transitions, model.Transition{From: b.Initial, To: 0, Kind: model.Receive, Origins: []model.Origin{10}})
	assert.Equal(t, map[string]int{"s: on E at A, on F at B": 5}, found(t, a, nil, "exclusive-handler"))
	assert.Contains(t, found(t, a, nil, "handler-agreement"), "s: A by on E at A, B by on F at B")
}

// TestALimitOfNothingThreatensNobody, neither of all faults nor of their kind; what has
// struck so far, and `during`, do not matter.
func TestALimitOfNothingThreatensNobody(t *testing.T) {
	a := naive.Network(fifo1, machine("A", "A", "A1", "A -tau-> A0 ; A0 -B!x-> A1"), machine("B", "B", "B1", "B -A?x-> B1"))
	waits := map[string]int{"B@B for A": 0}
	const check = "unguarded-wait"
	assert.Equal(t, waits, found(t, a, rough(1, crash(0)), check))
	assert.Empty(t, found(t, a, rough(0, crash(0)), check))
	env := rough(-1, crash(0))
	env.Limits = map[model.FaultKind]int{model.Crash: 0}
	assert.Empty(t, found(t, a, env, check))
	env.Limits = map[model.FaultKind]int{model.Loss: 0, model.Crash: 1}
	assert.Equal(t, waits, found(t, a, env, check))
	during := crash(0)
	during.During = []model.ScopeID{0}
	a.Threads, a.Positions = []model.ThreadID{0}, []model.Position{{Scope: -1}, {Scope: 0}}
	a.Scopes = []model.Scope{{Name: "s"}}
	assert.Equal(t, waits, found(t, a, rough(1, during), check), "though A is never in s")
	assert.Empty(t, found(t, a, rough(1, crash(1), between(model.Loss, 1, 0), between(model.Duplicate, 0, 1)), check))
}

// TestAGuardedWaitHasAnotherWayOn: an action of its own, a crash that is noticed, or a
// handler that somebody can tell it who is not threatened.
func TestAGuardedWaitHasAnotherWayOn(t *testing.T) {
	const check = "unguarded-wait"
	text := "choreography Wait\nrole A, B, C\ntry s { A -> B: m %s } %s\nenvironment rough { %s at most 1 }"
	guard := "on crash of A at B { wait 1s at B }"
	assert.NotEmpty(t, foundIn(t, fmt.Sprintf(text, "", "", "crash A"), check))
	assert.Empty(t, foundIn(t, fmt.Sprintf(text, "", guard, "crash A"), check))
	assert.NotEmpty(t, foundIn(t, fmt.Sprintf(text, "", guard, "silence A"), check), "silence is not noticed")
	assert.NotEmpty(t, foundIn(t, fmt.Sprintf(text, "", guard, "crash A loss A -> B"), check), "it can not only crash")
	told := "on E at C { C -> B: stop }"
	raise := "choice at C { wait 1s at C } or { raise E at C }"
	assert.Empty(t, foundIn(t, fmt.Sprintf(text, raise, told, "crash A"), check))
	assert.NotEmpty(t, foundIn(t, fmt.Sprintf(text, raise, told, "crash A crash C"), check), "who would tell it is threatened as well")
}

// TestATimerLeaksAtTheEndOrTooLate, of a live owner.
func TestATimerLeaksAtTheEndOrTooLate(t *testing.T) {
	const check = "timer-leak"
	text := ".channels fifo 1\n.outputs A\n.state graph\n0 set t 1\n1 B ? x 2\n%s\n.marking 0\n.final %s\n.end\n" +
		".outputs B\n.state graph\n0 A ! x 1\n.marking 0\n.end\nenvironment rough { %s at most 1 }"
	assert.Equal(t, map[string]int{"t of A armed at the end": 3}, foundIn(t, fmt.Sprintf(text, "1 timeout t 3", "2 3", "crash B"), check))
	assert.Empty(t, foundIn(t, fmt.Sprintf(text, "1 timeout t 3\n2 cancel t 3", "3", "crash A"), check), "who has crashed has no timer")
	assert.Equal(t, map[string]int{"t of A fires too late": 4}, foundIn(t, fmt.Sprintf(text, "1 timeout t 3\n2 timeout t 3", "3", "crash B"), check))
	assert.Empty(t, foundIn(t, fmt.Sprintf(text, "2 timeout t 3", "3", "crash B"), check), "nothing guarded the wait for x")
}

// TestStaleReceptionIsAboutLeftInstances: who takes a message of a round that it has left
// for one of the next one; a message of a round still to come is none.
func TestStaleReceptionIsAboutLeftInstances(t *testing.T) {
	const text = `choreography Rounds
role A, B
channels fifo 2
var again at A: bool
rec Again {
  try s {
    A -> B: ask
    within slow at A { B -> A: answer }
  } on slow at A { %s }
  choice at A when not again { let again = true at A A -> B: again continue Again } or otherwise { A -> B: bye }
}`
	assert.Equal(t, map[string]int{"A <- B: answer of s": 10}, foundIn(t, fmt.Sprintf(text, "wait 1s at A"), "stale-reception"))
	assert.Empty(t, foundIn(t, fmt.Sprintf(text, "B -> A: answer"), "stale-reception"), "it waits for the answer after all")
}

// TestWhatIsKeptIsWhatMatters: configurations that differ only in what no check and no
// step asks for are one, so that there are never more than by the letter.
func TestWhatIsKeptIsWhatMatters(t *testing.T) {
	a := split([2]model.RoleID{0, 1}, false)
	a.Scopes[0].Handlers = a.Scopes[0].Handlers[:1]
	a.Machines[1].Transitions[0].Handler = nil
	a.Machines[1].Transitions[0].Places = nil
	// A comes to one local state from inside and from outside.
	m := &a.Machines[0]
	m.Transitions = append(m.Transitions[:1:1], model.Transition{From: 0, To: 1, Kind: model.Internal, Peer: -1, Label: -1, Origins: []model.Origin{7}}, m.Transitions[1])
	want := naive.Search(a, 1000)
	r, err := verify.Verify(context.Background(), a, verify.Options{})
	require.NoError(t, err)
	assert.Equal(t, 15, want.States)
	assert.EqualValues(t, 9, r.Environments[0].Statistics.States)
}

// TestWhatMayBeConfusedIsInconclusive: where two roles may be any number of rounds apart,
// nothing is said to hold that may depend on it.
func TestWhatMayBeConfusedIsInconclusive(t *testing.T) {
	a := split([2]model.RoleID{0, 1}, true)
	a.Scopes[0].Looped = true
	for r := range 2 {
		m := &a.Machines[r]
		m.Transitions[0].Places[0].Fresh = 1
		m.Transitions[1].To = 0
	}
	r, err := verify.Verify(context.Background(), a, verify.Options{Skip: []string{"dead-handler", "dead-interaction"}})
	require.NoError(t, err)
	for _, c := range r.Environments[0].Checks {
		assert.NotEqual(t, verify.Holds, c.Verdict, c.Check.ID)
		if c.Verdict == verify.Inconclusive {
			assert.Contains(t, c.Reason, "rounds of a looped scope apart")
		}
	}
}
