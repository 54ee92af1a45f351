package replay_test

import (
	"strings"
	"testing"

	"chorcheck/model"
	"chorcheck/verify/replay"

	"github.com/stretchr/testify/assert"
)

// named is an atom with a name.
type named struct {
	name string
	model.Atom
}

// statesOf lists the state atoms that hold where a walker is.
func (w *walker) statesOf(atoms []named) string {
	var out []string
	for _, a := range atoms {
		if w.in.Holds(a.Atom, w.c, nil) {
			assert.False(w.t, a.Kind.IsEvent(), "%s without an action", a.name)
			out = append(out, a.name)
		}
	}
	return strings.Join(out, ", ")
}

// eventsOf lists, for each step that is possible, the events that it is.
func (w *walker) eventsOf(atoms []named) []string {
	var list []string
	for _, s := range w.in.Enabled(w.c) {
		var out []string
		for _, a := range atoms {
			if a.Kind.IsEvent() && w.in.Holds(a.Atom, w.in.Apply(w.c, s), &s) {
				out = append(out, a.name)
			}
		}
		list = append(list, w.describe(s)+" => "+strings.Join(out, ", "))
	}
	return list
}

// exchanged are atoms about x between A and B.
var exchanged = []named{
	{"A sends x", model.Atom{Kind: model.AtomSends, Role: 0, Peer: -1}},
	{"A sends x to B", model.Atom{Kind: model.AtomSends, Role: 0, Peer: 1}},
	{"B receives x", model.Atom{Kind: model.AtomReceives, Role: 1, Peer: -1}},
	{"B receives x from A", model.Atom{Kind: model.AtomReceives, Role: 1, Peer: 0}},
	{"B receives x from C", model.Atom{Kind: model.AtomReceives, Role: 1, Peer: 2}},
	{"B sends x", model.Atom{Kind: model.AtomSends, Role: 1, Peer: -1}},
	{"A sends y", model.Atom{Kind: model.AtomSends, Role: 0, Peer: -1, Label: 1}},
	{"B crashes", model.Atom{Kind: model.AtomCrashes, Role: 1}},
}

func TestMessagesAsEvents(t *testing.T) {
	stray := fault(model.Stray, 0, 1)
	faults := []model.Fault{fault(model.Loss, 0, 1), fault(model.Duplicate, 0, 1), fault(model.Crash, 1, -1), fault(model.Silence, 1, -1), stray}
	w := pair(fifo2).walkIn(t, -1, faults...)
	assert.Equal(t, []string{
		"A -> B: x => A sends x, A sends x to B",
		"A -> B: x is lost => A sends x, A sends x to B",
		"A -> B: x is duplicated => A sends x, A sends x to B",
		"B crashes => B crashes",
		"B falls silent => ",
		"a stray x from A arrives in the queue to B => ",
	}, w.eventsOf(exchanged))
	w.do("a stray x from A arrives in the queue to B")
	assert.Contains(t, w.eventsOf(exchanged), "B <- A: x => B receives x, B receives x from A")
	w.do("B crashes")
	assert.Contains(t, w.eventsOf(exchanged), "A -> B: x, which reaches nobody => A sends x, A sends x to B")

	w = pair(sync).walkIn(t, -1, fault(model.Loss, 0, 1), stray)
	assert.Equal(t, []string{
		"A -> B: x => A sends x, A sends x to B, B receives x, B receives x from A",
		"A -> B: x is lost => A sends x, A sends x to B",
		"a stray x from A reaches B => B receives x, B receives x from A",
	}, w.eventsOf(exchanged))
}

