package replay_test

import (
	"testing"

	"chorcheck/internal/naive"
	"chorcheck/model"
	"chorcheck/verify/replay"

	"github.com/stretchr/testify/assert"
)

func fault(kind model.FaultKind, role, peer model.RoleID) model.Fault {
	return model.Fault{Kind: kind, Role: role, Peer: peer}
}

// pair is A, which sends x and then y, and B, which takes them.
func pair(channel model.Channel) builder {
	return build(channel,
		role("A", "A", "A2", "A -B!x-> A1 ; A1 -B!y-> A2"),
		role("B", "B", "B2", "B -A?x-> B1 ; B1 -A?y-> B2"),
	)
}

// TestFaultsAreNoSteps: nobody can count on them.
func TestFaultsAreNoSteps(t *testing.T) {
	b := build(fifo1, role("A", "A", "", "A -B!x-> A"), role("B", "B", "", ""))
	w := b.walkIn(t, -1, fault(model.Crash, 0, -1), fault(model.Disconnect, 0, 1)).do("A -> B: x")
	assert.Equal(t, []string{"A crashes", "the link A -- B goes down"}, w.enabled())
	assert.True(t, w.in.Terminal(w.c))
	assert.True(t, w.in.Deadlocked(w.c))
	assert.False(t, w.in.CanStep(w.c, 0))
	for _, s := range w.in.Enabled(w.c) {
		assert.False(t, w.in.IsStep(s))
	}
	w.do("the link A -- B goes down")
	assert.False(t, w.in.IsStep(w.find("the link A -- B comes back")))
}

// TestLimits: each strike counts against the limit of all and that of its kind; where
// there is no limit, nothing is counted.
func TestLimits(t *testing.T) {
	b := build(fifo1, role("A", "A", "", "A -B!x-> A"), role("B", "B", "", ""))
	loss, crash := fault(model.Loss, 0, 1), fault(model.Crash, 1, -1)
	env := environment(3, loss, crash)
	env.Limits = map[model.FaultKind]int{model.Loss: 2}
	w := walkWith(t, b.Automata, replay.Options{Environment: env})
	w.do("A -> B: x is lost", "A -> B: x is lost")
	assert.Equal(t, []string{"A -> B: x", "B crashes"}, w.enabled())
	w.do("B crashes")
	assert.Equal(t, []string{"A -> B: x, which reaches nobody"}, w.enabled())

	w = b.walkIn(t, 1, loss, crash).do("A -> B: x is lost")
	assert.Equal(t, []string{"A -> B: x"}, w.enabled())
	w = b.walkIn(t, -1, loss)
	key := w.c.Key()
	assert.Equal(t, key, w.do("A -> B: x is lost").c.Key())
	w = b.walkIn(t, 0, loss)
	assert.Equal(t, []string{"A -> B: x"}, w.enabled())
}

// TestDuring: only while the struck role, for a channel its sender, for links one of the
// roles, is in the scope.
func TestDuring(t *testing.T) {
	b := build(fifo2,
		role("A", "A", "", "A -tau-> A1 ; A1 -B!x-> A1"),
		role("B", "B", "", "B -tau-> B1 ; B1 -A!x-> B1"),
	)
	s := b.scope("s", 0, model.Scope{})
	inner := b.scope("inner", b.in(s, 0), model.Scope{})
	b.Machines[0].States[1].In = []model.PositionID{0, b.in(inner, 0)}
	during := func(f model.Fault) model.Fault {
		f.During = []model.ScopeID{s}
		return f
	}
	stray := fault(model.Stray, 0, 1)
	link := fault(model.Disconnect, 1, 0)
	parts := fault(model.Partition, -1, -1)
	parts.Groups = [][]model.RoleID{{1}, {0}}
	w := b.walkIn(t, -1, during(fault(model.Crash, 0, -1)), during(fault(model.Loss, 0, 1)), during(fault(model.Loss, 1, 0)),
		during(stray), during(link), during(parts)).do("B: " + tau)
	assert.Equal(t, []string{"A: " + tau, "B -> A: x"}, w.enabled())
	w.do("A: " + tau)
	assert.Equal(t, []string{
		"A -> B: x", "B -> A: x", "A crashes", "A -> B: x is lost", "a stray x from A arrives in the queue to B",
		"the link B -- A goes down", "the links between B and A go down",
	}, w.enabled())
}

