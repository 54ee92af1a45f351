package replay_test

import (
	"testing"

	"chorcheck/model"
	"chorcheck/verify/replay"

	"github.com/stretchr/testify/assert"
)

const tau = "internal step"

// TestEnteringAndLeaving: the first action inside enters, the first one outside leaves.
func TestEnteringAndLeaving(t *testing.T) {
	b := build(fifo1, role("A", "A", "", "A -tau-> A1 ; A1 -tau-> A2 ; A2 -tau-> A3 ; A3 -tau-> A4"))
	s := b.scope("s", 0, model.Scope{})
	b.place(0, b.in(s, 0), 1, 1)
	b.place(0, b.in(s, 0), 0, 2)
	w := b.walk(t).do("A: " + tau)
	assert.Equal(t, "none", w.knows(0))
	w.do("A: " + tau)
	assert.Equal(t, "1 in 0", w.knows(0))
	w.do("A: " + tau)
	assert.Equal(t, "1 in 0", w.knows(0))
	assert.Equal(t, []string{"s"}, w.in.DescribeConfig(w.c).Roles[0].In)
	w.do("A: " + tau)
	assert.Equal(t, "1 left 0", w.knows(0))
	assert.Empty(t, w.in.DescribeConfig(w.c).Roles[0].In)
}

// TestEnteringAnew: each fresh action of a looped scope begins an instance, and the
// outcome of the one before is remembered; a skip draws no number.
func TestEnteringAnew(t *testing.T) {
	b := build(fifo1, role("A", "A", "", "A -tau-> A1 ; A1 -tau-> A2 ; A2 -tau-> A"))
	s := b.scope("s", 0, model.Scope{Looped: true})
	b.place(0, b.in(s, 0), 1, 0)
	b.place(0, b.in(s, 0), 0, 1)
	step := "A: " + tau
	w := b.walk(t).do(step, step)
	assert.Equal(t, "1 in 0", w.knows(0))
	w.do(step)
	assert.Equal(t, "1 left 0", w.knows(0))
	w.do(step)
	assert.Equal(t, "2 in 0 (1: 0)", w.knows(0))
	w.do(step, step, step)
	assert.Equal(t, "3 in 0 (1: 0) (2: 0)", w.knows(0))
}

// TestEnteringTwice: a scope that is not looped has one instance, whatever the place says,
// and what has been left stays left.
func TestEnteringTwice(t *testing.T) {
	b := build(fifo1, role("A", "A", "", "A -tau-> A1 ; A1 -tau-> A ; A1 -tau-> A2"))
	s := b.scope("s", 0, model.Scope{Handlers: b.handlers(0, "E", "F")})
	b.place(0, b.in(s, 0), 1, 0)
	b.place(0, 0, 0, 1)
	b.place(0, b.in(s, 1), 0, 2)
	w := b.walk(t).do("A: "+tau, "A: "+tau, "A: "+tau)
	assert.Equal(t, "1 left 0", w.knows(0))
	w.c = w.in.Apply(w.c, w.in.Enabled(w.c)[1])
	assert.Equal(t, "1 in 1", w.knows(0), "by a handler after the body")
}

// TestNestedScopes: entering an outer scope forgets what was known of the inner one.
func TestNestedScopes(t *testing.T) {
	b := build(fifo1, role("A", "A", "", "A -tau-> A1 ; A1 -tau-> A2 ; A2 -tau-> A"))
	outer := b.scope("outer", 0, model.Scope{Looped: true})
	inner := b.scope("inner", b.in(outer, 0), model.Scope{Looped: true})
	b.place(0, b.in(inner, 0), 2, 0)
	b.place(0, b.in(inner, 0), 1, 1)
	b.place(0, b.in(outer, 0), 0, 2)
	step := "A: " + tau
	w := b.walk(t).do(step)
	assert.Equal(t, "1 in 0, 1 in 0", w.knows(0))
	w.do(step)
	assert.Equal(t, "1 in 0, 2 in 0 (1: 0)", w.knows(0))
	w.do(step)
	assert.Equal(t, "1 in 0, 2 left 0 (1: 0)", w.knows(0))
	w.do(step)
	assert.Equal(t, "2 in 0 (1: 0), 1 in 0", w.knows(0))
}