// TestIgnoredMessagesAreNotReceived, nor are those that are dropped because they are late.
func TestIgnoredMessagesAreNotReceived(t *testing.T) {
	for _, channel := range []model.Channel{sync, fifo2} {
		b := pair(channel)
		b.at(1, 0).Kind, b.at(1, 0).To = model.Ignore, b.at(1, 0).From
		w := b.walk(t)
		if channel == sync {
			assert.Equal(t, []string{"A -> B: x, which is ignored => A sends x, A sends x to B"}, w.eventsOf(exchanged))
			continue
		}
		w.do("A -> B: x")
		assert.Contains(t, w.eventsOf(exchanged), "B ignores x from A => ")
	}
	// B has entered its handler, for which what A sends from the body is late.
	for _, channel := range []model.Channel{sync, fifo2} {
		b := build(channel, role("A", "A", "A1", "A -B!x-> A1"), role("B", "B", "B1", "B -tau-> B1 ; B1 -A?x-> B1"))
		s := b.scope("s", 0, model.Scope{DiscardLate: true, Handlers: b.handlers(1, "E")})
		b.at(1, 0).Kind = model.Raise
		b.enters(1, 0, s, 1)
		b.place(0, b.in(s, 0), 1, 0)
		b.place(1, b.in(s, 1), 1, 0)
		b.place(1, b.in(s, 0), 0, 1)
		w := b.walk(t).do("E is raised at B (handler E at B of scope s)")
		if channel == sync {
			assert.Equal(t, []string{"A -> B: x, which is late and dropped => A sends x, A sends x to B"}, w.eventsOf(exchanged))
			continue
		}
		assert.Equal(t, []string{"B drops a late x from A => "}, w.do("A -> B: x").eventsOf(exchanged))
	}
}

// TestFailingStepsAsEvents: who fails for lack of a value has received its message, and nothing else.
func TestFailingStepsAsEvents(t *testing.T) {
	nothing := &model.Expr{Op: model.OpDiv, X: model.Const(1), Y: model.Const(0)}
	for _, channel := range []model.Channel{sync, fifo2} {
		b := pair(channel)
		b.at(0, 0).Guard = nothing
		assert.Equal(t, []string{"A -> B: x ! => "}, b.walk(t).eventsOf(exchanged))
	}
	full := func(b builder) { // B cannot hold what it assigns
		b.Vars = append(b.Vars, model.Var{Name: "v", Owner: 1, Domain: model.Domain{High: 1}})
		b.at(1, 0).Assigns = []model.Assign{{Var: 0, Value: model.Const(2)}}
	}
	b := pair(fifo2)
	full(b)
	assert.Contains(t, b.walk(t).do("A -> B: x").eventsOf(exchanged), "B <- A: x ! => B receives x, B receives x from A")
	b = pair(sync)
	full(b)
	assert.Equal(t, []string{"A -> B: x ! => A sends x, A sends x to B, B receives x, B receives x from A"}, b.walk(t).eventsOf(exchanged))

	b = build(fifo1, role("A", "A", "", "A -tau-> A1 ; A -tau-> A1"))
	b.Exceptions = []model.Exception{{Name: "E", Crashed: -1}}
	b.Timers = []model.Timer{{Name: "slow", Owner: 0, Var: -1}}
	b.at(0, 0).Kind, b.at(0, 0).Guard = model.Raise, nothing
	b.timeout(0, 1, 0)
	b.at(0, 1).Guard = nothing
	assert.Equal(t, []string{"E is raised at A ! => ", "timer slow of A fires ! => "}, b.walk(t).eventsOf(raised))
}

// raised are atoms about an exception of A.
var raised = []named{
	{"A raises E", model.Atom{Kind: model.AtomRaises}},
	{"B raises E", model.Atom{Kind: model.AtomRaises, Role: 1}},
	{"A handles E", model.Atom{Kind: model.AtomHandles, Handlers: []model.HandlerRef{{Part: 1}}}},
	{"B handles E", model.Atom{Kind: model.AtomHandles, Role: 1, Handlers: []model.HandlerRef{{Part: 1}}}},
	{"A handles crash of B", model.Atom{Kind: model.AtomHandles, Handlers: []model.HandlerRef{{Part: 2}}}},
	{"slow fires", model.Atom{Kind: model.AtomFires}},
	{"A in s", model.Atom{Kind: model.AtomInside}},
	{"A in s.E", model.Atom{Kind: model.AtomInHandler, Handlers: []model.HandlerRef{{Part: 1}}}},
	{"A done", model.Atom{Kind: model.AtomDone}},
	{"A failed", model.Atom{Kind: model.AtomFailed}},
	{"A crashed", model.Atom{Kind: model.AtomCrashed}},
	{"slow armed", model.Atom{Kind: model.AtomArmed}},
}

