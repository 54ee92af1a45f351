package replay_test

import (
	"testing"

	"chorcheck/model"

	"github.com/stretchr/testify/assert"
)

// abandoned has A send x in the body of s and h in its handler, and B take what comes,
// or enter the handler by itself.
func abandoned(channel model.Channel, scope model.Scope) (builder, model.ScopeID) {
	b := build(channel,
		role("A", "A", "", "A -B!x-> A ; A -B!h-> A1 ; A -tau-> A"),
		role("B", "B", "B2", "B -A?x-> B ; B -A?h-> B1 ; B -tau-> B1 ; B1 -tau-> B2 ; B1 -A?x-> B1"),
	)
	scope.DiscardLate = true
	scope.Handlers = b.handlers(0, "E", "F")
	s := b.scope("s", 0, scope)
	b.place(0, b.in(s, 0), 0, 0)
	b.place(0, b.in(s, 1), 0, 1)
	b.place(0, b.in(s, 0), 1, 2)
	b.enters(0, 1, s, 1)
	b.place(1, b.in(s, 0), 0, 0)
	b.place(1, b.in(s, 1), 0, 1)
	b.place(1, b.in(s, 2), 0, 2)
	b.enters(1, 1, s, 1)
	b.enters(1, 2, s, 2)
	b.place(1, 0, 0, 3)
	b.place(1, b.in(s, 2), 0, 4)
	return b, s
}

const (
	bailsOut = "B: internal step (handler F at A of scope s)"
	tellsB   = "A -> B: h (handler E at A of scope s)"
)

// TestLate: what belongs to the body or to another handler is late for who is in a
// handler, or has left by it; what belongs to the handler is not.
func TestLate(t *testing.T) {
	b, _ := abandoned(fifo2, model.Scope{})
	w := b.walk(t).do("A -> B: x")
	assert.Contains(t, w.enabled(), "B <- A: x", "B is in no handler")
	w.do(bailsOut)
	assert.Equal(t, "1 in 2", w.knows(1))
	assert.Equal(t, []string{"A -> B: x", tellsB, "A: " + tau, "B drops a late x from A"}, w.enabled(), "before anything else")
	w.do("B drops a late x from A")
	assert.Equal(t, "1 in 2", w.knows(1), "no status changes")
	assert.Zero(t, messages(w.c))
	w.do("B: "+tau, tellsB)
	assert.Equal(t, "1 left 2", w.knows(1))
	assert.Equal(t, []string{"B drops a late h from A"}, w.enabled(), "of another handler")

	w = b.walk(t).do(tellsB)
	assert.Contains(t, w.enabled(), "B <- A: h (handler E at A of scope s)")
	w.do("B <- A: h (handler E at A of scope s)")
	w = b.walk(t).do("A -> B: x", "B <- A: x")
	assert.Equal(t, "1 in 0", w.knows(1))
}

// TestLateUnasked: without `discard late` nothing is dropped.
func TestLateUnasked(t *testing.T) {
	b, s := abandoned(fifo2, model.Scope{})
	b.Scopes[s].DiscardLate = false
	w := b.walk(t).do("A -> B: x", bailsOut)
	assert.Contains(t, w.enabled(), "B <- A: x")
}

// TestLateOfEarlierInstance: the outcome of an earlier instance is remembered, until the
// scope around begins anew.
func TestLateOfEarlierInstance(t *testing.T) {
	b, s := abandoned(fifo2, model.Scope{Looped: true})
	b.Machines[1].Transitions[3].Places = []model.Place{{Position: b.in(s, 0), Fresh: 1}}
	w := b.walk(t).do(bailsOut, "B: "+tau, "A -> B: x")
	assert.Equal(t, "2 in 0 (1: 2)", w.knows(1))
	assert.Contains(t, w.enabled(), "B drops a late x from A")
	w.c.Local[1].Scopes[s].Outcomes = nil
	assert.NotContains(t, w.enabled(), "B drops a late x from A", "nothing is remembered")
}

// TestOvertaken: in a queue, a message of the body makes way for one of a handler of the
// same instance and sender.
func TestOvertaken(t *testing.T) {
	b, _ := abandoned(fifo2, model.Scope{})
	w := b.walk(t).do("A -> B: x", tellsB)
	assert.Equal(t, []string{"B drops a late x from A"}, w.enabled())
	w.do("B drops a late x from A", "B <- A: h (handler E at A of scope s)")

	b, s := abandoned(fifo2, model.Scope{Looped: true})
	b.at(0, 1).Places = []model.Place{{Position: b.in(s, 1), Fresh: 1}}
	w = b.walk(t).do("A -> B: x", tellsB)
	assert.Contains(t, w.enabled(), "B <- A: x", "of the next instance")

	b, _ = abandoned(mail2, model.Scope{})
	w = b.walk(t).do("A -> B: x", tellsB)
	assert.Equal(t, []string{"B drops a late x from A"}, w.enabled())
	w.c.Queues[1][0].Sender = 1
	assert.NotContains(t, w.enabled(), "B drops a late x from B", "of another sender")

	b, _ = abandoned(bag2, model.Scope{})
	w = b.walk(t).do("A -> B: x", tellsB)
	assert.Contains(t, w.enabled(), "B <- A: x", "a bag has no order")
	w.do(bailsOut)
	assert.Equal(t, []string{"B drops a late h from A", "B drops a late x from A"}, sorted(w.enabled()))
}

