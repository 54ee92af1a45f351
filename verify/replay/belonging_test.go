package replay_test

import (
	"testing"

	"chorcheck/internal/naive"
	"chorcheck/model"
	"chorcheck/verify/replay"

	"github.com/stretchr/testify/assert"
)

// TestTheHandlerOfANewInstance: who enters a handler of a new instance leaves the old
// one as it was; who enters one of the present instance ends its body by it.
func TestTheHandlerOfANewInstance(t *testing.T) {
	for fresh, want := range []string{"1 in 1", "2 in 1 (1: 0)"} {
		b := build(fifo1, role("A", "A", "", "A -tau-> A1 ; A1 -tau-> A2"))
		s := b.scope("s", 0, model.Scope{Looped: true, Handlers: b.handlers(0, "E")})
		b.place(0, b.in(s, 0), 1, 0)
		b.place(0, b.in(s, 1), fresh, 1)
		b.enters(0, 1, s, 1)
		assert.Equal(t, want, b.walk(t).via(0, 0, 1).knows(0))
	}
	// From behind the scope into a round of its own: the part that it has left is the handler.
	b := build(fifo1, role("A", "A", "", "A -tau-> A1 ; A1 -tau-> A2"))
	s := b.scope("s", 0, model.Scope{Looped: true, Handlers: b.handlers(0, "E")})
	b.place(0, b.in(s, 0), 1, 0, 1)
	b.enters(0, 1, s, 1)
	assert.Equal(t, "2 in 0 (1: 1)", b.walk(t).via(0, 0, 1).knows(0), "the place is no part of the handler")
}

// TestAHandlerIsEnteredFromTheBodyOnly: a role that is in a handler, or has left, is not
// taken to another one by what stands behind the scope.
func TestAHandlerIsEnteredFromTheBodyOnly(t *testing.T) {
	b := build(fifo1, role("A", "A", "", "A -tau-> A1 ; A1 -tau-> A2 ; A2 -tau-> A3 ; A3 -tau-> A4"))
	s := b.scope("s", 0, model.Scope{Handlers: b.handlers(0, "E", "F")})
	b.place(0, b.in(s, 0), 1, 0)
	b.place(0, b.in(s, 1), 0, 1)
	b.enters(0, 1, s, 1)
	b.enters(0, 2, s, 2)
	w := b.walk(t).via(0, 0, 1, 2)
	assert.Equal(t, "1 left 1", w.knows(0))

	b.at(0, 1).Places, b.at(0, 1).Handler = nil, nil
	w = b.walk(t).via(0, 0, 1, 2)
	assert.Equal(t, "1 left 0", w.knows(0))
}

// TestEnteringAHandlerLeavesOnlyWhatIsInTheBody: scopes of other threads that stand in a
// handler, or beside the scope, are left by their own actions.
func TestEnteringAHandlerLeavesOnlyWhatIsInTheBody(t *testing.T) {
	for place, want := range []string{"1 in 1, 1 left 0", "1 in 1, 1 in 0", "1 in 1, 1 in 0"} {
		b := build(fifo1, role("A", "A", "", "A -tau-> A1 ; A1 -tau-> A2"))
		b.Threads = append(b.Threads, 0, 0)
		s := b.scope("s", 0, model.Scope{Handlers: b.handlers(0, "E")})
		outer := []model.PositionID{b.in(s, 0), b.in(s, 1), 0}[place]
		other := b.scope("other", outer, model.Scope{Thread: 1})
		b.place(0, b.in(other, 0), 1, 0)
		b.place(0, b.in(s, 1), 0, 1)
		b.at(0, 0).Thread, b.at(0, 1).Thread = 1, 2
		b.enters(0, 1, s, 1)
		assert.Equal(t, want, b.walk(t).via(0, 0, 1).knows(0))
	}
}

// TestAThreadInsideAnotherIsNotConcurrentWithIt.
func TestAThreadInsideAnotherIsNotConcurrentWithIt(t *testing.T) {
	for _, test := range []struct {
		scope, action model.ThreadID
		want          string
	}{{1, 2, "1 left 0"}, {2, 1, "1 left 0"}, {2, 3, "1 in 0"}, {3, 2, "1 in 0"}} {
		b := build(fifo1, role("A", "A", "", "A -tau-> A1 ; A1 -tau-> A2"))
		b.Threads = append(b.Threads, 0, 1, 0) // thread 2 stands in thread 1, and 3 beside both
		s := b.scope("s", 0, model.Scope{Thread: test.scope})
		b.place(0, b.in(s, 0), 1, 0)
		b.at(0, 0).Thread, b.at(0, 1).Thread = test.scope, test.action
		assert.Equal(t, test.want, b.walk(t).via(0, 0, 1).knows(0))
	}
}

