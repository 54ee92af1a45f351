package replay_test

import (
	"slices"
	"testing"

	"chorcheck/internal/naive"
	"chorcheck/model"
	"chorcheck/verify/replay"

	"github.com/stretchr/testify/assert"
)

// TestWhoLeftByTheBodyDiscardsNothing: nor does who is in the body, or in none.
func TestWhoLeftByTheBodyDiscardsNothing(t *testing.T) {
	b := build(fifo1,
		role("A", "A", "", "A -B!h-> A1"), role("B", "B", "", "B -tau-> B1 ; B -A?h-> B3 ; B1 -tau-> B2 ; B1 -A?h-> B3 ; B2 -A?h-> B3"),
	)
	s := b.scope("s", 0, model.Scope{DiscardLate: true, Handlers: b.handlers(0, "E")})
	b.place(0, b.in(s, 1), 1, 0)
	b.place(1, b.in(s, 0), 1, 0)
	for _, steps := range [][]int{{}, {0}, {0, 2}} {
		w := b.walk(t).via(0, 0).via(1, steps...)
		assert.Contains(t, w.enabled(), "B <- A: h")
	}
}

// TestAMessageOfItsOwnHandlerIsNotLate, and one from outside is late for nobody.
func TestAMessageOfItsOwnHandlerIsNotLate(t *testing.T) {
	for part, late := range []bool{true, false, true} {
		b := build(fifo1, role("A", "A", "", "A -B!m-> A1"), role("B", "B", "", "B -tau-> B1 ; B1 -A?m-> B2"))
		s := b.scope("s", 0, model.Scope{DiscardLate: true, Handlers: b.handlers(0, "E", "F")})
		b.place(0, b.in(s, part), 1, 0)
		b.place(1, b.in(s, 1), 1, 0)
		w := b.walk(t).via(1, 0).via(0, 0)
		assert.Equal(t, late, w.in.Enabled(w.c)[0].Discard)
		b.at(0, 0).Places = nil
		w = b.walk(t).via(1, 0).via(0, 0)
		assert.Equal(t, []string{"B <- A: m"}, w.enabled())
	}
}

// inRounds has A, in its round of outer, send x in the body of s there; and B enter
// rounds of outer (0), the handler of s there (1), and the next round of s (2).
func inRounds() (builder, model.ScopeID) {
	b := build(fifo1,
		role("A", "A", "", "A -tau-> A ; A -B!x-> A1"),
		role("B", "B", "", "B -tau-> B ; B -tau-> B ; B -tau-> B ; B -A?x-> B1"),
	)
	outer := b.scope("outer", 0, model.Scope{Looped: true})
	s := b.scope("s", b.in(outer, 0), model.Scope{Looped: true, DiscardLate: true, Handlers: b.handlers(1, "E")})
	b.place(0, b.in(outer, 0), 1, 0)
	b.place(0, b.in(s, 0), 1, 1)
	b.place(1, b.in(outer, 0), 1, 0)
	b.place(1, b.in(s, 1), 1, 1)
	b.enters(1, 1, s, 1)
	b.place(1, b.in(s, 0), 1, 2)
	b.place(1, 0, 0, 3)
	return b, s
}

// TestLateOnlyInTheSameOuterInstance: a message of another instance of the scope around
// is not late, be its own number what it may.
func TestLateOnlyInTheSameOuterInstance(t *testing.T) {
	b, _ := inRounds()
	const late = "B drops a late x from A"
	w := b.walk(t).via(1, 0, 1).via(0, 0, 1)
	assert.Equal(t, "1 in 0, 1 in 1", w.knows(1))
	assert.Equal(t, []string{late}, w.enabled())
	w = b.walk(t).via(1, 0, 0, 1).via(0, 0, 1)
	assert.Equal(t, "2 in 0 (1: 0), 1 in 1", w.knows(1))
	assert.NotContains(t, w.enabled(), late, "of an earlier round of outer")
	w = b.walk(t).via(1, 0, 1).via(0, 0, 0, 1)
	assert.NotContains(t, w.enabled(), late, "of a later one")
}