// TestLateOnSync: the rendezvous leaves the receiver where it is.
func TestLateOnSync(t *testing.T) {
	b, _ := abandoned(sync, model.Scope{})
	w := b.walk(t).do(bailsOut)
	assert.Equal(t, []string{
		"A -> B: x, which is late and dropped", "A -> B: h, which is late and dropped (handler E at A of scope s)",
		"A: " + tau, "B: " + tau,
	}, w.enabled())
	s := w.find("A -> B: x, which is late and dropped")
	assert.True(t, s.Discard)
	assert.Equal(t, -1, s.PeerTransition)
	assert.False(t, s.Stale)
	before := w.knows(1)
	w.do("A -> B: h, which is late and dropped (handler E at A of scope s)")
	assert.Equal(t, []string{"A1", "B1"}, w.states())
	assert.Equal(t, before, w.knows(1))
}

// TestIgnore: an ignored message is taken and dropped.
func TestIgnore(t *testing.T) {
	for _, channel := range []model.Channel{fifo1, sync, bag2} {
		b := build(channel, role("A", "A", "", "A -B!x-> A1"), role("B", "B", "", "B -A?x-> B ; B -A?y-> B1"))
		s := b.scope("s", 0, model.Scope{})
		b.at(1, 0).Kind = model.Ignore
		b.place(0, b.in(s, 0), 1, 0)
		w := b.walk(t)
		if channel == sync {
			w.do("A -> B: x, which is ignored")
		} else {
			w.do("A -> B: x", "B ignores x from A")
		}
		assert.Zero(t, messages(w.c))
		assert.Equal(t, []string{"A1", "B"}, w.states())
		assert.Equal(t, "none", w.knows(1), "no status changes")
	}
}

// TestRaising: into a handler, or to failed.
func TestRaising(t *testing.T) {
	b := build(fifo1, role("A", "A", "A2", "A -tau-> A1 ; A -tau-> A2"))
	s := b.scope("s", 0, model.Scope{Handlers: b.handlers(0, "E")})
	b.handlers(0, "F")
	for i := range 2 {
		b.at(0, i).Kind, b.at(0, i).Exception = model.Raise, model.ExceptionID(i)
	}
	b.enters(0, 0, s, 1)
	b.place(0, b.in(s, 1), 1, 0)
	b.at(0, 1).To = model.Failed
	w := b.walk(t)
	assert.Equal(t, []string{"E is raised at A (handler E at A of scope s)", "F is raised at A, and nobody handles it"}, w.enabled())
	_, _, uncaught := w.in.Uncaught(w.find("E is raised at A (handler E at A of scope s)"))
	assert.False(t, uncaught)
	step := w.find("F is raised at A, and nobody handles it")
	r, e, uncaught := w.in.Uncaught(step)
	assert.True(t, uncaught)
	assert.Equal(t, model.RoleID(0), r)
	assert.Equal(t, model.ExceptionID(1), e)
	assert.False(t, step.Fails, "that is for values")
	w.do("F is raised at A, and nobody handles it")
	assert.Equal(t, []string{"failed"}, w.states())
	assert.Nil(t, w.c.Local[0].Scopes, "a role that fails keeps no status")
}

// TestCrashNoticed: after what the crashed role has sent, once, and not before the crash.
func TestCrashNoticed(t *testing.T) {
	b := build(fifo1,
		role("A", "A", "", "A -B!x-> A1"),
		role("B", "B", "", "B -A?x-> B ; B -tau-> B"),
	)
	b.at(1, 1).Kind, b.at(1, 1).Peer = model.CrashRaise, 0
	crash := model.Fault{Kind: model.Crash, Role: 0, Peer: -1, Recovers: true}
	w := b.walkIn(t, 2, crash)
	assert.Equal(t, []string{"A -> B: x", "A crashes"}, w.enabled())
	w.do("A -> B: x", "A crashes")
	assert.Equal(t, []string{"B <- A: x", "A recovers"}, w.enabled(), "it takes first what A has sent")
	w.do("B <- A: x")
	assert.Equal(t, []string{"B notices the crash of A", "A recovers"}, w.enabled())
	w.do("B notices the crash of A")
	assert.Equal(t, []string{"A recovers"}, w.enabled(), "once")
	w.do("A recovers", "A crashes", "B notices the crash of A")

	silent := crash
	silent.Kind = model.Silence
	w = b.walkIn(t, 1, silent).do("A falls silent")
	assert.Empty(t, w.enabled(), "silence is not noticed")

	b.at(1, 1).To = model.Failed
	w = b.walkIn(t, 1, crash).do("A crashes", "B notices the crash of A, and nobody handles it")
	assert.Equal(t, []string{"crashed", "failed"}, w.states())
}