// TestTheFirstActionEnters, fresh or not: the status was none.
func TestTheFirstActionEnters(t *testing.T) {
	b := build(fifo2, role("A", "A", "", "A -tau-> A ; A -B!x-> A1"), role("B", "B", "", "B -A?x-> B1"))
	s := b.scope("s", 0, model.Scope{Looped: true})
	b.place(0, b.in(s, 0), 0, 0)
	b.place(0, 0, 0, 1)
	b.place(1, b.in(s, 0), 0, 0)
	w := b.walk(t).via(0, 0, 0)
	assert.Equal(t, "1 in 0", w.knows(0), "and the second one does not")
	w.via(0, 1).via(1, 0)
	assert.Equal(t, "1 in 0", w.knows(1), "the message does not count: it stands outside")
}

// TestAMessageOfALaterOuterInstanceBringsItsInnerNumbers, and its receiver forgets what
// it remembered of the inner scope.
func TestAMessageOfALaterOuterInstanceBringsItsInnerNumbers(t *testing.T) {
	b := build(fifo1,
		role("A", "A", "", "A -tau-> A ; A -tau-> A1 ; A1 -tau-> A1 ; A1 -B!x-> A2"),
		role("B", "B", "", "B -tau-> B ; B -A?x-> B1"),
	)
	outer := b.scope("outer", 0, model.Scope{Looped: true})
	inner := b.scope("inner", b.in(outer, 0), model.Scope{Looped: true})
	b.place(0, b.in(outer, 0), 1, 0)
	b.place(0, b.in(outer, 0), 0, 1)
	b.place(0, b.in(inner, 0), 1, 2, 3)
	b.place(1, b.in(inner, 0), 1, 0)
	b.place(1, b.in(inner, 0), 1, 1)
	w := b.walk(t).via(1, 0, 0, 0)
	assert.Equal(t, "1 in 0, 3 in 0 (1: 0) (2: 0)", w.knows(1))
	w.via(0, 0, 0, 1, 2, 3).via(1, 1)
	assert.Equal(t, "2 in 0 (1: 0), 2 in 0", w.knows(1))
}

// TestBelonging: a message belongs to the scopes around its place, and says of the
// others whether its sender has left them, after the step.
func TestBelonging(t *testing.T) {
	b := build(fifo2, role("A", "A", "", "A -tau-> A1 ; A1 -B!x-> A2 ; A2 -B!y-> A3"), role("B", "B", "", ""))
	before := b.scope("before", 0, model.Scope{Handlers: b.handlers(0, "E")})
	outer := b.scope("outer", 0, model.Scope{Looped: true})
	inner := b.scope("inner", b.in(outer, 0), model.Scope{})
	b.place(0, b.in(before, 1), 1, 0)
	b.place(0, b.in(inner, 0), 2, 1)
	b.place(0, 0, 0, 2)
	w := b.walk(t).via(0, 0, 1, 2)
	x, y := w.c.Queues[0][0], w.c.Queues[0][1]
	assert.Equal(t, b.in(inner, 0), x.Position)
	assert.Equal(t, []replay.ScopeStatus{
		{Number: 1, Phase: replay.Left, Part: 1}, {Number: 1, Phase: replay.In}, {Number: 1, Phase: replay.In},
	}, x.Scopes, "the send itself enters two scopes and leaves the one before")
	assert.Equal(t, model.PositionID(0), y.Position)
	assert.Equal(t, []replay.ScopeStatus{
		{Number: 1, Phase: replay.Left, Part: 1}, {Number: 1, Phase: replay.Left}, {Number: 1, Phase: replay.Left},
	}, y.Scopes)
}