// TestConcurrentThreads: an action of one thread leaves no scope of another one.
func TestConcurrentThreads(t *testing.T) {
	for _, test := range []struct {
		thread model.ThreadID
		want   string
	}{{1, "1 left 0"}, {2, "1 in 0"}, {0, "1 left 0"}} {
		b := build(fifo1, role("A", "A", "", "A -tau-> A1 ; A1 -tau-> A2"))
		b.Threads = append(b.Threads, 0, 0)
		s := b.scope("s", 0, model.Scope{Thread: 1})
		b.place(0, b.in(s, 0), 1, 0)
		b.at(0, 0).Thread = 1
		b.at(0, 1).Thread = test.thread
		w := b.walk(t).do("A: "+tau, "A: "+tau)
		assert.Equal(t, test.want, w.knows(0))
	}
}

// TestEnteringAHandler: the body becomes the handler, and the scopes inside the body
// are left, those of other threads too.
func TestEnteringAHandler(t *testing.T) {
	b := build(fifo1, role("A", "A", "", "A -tau-> A1 ; A1 -tau-> A2 ; A2 -tau-> A3"))
	s := b.scope("s", 0, model.Scope{Handlers: b.handlers(0, "E")})
	b.Threads = append(b.Threads, 0, 0)
	inner := b.scope("inner", b.in(s, 0), model.Scope{Thread: 1})
	b.place(0, b.in(inner, 0), 2, 0)
	b.at(0, 0).Thread = 1
	b.at(0, 1).Kind, b.at(0, 1).Thread = model.Raise, 2
	b.place(0, b.in(s, 1), 0, 1)
	b.enters(0, 1, s, 1)
	w := b.walk(t).do("A: " + tau)
	assert.Equal(t, "1 in 0, 1 in 0", w.knows(0))
	w.do("E is raised at A (handler E at A of scope s)")
	assert.Equal(t, "1 in 1, 1 left 0", w.knows(0))
	assert.Equal(t, []string{"s, on E at A"}, w.in.DescribeConfig(w.c).Roles[0].In)
	assert.Equal(t, "s, on E at A", w.in.HandlerName(model.HandlerRef{Scope: s, Part: 1}))
	w.do("A: " + tau)
	assert.Equal(t, "1 left 1, 1 left 0", w.knows(0))
}

// TestHandlerFromBehind: an interrupt that stands behind the scope leaves it by the handler.
func TestHandlerFromBehind(t *testing.T) {
	b := build(fifo1, role("A", "A", "", "A -tau-> A1 ; A1 -tau-> A2"))
	s := b.scope("s", 0, model.Scope{Handlers: b.handlers(0, "E")})
	b.place(0, b.in(s, 0), 1, 0)
	b.enters(0, 1, s, 1)
	w := b.walk(t).do("A: "+tau, "A: "+tau+" (handler E at A of scope s)")
	assert.Equal(t, "1 left 1", w.knows(0))
}

// TestGoingThroughAHandler: an interrupt of the next round leaves the instance by the
// handler that its place goes through, and enters the handler that it stands in anew.
func TestGoingThroughAHandler(t *testing.T) {
	b := build(fifo1, role("A", "A", "", "A -tau-> A1 ; A1 -tau-> A2 ; A2 -tau-> A3"))
	first := b.scope("first", 0, model.Scope{Looped: true, Handlers: b.handlers(0, "F")})
	second := b.scope("second", 0, model.Scope{Looped: true, Handlers: b.handlers(0, "E")})
	inner := b.scope("inner", b.in(second, 0), model.Scope{})
	b.place(0, b.in(second, 0), 1, 0)
	b.place(0, b.in(inner, 0), 1, 1)
	b.enters(0, 2, first, 1)
	b.at(0, 2).Places = []model.Place{{Position: b.in(first, 1), Fresh: 1, Through: model.HandlerRef{Scope: second, Part: 1}}}
	w := b.walk(t).do("A: "+tau, "A: "+tau)
	assert.Equal(t, "none, 1 in 0, 1 in 0", w.knows(0))
	w.do("A: " + tau + " (handler F at A of scope first)")
	assert.Equal(t, "1 in 1, 1 left 1, 1 left 0", w.knows(0))
}