// TestCrash: queues to the role are emptied, and what is sent to it vanishes.
func TestCrash(t *testing.T) {
	for _, channel := range []model.Channel{fifo1, mail2, bag2} {
		b := build(channel,
			role("A", "A", "", "A -B!x-> A"),
			role("B", "B", "", "B -tau-> B ; B -A!y-> B"),
		)
		s := b.scope("s", 0, model.Scope{})
		b.place(1, b.in(s, 0), 1, 0, 1)
		n := naive.AddVar(b.Automata, intVar(1, "n", 0, 9, 3))
		b.at(1, 0).Assigns = []model.Assign{{Var: n, Value: model.Const(7)}}
		w := b.walkIn(t, -1, fault(model.Crash, 1, -1)).do("B: n = 7", "B -> A: y", "A -> B: x", "B crashes")
		assert.Equal(t, []int64{3}, w.c.Vars)
		assert.Equal(t, replay.Local{Status: replay.Crashed, State: -1}, w.c.Local[1])
		assert.Equal(t, 1, messages(w.c), "what it has sent stays")
		key := w.c.Key()
		for range 3 {
			w.do("A -> B: x, which reaches nobody")
			assert.Equal(t, key, w.c.Key())
		}
		assert.True(t, w.find("A -> B: x, which reaches nobody").Vanishes)
		assert.Equal(t, []model.RoleID{0}, w.in.Unfinished(w.c), "a crashed role is not live")
		assert.Equal(t, []string{"A", "crashed"}, w.states())
	}
}

// TestCrashOnSync: a send to a crashed role needs no partner, however queues are kept.
func TestCrashOnSync(t *testing.T) {
	for _, keep := range []bool{false, true} {
		b := pair(sync)
		w := walkWith(t, b.Automata, replay.Options{Environment: environment(-1, fault(model.Crash, 1, -1)), KeepCrashed: keep})
		assert.Equal(t, []string{"A -> B: x", "B crashes"}, w.enabled())
		w.do("B crashes", "A -> B: x, which reaches nobody")
		s := w.find("A -> B: y, which reaches nobody")
		assert.Equal(t, []model.RoleID{0}, s.Participants())
	}
}

// TestCrashQueuesKept: they stay, and sends fill them.
func TestCrashQueuesKept(t *testing.T) {
	b := build(fifo2, role("A", "A", "", "A -B!x-> A"), role("B", "B", "", "B -A?x-> B"))
	crash := fault(model.Crash, 1, -1)
	crash.Recovers = true
	w := walkWith(t, b.Automata, replay.Options{Environment: environment(-1, crash), KeepCrashed: true})
	w.do("A -> B: x", "B crashes")
	assert.Equal(t, 1, messages(w.c))
	w.do("A -> B: x")
	assert.Equal(t, []string{"B recovers"}, w.enabled(), "full")
	assert.Equal(t, []int{0}, w.in.FullQueues(w.c))
	w.do("B recovers", "B <- A: x", "B <- A: x")

	silence := fault(model.Silence, 1, -1)
	w = walkWith(t, b.Automata, replay.Options{Environment: environment(-1, silence), KeepCrashed: true})
	w.do("A -> B: x", "B falls silent", "A -> B: x, which reaches nobody")
	assert.Zero(t, messages(w.c), "of a silenced role they are never kept")
}