// TestAStrayMessageBelongsToNothing, not even to "outside": all places are possible for
// it, and the first one with the least number of scopes to enter is meant.
func TestAStrayMessageBelongsToNothing(t *testing.T) {
	b := build(fifo1, role("A", "A", "", "A -B!x-> A1"), role("B", "B", "", "B -A?x-> B1"))
	s := b.scope("s", 0, model.Scope{})
	b.place(1, b.in(s, 0), 0, 0)
	b.place(1, 0, 0, 0)
	w := b.walk(t).do("A -> B: x", "B <- A: x")
	assert.Equal(t, "none", w.knows(1), "a message from outside")
	w = b.walkIn(t, -1, fault(model.Stray, 0, 1)).do("a stray x from A arrives in the queue to B", "B <- A: x")
	assert.Equal(t, "1 in 0", w.knows(1))
}

// TestTheOutermostDifferenceDecides whether a message is of an earlier or of a later
// instance: what it says of scopes inside does not.
func TestTheOutermostDifferenceDecides(t *testing.T) {
	// A is in instance a of outer, and in instance i of inner there; B in instance 2 and 2.
	for _, test := range []struct {
		outer, inner int
		later        bool
	}{{1, 3, false}, {3, 1, true}, {2, 1, false}, {2, 2, false}, {2, 3, true}} {
		b := build(fifo1,
			role("A", "A", "", "A -tau-> A ; A -tau-> A ; A -B!x-> A1"),
			role("B", "B", "", "B -tau-> B ; B -tau-> B ; B -A?x-> B1"),
		)
		outer := b.scope("outer", 0, model.Scope{Looped: true})
		inner := b.scope("inner", b.in(outer, 0), model.Scope{Looped: true})
		for r := range 2 {
			b.place(r, b.in(outer, 0), 1, 0)
			b.place(r, b.in(inner, 0), 1, 1)
		}
		b.place(0, b.in(inner, 0), 0, 2)
		// Neither place is that of the message: whether it is later decides.
		other := b.scope("other", 0, model.Scope{})
		b.place(1, 0, 0, 2)
		b.place(1, b.in(other, 0), 1, 2)
		w := b.walk(t)
		for range test.outer {
			w.via(0, 0)
		}
		for range test.inner {
			w.via(0, 1)
		}
		w.via(1, 0, 0, 1, 1).via(0, 2)
		assert.Equal(t, "2 in 0 (1: 0), 2 in 0 (1: 0), none", w.knows(1))
		w.via(1, 2)
		want := "none"
		if test.later {
			want = "1 in 0"
		}
		assert.Equal(t, "2 left 0 (1: 0), 2 left 0 (1: 0), "+want, w.knows(1), "%+v", test)
	}
}

// TestTheFirstOfEqualPlacesIsMeant, of a message of a later instance as well.
func TestTheFirstOfEqualPlacesIsMeant(t *testing.T) {
	for first := range 2 {
		for _, later := range []bool{false, true} {
			b := build(fifo1, role("A", "A", "", "A -B!x-> A1"), role("B", "B", "", "B -A?x-> B1"))
			scopes := []model.ScopeID{b.scope("s", 0, model.Scope{}), b.scope("u", 0, model.Scope{})}
			looped := b.scope("v", 0, model.Scope{Looped: true})
			if later {
				b.place(0, b.in(looped, 0), 1, 0)
			}
			b.place(1, b.in(scopes[first], 0), 1, 0)
			b.place(1, b.in(scopes[1-first], 0), 1, 0)
			want := []string{"1 in 0, none, none", "none, 1 in 0, none"}[first]
			assert.Equal(t, want, b.walk(t).do("A -> B: x", "B <- A: x").knows(1))
		}
	}
}