// rounds has A send x in a looped scope, each round anew, and B take it there. A skips
// with y, which stands outside.
func rounds(channel model.Channel) (builder, model.ScopeID) {
	b := build(channel,
		role("A", "A", "", "A -B!x-> A ; A -tau-> A"),
		role("B", "B", "", "B -A?x-> B ; B -tau-> B"),
	)
	s := b.scope("s", 0, model.Scope{Looped: true})
	b.place(0, b.in(s, 0), 1, 0, 1)
	b.place(1, b.in(s, 0), 1, 0)
	return b, s
}

// TestEnteringByMessage: who enters by receiving takes the message's number.
func TestEnteringByMessage(t *testing.T) {
	b, _ := rounds(fifo2)
	w := b.walk(t).do("A: "+tau, "A: "+tau, "A -> B: x")
	assert.Equal(t, "3 in 0 (1: 0) (2: 0)", w.knows(0))
	m := w.c.Queues[0][0]
	assert.Equal(t, b.in(0, 0), m.Position)
	assert.Equal(t, []replay.ScopeStatus{{Number: 3, Phase: replay.In}}, m.Scopes, "without what is remembered")
	w.do("B <- A: x")
	assert.Equal(t, "3 in 0", w.knows(1))
	w.do("A -> B: x", "B <- A: x")
	assert.Equal(t, "4 in 0 (3: 0)", w.knows(1))
}

// TestEnteringByAnOldMessage: if the message has no greater number, it is one more than before.
func TestEnteringByAnOldMessage(t *testing.T) {
	b, s := rounds(fifo2)
	b.Machines[1].Transitions[1].Places = []model.Place{{Position: b.in(s, 0), Fresh: 1}}
	w := b.walk(t).do("A -> B: x", "B: "+tau, "B: "+tau, "B <- A: x")
	assert.Equal(t, "3 in 0 (1: 0) (2: 0)", w.knows(1))
}

// TestNumberWithoutEntering: a message of a later instance takes its receiver along, and
// the outcome of the instance before is remembered as well.
func TestNumberWithoutEntering(t *testing.T) {
	b, s := rounds(fifo2)
	b.at(1, 0).Places = []model.Place{{Position: b.in(s, 0)}}
	w := b.walk(t).do("A -> B: x", "B <- A: x", "A: "+tau, "A -> B: x", "B <- A: x")
	assert.Equal(t, "3 in 0 (1: 0)", w.knows(1))
}

// TestInnerNumber: a number for an inner scope counts only if those for the outer ones agree.
func TestInnerNumber(t *testing.T) {
	b := build(fifo2,
		role("A", "A", "", "A -tau-> A ; A -tau-> A1 ; A1 -tau-> A1 ; A1 -B!x-> A2"),
		role("B", "B", "", "B -tau-> B ; B -A?x-> B1"),
	)
	outer := b.scope("outer", 0, model.Scope{Looped: true})
	inner := b.scope("inner", b.in(outer, 0), model.Scope{Looped: true})
	b.place(0, b.in(outer, 0), 1, 0)
	b.place(0, b.in(outer, 0), 0, 1)
	b.place(0, b.in(inner, 0), 1, 2, 3)
	b.place(1, b.in(outer, 0), 1, 0)
	b.place(1, b.in(inner, 0), 1, 1)
	send := func(w *walker) *walker {
		w.c = w.in.Apply(w.c, w.in.Enabled(w.c)[0])
		w.c = w.in.Apply(w.c, w.in.Enabled(w.c)[1])
		w.c = w.in.Apply(w.c, w.in.Enabled(w.c)[0])
		w.do("A -> B: x")
		assert.Equal(t, "1 in 0, 2 in 0 (1: 0)", w.knows(0))
		return w
	}
	w := send(b.walk(t)).do("B <- A: x")
	assert.Equal(t, "1 in 0, 2 in 0", w.knows(1), "of a later instance, inside too")
	w = send(b.walk(t)).do("B: "+tau, "B <- A: x")
	assert.Equal(t, "1 in 0, 2 in 0", w.knows(1), "of the same outer instance")
	w = send(b.walk(t)).do("B: "+tau, "B: "+tau, "B <- A: x")
	assert.Equal(t, "2 in 0 (1: 0), 1 in 0", w.knows(1), "of an earlier outer instance")
}