// TestRecovery: a step to the initial state with nothing known.
func TestRecovery(t *testing.T) {
	b := build(fifo1, role("A", "A", "", "A -tau-> A1"), role("B", "B", "", "B -A!x-> B"))
	s := b.scope("s", 0, model.Scope{})
	b.place(0, b.in(s, 0), 1, 0)
	crash := fault(model.Crash, 0, -1)
	w := b.walkIn(t, 1, crash).do("A crashes")
	assert.Equal(t, []string{"B -> A: x, which reaches nobody"}, w.enabled(), "it does not recover")
	crash.Recovers = true
	w = b.walkIn(t, 1, crash)
	initial := w.c
	w.do("A: "+tau, "B -> A: x", "A crashes")
	step := w.find("A recovers")
	assert.True(t, w.in.IsStep(step))
	assert.Equal(t, []model.RoleID{0}, step.Participants())
	assert.False(t, w.in.Terminal(w.c))
	w.do("A recovers")
	assert.Equal(t, initial.Local, w.c.Local)
	assert.Zero(t, messages(w.c))
	assert.NotContains(t, w.enabled(), "A crashes", "the limit")
}

// TestSilence: it is not live, and does not come back.
func TestSilence(t *testing.T) {
	w := pair(fifo1).walkIn(t, -1, fault(model.Silence, 1, -1)).do("B falls silent", "A -> B: x, which reaches nobody", "A -> B: y, which reaches nobody")
	assert.Empty(t, w.enabled())
	assert.Equal(t, []string{"A2", "silenced"}, w.states())
}

// TestOnlyLiveRolesAreStruck by crash, silence and raise.
func TestOnlyLiveRolesAreStruck(t *testing.T) {
	b := build(fifo1, role("A", "A", "", "A -tau-> A ; A -tau-> A"))
	b.handlers(0, "E")
	b.at(0, 0).Guard = divZero()
	b.at(0, 1).Kind = model.EndRaise
	faults := []model.Fault{fault(model.Crash, 0, -1), fault(model.Silence, 0, -1), fault(model.RaiseFault, 0, -1)}
	for _, first := range []string{"A: " + tau + " !", "A crashes", "A falls silent"} {
		w := b.walkIn(t, -1, faults...)
		assert.Len(t, w.enabled(), 4)
		assert.Empty(t, w.do(first).enabled())
	}
}

// TestLoss: the message goes nowhere, but it needs room; on sync no partner is needed.
func TestLoss(t *testing.T) {
	b := pair(fifo1)
	w := b.walkIn(t, -1, fault(model.Loss, 0, 1))
	w.do("A -> B: x is lost")
	assert.Zero(t, messages(w.c))
	assert.Equal(t, []string{"A1", "B"}, w.states())
	w = b.walkIn(t, -1, fault(model.Loss, 0, 1)).do("A -> B: x")
	assert.Equal(t, []string{"B <- A: x"}, w.enabled(), "no room")

	b = build(sync, role("A", "A", "", "A -B!x-> A1"), role("B", "B", "", ""))
	w = b.walkIn(t, -1, fault(model.Loss, 0, 1))
	assert.True(t, w.in.Terminal(w.c))
	s := w.find("A -> B: x is lost")
	assert.Equal(t, []model.RoleID{0}, s.Participants())
	w.do("A -> B: x is lost")
	assert.Equal(t, []string{"A1", "B"}, w.states())
}

// TestDuplicate: both copies need room.
func TestDuplicate(t *testing.T) {
	for _, channel := range []model.Channel{fifo2, mail2, bag2} {
		w := pair(channel).walkIn(t, -1, fault(model.Duplicate, 0, 1)).do("A -> B: x is duplicated")
		assert.Equal(t, []string{"x", "x"}, unsent(w))
		w = pair(channel).walkIn(t, -1, fault(model.Duplicate, 0, 1)).do("A -> B: x")
		assert.NotContains(t, w.enabled(), "A -> B: y is duplicated")
	}
	assert.Len(t, pair(sync).walkIn(t, -1, fault(model.Duplicate, 0, 1)).enabled(), 1)
}

// unsent gives the messages in queues, without their senders.
func unsent(w *walker) []string {
	var texts []string
	for _, q := range w.c.Queues {
		for _, m := range q {
			texts = append(texts, w.in.Automata().Labels[m.Label])
		}
	}
	return texts
}