// TestWhichReceive: of the receives that enter handlers, those that the message belongs
// to take it, if there are any, enabled or not; likewise of the others.
func TestWhichReceive(t *testing.T) {
	// B can take x outside, in s, and as an interrupt outside, or in s.
	make := func(channel model.Channel, inside bool) (builder, model.ScopeID) {
		b := build(channel,
			role("A", "A", "", "A -B!x-> A1"),
			role("B", "B", "", "B -A?x-> B1 ; B -A?x-> B2 ; B -A?x-> B3 ; B -A?x-> B4"),
		)
		s := b.scope("s", 0, model.Scope{Handlers: b.handlers(0, "E")})
		if inside {
			b.place(0, b.in(s, 1), 1, 0)
		}
		b.place(1, 0, 0, 0, 2)
		b.place(1, b.in(s, 1), 0, 1, 3)
		b.enters(1, 2, s, 1)
		b.enters(1, 3, s, 1)
		return b, s
	}
	possible := func(b builder, faults ...model.Fault) []int {
		w := b.walkIn(t, -1, faults...)
		if faults != nil {
			w.do("a stray x from A arrives in the queue to B")
		} else {
			w.via(0, 0)
		}
		var list []int
		w.compare()
		for _, s := range w.in.Enabled(w.c) {
			if s.Kind == replay.Receive {
				list = append(list, s.Transition)
			}
		}
		return list
	}
	b, _ := make(fifo1, false)
	assert.Equal(t, []int{0, 2}, possible(b), "those outside, for a message from outside")
	assert.Equal(t, []int{0, 1, 2, 3}, possible(b, fault(model.Stray, 0, 1)), "a stray message can be taken by all")
	b, _ = make(fifo1, true)
	assert.Equal(t, []int{1, 3}, possible(b))
	b.at(1, 1).Places = nil
	assert.Equal(t, []int{0, 1, 3}, possible(b), "none of those that enter no handler stands there")
	b, s := make(fifo1, true)
	b.at(1, 3).OnlyIf = &model.HandlerRef{Scope: s, Part: 1}
	assert.Equal(t, []int{1}, possible(b), "the one that it belongs to is not enabled, and the others stay away")

	// On sync it is the same.
	b, _ = make(sync, true)
	w := b.walk(t)
	w.compare()
	var peers []int
	for _, s := range w.in.Enabled(w.c) {
		peers = append(peers, s.PeerTransition)
	}
	assert.Equal(t, []int{1, 3}, peers)
}

// TestAStrayMessageIsNotTakenByAReceiveThatStores.
func TestAStrayMessageIsNotTakenByAReceiveThatStores(t *testing.T) {
	b := build(fifo1, role("A", "A", "", "A -B!x-> A1"), role("B", "B", "", "B -A?x-> B1"))
	b.at(0, 0).Values = []*model.Expr{model.Const(1)}
	b.at(1, 0).Stores = []model.VarID{naive.AddVar(b.Automata, intVar(1, "v", 0, 9, 3))}
	w := b.walkIn(t, -1, fault(model.Stray, 0, 1)).do("a stray x from A arrives in the queue to B")
	assert.Empty(t, w.enabled())
	b.at(1, 0).Kind, b.at(1, 0).Stores, b.at(1, 0).To = model.Ignore, nil, 0
	b.walkIn(t, -1, fault(model.Stray, 0, 1)).do("a stray x from A arrives in the queue to B", "B ignores x from A")
}

// TestAStrayMessageWithSeveralPlacesOnSync is meant like one from a queue.
func TestAStrayMessageWithSeveralPlacesOnSync(t *testing.T) {
	b := build(sync, role("A", "A", "", "A -B!x-> A1"), role("B", "B", "", "B -A?x-> B1"))
	s := b.scope("s", 0, model.Scope{})
	b.place(1, b.in(s, 0), 1, 0)
	b.place(1, b.in(s, 0), 0, 0)
	b.place(1, 0, 0, 0)
	w := b.walk(t).do("A -> B: x")
	assert.Equal(t, "none", w.knows(1))
	w = b.walkIn(t, -1, fault(model.Stray, 0, 1)).do("a stray x from A reaches B")
	assert.Equal(t, "1 in 0", w.knows(1))
}

// TestOnlyReceivesAreStale: what is ignored is not.
func TestOnlyReceivesAreStale(t *testing.T) {
	for _, channel := range []model.Channel{fifo1, sync} {
		for _, kind := range []model.Kind{model.Receive, model.Ignore} {
			b := build(channel, role("A", "A", "", "A -B!x-> A1"), role("B", "B", "", "B -tau-> B1 ; B1 -tau-> B2 ; B2 -A?x-> B2"))
			s := b.scope("s", 0, model.Scope{})
			b.place(0, b.in(s, 0), 1, 0)
			b.place(1, b.in(s, 0), 1, 0)
			b.at(1, 2).Kind = kind
			w := b.walk(t).via(1, 0, 1)
			if channel != sync {
				w.via(0, 0)
			}
			w.compare()
			assert.Equal(t, kind == model.Receive, w.in.Enabled(w.c)[0].Stale)
		}
	}
}