// TestOutcomesAreForgottenWithTheOuterInstance.
func TestOutcomesAreForgottenWithTheOuterInstance(t *testing.T) {
	b, _ := inRounds()
	const late = "B drops a late x from A"
	w := b.walk(t).via(1, 0, 1, 2).via(0, 0, 1)
	assert.Equal(t, "1 in 0, 2 in 0 (1: 1)", w.knows(1))
	assert.Equal(t, []string{late}, w.enabled(), "remembered")
	w = b.walk(t).via(1, 0, 1, 2, 0).via(0, 0, 1)
	assert.Equal(t, "2 in 0 (1: 0), none", w.knows(1))
	assert.NotContains(t, w.enabled(), late, "forgotten")
}

// TestOnlyTheHeadOfAQueueIsDiscarded: what is late and waits behind another message of
// the same queue waits on; in a bag it does not.
func TestOnlyTheHeadOfAQueueIsDiscarded(t *testing.T) {
	for _, channel := range []model.Channel{fifo2, mail2, bag2} {
		b := build(channel, role("A", "A", "", "A -B!m-> A1 ; A1 -B!x-> A2"), role("B", "B", "", "B -tau-> B1 ; B1 -A?m-> B2"))
		s := b.scope("s", 0, model.Scope{DiscardLate: true, Handlers: b.handlers(1, "E")})
		b.place(0, 0, 0, 0)
		b.place(0, b.in(s, 0), 1, 1)
		b.place(1, b.in(s, 1), 1, 0)
		w := b.walk(t).via(1, 0).via(0, 0, 1)
		want := "B <- A: m"
		if channel == bag2 {
			want = "B drops a late x from A"
		}
		assert.Equal(t, []string{want}, w.enabled(), channel)
	}
}

// TestWhatIsOvertakenIsOfTheSameOuterInstance: all numbers up to that of the scope have
// to be equal.
func TestWhatIsOvertakenIsOfTheSameOuterInstance(t *testing.T) {
	for _, again := range []bool{false, true} {
		b := build(fifo2,
			role("A", "A", "", "A -B!x-> A1 ; A1 -B!h-> A2"), role("B", "B", "", "B -A?x-> B1"),
		)
		outer := b.scope("outer", 0, model.Scope{Looped: true})
		s := b.scope("s", b.in(outer, 0), model.Scope{DiscardLate: true, Handlers: b.handlers(0, "E")})
		b.place(0, b.in(s, 0), 2, 0)
		b.place(0, b.in(s, 1), map[bool]int{false: 0, true: 2}[again], 1)
		w := b.walk(t).via(0, 0, 1)
		want := "B drops a late x from A"
		if again {
			want = "B <- A: x"
		}
		assert.Equal(t, []string{want}, w.enabled())
	}
}

// busy is B with a late message from A in a fifo, and C, which it meets on sync: B could
// send to C, twice into a queue of D, or take from C.
func busy(t *testing.T, faults ...model.Fault) *walker {
	b := build(fifo2,
		role("A", "A", "", "A -B!x-> A1"),
		role("B", "B", "", "B -tau-> B1 ; B1 -C!m|D!m-> B1 ; B1 -C?n-> B1 ; B1 -tau-> B1"),
		role("C", "C", "", "C -B?m-> C ; C -B!n-> C"),
		role("D", "D", "", "D -B?m-> D"),
	)
	b.Channels.Pairs = map[model.Pair]model.Channel{{From: 1, To: 2}: sync, {From: 2, To: 1}: sync, {From: 1, To: 3}: {Discipline: model.FIFO, Capacity: 4}}
	s := b.scope("s", 0, model.Scope{DiscardLate: true, Handlers: b.handlers(1, "E")})
	b.place(0, b.in(s, 0), 1, 0)
	b.place(1, b.in(s, 1), 1, 0)
	for i := 1; i <= 4; i++ {
		b.place(1, b.in(s, 1), 0, i)
	}
	b.Machines[1].Transitions = append(b.Machines[1].Transitions, model.Transition{
		From: 1, To: model.Failed, Kind: model.EndRaise, Peer: -1, Label: -1, Origins: []model.Origin{99},
	})
	w := b.walkIn(t, -1, faults...)
	return w.via(1, 0, 2, 2)
}