// TestReorder: one fault for each result that differs.
func TestReorder(t *testing.T) {
	text := "A -B!x-> A1 ; A1 -B!y-> A2 ; A2 -B!y-> A3 ; A3 -B!z-> A4"
	for _, channel := range []model.Channel{{Discipline: model.FIFO, Capacity: 4}, {Discipline: model.Mailbox, Capacity: 4}} {
		b := build(channel, role("A", "A", "", text), role("B", "B", "", ""))
		w := b.walkIn(t, -1, fault(model.Reorder, 0, 1))
		assert.Equal(t, []string{"A -> B: x"}, w.enabled(), "there is nothing to overtake")
		w.do("A -> B: x")
		assert.Equal(t, []string{"A -> B: y", "A -> B: y overtakes 1 message"}, w.enabled())
		w.do("A -> B: y")
		assert.Equal(t, []string{"A -> B: y", "A -> B: y overtakes 2 messages"}, w.enabled(), "one y before another is nothing new")
		w.do("A -> B: y overtakes 2 messages")
		assert.Equal(t, []string{"y", "x", "y"}, unsent(w))
		assert.Equal(t, []string{
			"A -> B: z", "A -> B: z overtakes 1 message", "A -> B: z overtakes 2 messages", "A -> B: z overtakes 3 messages",
		}, w.enabled())
		w.do("A -> B: z overtakes 1 message")
		assert.Equal(t, []string{"y", "x", "z", "y"}, unsent(w))
	}
	w := pair(fifo1).walkIn(t, -1, fault(model.Reorder, 0, 1)).do("A -> B: x")
	assert.Equal(t, []string{"B <- A: x"}, w.enabled(), "no room")
	for _, channel := range []model.Channel{bag2, sync} {
		w := pair(channel).walkIn(t, -1, fault(model.Reorder, 0, 1)).do("A -> B: x")
		assert.NotContains(t, w.enabled(), "A -> B: y overtakes 1 message")
	}
}

// TestDisconnect: sends vanish in both directions, what is in queues stays, and the link
// comes back uncounted.
func TestDisconnect(t *testing.T) {
	b := build(fifo1,
		role("A", "A", "", "A -B!x-> A"),
		role("B", "B", "", "B -A?x-> B ; B -A!x-> B ; B -C!x-> B"),
		role("C", "C", "", ""),
	)
	w := b.walkIn(t, 2, fault(model.Disconnect, 1, 0)).do("A -> B: x", "the link B -- A goes down")
	assert.Equal(t, []string{
		"A -> B: x, which reaches nobody", "B <- A: x", "B -> A: x, which reaches nobody", "B -> C: x", "the link B -- A comes back",
	}, w.enabled())
	assert.Equal(t, []string{"B -- A"}, w.in.DescribeConfig(w.c).Links)
	assert.Nil(t, w.find("the link B -- A comes back").Participants())
	assert.Nil(t, b.walkIn(t, 2, fault(model.Disconnect, 1, 0)).find("the link B -- A goes down").Participants())
	w.do("A -> B: x, which reaches nobody", "the link B -- A comes back")
	assert.Equal(t, 1, messages(w.c))
	w.do("the link B -- A goes down", "the link B -- A comes back")
	assert.NotContains(t, w.enabled(), "the link B -- A goes down", "at the limit")

	b = pair(sync)
	w = b.walkIn(t, -1, fault(model.Disconnect, 0, 1)).do("the link A -- B goes down", "A -> B: x, which reaches nobody")
	assert.Equal(t, []string{"A1", "B"}, w.states())
}

// TestPartition: all links between the groups go down and come back together.
func TestPartition(t *testing.T) {
	b := build(fifo1,
		role("A", "A", "", "A -B!x|C!x|D!x-> A"), role("B", "B", "", ""), role("C", "C", "", ""), role("D", "D", "", ""),
	)
	f := fault(model.Partition, -1, -1)
	f.Groups = [][]model.RoleID{{0, 1}, {2}}
	w := b.walkIn(t, -1, f).do("the links between A, B and C go down")
	assert.Equal(t, []string{"A -> B: x", "A -> C: x, which reaches nobody", "A -> D: x", "the links between A, B and C come back"}, w.enabled())
	assert.Equal(t, []string{"between A, B and C"}, w.in.DescribeConfig(w.c).Links)
	w.do("the links between A, B and C come back", "A -> C: x")
}

