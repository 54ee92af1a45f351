package replay_test

import (
	"testing"

	"chorcheck/model"
	"chorcheck/verify/replay"

	"github.com/stretchr/testify/assert"
)

// TestTimeout: a timer of a choreography may fire wherever there is a timeout of it.
func TestTimeout(t *testing.T) {
	b := build(fifo1, role("A", "A", "", "A -tau-> A1"))
	s := b.scope("pay", 0, model.Scope{Handlers: b.handlers(0, "slow")})
	b.Timers = []model.Timer{{Name: "slow", Owner: 0, Exception: 0, Var: -1}}
	b.timeout(0, 0, 0)
	b.enters(0, 0, s, 1)
	b.place(0, b.in(s, 1), 1, 0)
	w := b.walk(t).do("timer slow of A fires (handler slow at A of scope pay)")
	assert.Equal(t, "1 in 1", w.knows(0))

	b.at(0, 0).Handler, b.at(0, 0).To = nil, model.Failed
	w = b.walk(t).do("timer slow of A fires, and nobody handles it")
	assert.Equal(t, []string{"failed"}, w.states())
}

// waiting is a role with an explicit timer that waits for an answer.
func waiting(channel model.Channel) (builder, model.TimerID) {
	b := build(channel,
		role("A", "A", "Z", "A -tau-> W ; W -B?x-> W ; W -B?y-> Z ; W -tau-> Z ; W -tau-> W"),
		role("B", "B", "B", "B -A!x-> B ; B -A!y-> B"),
	)
	timer := b.timer(0, "t")
	b.set(0, 0, timer, 1)
	b.set(0, 2, timer, 0)
	b.timeout(0, 3, timer)
	b.set(0, 4, timer, 1)
	return b, timer
}

// TestExplicitTimer: armed by set, disarmed by cancel and by firing.
func TestExplicitTimer(t *testing.T) {
	b, timer := waiting(fifo1)
	w := b.walk(t).do("A: set t")
	assert.Equal(t, []string{"t"}, w.in.DescribeConfig(w.c).Roles[0].Armed)
	assert.Empty(t, w.in.DescribeConfig(w.c).Roles[0].Variables)
	w.do("A: set t")
	assert.Contains(t, w.enabled(), "timer t of A fires", "to set it again changes nothing")
	fired := *w
	fired.do("timer t of A fires")
	assert.Equal(t, []int64{0}, fired.c.Vars)
	w.do("B -> A: y", "A <- B: y, cancel t")
	assert.Equal(t, []int64{0}, w.c.Vars)
	assert.Empty(t, w.in.ArmedAtEnd(w.c))

	b.Machines[0].Transitions[2].Assigns = nil
	w = b.walk(t).do("A: set t", "B -> A: y", "A <- B: y")
	assert.Equal(t, []model.TimerID{timer}, w.in.ArmedAtEnd(w.c))

	b.Machines[0].Initial = 1
	w = b.walk(t)
	assert.NotContains(t, w.enabled(), "timer t of A fires", "it is not armed")
}

// TestWaitIsOver: a timeout after the answer has come, unless the timer is set again.
func TestWaitIsOver(t *testing.T) {
	for _, channel := range []model.Channel{fifo1, sync} {
		b, timer := waiting(channel)
		answer := func(w *walker) *walker {
			if channel == sync {
				return w.do("B -> A: x")
			}
			return w.do("B -> A: x", "A <- B: x")
		}
		w := b.walk(t).do("A: set t")
		assert.False(t, w.find("timer t of A fires").Late)
		answer(w)
		assert.True(t, w.c.Over[timer])
		late := w.find("timer t of A fires")
		assert.True(t, late.Late)
		assert.False(t, w.in.Apply(w.c, late).Over[timer])
		w.do("A: set t")
		assert.False(t, w.find("timer t of A fires").Late)

		// The timer is not armed, or there is no timeout of it in the local state.
		b.at(0, 0).Assigns = nil
		assert.False(t, answer(b.walk(t).do("A: " + tau)).c.Over[timer])
		b, _ = waiting(channel)
		b.at(0, 3).Kind = model.Internal
		assert.False(t, answer(b.walk(t).do("A: set t")).c.Over[timer])
		b, _ = waiting(channel)
		b.at(0, 1).Kind = model.Ignore
		w = b.walk(t).do("A: set t")
		if channel == sync {
			w.do("B -> A: x, which is ignored")
		} else {
			w.do("B -> A: x", "A ignores x from B")
		}
		assert.False(t, w.c.Over[timer], "the wait goes on")
	}
}

// TestTimerOfACrashedRole: it is disarmed, and no wait is over.
func TestTimerOfACrashedRole(t *testing.T) {
	b, _ := waiting(fifo1)
	w := b.walkIn(t, -1, model.Fault{Kind: model.Crash, Role: 0, Peer: -1}).do("A: set t", "B -> A: x", "A <- B: x", "A crashes")
	assert.Equal(t, []bool{false}, w.c.Over)
	assert.Equal(t, []int64{0}, w.c.Vars)
	assert.Equal(t, replay.RoleState{Role: "A", State: "crashed", Failed: true, Status: replay.Crashed}, w.in.DescribeConfig(w.c).Roles[0])
}