// TestARoleWithALateMessageHasNoOtherStep: it takes part in no rendezvous, on either
// side; none of its sends is lost, put twice or reordered; and it takes no stray message
// on sync.
func TestARoleWithALateMessageHasNoOtherStep(t *testing.T) {
	stray := fault(model.Stray, 2, 1)
	w := busy(t, stray)
	stray.Label = model.LabelID(slices.Index(w.in.Automata().Labels, "n"))
	w = busy(t, fault(model.Loss, 1, 2), fault(model.Loss, 1, 3), fault(model.Duplicate, 1, 3), fault(model.Reorder, 1, 3), stray)
	before := w.enabled()
	assert.Subset(t, before, []string{
		"B -> C: m", "B -> D: m", "C -> B: n", "B: " + tau, "B -> C: m is lost", "B -> D: m is lost",
		"B -> D: m is duplicated", "a stray n from C reaches B",
	})
	w.via(0, 0)
	assert.Equal(t, []string{"B drops a late x from A", "D <- B: m"}, w.enabled())
	assert.Empty(t, w.in.FullQueues(w.c))
	w.do("B drops a late x from A")
	assert.Equal(t, slices.DeleteFunc(before, func(s string) bool { return s == "A -> B: x" }), w.enabled())
}

// TestARoleWithALateMessageIsStruckAllTheSame by crash, silence and raise.
func TestARoleWithALateMessageIsStruckAllTheSame(t *testing.T) {
	w := busy(t, fault(model.Crash, 1, -1), fault(model.Silence, 1, -1), fault(model.RaiseFault, 1, -1)).via(0, 0)
	const late = "B drops a late x from A"
	strikes := []string{"B crashes", "B falls silent", "an end-point exception E strikes B, and nobody handles it"}
	assert.Equal(t, append([]string{late, "D <- B: m"}, strikes...), w.enabled())
	for _, text := range strikes {
		gone := *w
		assert.NotContains(t, gone.do(text).enabled(), late, "who is gone discards nothing")
	}
}

// TestADiscardChangesNothingButItsQueue: no status, no variable, no local state.
func TestADiscardChangesNothingButItsQueue(t *testing.T) {
	w := busy(t).via(0, 0)
	before := w.c.Clone()
	w.do("B drops a late x from A")
	assert.Equal(t, before.Local, w.c.Local)
	assert.Equal(t, before.Vars, w.c.Vars)
}

// lateWait is B in a handler with a timer armed, and a timeout in each local state; what
// A sends is late there.
func lateWait(channel model.Channel) (builder, model.TimerID) {
	b := build(channel,
		role("A", "A", "", "A -B!x-> A1 ; A1 -B!y-> A2"),
		role("B", "B", "", "B -tau-> B1 ; B1 -A?x-> B1 ; B1 -A?y-> B1 ; B1 -tau-> B2"),
	)
	s := b.scope("s", 0, model.Scope{DiscardLate: true, Handlers: b.handlers(1, "E")})
	b.place(0, b.in(s, 0), 1, 0)
	b.place(1, b.in(s, 1), 1, 0)
	b.place(1, b.in(s, 1), 0, 1)
	timer := b.timer(1, "t")
	b.set(1, 0, timer, 1)
	b.timeout(1, 3, timer)
	return b, timer
}

// TestADiscardDoesNotEndAWait: nor does it fire or cancel a timer; what is received
// behind it does end it.
func TestADiscardDoesNotEndAWait(t *testing.T) {
	for _, channel := range []model.Channel{fifo2, mail2, bag2, sync} {
		b, timer := lateWait(channel)
		w := b.walk(t).via(1, 0).via(0, 0)
		if channel != sync {
			assert.Equal(t, []string{"A -> B: y", "B drops a late x from A"}, w.enabled())
			w.do("B drops a late x from A")
		}
		assert.False(t, w.c.Over[timer])
		assert.Equal(t, []int64{1}, w.c.Vars, "it is armed")
		assert.False(t, w.find("timer t of B fires").Late)
		w.via(0, 1)
		if channel != sync {
			w.do("B <- A: y")
		}
		assert.True(t, w.c.Over[timer])
		assert.True(t, w.find("timer t of B fires").Late)
	}
}

// TestALateMessageKeepsATimerFromFiring: as long as there is one, its receiver has no
// other step.
func TestALateMessageKeepsATimerFromFiring(t *testing.T) {
	b, _ := lateWait(fifo2)
	w := b.walk(t).via(1, 0).via(0, 0)
	assert.NotContains(t, w.enabled(), "timer t of B fires")
}