// TestRaiseByEnvironment: transitions of kind fault are possible only where the
// environment raises their exception.
func TestRaiseByEnvironment(t *testing.T) {
	b := build(fifo1, role("A", "A", "", "A -tau-> A1 ; A -tau-> A2"))
	s := b.scope("s", 0, model.Scope{Handlers: b.handlers(0, "Broken", "Other")})
	for i := range 2 {
		b.at(0, i).Kind, b.at(0, i).Exception = model.EndRaise, model.ExceptionID(i)
		b.enters(0, i, s, i+1)
		b.place(0, b.in(s, i+1), 1, i)
	}
	assert.Empty(t, b.walk(t).enabled())
	w := b.walkIn(t, 1, fault(model.RaiseFault, 0, -1))
	const text = "an end-point exception Broken strikes A (handler Broken at A of scope s)"
	assert.Equal(t, []string{text}, w.enabled())
	assert.False(t, w.in.IsStep(w.find(text)))
	w.do(text)
	assert.Equal(t, "1 in 1", w.knows(0))

	b.at(0, 0).Handler, b.at(0, 0).To = nil, model.Failed
	w = b.walkIn(t, 1, fault(model.RaiseFault, 0, -1)).do("an end-point exception Broken strikes A, and nobody handles it")
	assert.Equal(t, []string{"failed"}, w.states())
}

// TestStray: a message that nobody has sent, also over a link that is down.
func TestStray(t *testing.T) {
	stray := fault(model.Stray, 0, 1)
	stray.Label = 1 // y
	b := pair(fifo1)
	s := b.scope("s", 0, model.Scope{DiscardLate: true, Handlers: b.handlers(1, "E")})
	b.place(1, b.in(s, 1), 1, 0)
	w := b.walkIn(t, -1, stray, fault(model.Crash, 0, -1), fault(model.Disconnect, 0, 1))
	w.do("A -> B: x")
	assert.NotContains(t, w.enabled(), "a stray y from A arrives in the queue to B", "no room")
	w.do("B <- A: x", "the link A -- B goes down", "A crashes", "a stray y from A arrives in the queue to B")
	assert.Equal(t, []string{"stray y"}, w.in.DescribeConfig(w.c).Queues[0].Messages)
	step := w.find("B <- A: y")
	assert.False(t, step.Stale, "it belongs to nothing")
	w.do("B <- A: y")

	w = b.walkIn(t, -1, stray, fault(model.Crash, 1, -1)).do("B crashes", "a stray y from A to B reaches nobody")
	assert.Zero(t, messages(w.c))
	w = pair(mail2).walkIn(t, -1, stray).do("a stray y from A arrives in the mailbox of B")
	assert.Equal(t, 1, messages(w.c))
}

// TestStrayOnSync: its receiver takes it, if it can.
func TestStrayOnSync(t *testing.T) {
	stray := fault(model.Stray, 0, 1)
	b := build(sync,
		role("A", "A", "", "A -B!x-> A"),
		role("B", "B", "", "B -A?x-> B1 ; B1 -A?x-> B1"),
	)
	b.at(1, 1).Kind = model.Ignore
	v := naive.AddVar(b.Automata, intVar(1, "v", 0, 9, 3))
	const text = "a stray x from A reaches B"
	w := b.walkIn(t, -1, stray)
	assert.Equal(t, []model.RoleID{1}, w.find(text).Participants())
	w.do(text)
	assert.Equal(t, []string{"A", "B1"}, w.states())
	w.do(text)
	assert.Equal(t, []string{"A", "B1"}, w.states(), "ignored")
	b.at(1, 0).Stores = []model.VarID{v}
	b.at(0, 0).Values = []*model.Expr{model.Const(1)}
	assert.NotContains(t, b.walkIn(t, -1, stray).enabled(), text, "it brings no values")
}