// raising is A, which goes into s and may raise E there, be struck by it, or come to it by a timeout, and tells B by e.
func raising(channel model.Channel) builder {
	b := build(channel,
		role("A", "A", "Z", "A -tau-> I ; I -tau-> H ; I -tau-> H ; I -tau-> H ; I -tau-> N ; I -tau-> Z ; H -B!e-> Z ; N -tau-> Z"),
		role("B", "B", "B1", "B -A?e-> B1"))
	s := b.scope("s", 0, model.Scope{Handlers: b.handlers(0, "E", "crash of B")})
	b.Exceptions[1].Kind, b.Exceptions[1].Crashed = model.CrashNoticed, 1
	b.Timers = []model.Timer{{Name: "slow", Owner: 0, Exception: 0, Var: -1}}
	b.at(0, 1).Kind, b.at(0, 2).Kind, b.at(0, 4).Kind, b.at(0, 4).Peer, b.at(0, 4).Exception = model.Raise, model.EndRaise, model.CrashRaise, 1, 1
	b.timeout(0, 3, 0)
	for i := 1; i <= 4; i++ {
		b.enters(0, i, s, 1+i/4)
		b.place(0, b.in(s, 1+i/4), 0, i)
	}
	b.place(0, b.in(s, 0), 1, 0)
	b.place(0, b.in(s, 1), 0, 6)
	b.enters(1, 0, s, 1)
	b.place(1, b.in(s, 1), 1, 0)
	return b
}

func TestExceptionsAsEvents(t *testing.T) {
	crash := fault(model.Crash, 1, -1)
	w := raising(fifo1).walkIn(t, -1, fault(model.RaiseFault, 0, -1), crash, fault(model.Crash, 0, -1), fault(model.Silence, 0, -1))
	assert.Empty(t, w.statesOf(raised))
	w.do("A: internal step")
	assert.Equal(t, "A in s, slow armed", w.statesOf(raised))
	assert.Equal(t, []string{
		"E is raised at A (handler E at A of scope s) => A raises E, A handles E",
		"timer slow of A fires (handler E at A of scope s) => A raises E, A handles E, slow fires",
		"A: internal step => ",
		"an end-point exception E strikes A (handler E at A of scope s) => A raises E, A handles E",
		"B crashes => ",
		"A crashes => ",
		"A falls silent => ",
	}, w.eventsOf(raised))
	crashed, behind, noticed := *w, *w, *w
	assert.Equal(t, "A crashed", crashed.do("A crashes").statesOf(raised))
	crashed = *w
	assert.Empty(t, crashed.do("A falls silent").statesOf(raised))
	assert.Equal(t, "A done", behind.do("A: internal step").statesOf(raised), "it has left s by a step outside")
	noticed.do("B crashes")
	assert.Contains(t, noticed.eventsOf(raised), "A notices the crash of B (handler crash of B at A of scope s) => A handles crash of B")

	w.do("E is raised at A (handler E at A of scope s)")
	assert.Equal(t, "A in s, A in s.E", w.statesOf(raised))
	w.do("A -> B: e")
	assert.Equal(t, "A in s, A in s.E, A done", w.statesOf(raised), "it does nothing outside")
	assert.Contains(t, w.eventsOf(raised), "B <- A: e (handler E at A of scope s) => B handles E")

	b := raising(sync)
	b.at(0, 1).Handler, b.at(0, 1).To = nil, model.Failed
	w = b.walk(t).do("A: internal step")
	assert.Contains(t, w.eventsOf(raised), "E is raised at A, and nobody handles it => A raises E")
	assert.Equal(t, "A failed", w.do("E is raised at A, and nobody handles it").statesOf(raised))
}

// TestBothEnterHandlers: of a rendezvous, each role enters its own.
func TestBothEnterHandlers(t *testing.T) {
	b := raising(sync)
	b.enters(0, 6, 0, 2)
	w := b.walk(t).do("A: internal step", "E is raised at A (handler E at A of scope s)")
	assert.Equal(t, []string{"A -> B: e (handler E at A of scope s) => B handles E, A handles crash of B"}, w.eventsOf(raised))
}