// TestADiscardComesBeforeNoticingACrash, of whomever's message.
func TestADiscardComesBeforeNoticingACrash(t *testing.T) {
	b := build(fifo1,
		role("A", "A", "", "A -B!x-> A1"), role("B", "B", "", "B -tau-> B1 ; B1 -tau-> B2"), role("C", "C", "", "C -B!x-> C1"),
	)
	s := b.scope("s", 0, model.Scope{DiscardLate: true, Handlers: b.handlers(1, "E")})
	for _, r := range []int{0, 2} {
		b.place(r, b.in(s, 0), 1, 0)
	}
	b.place(1, b.in(s, 1), 1, 0)
	b.place(1, b.in(s, 1), 0, 1)
	b.at(1, 1).Kind, b.at(1, 1).Peer = model.CrashRaise, 0
	const notices = "B notices the crash of A"
	for sender, name := range map[model.RoleID]string{0: "A", 2: "C"} {
		w := b.walkIn(t, 1, fault(model.Crash, 0, -1)).via(1, 0).via(sender, 0).do("A crashes")
		assert.NotContains(t, w.enabled(), notices)
		w.do("B drops a late x from " + name)
		assert.Contains(t, w.enabled(), notices)
	}
}

// TestAStrayMessageIsNeverLate: it belongs to nothing.
func TestAStrayMessageIsNeverLate(t *testing.T) {
	b, _ := lateWait(fifo2)
	w := b.walkIn(t, 1, fault(model.Stray, 0, 1)).via(1, 0).do("a stray x from A arrives in the queue to B")
	assert.Contains(t, w.enabled(), "B <- A: x")
}

// TestEachTimerHasAWaitOfItsOwn, and a receive that cancels a timer begins no late wait.
func TestEachTimerHasAWaitOfItsOwn(t *testing.T) {
	b, timer := waiting(fifo1)
	other := b.timer(0, "u")
	b.set(0, 0, other, 1)
	w := b.walk(t).via(0, 0).do("B -> A: x", "A <- B: x")
	assert.True(t, w.c.Over[timer])
	assert.False(t, w.c.Over[other], "there is no timeout of it in the local state")
	b.set(0, 1, timer, 0)
	w = b.walk(t).via(0, 0).do("B -> A: x").via(0, 1)
	assert.False(t, w.c.Over[timer], "the receive cancels it")
	assert.Equal(t, []int64{0, 1}, w.c.Vars)
}

// TestOnlyWhatIsTakenEndsAWait: sends and steps of its own do not.
func TestOnlyWhatIsTakenEndsAWait(t *testing.T) {
	b := build(fifo1, role("A", "A", "", "A -B!x-> A ; A -tau-> A ; A -tau-> A"), role("B", "B", "", ""))
	timer := b.timer(0, "t")
	b.Vars[b.Timers[timer].Var].Init = 1
	b.timeout(0, 2, timer)
	w := b.walk(t).via(0, 0, 1)
	assert.False(t, w.c.Over[timer])
	assert.Equal(t, []int64{1}, w.c.Vars)
}

// TestSetAndCancelBeginANewWait: what was over before does not count for it.
func TestSetAndCancelBeginANewWait(t *testing.T) {
	for _, value := range []int64{0, 1} {
		b, timer := waiting(fifo1)
		b.Machines[0].Transitions[4].Assigns[0].Value = model.Const(value)
		w := b.walk(t).via(0, 0).do("B -> A: x", "A <- B: x")
		assert.True(t, w.c.Over[timer])
		w.via(0, 4)
		assert.False(t, w.c.Over[timer])
		assert.Equal(t, []int64{value}, w.c.Vars)
	}
	b, _ := waiting(fifo1)
	b.Machines[0].Transitions[0].Assigns[0].Value = model.Const(0)
	w := b.walk(t).via(0, 0)
	assert.Equal(t, []int64{0}, w.c.Vars, "to cancel what is not armed changes nothing")
	assert.NotContains(t, w.enabled(), "timer t of A fires")
}

// TestATimeoutIsLikeAnInternalStep: it has a guard, and may fail.
func TestATimeoutIsLikeAnInternalStep(t *testing.T) {
	b, _ := waiting(fifo1)
	n := naive.AddVar(b.Automata, intVar(0, "n", 0, 3, 0))
	b.at(0, 3).Guard = op(model.OpLt, model.Ref(n), model.Const(0))
	w := b.walk(t).via(0, 0)
	assert.NotContains(t, w.enabled(), "timer t of A fires", "its guard is false")
	b.at(0, 3).Guard = divZero()
	w = b.walk(t).via(0, 0, 3)
	assert.Equal(t, replay.Failed, w.c.Local[0].Status)
}