// TestOneFaultAtATime: a send to a crashed role or over a link that is down is not lost,
// put twice or reordered.
func TestOneFaultAtATime(t *testing.T) {
	for _, keep := range []bool{false, true} {
		b := pair(fifo2)
		w := walkWith(t, b.Automata, replay.Options{KeepCrashed: keep, Environment: environment(-1,
			fault(model.Loss, 0, 1), fault(model.Duplicate, 0, 1), fault(model.Reorder, 0, 1), fault(model.Crash, 1, -1), fault(model.Disconnect, 0, 1))})
		crashed := *w
		crashed.do("B crashes")
		assert.Len(t, crashed.enabled(), 2, "the send, and the link")
		w.do("the link A -- B goes down")
		assert.Equal(t, []string{"A -> B: x, which reaches nobody", "B crashes", "the link A -- B comes back"}, w.enabled())
	}
}

// TestFaultsAndDiscards: a role that has a message to discard does nothing else, but it
// can be struck.
func TestFaultsAndDiscards(t *testing.T) {
	b, _ := abandoned(fifo2, model.Scope{})
	tr := *b.at(1, 4)
	tr.Kind, tr.Peer, tr.Label, tr.To = model.Send, 0, 0, tr.From
	b.Machines[1].Transitions = append(b.Machines[1].Transitions, tr)
	w := b.walkIn(t, -1, fault(model.Crash, 1, -1), fault(model.Loss, 1, 0)).do(bailsOut)
	assert.Contains(t, w.enabled(), "B -> A: x is lost")
	w.do("A -> B: x")
	assert.Equal(t, []string{"A -> B: x", tellsB, "A: " + tau, "B drops a late x from A", "B crashes"}, w.enabled())
	w.do("B crashes")
	assert.NotContains(t, w.enabled(), "B drops a late x from A", "a crashed role discards nothing")
}

// TestOrderOfTransitions: steps, recoveries, faults in the order of the environment, links.
func TestOrderOfTransitions(t *testing.T) {
	b := build(fifo2, role("A", "A", "", "A -B!x|B!y-> A"), role("B", "B", "", "B -A?x-> B"), role("C", "C", "", "C -tau-> C"))
	crash := fault(model.Crash, 1, -1)
	crash.Recovers = true
	w := b.walkIn(t, -1, fault(model.Disconnect, 0, 2), crash, fault(model.Crash, 2, -1), fault(model.Loss, 0, 1), fault(model.Disconnect, 1, 2))
	w.do("the link A -- C goes down", "B crashes")
	assert.Equal(t, []string{
		"A -> B: x, which reaches nobody", "A -> B: y, which reaches nobody", "C: " + tau, "B recovers",
		"C crashes", "the link B -- C goes down", "the link A -- C comes back",
	}, w.enabled())
	w.do("B recovers")
	assert.Equal(t, []string{
		"A -> B: x", "A -> B: y", "C: " + tau,
		"B crashes", "C crashes", "A -> B: x is lost", "A -> B: y is lost", "the link B -- C goes down", "the link A -- C comes back",
	}, w.enabled())
}

// A stray message has a queue to wait in also where nobody sends or receives anything else.
func TestAStrayMessageHasAQueue(t *testing.T) {
	b := build(fifo2, role("A", "A", "", "A -tau-> A"), role("B", "B", "", "B -tau-> B"))
	stray := fault(model.Stray, 0, 1)
	stray.Label = 0
	b.Labels = []string{"x"}
	w := walkWith(t, b.Automata, replay.Options{Environment: environment(1, stray)})
	for _, s := range w.in.Enabled(w.c) {
		if s.Kind == replay.Fault {
			assert.Equal(t, 1, messages(w.in.Apply(w.c, s)))
			return
		}
	}
	assert.Fail(t, "it does not come")
}