// TestWhichPlace: the place that the message belongs to counts, then whether it is of a
// later instance.
func TestWhichPlace(t *testing.T) {
	make := func(sender int) (builder, *walker) {
		b := build(fifo2,
			role("A", "A", "", "A -B!x-> A ; A -tau-> A"),
			role("B", "B", "", "B -A?x-> B ; B -tau-> B"),
		)
		s := b.scope("s", 0, model.Scope{Looped: true})
		other := b.scope("other", 0, model.Scope{Looped: true})
		b.place(0, []model.PositionID{0, b.in(s, 0), b.in(other, 0)}[sender], min(sender, 1), 0)
		b.place(0, b.in(s, 0), 1, 1)
		b.place(1, b.in(s, 0), 0, 0)
		b.place(1, b.in(s, 0), 1, 0)
		b.place(1, 0, 0, 0)
		b.place(1, b.in(s, 0), 1, 1)
		return b, b.walk(t)
	}
	_, w := make(1)
	w.do("A -> B: x", "B <- A: x", "A -> B: x", "B <- A: x")
	assert.Equal(t, "2 in 0 (1: 0), none", w.knows(1), "later: the one that enters anew")
	_, w = make(1)
	w.do("A -> B: x", "B: "+tau, "B <- A: x")
	assert.Equal(t, "1 in 0, none", w.knows(1), "the same: the one that does not")
	_, w = make(0)
	w.do("A -> B: x", "B: "+tau, "B <- A: x")
	assert.Equal(t, "1 left 0, none", w.knows(1), "outside")
	_, w = make(2)
	w.do("A -> B: x", "B: "+tau, "B <- A: x")
	assert.Equal(t, "2 in 0 (1: 0), none", w.knows(1), "of none of the places, and later")
}

// TestStale: a message of an instance that its receiver has left.
func TestStale(t *testing.T) {
	for _, channel := range []model.Channel{fifo2, sync} {
		b := build(channel,
			role("A", "A", "", "A -B!x-> A1 ; A1 -B!x-> A2"),
			role("B", "B", "", "B -tau-> B1 ; B -A?x-> B2 ; B1 -tau-> B2 ; B2 -A?x-> B3"),
		)
		s := b.scope("s", 0, model.Scope{Looped: true})
		b.place(0, b.in(s, 0), 0, 0, 1)
		b.place(1, b.in(s, 0), 1, 0)
		b.place(1, 0, 0, 2, 3)
		arrives := "B <- A: x"
		send := func(w *walker) *walker { return w.do("A -> B: x") }
		if channel == sync {
			arrives, send = "A -> B: x", func(w *walker) *walker { return w }
		}
		w := send(b.walk(t))
		assert.False(t, w.find(arrives).Stale, "B has never been in it")
		w = send(b.walk(t).do("B: "+tau, "B: "+tau))
		assert.Equal(t, "1 left 0", w.knows(1))
		step := w.find(arrives)
		assert.True(t, step.Stale, "B has left it")
		scope, stale := w.in.StaleScope(w.c, step)
		assert.True(t, stale)
		assert.Equal(t, s, scope)
	}
	b, _ := rounds(fifo2)
	b.place(1, b.in(0, 0), 1, 1)
	w := b.walk(t).do("A -> B: x", "B: "+tau)
	assert.False(t, w.find("B <- A: x").Stale, "B is in it")
	w.do("B: " + tau)
	assert.True(t, w.find("B <- A: x").Stale, "B is in the next one")
}

