package replay_test

import (
	"testing"

	"github.com/stretchr/testify/assert"

	"chorcheck/model"
	"chorcheck/verify/replay"
)

// TestInside: a role is in the body, then in the handler, of one instance, and then in no
// scope any more; a crashed one is in none.
func TestInside(t *testing.T) {
	b := build(fifo1, role("A", "A", "", "A -tau-> A1 ; A1 -tau-> A2 ; A2 -tau-> A3"), role("B", "B", "", "B -tau-> B1"))
	s := b.scope("s", 0, model.Scope{Handlers: b.handlers(0, "E")})
	b.place(0, b.in(s, 0), 1, 0)
	b.place(0, b.in(s, 1), 0, 1)
	b.enters(0, 1, s, 1)
	w := b.walkIn(t, -1, fault(model.Crash, 0, -1))
	assert.Empty(t, w.in.Inside(w.c, 0))
	w.via(0, 0)
	assert.Equal(t, []replay.Inside{{Scope: s, Part: 0, Number: 1, Name: "s"}}, w.in.Inside(w.c, 0))
	assert.Empty(t, w.in.Inside(w.c, 1))
	w.via(0, 1)
	assert.Equal(t, []replay.Inside{{Scope: s, Part: 1, Number: 1, Name: "s, on E at A"}}, w.in.Inside(w.c, 0))
	crashed := w.in.Apply(w.c, w.find("A crashes"))
	assert.Empty(t, w.in.Inside(crashed, 0))
	w.via(0, 2)
	assert.Empty(t, w.in.Inside(w.c, 0))
}

// TestDescribeMessage: only what is about a message has one.
func TestDescribeMessage(t *testing.T) {
	b := build(fifo1, role("A", "A", "", "A -tau-> A1 ; A1 -B!x-> A2"), role("B", "B", "", "B -A?x-> B1"))
	w := b.walk(t)
	assert.Empty(t, w.in.DescribeMessage(w.find("A: internal step")))
	w.via(0, 0)
	assert.Equal(t, "x", w.in.DescribeMessage(w.find("A -> B: x")))
}