func TestExplicitTimersAsAtoms(t *testing.T) {
	b, timer := waiting(fifo1)
	b.Exceptions = []model.Exception{{Name: "E", Crashed: -1}}
	atoms := []named{
		{"t armed", model.Atom{Kind: model.AtomArmed, Timer: timer}},
		{"t fires", model.Atom{Kind: model.AtomFires, Timer: timer}},
		{"A raises E", model.Atom{Kind: model.AtomRaises}},
		{"t == 1", model.Atom{Kind: model.AtomCompares, Expr: &model.Expr{Op: model.OpEq, X: model.Ref(0), Y: model.Const(1)}}},
	}
	w := b.walk(t)
	assert.Empty(t, w.statesOf(atoms))
	w.do("A: set t")
	assert.Equal(t, "t armed, t == 1", w.statesOf(atoms))
	assert.Contains(t, w.eventsOf(atoms), "timer t of A fires => t fires")
	w.do("B -> A: x", "A <- B: x")
	assert.Equal(t, "t armed, t == 1", w.statesOf(atoms), "also when the wait that it guarded is over")
	assert.Empty(t, w.do("timer t of A fires").statesOf(atoms))
}

func TestQueuesAsAtoms(t *testing.T) {
	atoms := []named{
		{"empty A", model.Atom{Kind: model.AtomEmpty, Role: 0, Peer: 1}},
		{"full A", model.Atom{Kind: model.AtomFull, Role: 0, Peer: 1}},
		{"empty C", model.Atom{Kind: model.AtomEmpty, Role: 2, Peer: 1}},
		{"full C", model.Atom{Kind: model.AtomFull, Role: 2, Peer: 1}},
	}
	for channel, want := range map[model.Channel][3]string{
		{Discipline: model.FIFO, Capacity: 2}:    {"empty A, empty C", "empty C", "full A, empty C"},
		{Discipline: model.Mailbox, Capacity: 2}: {"empty A, empty C", "empty C", "full A, empty C, full C"},
		{Discipline: model.Bag, Capacity: 2}:     {"empty A, empty C", "empty C", "full A, empty C, full C"},
	} {
		b := build(channel, role("A", "A", "", "A -B!x-> A"), role("B", "B", "", "B -C?x-> B"), role("C", "C", "", "C -B!x-> C"))
		w := b.walk(t)
		for i := range want {
			assert.Equal(t, want[i], w.statesOf(atoms), channel)
			if i < 2 {
				w.do("A -> B: x")
			}
		}
	}
	w := pair(sync).walk(t)
	assert.Equal(t, "empty A", w.statesOf(atoms[:2]), "nothing waits where there is no queue")
}

func TestComparisonsWithoutAValueAreFalse(t *testing.T) {
	b := pair(fifo1)
	v := model.VarID(len(b.Vars))
	b.Vars = append(b.Vars, model.Var{Name: "v", Owner: 0, Domain: model.Domain{High: 1}, Init: 1})
	b.at(0, 0).Assigns = []model.Assign{{Var: v, Value: model.Const(0)}}
	quotient := &model.Expr{Op: model.OpDiv, X: model.Const(1), Y: model.Ref(v)}
	atoms := []named{
		{"1 / v == 1", model.Atom{Kind: model.AtomCompares, Expr: &model.Expr{Op: model.OpEq, X: quotient, Y: model.Const(1)}}},
		{"1 / v != 1", model.Atom{Kind: model.AtomCompares, Expr: &model.Expr{Op: model.OpNe, X: quotient, Y: model.Const(1)}}},
	}
	w := b.walkIn(t, -1, fault(model.Crash, 0, -1))
	assert.Equal(t, "1 / v == 1", w.statesOf(atoms))
	assert.Empty(t, w.do("A -> B: x").statesOf(atoms))
	assert.Equal(t, "1 / v == 1", w.do("A crashes").statesOf(atoms), "the initial value again")
	assert.Equal(t, replay.Crashed, w.c.Local[0].Status)
}