// TestOnlyIf: such a receive takes only what its sender has sent after it left the same
// instance by the handler.
func TestOnlyIf(t *testing.T) {
	make := func(handler bool) *walker {
		b := build(fifo1,
			role("A", "A", "", "A -tau-> A1 ; A1 -tau-> A1 ; A1 -tau-> A2 ; A2 -B!x-> A3"),
			role("B", "B", "", "B -tau-> B1 ; B -A?x-> B2 ; B1 -A?x-> B2"),
		)
		s := b.scope("s", 0, model.Scope{Looped: true, Handlers: b.handlers(0, "E")})
		b.place(0, b.in(s, 0), 1, 0, 1)
		b.place(0, b.in(s, 0), 0, 2)
		if handler {
			b.at(0, 2).Places = []model.Place{{Position: b.in(s, 1)}}
			b.enters(0, 2, s, 1)
		}
		b.place(1, b.in(s, 0), 1, 0)
		for _, i := range []int{1, 2} {
			b.enters(1, i, s, 1)
			b.at(1, i).OnlyIf = &model.HandlerRef{Scope: s, Part: 1}
		}
		return b.walk(t)
	}
	const receive = "B <- A: x (handler E at A of scope s)"
	w := make(false).do("A: "+tau, "B: "+tau)
	w.c = w.in.Apply(w.c, w.in.Enabled(w.c)[1])
	w.do("A -> B: x")
	assert.Empty(t, w.enabled(), "A has left by the body")
	heads, found := w.in.Unspecified(w.c, 1)
	assert.True(t, found)
	assert.Len(t, heads, 1)

	entered := "A: " + tau + " (handler E at A of scope s)"
	w = make(true).do("A: "+tau, "B: "+tau, entered, "A -> B: x", receive)
	assert.Equal(t, "1 left 1", w.knows(1))
	w = make(true).do("A: "+tau, "A: "+tau, "B: "+tau, entered, "A -> B: x")
	assert.Empty(t, w.enabled(), "A has left instance 2, B is in instance 1")
	w = make(true).do("A: "+tau, "A: "+tau, entered, "A -> B: x")
	assert.Contains(t, w.enabled(), receive, "B is in none")
	w.c.Queues[0][0].Position = 1
	assert.NotContains(t, w.enabled(), receive, "A is still in it")
	w.c.Queues[0][0] = replay.Message{Sender: 0, Receiver: 1, Stray: true}
	assert.NotContains(t, w.enabled(), receive, "a stray message says nothing")
}

// TestOnlyIfNested: the scopes around have to be in the same instances as well.
func TestOnlyIfNested(t *testing.T) {
	b := build(fifo1,
		role("A", "A", "", "A -tau-> A ; A -tau-> A1 ; A1 -B!x-> A2"),
		role("B", "B", "", "B -tau-> B1 ; B1 -A?x-> B2"),
	)
	outer := b.scope("outer", 0, model.Scope{Looped: true})
	s := b.scope("s", b.in(outer, 0), model.Scope{Handlers: b.handlers(0, "E")})
	b.place(0, b.in(outer, 0), 1, 0)
	b.place(0, b.in(s, 1), 1, 1)
	b.place(0, b.in(outer, 0), 0, 2)
	b.place(1, b.in(s, 0), 2, 0)
	b.at(1, 1).OnlyIf = &model.HandlerRef{Scope: s, Part: 1}
	const receive = "B <- A: x"
	w := b.walk(t).do("B: "+tau).via(0, 1, 2)
	assert.Equal(t, "1 in 0, 1 left 1", w.knows(0))
	assert.Equal(t, []string{receive}, w.enabled())
	w = b.walk(t).do("B: "+tau).via(0, 0, 0, 1, 2)
	assert.Equal(t, "2 in 0 (1: 0), 1 left 1", w.knows(0))
	assert.Empty(t, w.enabled())
}

// TestNotLoopedNumbersDoNotDecide: which place is meant, and whether a message is of a
// later instance, is up to the looped scopes.
func TestNotLoopedNumbersDoNotDecide(t *testing.T) {
	b := build(fifo1, role("A", "A", "", "A -B!x-> A1"), role("B", "B", "", "B -A?x-> B1"))
	s := b.scope("s", 0, model.Scope{})
	inner := b.scope("inner", b.in(s, 0), model.Scope{Looped: true})
	b.place(0, b.in(s, 0), 1, 0)
	b.place(1, b.in(inner, 0), 1, 0)
	b.place(1, b.in(inner, 0), 0, 0)
	w := b.walk(t).do("A -> B: x", "B <- A: x")
	assert.Equal(t, "1 in 0, 1 in 0", w.knows(1))
}