// TestStaleInsideAnEarlierInstance: a message is stale for each scope around it that its
// receiver has left, but the numbers of inner scopes mean something only where those of
// the outer ones are equal.
func TestStaleInsideAnEarlierInstance(t *testing.T) {
	for _, test := range []struct {
		outer, inner int // instances in which A sends; B is in 2 and 2, and has left the inner one
		stale        bool
	}{{1, 3, true}, {2, 1, true}, {2, 2, true}, {2, 3, false}, {3, 1, false}} {
		b := build(fifo1,
			role("A", "A", "", "A -tau-> A ; A -tau-> A ; A -B!x-> A1"),
			role("B", "B", "", "B -tau-> B ; B -tau-> B ; B -tau-> B ; B -A?x-> B1"),
		)
		outer := b.scope("outer", 0, model.Scope{Looped: true})
		inner := b.scope("inner", b.in(outer, 0), model.Scope{Looped: true})
		for r := range 2 {
			b.place(r, b.in(outer, 0), 1, 0)
			b.place(r, b.in(inner, 0), 1, 1)
		}
		b.place(0, b.in(inner, 0), 0, 2)
		b.place(1, b.in(outer, 0), 0, 2)
		b.place(1, b.in(inner, 0), 1, 3)
		w := b.walk(t).via(1, 0, 0, 1, 1, 2)
		assert.Equal(t, "2 in 0 (1: 0), 2 left 0 (1: 0)", w.knows(1))
		for range test.outer {
			w.via(0, 0)
		}
		for range test.inner {
			w.via(0, 1)
		}
		w.via(0, 2)
		assert.Equal(t, test.stale, w.find("B <- A: x").Stale, "%+v", test)
	}
}

// TestAnInterruptFromBehindNeedsASenderThatIsOut: one that is still in the scope, or that
// has left it by another outcome, does not interrupt.
func TestAnInterruptFromBehindNeedsASenderThatIsOut(t *testing.T) {
	for part, want := range []bool{false, true, false} {
		b := build(fifo1, role("A", "A", "", "A -tau-> A1 ; A1 -B!x-> A2"), role("B", "B", "", "B -A?x-> B1"))
		s := b.scope("s", 0, model.Scope{Handlers: b.handlers(0, "E", "F")})
		b.place(0, b.in(s, part), 1, 0)
		b.enters(1, 0, s, 1)
		b.at(1, 0).OnlyIf = &model.HandlerRef{Scope: s, Part: 1}
		w := b.walk(t).via(0, 0, 1)
		assert.Equal(t, want, len(w.enabled()) > 0, "left by %d", part)

		b.place(0, b.in(s, part), 0, 1)
		assert.Empty(t, b.walk(t).via(0, 0, 1).enabled(), "it is still in s")
	}

	b := build(fifo1, role("A", "A", "", "A -tau-> A1 ; A1 -tau-> A2 ; A2 -B!x-> A3"), role("B", "B", "", "B -A?x-> B1"))
	s := b.scope("s", 0, model.Scope{Handlers: b.handlers(0, "E")})
	b.place(0, b.in(s, 1), 1, 0)
	b.enters(1, 0, s, 1)
	b.at(1, 0).OnlyIf = &model.HandlerRef{Scope: s, Part: 1}
	assert.NotEmpty(t, b.walk(t).via(0, 0, 1, 2).enabled())
	b.place(0, b.in(s, 1), 0, 2)
	w := b.walk(t).via(0, 0, 1, 2)
	assert.Equal(t, "1 left 1", w.knows(0), "what is left stays left")
	assert.Empty(t, w.enabled(), "but the message belongs to s")
}

// TestARoleThatFailsKeepsNoStatus: nobody asks any more how it has left a scope.
func TestARoleThatFailsKeepsNoStatus(t *testing.T) {
	b := build(fifo1, role("A", "A", "", "A -tau-> A1 ; A1 -tau-> A2"))
	s := b.scope("s", 0, model.Scope{Handlers: b.handlers(0, "E")})
	b.place(0, b.in(s, 0), 1, 0)
	b.at(0, 1).Guard = divZero()
	w := b.walk(t).via(0, 0)
	assert.Len(t, w.in.Outcomes(w.c, s), 1)
	w.via(0, 1)
	assert.Nil(t, w.c.Local[0].Scopes)
	assert.Empty(t, w.in.Outcomes(w.c, s))
}
